/** What can be told from a query's text alone: its form and its prefixes. */

/** Prefixes that are filled in when a query uses them undeclared. */
export const PREFIXES: Record<string, string> = {
  pg: "https://w3id.org/provenance-graph/ns#",
  id: "https://w3id.org/provenance-graph/id/",
  rdf: "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
  rdfs: "http://www.w3.org/2000/01/rdf-schema#",
  xsd: "http://www.w3.org/2001/XMLSchema#",
  skos: "http://www.w3.org/2004/02/skos/core#",
  dcterms: "http://purl.org/dc/terms/",
  dcat: "http://www.w3.org/ns/dcat#",
  prov: "http://www.w3.org/ns/prov#",
  pav: "http://purl.org/pav/",
  schema: "https://schema.org/",
  foaf: "http://xmlns.com/foaf/0.1/",
  owl: "http://www.w3.org/2002/07/owl#",
  sssom: "https://w3id.org/sssom/",
  spdx: "http://spdx.org/licenses/",
};

/** A query without comments, strings and IRIs, in which words can be looked for. */
function bare(query: string): string {
  return query.replace(/<[^<>\s]*>|"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#.*/g, " ");
}

/** SELECT, ASK, CONSTRUCT, DESCRIBE, or "" where it cannot be told. */
export function formOf(query: string): string {
  return /\b(select|ask|construct|describe)\b/i.exec(bare(query).replace(/\bprefix\s+[\w.-]*:/gi, " "))?.[1]?.toUpperCase() ?? "";
}

/** The lines that declare known prefixes which a query uses and does not declare. */
export function missingPrefixes(query: string): string {
  const text = bare(query);
  const declared = new Set([...text.matchAll(/\bprefix\s+([\w.-]*):/gi)].map((m) => m[1]));
  const used = new Set([...text.matchAll(/(?<![\w?$:])([A-Za-z][\w.-]*):/g)].map((m) => m[1] as string));
  return [...used].filter((p) => p in PREFIXES && !declared.has(p)).map((p) => `PREFIX ${p}: <${PREFIXES[p]}>\n`).join("");
}
