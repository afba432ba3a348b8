/** The terms of the ontology, for completion, warnings and the list beside the editor. */
import { select } from "../api";
import { PREFIXES } from "./text";

export interface Term {
  /** With its prefix: `pg:contextLength`. */
  name: string;
  kind: "class" | "property";
  label: string;
  definition: string;
}

const TERMS = `SELECT ?term ?label ?definition WHERE {
  ?term <http://www.w3.org/2000/01/rdf-schema#isDefinedBy> ?module ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?label
  OPTIONAL { ?term <http://www.w3.org/2004/02/skos/core#definition> ?definition } } ORDER BY ?term`;
const BORROWED = ["dcterms:creator", "dcterms:license", "dcterms:issued", "dcterms:created", "dcterms:date", "dcterms:isPartOf", "dcterms:replaces", "prov:wasDerivedFrom", "prov:wasInfluencedBy", "prov:specializationOf", "prov:qualifiedDerivation", "schema:name", "schema:version", "rdf:type", "pav:retrievedOn", "skos:prefLabel", "skos:notation"];

/** Every term, asked once per store version; those of other vocabularies that queries use come last. */
export async function terms(): Promise<Term[]> {
  const known = new Map<string, Term>();
  for (const row of await select(TERMS)) {
    const term = row["term"] ?? "";
    const prefix = Object.keys(PREFIXES).find((p) => term.startsWith(PREFIXES[p] as string) && p !== "id");
    if (!prefix) continue;
    const local = term.slice((PREFIXES[prefix] as string).length);
    known.set(`${prefix}:${local}`, { name: `${prefix}:${local}`, kind: /^[A-Z]/.test(local) ? "class" : "property", label: row["label"] ?? "", definition: row["definition"] ?? "" });
  }
  for (const name of BORROWED) if (!known.has(name)) known.set(name, { name, kind: "property", label: "", definition: "" });
  return [...known.values()];
}

/** Names in our own namespace: the only one of which we know every term. */
export function ours(items: Term[]): Set<string> {
  return new Set(items.filter((t) => t.name.startsWith("pg:")).map((t) => t.name));
}
