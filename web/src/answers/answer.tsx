/** An answer: table with links, picture of a graph, chart where the columns allow one. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { layOut } from "../lineage/layout";
import { PictureView } from "../lineage/picture";
import { go, hrefOf, setQuery, type Route } from "../router";
import type { Lineage, LineageEdge, LineageNode, Term1 } from "../types";
import { shorten } from "../prefixes";
import { TermView } from "../views/thing";
import { csv as asText } from "../table/csv";
import { DataTable } from "../table/table";
import type { Column } from "../table/rows";
import { number, shortId } from "../words";
import { ask, type QueryResult, type Triple } from "./ask";
import { Chart, drawable } from "./chart";
import { scaleOf } from "./series";

const MOST_DRAWN = 400;

/** The answer, in the view that the reader chose. */
export function AnswerView({ answer: queryResult, currentRoute: route }: { answer: QueryResult; currentRoute: Route }): JSX.Element {
  const chart = useMemo(() => drawable(queryResult), [queryResult]);
  const offered: [string, string][] = [["table", "Table"]];
  if (queryResult.kind === "graph") offered.push(["graph", "Graph"]);
  if (chart) offered.push(["chart", "Chart"]);
  const wanted = route.query.get("view") ?? "table";
  const view = offered.some(([key]) => key === wanted) ? wanted : "table";
  if (queryResult.kind === "truth") return <p class="truth" role="status"><strong>{queryResult.truth ? "✓ Yes" : "✕ No"}</strong></p>;
  return (
    <section class="answer" aria-label="Answer">
      {queryResult.share ? <p class="trouble" role="status">The first {number(queryResult.share.shown)} of {number(queryResult.share.of)} are shown, in the order of their names (column {queryResult.share.column}).</p>
        : queryResult.truncated ? <p class="trouble" role="alert"><strong>Incomplete.</strong> A limit ended the answer; there is more than is shown.</p> : null}
      <div class="bar">
        <div role="group" aria-label="Show as">
          {offered.map(([key, word]) => <button key={key} type="button" class="small" aria-pressed={view === key} onClick={() => setQuery({ view: key === "table" ? null : key }, true)}>{word}</button>)}
        </div>
      </div>
      {view === "graph" ? <GraphView triples={queryResult.triples} /> : view === "chart" && chart ? <Chart result={queryResult} place={route} /> : <Rows result={queryResult} />}
    </section>
  );
}

/** Entities whose names are asked, from the first rows on. */
const MOST_NAMED = 3000;
const NAMES_AT_ONCE = 400;
const OURS = "https://w3id.org/provenance-graph/id/";

