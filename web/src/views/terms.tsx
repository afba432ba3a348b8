/** The terms of the graph: classes and properties of the ontology with what they join, by module. */
import type { JSX } from "preact";
import { select, useFetched } from "../api";
import { Answer, useTitle } from "../parts";
import { type Route } from "../router";
import { DataTable } from "../table/table";
import type { Column } from "../table/rows";
import { shorten } from "../prefixes";

const TERMS = `PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?term (SAMPLE(?l) AS ?label) (SAMPLE(?d) AS ?definition) (MAX(STR(?m)) AS ?module) (GROUP_CONCAT(DISTINCT STR(?t); separator=" ") AS ?types) (SAMPLE(?dom) AS ?domain) (SAMPLE(?ran) AS ?range) (GROUP_CONCAT(DISTINCT STR(?s); separator=" ") AS ?above) WHERE {
  ?term rdfs:isDefinedBy ?m ; skos:prefLabel ?l ; rdf:type ?t .
  OPTIONAL { ?term skos:definition ?d } OPTIONAL { ?term rdfs:domain ?dom } OPTIONAL { ?term rdfs:range ?ran }
  OPTIONAL { { ?term rdfs:subClassOf ?s } UNION { ?term rdfs:subPropertyOf ?s } FILTER(isIRI(?s)) }
} GROUP BY ?term ORDER BY ?term`;

type Row = Record<string, string>;

/** Class, property or concept, by the types that the ontology gives. */
export function kindOf(types: string): string {
  if (/owl#Class|rdf-schema#Class/.test(types)) return "class";
  if (/Property/.test(types)) return "property";
  return "concept";
}

/** The query that counts what a term is used for. */
export function exampleOf(term: string, kind: string): string {
  return kind === "class" ? `SELECT ?entity WHERE { ?entity a <${term}> } LIMIT 50` : kind === "property" ? `SELECT ?subject ?value WHERE { ?subject <${term}> ?value } LIMIT 50` : `SELECT ?subject ?property WHERE { ?subject ?property <${term}> } LIMIT 50`;
}

const short = (iri: string | undefined): string => (iri ? shorten(iri) : "");
const above = (r: Row): string[] => (r["above"] ?? "").split(" ").filter(Boolean).map(short);
const COLUMNS: Column<Row>[] = [
  { key: "term", label: "Term", head: true, value: (r) => short(r["term"]), view: (r) => <a href={r["term"]?.startsWith("https://w3id.org/provenance-graph/ns#") ? `/ns#${r["term"].split("#")[1]}` : `/things?iri=${encodeURIComponent(r["term"] ?? "")}`}><code>{short(r["term"])}</code></a> },
  { key: "kind", label: "Kind", facet: true, value: (r) => kindOf(r["types"] ?? "") },
  { key: "label", label: "Label", value: (r) => r["label"] },
  { key: "definition", label: "Definition", sentences: true, value: (r) => r["definition"] },
  { key: "domain", label: "From", facet: true, value: (r) => short(r["domain"]) },
  { key: "range", label: "To", facet: true, value: (r) => short(r["range"]) },
  { key: "above", label: "Below", value: above, view: (r) => above(r).map((name) => <div key={name}><code>{name}</code></div>) },
  { key: "module", label: "Module", facet: true, value: (r) => (r["module"] ?? "").split(/[/#]/).pop() },
  { key: "use", label: "", value: () => "", view: (r) => <a href={`/sparql?run=yes&query=${encodeURIComponent(exampleOf(r["term"] ?? "", kindOf(r["types"] ?? "")))}`}>examples<span class="visually-hidden"> of {short(r["term"])}</span></a> },
];

/** The view: every term, to filter by kind, module, domain and range. */
export default function Terms(_: { currentRoute: Route }): JSX.Element {
  useTitle("Terms of the graph");
  const fetched = useFetched(TERMS, select);
  return (
    <div class="page wide">
      <h1>Terms of the graph</h1>
      <p>Classes, properties and codes that records and queries use, with what a property joins. The same with shapes and examples: <a href="/ns">the vocabulary's own page</a>.</p>
      <Answer requested={fetched} what="the terms">{(rows) => <DataTable label="Terms" rows={rows} columns={COLUMNS} rowKey={(r) => r["term"] ?? ""} noun={["term", "terms"]} />}</Answer>
    </div>
  );
}
