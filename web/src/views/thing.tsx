/** Any entity that is not a model: what it is, who says so, what it leads to and what leads to it. */
import { ID } from "../ids";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { get, send, useFetched } from "../api";
import { dated, dayOf } from "../asof";
import { packed } from "../explore/address";
import type { Entity, EntityPage, Group, Impact, Neighbourhood, Standing } from "../types";
import { InBasket } from "../inbasket";
import { Sentence, SourceStanding, WhoSays, entityPath, isSource, standingPath } from "./about";
import { Answer, Out, QueryLink, Wait, useTitle } from "../parts";
import { hrefOf, inPath, type Route } from "../router";
import type { Results, Term1 } from "../types";
import { isTerm, shorten } from "../prefixes";
import { linkable, number, shortId, spaced } from "../words";

/** A term of an RDF answer, linked where it leads somewhere; by its name where that is known. */
export function TermView({ term, name }: { term: Term1 | undefined; name?: string | undefined }): JSX.Element {
  if (!term) return <span class="none">–</span>;
  if (term.type === "uri")
    return /^https?:/.test(term.value) && !term.value.startsWith(ID) && !isTerm(term.value) ? (
      <Out href={term.value} />
    ) : (
      <a href={hrefOf(term.value)} title={term.value}><bdi>{name ?? shorten(term.value)}</bdi></a>
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
export default function ThingView({ path, currentRoute: route }: { path: string; currentRoute: Route }): JSX.Element {
  const iri = path ? ID + path : (route.query.get("iri") ?? "");
  const sound = /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i.test(iri);
  const around = useFetched<Neighbourhood>(sound ? aroundOf(iri) : null);
  const page = useFetched<EntityPage>(sound && !isSource(iri) ? dated(entityPath(iri)) : null);
  const impact = useFetched<Impact>(iri.startsWith(`${ID}dataset/`) ? dated(`/api/v1/impact?thing=${encodeURIComponent(iri)}&limit=1`) : null);
  const fared = useFetched<Standing>(isSource(iri) ? standingPath(iri) : null);
  const fetched = useFetched<About>(sound ? iri : null, read);
  // What stands first grows with each answer: all are awaited, so that what stands below it never moves.
  const waiting = around.loading || page.loading || impact.loading || fared.loading;
  const node = around.data?.node;
  const isClaim = iri.includes("#c-");
  const name = node?.label ?? shortId(shorten(iri));
  useTitle(name);
  if (!sound) return <div class="page"><h1>No such entity</h1><p role="alert">“<bdi>{iri}</bdi>” is not an IRI. <a href="/">Search the models</a></p></div>;
  return (
    <div class="page thing">
      <header class="head">
        <h1>{node ? <><span class="kind">{isSource(iri) ? "Source" : (KIND_WORDS[node.kind] ?? node.kind)}</span>{" "}</> : null}<bdi>{name}</bdi></h1>
        <p class="under"><code><bdi>{iri}</bdi></code></p>
        <p class="actions">
          {iri.startsWith(ID) && !isClaim ? <><a href={`/doc/${inPath(iri.slice(ID.length))}?format=ttl`}>Turtle</a><a href={`/doc/${inPath(iri.slice(ID.length))}?format=jsonld`}>JSON-LD</a></> : null}
          <a href={`/explore?node=${encodeURIComponent(packed(iri))}`}>Explore</a>
          {DEPENDED_ON.has(node?.kind ?? "") ? <a href={`/impact?thing=${encodeURIComponent(iri)}`}>What depends on it</a> : linkable(iri) ? <Out href={iri}>Open it elsewhere</Out> : null}
          {node?.kind === "dataset" || node?.kind === "deployment" ? <InBasket kind={node.kind} id={iri.slice(ID.length).replace(/^(dataset|deployment)\//, "")} /> : null}
          <QueryLink query={`SELECT ?p ?o WHERE { <${iri}> ?p ?o }`}>Query</QueryLink>
        </p>
      </header>
      {isSource(iri) ? <SourceStanding iri={iri} requested={fared} /> : !waiting && around.data && node && KIND_WORDS[node.kind] && node.kind !== "record" && !isClaim ? <Sentence result={around.data} kind={KIND_WORDS[node.kind] ?? node.kind} page={page.data} impact={impact.data} /> : null}
      {!waiting && around.data ? <Around result={around.data} /> : null}
      {!waiting && around.data && node?.kind !== "record" && !isClaim && !isSource(iri) ? <WhoSays iri={iri} /> : null}
      {waiting ? <Wait what="its links" /> : <Answer requested={fetched} what="its statements">
        {(about) => (
          <details class="part" open={!around.data?.groups.length || node?.kind === "record"}>
            <summary><h2>All statements</h2></summary>
            {dayOf() ? <p class="aside">As of now, regardless of the chosen day.</p> : null}
            {!about.out.length && !about.into.length && !about.inside.length ? <p role="status">This store has no statement about it.</p> : null}
            <Facts rows={about.out} />
            {about.inside.length ? <Inside rows={about.inside} /> : null}
            {about.into.length ? (
              <section><h2>What points to it{about.into.length >= 200 ? " (the first 200)" : ""}</h2>
                <ul class="plain">{about.into.map((row, n) => <li key={n}><TermView term={row["s"]} /> <span class="aside">{spaced(shorten(row["p"]?.value ?? ""))}</span></li>)}</ul>
              </section>
            ) : null}
          </details>
        )}
      </Answer>}
    </div>
  );
}

/** Kinds that models are made from. */
const DEPENDED_ON = new Set(["dataset", "version", "configuration", "unresolved"]);
const PAGE = 24;
/** What points to an entity and has a place of its own on its page: claims about it, claims that a record holds, how near a source stands to developers. */
const ELSEWHERE = new Set(["about", "inRecord", "ofCollection"]);
const KIND_WORDS: Record<string, string> = {
  dataset: "Dataset", organization: "Organisation", licence: "Licence", benchmark: "Benchmark", family: "Family", version: "Version",
  record: "Source record", claim: "Claim", deployment: "Deployment", rank: "Rank", "training stage": "Training stage", offer: "Offer", artifact: "File", document: "Document", unresolved: "Named but not identified", result: "Result", assessment: "Assessment",
};
/** What a link means when it is read from its object. */
const FROM_OBJECT: Record<string, string> = {
  trainedOn: "Training data of", testedOn: "Test data of", validatedOn: "Validation data of", creator: "Developed by it", license: "Licensed under it",
  fineTunedFrom: "Fine-tuned from it", quantizedFrom: "Quantised from it", distilledFrom: "Distilled from it", mergedFrom: "Merged from it", adapterOf: "Adapters of it",
  continuedFrom: "Further trained from it", provider: "Offered by it", isPartOf: "Its members", evaluationOf: "Results about it", benchmark: "Results on it",
  generatedBy: "Generated by it", offerOf: "Offers of it", specializationOf: "Its versions", wasAttributedTo: "Published by it", subsetOf: "Subsets of it", assessedSubject: "Assessments of it", used: "Used by", inCollection: "Records of it",
};

function aroundOf(iri: string, more = ""): string {
  return dated(`/api/v1/graph?node=${encodeURIComponent(iri)}&limit=${PAGE}${more}`);
}

/** The links of an entity in words, the largest groups last. */
function Around({ result: answer }: { result: Neighbourhood }): JSX.Element {
  const groups = answer.groups.filter((group) => !(group.direction === "in" && ELSEWHERE.has(group.name)));
  return (
    <div class="around">
      {groups.map((group) => <Links key={group.direction + group.relation} iri={answer.node.iri} group={group} />)}
      {groups.length ? null : <p role="status">No link of it to another entity is recorded.</p>}
    </div>
  );
}

function Links({ iri, group }: { iri: string; group: Group }): JSX.Element {
  const [items, setItems] = useState<Entity[]>(group.items);
  const [next, setNext] = useState(group.next);
  const more = async (): Promise<void> => {
    const page = await get<Neighbourhood>(aroundOf(iri, `&relation=${encodeURIComponent(group.name)}&direction=${group.direction}&cursor=${next ?? ""}`));
    const answer = page.groups[0];
    setItems([...items, ...(answer?.items ?? [])]);
    setNext(answer?.next ?? null);
  };
  const twice = new Set(items.filter((a) => items.some((b) => b !== a && b.label === a.label)).map((item) => item.label));
  const word = group.direction === "out" && group.name === "seeAlso" ? "See also" : group.direction === "in" ? (FROM_OBJECT[group.name] ?? `Named by others as: ${group.label}`) : group.label.charAt(0).toUpperCase() + group.label.slice(1);
  return (
    <section class="card">
      <h2>{word} <span class="aside">{group.atLeast ? "more than " : ""}{number(group.total)}</span></h2>
      <ul class="plain">
        {items.map((item) => (
          <li key={item.iri}><a href={hrefOf(item.iri)}><bdi>{item.label}</bdi></a>{twice.has(item.label) ? <span class="aside"> <bdi>{item.id}</bdi></span> : null}{["model", "entity", "document", "record"].includes(item.kind) ? null : <span class="aside"> {item.kind}</span>}{group.contested.includes(item.iri) ? <strong class="conflict"> sources disagree</strong> : null}</li>
        ))}
      </ul>
      {next ? <p>{number(items.length)} of {number(group.total)} shown. <button type="button" class="small" onClick={() => void more()}>Show more</button></p> : null}
    </section>
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