/** Names of the entities in an answer, as they arrive. */
function useNames(queryResult: QueryResult): Map<string, string> {
  const [names, setNames] = useState(new Map<string, string>());
  useEffect(() => {
    let alive = true;
    const iris = new Set<string>();
    for (const row of queryResult.bindings) {
      if (iris.size >= MOST_NAMED) break;
      for (const term of Object.values(row)) if (term.type === "uri" && term.value.startsWith(OURS) && !/[<>"{}|\\^`\s]/.test(term.value)) iris.add(term.value);
    }
    const all = [...iris].slice(0, MOST_NAMED);
    const work = async (): Promise<void> => {
      const known = new Map<string, string>();
      for (let n = 0; n < all.length && alive; n += NAMES_AT_ONCE) {
        const query = `SELECT ?e (SAMPLE(?n) AS ?name) WHERE { VALUES ?e { ${all.slice(n, n + NAMES_AT_ONCE).map((iri) => `<${iri}>`).join(" ")} } ?e <https://schema.org/name>|<http://www.w3.org/2004/02/skos/core#prefLabel>|<http://www.w3.org/2000/01/rdf-schema#label> ?n } GROUP BY ?e`;
        const answer = await ask(query, new AbortController().signal);
        for (const row of answer.bindings) if (row["e"] && row["name"]) known.set(row["e"].value, row["name"].value);
        if (alive) setNames(new Map(known));
      }
    };
    work().catch(() => undefined); // without names the ids are shown
    return () => void (alive = false);
  }, [queryResult]);
  return names;
}

function Rows({ result: queryResult }: { result: QueryResult }): JSX.Element {
  const names = useNames(queryResult);
  const columns = useMemo((): Column<Record<string, Term1>>[] => {
    const order = queryResult.kind === "graph" ? ["subject", "property", "value"] : queryResult.columns;
    return order.map((name) => {
      const numeric = queryResult.kind === "table" && scaleOf(queryResult, name) === "number";
      const word = (term: Term1 | undefined): string => (term ? (names.get(term.value) ?? (term.type === "uri" ? shorten(term.value) : term.value)) : "");
      return {
        key: name, label: name, numeric,
        value: (row) => (numeric && row[name] ? Number(row[name].value) : word(row[name])),
        view: (row) => <TermView term={row[name]} name={names.get(row[name]?.value ?? "")} />,
      };
    });
  }, [queryResult, names]);
  const rows = useMemo(() => (queryResult.kind === "graph" ? queryResult.triples.map((t) => ({ subject: t.s, property: t.p, value: t.o })) : queryResult.bindings), [queryResult]);
  const keys = useMemo(() => new Map(rows.map((row, n) => [row, String(n)])), [rows]);
  if (!rows.length) return <div class="empty"><p>The answer is empty: nothing matches.</p></div>;
  return <DataTable label="Rows" prefix="r." rows={rows as Record<string, Term1>[]} columns={columns} rowKey={(row) => keys.get(row) ?? ""} noun={["row", "rows"]} saved={() => csv(queryResult)} />;
}

function csv(queryResult: QueryResult): string {
  const rows = queryResult.kind === "graph" ? queryResult.triples.map((t) => [t.s.value, t.p.value, t.o.value]) : queryResult.bindings.map((b) => queryResult.columns.map((c) => b[c]?.value ?? ""));
  return asText(queryResult.kind === "graph" ? ["subject", "property", "value"] : queryResult.columns, rows);
}

/** Triples between things as the layered picture draws them. */
function pictured(triples: Triple[]): { lineage: Lineage; all: number } {
  const links = triples.filter((t) => t.o.type !== "literal" && t.p.value !== "http://www.w3.org/1999/02/22-rdf-syntax-ns#type");
  const next = new Map<string, string[]>();
  const entered = new Set<string>();
  const all = new Set<string>();
  for (const { s, o } of links) {
    next.set(s.value, [...(next.get(s.value) ?? []), o.value]);
    if (o.value !== s.value) entered.add(o.value);
    all.add(s.value).add(o.value);
  }
  const depth = new Map<string, number>();
  const starts = [...all].filter((n) => !entered.has(n));
  for (const start of [...(starts.length ? starts : [...all].slice(0, 1)), ...all]) {
    if (depth.has(start) || depth.size >= MOST_DRAWN) continue;
    const waiting: [string, number][] = [[start, 0]];
    for (let item = waiting.shift(); item; item = waiting.shift()) {
      const [node, far] = item;
      if (depth.has(node) || depth.size >= MOST_DRAWN) continue;
      depth.set(node, far);
      for (const other of next.get(node) ?? []) waiting.push([other, far + 1]);
    }
  }
  const nodes = [...depth].map(([iri, far]): LineageNode => ({ iri, label: shortId(shorten(iri)).replace(/^model\//, ""), kind: "model", side: far ? "down" : "top", distance: far, licences: [] }));
  const edges = links.filter((t) => depth.has(t.s.value) && depth.has(t.o.value)).map((t): LineageEdge => ({
    child: t.o.value, parent: t.s.value, relation: t.p.value, relationName: shorten(t.p.value), relationLabel: shorten(t.p.value),
    group: "derivation", inferred: false, weight: "", method: "", revision: "", evidence: [], contradictedBy: [], breaches: [],
  }));
  const lineage: Lineage = { subject: { iri: "", label: "" }, direction: "both", depth: null, influences: false, generation: null, nodes, edges, unresolved: [], cycles: [], versions: [], modelsChecked: 0, modelsCheckedOf: 0, shown: nodes.length, of: all.size, truncated: nodes.length < all.size };
  return { lineage, all: all.size };
}

function GraphView({ triples }: { triples: Triple[] }): JSX.Element {
  const { lineage, all } = useMemo(() => pictured(triples), [triples]);
  const [opened, setOpened] = useState<string[]>([]);
  const picture = useMemo(() => layOut(lineage, new Set(opened)), [lineage, opened]);
  const none = useMemo(() => new Map<string, string>(), []);
  if (!all) return <div class="empty"><p>No statement of this result connects two entities; the table shows all rows.</p></div>;
  return (
    <>
      <p role="status">{number(lineage.nodes.length)} of {number(all)} things shown; statements with a plain value are in the table only.</p>
      <div class="frame">
        <PictureView picture={picture} scale={1} chosenNode="" chosenEdge="" find="" conflicts={none} onEdge={() => undefined}
          onNode={(box) => (box.members.length > 1 ? setOpened([...opened, box.key]) : /^https?:/.test(box.key) ? go(hrefOf(box.key)) : undefined)} />
      </div>
    </>
  );
}
