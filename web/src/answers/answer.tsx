/** An answer: table with links, picture of a graph, chart where the columns allow one. */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { layOut } from "../lineage/layout";
import { PictureView } from "../lineage/picture";
import { download } from "../parts";
import { go, hrefOf, setQuery, type Place } from "../router";
import type { Lineage, LineageEdge, LineageNode, Term1 } from "../types";
import { shorten } from "../prefixes";
import { TermView } from "../views/thing";
import { number, shortId } from "../words";
import type { Found, Triple } from "./ask";
import { Chart, chartOf } from "./chart";

const PAGE = 200;
const MOST_DRAWN = 400;

/** The answer, in the view that the reader chose. */
export function AnswerView({ found, place }: { found: Found; place: Place }): JSX.Element {
  const chart = useMemo(() => chartOf(found), [found]);
  const offered: [string, string][] = [["table", "Table"]];
  if (found.kind === "graph") offered.push(["graph", "Graph"]);
  if (chart) offered.push(["chart", "Chart"]);
  const wanted = place.query.get("view") ?? "table";
  const view = offered.some(([key]) => key === wanted) ? wanted : "table";
  if (found.kind === "truth") return <p class="truth" role="status"><strong>{found.truth ? "✓ Yes" : "✕ No"}</strong></p>;
  return (
    <section class="answer" aria-label="Answer">
      {found.truncated ? <p class="trouble" role="alert"><strong>Cut short.</strong> A limit ended the answer; there is more than is shown.</p> : null}
      <div class="bar">
        <div role="group" aria-label="Show as">
          {offered.map(([key, word]) => <button key={key} type="button" class="small" aria-pressed={view === key} onClick={() => setQuery({ view: key === "table" ? null : key }, true)}>{word}</button>)}
        </div>
        <button type="button" class="small" onClick={() => download("answer.csv", csv(found), "text/csv")}>CSV</button>
      </div>
      {view === "graph" ? <GraphView triples={found.triples} /> : view === "chart" && chart ? <Chart chart={chart} /> : <Rows found={found} />}
    </section>
  );
}

function Rows({ found }: { found: Found }): JSX.Element {
  const [most, setMost] = useState(PAGE);
  const columns = found.kind === "graph" ? ["subject", "property", "value"] : found.columns;
  const rows: (Term1 | undefined)[][] = found.kind === "graph" ? found.triples.slice(0, most).map((t) => [t.s, t.p, t.o]) : found.bindings.slice(0, most).map((b) => columns.map((c) => b[c]));
  const all = found.rows ?? 0;
  if (!all) return <div class="empty"><p>The answer is empty: nothing matches.</p></div>;
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Rows"><table class="list rows">
        <thead><tr>{columns.map((c) => <th key={c} scope="col">{c}</th>)}</tr></thead>
        <tbody>{rows.map((row, n) => <tr key={n}>{row.map((term, m) => <td key={m} class={isNumber(term) ? "num" : ""}><TermView term={term} /></td>)}</tr>)}</tbody>
      </table></div>
      <p role="status">{number(Math.min(most, all))} of {number(all)} shown. {all > most ? <button type="button" onClick={() => setMost(most * 5)}>Show more</button> : null}</p>
    </>
  );
}

/** Whether a term is a number. */
export function isNumber(term: Term1 | undefined): boolean {
  return /#(integer|decimal|double|float|long|int)$/.test(term?.datatype ?? "");
}

function csv(found: Found): string {
  const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = found.kind === "graph" ? found.triples.map((t) => [t.s.value, t.p.value, t.o.value]) : found.bindings.map((b) => found.columns.map((c) => b[c]?.value ?? ""));
  const head = found.kind === "graph" ? ["subject", "property", "value"] : found.columns;
  return [head, ...rows].map((row) => row.map(quote).join(",")).join("\r\n") + "\r\n";
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
    group: "derivation", inferred: false, weight: "", method: "", evidence: [], contradictedBy: [], breaches: [],
  }));
  const lineage: Lineage = { subject: { iri: "", label: "" }, direction: "both", depth: null, influences: false, generation: null, nodes, edges, unresolved: [], cycles: [], modelsChecked: 0, modelsCheckedOf: 0, shown: nodes.length, of: all.size, truncated: nodes.length < all.size };
  return { lineage, all: all.size };
}

function GraphView({ triples }: { triples: Triple[] }): JSX.Element {
  const { lineage, all } = useMemo(() => pictured(triples), [triples]);
  const [opened, setOpened] = useState<string[]>([]);
  const picture = useMemo(() => layOut(lineage, new Set(opened)), [lineage, opened]);
  const none = useMemo(() => new Map<string, string>(), []);
  if (!all) return <div class="empty"><p>No statement here joins two things; the table shows them all.</p></div>;
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
