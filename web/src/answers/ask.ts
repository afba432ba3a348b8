/** Sending queries and reading answers of every form. */
import { Refusal, send } from "../api";
import { formOf } from "../editor/text";
import { inPath } from "../router";
import type { Results, Term1 } from "../types";

export interface Triple {
  s: Term1;
  p: Term1;
  o: Term1;
}

/** An answer in the form that the page shows. */
export interface QueryResult {
  kind: "table" | "truth" | "graph";
  columns: string[];
  bindings: Record<string, Term1>[];
  triples: Triple[];
  truth?: boolean;
  rows?: number;
  truncated: boolean;
  share?: Share;
}

/** Of how many entities, the values of a column, an answer shows the first by name. */
export interface Share {
  column: string;
  shown: number;
  of: number;
}

/** Ask a query; a Refusal says what is wrong, also when the answer breaks off. */
export async function ask(query: string, signal: AbortSignal): Promise<QueryResult> {
  const graph = ["CONSTRUCT", "DESCRIBE"].includes(formOf(query));
  const response = await send("/sparql", {
    method: "POST",
    signal,
    body: query,
    headers: { "Content-Type": "application/sparql-query", Accept: graph ? "application/n-triples" : "application/sparql-results+json" },
  });
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Refusal(507, "The answer was cut short", "A limit on time or size ended it before it was complete, so nothing of it is shown. Add a LIMIT or narrow the query.");
  }
  return graph ? graphOf(text) : tableOf(JSON.parse(text) as Results);
}

function tableOf(results: Results): QueryResult {
  const none = { columns: [], bindings: [], triples: [], truncated: false };
  if (results.boolean !== undefined) return { ...none, kind: "truth", truth: results.boolean };
  const bindings = results.results?.bindings ?? [];
  return { ...none, kind: "table", columns: results.head.vars ?? [], bindings, rows: bindings.length };
}

const TERM = /<([^>]*)>|_:(\S+)|"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?/g;

/** N-Triples as triples; one line each. */
export function graphOf(text: string): QueryResult {
  const triples: Triple[] = [];
  for (const line of text.split("\n")) {
    const terms = [...line.matchAll(TERM)].map(termOf);
    const [s, p, o] = terms;
    if (s && p && o) triples.push({ s, p, o });
  }
  return { kind: "graph", columns: [], bindings: [], triples, rows: triples.length, truncated: false };
}

function termOf(match: RegExpMatchArray): Term1 {
  if (match[1] !== undefined) return { type: "uri", value: unescaped(match[1]) };
  if (match[2] !== undefined) return { type: "bnode", value: match[2] };
  const term: Term1 = { type: "literal", value: unescaped(match[3] ?? "") };
  if (match[4]) term["xml:lang"] = match[4];
  if (match[5]) term.datatype = match[5];
  return term;
}

const SIGNS: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

function unescaped(text: string): string {
  return text.replace(/\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\(.)/g, (_, four: string, eight: string, sign: string) =>
    four || eight ? String.fromCodePoint(parseInt(four || eight, 16)) : (SIGNS[sign] ?? sign),
  );
}

type Plain = string | number | boolean | null | { iri: string; id: string };

/** Ask a stored question with values for its parameters. */
export async function askQuestion(id: string, values: Record<string, string>, signal: AbortSignal): Promise<QueryResult> {
  const params = new URLSearchParams(Object.entries(values).filter(([, v]) => v));
  const response = await send(`/api/v1/questions/${inPath(id)}?${params}`, { signal });
  const answer = (await response.json()) as { columns: string[]; rows: Plain[][]; truncated: boolean; share?: Share };
  const bindings = answer.rows.map((row) => {
    const made: Record<string, Term1> = {};
    answer.columns.forEach((column, n) => {
      const cell = row[n];
      if (cell !== null && cell !== undefined) made[column] = plainTerm(cell);
    });
    return made;
  });
  return { kind: "table", columns: answer.columns, bindings, triples: [], rows: bindings.length, truncated: answer.truncated, ...(answer.share ? { share: answer.share } : {}) };
}

function plainTerm(cell: Exclude<Plain, null>): Term1 {
  if (typeof cell === "object") return { type: "uri", value: cell.iri };
  if (typeof cell === "number") return { type: "literal", value: String(cell), datatype: "http://www.w3.org/2001/XMLSchema#decimal" };
  return { type: "literal", value: String(cell) };
}
