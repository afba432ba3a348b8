/** Anything in the graph that is not a model: what it is, what points to it, and its record. */
import type { JSX } from "preact";
import { send, useAsked } from "../api";
import { Answer, Out, QueryLink, useTitle } from "../parts";
import { hrefOf, inPath, type Place } from "../router";
import type { Results, Term1 } from "../types";
import { linkable, shortId, spaced } from "../words";

const ID = "https://w3id.org/provenance-graph/id/";
const PREFIXES: [string, string][] = [
  ["", ID],
  ["pg:", "https://w3id.org/provenance-graph/ns#"],
  ["dcterms:", "http://purl.org/dc/terms/"],
  ["schema:", "https://schema.org/"],
  ["rdf:", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"],
  ["rdfs:", "http://www.w3.org/2000/01/rdf-schema#"],
  ["skos:", "http://www.w3.org/2004/02/skos/core#"],
  ["prov:", "http://www.w3.org/ns/prov#"],
  ["dcat:", "http://www.w3.org/ns/dcat#"],
  ["pav:", "http://purl.org/pav/"],
  ["xsd:", "http://www.w3.org/2001/XMLSchema#"],
  ["spdx:", "http://spdx.org/licenses/"],
];

/** An IRI with a known prefix in place of its beginning. */
export function shorten(iri: string): string {
  for (const [prefix, space] of PREFIXES) if (iri.startsWith(space)) return prefix + iri.slice(space.length);
  return iri;
}

/** A term of an RDF answer, linked where it leads somewhere. */
export function TermView({ term }: { term: Term1 | undefined }): JSX.Element {
  if (!term) return <span class="none">–</span>;
  if (term.type === "uri")
    return /^https?:/.test(term.value) && !term.value.startsWith(ID) && !PREFIXES.some(([, s]) => term.value.startsWith(s)) ? (
      <Out href={term.value} />
    ) : (
      <a href={hrefOf(term.value)} title={term.value}><bdi>{shorten(term.value)}</bdi></a>
    );
  if (term.type === "bnode") return <code>_:{term.value}</code>;
  const kind = term.datatype ? shorten(term.datatype) : "";
  return (
    <span title={kind || undefined}>
      <bdi lang={term["xml:lang"]}>{term.value}</bdi>
      {term["xml:lang"] ? <span class="aside"> @{term["xml:lang"]}</span> : null}
    </span>
  );
}

interface About {
  out: Record<string, Term1>[];
  into: Record<string, Term1>[];
  inside: Record<string, Term1>[];
}

async function read(iri: string): Promise<About> {
  const ask = async (query: string): Promise<Record<string, Term1>[]> => {
    const response = await send(`/sparql?query=${encodeURIComponent(query)}&format=json`);
    return ((await response.json()) as Results).results?.bindings ?? [];
  };
  const [out, into, inside] = await Promise.all([
    ask(`SELECT DISTINCT ?p ?o WHERE { { <${iri}> ?p ?o } UNION { GRAPH ?g { <${iri}> ?p ?o } } } ORDER BY ?p ?o LIMIT 300`),
    ask(`SELECT ?s ?p WHERE { ?s ?p <${iri}> } LIMIT 200`),
    ask(`SELECT ?s ?p ?o WHERE { GRAPH <${iri}> { ?s ?p ?o } } LIMIT 500`),
  ]);
  return { out, into, inside };
}

/** A thing, by its path below `/things/` or its IRI. */
export default function ThingView({ path, place }: { path: string; place: Place }): JSX.Element {
  const iri = path ? ID + path : (place.query.get("iri") ?? "");
  const sound = /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i.test(iri);
  const asked = useAsked<About>(sound ? iri : null, read);
  const name = shortId(shorten(iri));
  useTitle(name);
  if (!sound) return <div class="page"><h1>No such thing</h1><p role="alert">“<bdi>{iri}</bdi>” is not an IRI. <a href="/">Search the models</a></p></div>;
  return (
    <div class="page thing">
      <header class="head">
        <h1><bdi>{name}</bdi></h1>
        <p class="under"><code><bdi>{iri}</bdi></code></p>
        <p class="actions">
          {iri.startsWith(ID) ? <><a href={`/doc/${inPath(iri.slice(ID.length))}?format=ttl`}>Turtle</a><a href={`/doc/${inPath(iri.slice(ID.length))}?format=jsonld`}>JSON-LD</a></> : null}
          {iri.startsWith(ID) ? <a href={`/impact?thing=${encodeURIComponent(iri)}`}>Impact</a> : linkable(iri) ? <Out href={iri}>Open it elsewhere</Out> : null}
          <QueryLink query={`SELECT ?p ?o WHERE { <${iri}> ?p ?o }`}>Query</QueryLink>
        </p>
      </header>
      <Answer asked={asked} what="the thing">
        {(found) => (
          <>
            {!found.out.length && !found.into.length && !found.inside.length ? <p role="status">Nothing is known of it here.</p> : null}
            <Facts rows={found.out} />
            {found.inside.length ? <Inside rows={found.inside} /> : null}
            {found.into.length ? (
              <section><h2>What points to it{found.into.length >= 200 ? " (the first 200)" : ""}</h2>
                <ul class="plain">{found.into.map((row, n) => <li key={n}><TermView term={row["s"]} /> <span class="aside">{spaced(shorten(row["p"]?.value ?? ""))}</span></li>)}</ul>
              </section>
            ) : null}
          </>
        )}
      </Answer>
    </div>
  );
}

function Facts({ rows }: { rows: Record<string, Term1>[] }): JSX.Element | null {
  const grouped = new Map<string, Term1[]>();
  for (const row of rows) {
    const key = row["p"]?.value ?? "";
    if (row["o"]) grouped.set(key, [...(grouped.get(key) ?? []), row["o"]]);
  }
  if (!grouped.size) return null;
  return (
    <dl class="facts-list">
      {[...grouped].map(([p, values]) => (
        <div key={p}><dt title={p}>{shorten(p)}</dt><dd>{values.map((v, n) => <div key={n}><TermView term={v} /></div>)}</dd></div>
      ))}
    </dl>
  );
}

function Inside({ rows }: { rows: Record<string, Term1>[] }): JSX.Element {
  return (
    <section>
      <h2>What this record says{rows.length >= 500 ? " (the first 500 statements)" : ""}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Statements"><table class="list">
        <thead><tr><th>Subject</th><th>Property</th><th>Value</th></tr></thead>
        <tbody>{rows.map((row, n) => <tr key={n}><td><TermView term={row["s"]} /></td><td><TermView term={row["p"]} /></td><td><TermView term={row["o"]} /></td></tr>)}</tbody>
      </table></div>
    </section>
  );
}
