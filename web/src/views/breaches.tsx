/** Licence findings over the whole store, gravest first, and what makes licences unknown. */
import type { JSX } from "preact";
import { useFetched } from "../api";
import { dated } from "../asof";
import { Answer, Draft, ThingLink, useTitle } from "../parts";
import { PathLine } from "../pathline";
import { EntityPicker } from "../searchbox";
import { modelIdOf } from "../ids";
import { inPath, setQuery, type Route } from "../router";
import { DataTable, servedQuery } from "../table/table";
import type { Column } from "../table/rows";
import type { Breaches, LicenceFinding } from "../types";
import { clauseOf, count, number, shortId } from "../words";

const FILTERS: [string, string, string][] = [
  ["developer", "Developer of the model", "any developer"],
  ["licensor", "Licensor", "such as meta-llama"],
];

/** The view; filters stand in the address and are those of `/api/v1/breaches`. */
export default function BreachesView({ currentRoute: route }: { currentRoute: Route }): JSX.Element {
  const { query } = route;
  useTitle("Licence findings");
  const path = dated(`/api/v1/breaches?${servedQuery(COLUMNS, query, ["developer", "licensor", "of", "on"])}`);
  const of = query.get("of") ?? "";
  const result = useFetched<Breaches>(path);
  return (
    <div class="page">
      <h1>Licence findings{of ? <> <span class="kind">on</span> <bdi>{shortId(of.replace(/^https:\/\/w3id.org\/provenance-graph\//, ""))}</bdi> <span class="kind">and what derives from it</span></> : ""}</h1>
      <div class="controls">
        {FILTERS.map(([key, word, hint]) => (
          <label key={key} class="choice stacked"><span>{word}</span><Draft type="search" value={query.get(key) ?? ""} placeholder={hint} onDone={(text) => setQuery({ [key]: text })} /></label>
        ))}
        <EntityPicker label="On a model or dataset and its descendants" initial={of} onPick={(id) => setQuery({ of: id })} />
        <label class="choice stacked"><span>By the texts in force on</span><Draft type="date" value={query.get("on") ?? ""} onDone={(text) => setQuery({ on: text })} /></label>
      </div>
      <Answer requested={result} what="the licence findings">{(answer) => <QueryResult content={answer} path={path} />}</Answer>
    </div>
  );
}

const model = (f: LicenceFinding): string => modelIdOf(f.subject.iri) ?? f.subject.label;

/** Columns of licence findings; with the model where there are several. */
export const FINDING_COLUMNS: Column<LicenceFinding>[] = [
  { key: "rule", label: "Rule", value: (f) => f.rule, facet: true, view: (f) => `${f.rule} ${f.name}` },
  { key: "severity", label: "Severity", value: (f) => f.severity, facet: true, view: (f) => <span class={`badge b-${f.severity}`}>{f.severity}</span> },
  { key: "message", label: "What", sentences: true, value: (f) => f.message },
  { key: "licence", label: "Licence", value: (f) => f.licence?.id ?? "", facet: true, word: shortId, view: (f) => f.licence ? <><ThingLink thing={{ iri: f.licence.iri, label: f.licence.label || f.licence.id }} />{f.clause ? <span class="aside"> {clauseOf(f.clause)}</span> : null}</> : null },
  { key: "holder", label: "Comes from", value: (f) => f.holder?.label ?? "", facet: true, word: shortId, view: (f) => f.holder ? <ThingLink thing={{ ...f.holder, label: shortId(f.holder.label) }} /> : null },
];
const COLUMNS: Column<LicenceFinding>[] = [
  { key: "model", label: "Model", value: model, head: true, view: (f) => <a href={dated(`/licences/${inPath(model(f))}`)}><bdi>{model(f)}</bdi></a> },
  ...FINDING_COLUMNS,
];

/** What a finding says beyond its row. */
export function findingDetail(f: LicenceFinding): JSX.Element {
  return (
    <>
      <p><strong>How to fix:</strong> {f.fix}</p>
      {f.path.length ? <p><strong>Path:</strong> <PathLine path={f.path} /></p> : null}
      {f.caveat ? <p class="aside">{f.caveat}</p> : null}
    </>
  );
}

function QueryResult({ content: answer, path }: { content: Breaches; path: string }): JSX.Element {
  return (
    <>
      <p><strong>{count(answer.modelsMarked, "model")}</strong> {answer.modelsMarked === 1 ? "has" : "have"} a finding. {answer.note}</p>
      <DataTable label="Licence findings" rows={answer.findings} columns={COLUMNS} rowKey={(f) => `${f.rule} ${f.subject.iri} ${f.message} ${f.holder?.iri ?? ""} ${f.path.length}`} noun={["finding", "findings"]} total={answer.of} detail={findingDetail} plain={false}
        service={{ facets: answer.facets, next: Boolean(answer.next), path, rowsOf: (a: Breaches) => ({ rows: a.findings, next: a.next }) }}
        empty={<p>No licence finding with these filters. That says what is recorded, not that no duty applies.</p>} />
      {answer.unknownCauses.length ? (
        <section aria-labelledby="causes-title">
          <h2 id="causes-title">What leaves answers unknown</h2>
          <DataTable label="Causes of unknown answers" prefix="cause." rows={answer.unknownCauses} total={answer.unknownCausesOf} noun={["cause", "causes"]} rowKey={(c) => c.holder.iri + c.why}
            columns={[
              { key: "holder", label: "Entity", head: true, value: (c) => shortId(c.holder.label), view: (c) => <ThingLink thing={{ ...c.holder, label: shortId(c.holder.label) }} /> },
              { key: "kind", label: "Kind", value: (c) => c.kind, facet: true },
              { key: "why", label: "Why", value: (c) => c.why, facet: true },
              { key: "models", label: "Models that depend on it", numeric: true, value: (c) => c.models, view: (c) => number(c.models) },
            ]} />
        </section>
      ) : null}
    </>
  );
}
