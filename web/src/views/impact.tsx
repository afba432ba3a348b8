/** Impact: choose a model or dataset, see what depends on it, how far away and by what relation. */
import type { JSX } from "preact";
import { useFetched } from "../api";
import { dated } from "../asof";
import { Answer, AsOf, ThingLink, useTitle } from "../parts";
import { EntityPicker } from "../searchbox";
import { modelIdOf } from "../ids";
import { go, hrefOf, inPath, setQuery, type Route } from "../router";
import type { Impact } from "../types";
import { DataTable, servedQuery } from "../table/table";
import type { Column } from "../table/rows";
import { count, nameOf, number, shortId, spaced } from "../words";

/** The view; what is withdrawn stands in the address. */
export default function ImpactView({ currentRoute: route }: { currentRoute: Route }): JSX.Element {
  const thing = route.query.get("thing") ?? "";
  useTitle(thing ? `Impact of ${thing}` : "Impact");
  const path = thing ? dated(`/api/v1/impact?${servedQuery(COLUMNS, route.query, ["thing"])}`) : null;
  const fetched = useFetched<Impact>(path);
  return (
    <div class="page">
      <h1>{thing ? <><span class="kind">What depends on</span> <bdi>{thing.replace(/^https:\/\/w3id.org\/provenance-graph\/id\/(model\/)?/, "")}</bdi></> : "What depends on a model or a dataset?"}</h1>
      <div class="controls"><EntityPicker label="Model or dataset" initial={thing} onPick={(id) => go(dated(`/impact?thing=${encodeURIComponent(id)}`))} placeholder="a model or dataset" /> <AsOf id={thing} />
        {thing ? <p class="actions"><a href={`/explore?preset=impact&node=${encodeURIComponent(thing)}`}>As a picture</a></p> : null}</div>
      {thing ? <Answer requested={fetched} what="the impact">{(answer) => <QueryResult result={answer} place={route} path={path ?? ""} />}</Answer> : <p>Choose a model or a dataset: the page lists everything that descends from it or was trained on it, and through which step.</p>}
    </div>
  );
}

type Hit = Impact["nodes"][number];
const evidence = (n: Hit): string => `/lineage/${inPath(modelIdOf(n.iri) ?? n.label)}?direction=up&influences=yes&edge=${encodeURIComponent(`${n.through.child}|${n.through.relationName}|${n.through.parent}`)}`;
const parentName = (n: Hit): string => shortId(n.through.parent.split("/id/")[1]?.replace(/^model\//, "") ?? n.through.parent);
const COLUMNS: Column<Hit>[] = [
  { key: "what", label: "What", head: true, value: (n) => shortId(n.label), view: (n) => <a href={dated(hrefOf(n.iri))}><bdi>{shortId(n.label)}</bdi></a> },
  { key: "kind", label: "Kind", facet: true, value: (n) => n.kind },
  { key: "distance", label: "Steps", numeric: true, facet: true, value: (n) => n.distance },
  { key: "relation", label: "Relation", facet: true, value: (n) => n.through.relationName, word: spaced, view: (n) => <>{n.through.relationLabel}{n.through.inferred ? <span class="aside"> (inferred)</span> : null}</> },
  { key: "through", label: "Through", facet: true, word: shortId, value: parentName, view: (n) => <ThingLink thing={{ iri: n.through.parent, label: parentName(n) }} /> },
  { key: "licence", label: "Licence", facet: true, value: (n) => n.licences.map(nameOf), view: (n) => n.licences.map(nameOf).join(", ") || <span class="missing">none recorded</span> },
  { key: "why", label: "", value: () => "", view: (n) => (n.kind === "model" ? <a href={dated(evidence(n))}>evidence<span class="visually-hidden"> for {shortId(n.label)}</span></a> : null) },
];

function QueryResult({ result: answer, place: route, path }: { result: Impact; place: Route; path: string }): JSX.Element {
  const distance = route.query.get("distance") ?? "";
  const relation = route.query.get("relation") ?? "";
  const limit = Math.max(1, ...answer.byDistance.map((d) => d.count), ...answer.byRelation.map((r) => r.count));
  if (!answer.hit && !answer.datasets) return <div class="empty"><p>No model or dataset in the store is recorded as depending on <bdi>{shortId(answer.subject.label)}</bdi>. That says what is recorded, not that nothing does: <a href={`/?q=${encodeURIComponent(shortId(answer.subject.label))}`}>look for entities of a similar name</a>.</p></div>;
  return (
    <>
      <p role="status" class="score"><strong>{count(answer.hit, "model")}</strong> {answer.hit === 1 ? "depends" : "depend"} on it{answer.datasets ? `, by way of ${count(answer.datasets, "dataset")}` : ""}{answer.inferredOnly ? ` (${number(answer.inferredOnly)} of them only by inference)` : ""}.</p>
      <div class="bars">
        <Bars title="By distance" chosen={distance} name="distance" maximum={limit} rows={answer.byDistance.map((d) => [String(d.distance), count(d.distance, "step"), d.count])} />
        <Bars title="By relation" chosen={relation} name="relation" maximum={limit} rows={answer.byRelation.map((r) => [r.relationName, r.relationLabel, r.count])} />
        <section class="card"><h2>By licence</h2><ul class="plain">{answer.byLicence.slice(0, 12).map((l, n) => <li key={n}>{number(l.count)} · {l.licences.length ? l.licences.map((x) => nameOf(x)).join(", ") : "no licence recorded"}</li>)}</ul></section>
      </div>
      {distance || relation ? <p><button type="button" class="small" onClick={() => setQuery({ distance: null, relation: null })}>All distances and relations</button></p> : null}
      <DataTable label="What depends on it" rows={answer.nodes} columns={COLUMNS} rowKey={(n) => n.iri} total={answer.of} noun={["entity", "entities"]}
        plain={false} service={{ facets: answer.facets, next: Boolean(answer.next), path, rowsOf: (a: Impact) => ({ rows: a.nodes, next: a.next }) }} more={answer.truncated && !answer.next ? "of the nearest 5,000" : null} />
    </>
  );
}

function Bars({ title, name, rows, maximum: limit, chosen }: { title: string; name: string; maximum: number; chosen: string; rows: [string, string, number][] }): JSX.Element {
  return (
    <section class="card"><h2>{title}</h2>
      <ul class="plain barlist">
        {rows.map(([key, word, n]) => (
          <li key={key}><button type="button" aria-pressed={chosen === key} onClick={() => setQuery({ [name]: chosen === key ? null : key })}>
            <span class="word">{word}</span>
            <svg class="scale" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="sure" width={(100 * n) / limit} height="8" /></svg>
            <span class="num">{number(n)}</span>
          </button></li>
        ))}
      </ul>
    </section>
  );
}
