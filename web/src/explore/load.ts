/** Scenes from the service: a walk replayed step by step, a preset, and facts to colour by. */
import { Refusal, get, select } from "../api";
import type { Changes, ClaimsAnswer, GraphPath, Group, Impact, Lineage, Neighbourhood } from "../types";
import { ID, modelIdOf } from "../ids";
import { inPath } from "../router";
import { count, number, shortId } from "../words";
import { unpacked, type Step } from "./address";
import { arranged } from "./arrange";
import { MOST_CHANGES, changesScene, evidenceScene, impactScene, licenceScene, lineageScene, organisationScene, timelineScene, type Dated } from "./presets";
import { difference } from "./difference";
import { ASKED_FOR, begin, withGroup, withLinks, type Link, type Scene } from "./scene";

/** So many neighbours are opened at a time. */
export const PAGE = 12;
/** So many of each group are shown around an entity that was only just come to. */
const FIRST = 3;
/** So many entities are shown in one scene. */
export const MOST = 5000;

/** Presets by their name in the address, with what they show; `root` says whether they need an entity. */
export const PRESETS: { name: string; word: string; root: boolean }[] = [
  { name: "lineage", word: "Lineage", root: true },
  { name: "licences", word: "Licence flow", root: true },
  { name: "impact", word: "What depends on it", root: true },
  { name: "timeline", word: "Timeline by release", root: true },
  { name: "evidence", word: "Evidence of one fact", root: true },
  { name: "organisations", word: "Who builds on whom", root: false },
  { name: "changes", word: "What changed since a version", root: false },
];

function onDay(asOf: string): string {
  return asOf ? `&asOf=${encodeURIComponent(asOf)}` : "";
}

/** Presets that are made of the store as it is now, whatever day is asked for. */
export const OF_NOW = new Set(["organisations", "changes"]);

/** The request for what is around an entity; the same text everywhere, so that it is asked once. */
export function aroundOf(iri: string, asOf: string): string {
  return `/api/v1/graph?node=${encodeURIComponent(iri)}&limit=${PAGE}&breaches=true${onDay(asOf)}`;
}

/** The scene that an address begins with. */
async function start({ root, preset, property, asOf, evidence, since }: Wanted): Promise<Scene> {
  const thing = unpacked(root);
  switch (preset) {
    case "impact":
      return impactScene(await get<Impact>(`/api/v1/impact?thing=${encodeURIComponent(thing)}&limit=${MOST}${onDay(asOf)}`));
    case "lineage":
      return lineageScene(await get<Lineage>(`/api/v1/models/${modelPath(thing)}/lineage?influences=true&evidence=${evidence}&limit=${MOST}${onDay(asOf)}`));
    case "licences":
      return licenceScene(await get<Lineage>(`/api/v1/models/${modelPath(thing)}/lineage?influences=true&evidence=${evidence}&limit=${MOST}${onDay(asOf)}`));
    case "changes":
      return changesScene(await get<Changes>(`/api/v1/changes?limit=${MOST_CHANGES}${since ? `&since=${encodeURIComponent(since)}` : ""}`));
    case "organisations":
      return organisations(root ? (await get<Neighbourhood>(aroundOf(thing, asOf))).node.iri : "");
    case "timeline":
      return timeline(thing, asOf);
    case "evidence": {
      const { node } = await get<Neighbourhood>(aroundOf(thing, asOf));
      if (!property) return begin(node);
      const answer = await get<ClaimsAnswer>(`/api/v1/models/${modelPath(thing)}/claims?property=${encodeURIComponent(property)}${onDay(asOf)}`);
      return evidenceScene(node, property, answer.claims);
    }
    default:
      return begin((await get<Neighbourhood>(aroundOf(thing, asOf))).node);
  }
}

function modelPath(thing: string): string {
  return inPath(modelIdOf(thing) ?? thing);
}

/** The strongest links between organisations: more could not be read. */
const BUILT = 80;

/** Every term of a query is an IRI of the store, so nothing typed gets into it. */
async function organisations(root: string): Promise<Scene> {
  const only = /^https?:\/\/[^\s<>"{}|\\^`]+$/.test(root) ? `FILTER(?from = <${root}> || ?to = <${root}>)` : "";
  const rows = await select(`PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX schema: <https://schema.org/>
SELECT ?from ?to ?n ?fromName ?toName WHERE {
  { SELECT ?from ?to (COUNT(DISTINCT ?child) AS ?n) WHERE { ?child prov:wasDerivedFrom ?parent ; dcterms:creator ?from . ?parent dcterms:creator ?to FILTER(?from != ?to) ${only} } GROUP BY ?from ?to ORDER BY DESC(?n) LIMIT ${BUILT} }
  OPTIONAL { ?from schema:name ?fromName } OPTIONAL { ?to schema:name ?toName } }`);
  const name = (iri: string | undefined, label: string | undefined): string => label ?? shortId((iri ?? "").replace(ID, ""));
  const scene = organisationScene([...new Map(rows.map((r) => [`${r["from"]} ${r["to"]}`, { from: r["from"] ?? "", to: r["to"] ?? "", n: Number(r["n"]), fromName: name(r["from"], r["fromName"]), toName: name(r["to"], r["toName"]) }])).values()]);
  return scene.links.size < BUILT ? scene : { ...scene, left: `Only the ${BUILT} links are drawn by which most models were built.` };
}

async function timeline(thing: string, asOf: string): Promise<Scene> {
  const { node } = await get<Neighbourhood>(aroundOf(thing, asOf));
  const lineage = node.kind === "model" ? lineageScene(await get<Lineage>(`/api/v1/models/${modelPath(node.iri)}/lineage?evidence=false&limit=${MOST}${onDay(asOf)}`)) : undefined;
  const entities = lineage ? [...lineage.nodes.values()].filter((n) => n.kind === "model") : await modelsOf(node.iri);
  const known = await factsOf(entities.map((e) => e.iri));
  const dated = entities.flatMap((e): Dated[] => {
    const date = known.get(e.iri)?.["date"];
    const { iri, id, label, kind } = e;
    return date ? [{ iri, id, label, kind, date, facts: known.get(e.iri) ?? {} }] : [];
  });
  if (!dated.length) throw new Refusal(404, "No release date", `no release date of ${node.label} or of what belongs to it is accepted`);
  const scene = timelineScene(dated, lineage ? [...lineage.links.values()] : await derivationsOf(dated.map((e) => e.iri)));
  const undated = entities.length - dated.length;
  return undated ? { ...scene, left: `${number(dated.length)} of ${count(entities.length, "model")} drawn; of the others no release date is accepted.` } : scene;
}

/** The accepted derivations among some models; more than one query can name have none. */
async function derivationsOf(iris: string[]): Promise<Link[]> {
  const sound = iris.filter(isSound).slice(0, AT_ONCE);
  const known = new Set(sound);
  const rows = await select(`PREFIX prov: <http://www.w3.org/ns/prov#> SELECT ?m ?parent WHERE { VALUES ?m { ${sound.map((iri) => `<${iri}>`).join(" ")} } ?m prov:wasDerivedFrom ?parent }`);
  return rows.filter((r) => known.has(r["parent"] ?? "")).map((r) => ({ key: `${r["m"]}|wasDerivedFrom|${r["parent"]}`, subject: r["m"] ?? "", object: r["parent"] ?? "", relation: "wasDerivedFrom", label: "derived from", contested: false }));
}

/** Whether an IRI is one of ours that a query may name. */
function isSound(iri: string): boolean {
  return iri.startsWith(ID) && !/[\s<>"{}|\\^`]/.test(iri);
}

/** Models of an organisation, a family or under a licence. */
async function modelsOf(iri: string): Promise<{ iri: string; id: string; label: string; kind: string }[]> {
  const rows = await select(`PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX pg: <https://w3id.org/provenance-graph/ns#> PREFIX schema: <https://schema.org/>
SELECT ?m ?name WHERE { { ?m dcterms:creator <${iri}> } UNION { ?m dcterms:isPartOf <${iri}> } UNION { ?m dcterms:license <${iri}> } UNION { ?m pg:trainedOn <${iri}> } ?m a pg:Model OPTIONAL { ?m schema:name ?name } } LIMIT ${MOST}`);
  return [...new Map(rows.map((r) => [r["m"] ?? "", { iri: r["m"] ?? "", id: modelIdOf(r["m"] ?? "") ?? r["m"] ?? "", label: r["name"] ?? shortId(modelIdOf(r["m"] ?? "") ?? r["m"] ?? ""), kind: "model" }])).values()];
}

const AT_ONCE = 300;

/** Licence and its class, developer, day of release, parameters and context length of entities, as far as they are accepted now. */
export async function factsOf(iris: string[]): Promise<Map<string, Record<string, string>>> {
  const facts = new Map<string, Record<string, string>>();
  const sound = iris.filter(isSound);
  for (let n = 0; n < sound.length; n += AT_ONCE) {
    const rows = await select(`PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX schema: <https://schema.org/> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX pg: <https://w3id.org/provenance-graph/ns#>
SELECT ?m ?date ?licence ?maker ?class ?parameters ?context WHERE { VALUES ?m { ${sound.slice(n, n + AT_ONCE).map((iri) => `<${iri}>`).join(" ")} }
  OPTIONAL { ?m dcterms:issued ?date } OPTIONAL { ?m dcterms:license ?l OPTIONAL { ?l skos:prefLabel ?word } BIND(COALESCE(?word, STR(?l)) AS ?licence) OPTIONAL { ?l pg:openness ?class } }
  OPTIONAL { ?m pg:parameterCount ?parameters } OPTIONAL { ?m pg:contextLength ?context }
  OPTIONAL { ?m dcterms:creator ?o OPTIONAL { ?o schema:name ?n } BIND(COALESCE(?n, STR(?o)) AS ?maker) } }`);
    for (const row of rows) {
      const made = facts.get(row["m"] ?? "") ?? {};
      if (row["date"]) Object.assign(made, { date: row["date"], year: row["date"].slice(0, 4) });
      made["class"] = (row["class"] ?? "unknown").split("#").pop()?.split("/").pop() ?? "unknown";
      if (row["parameters"]) made["parameters"] = row["parameters"];
      if (row["context"]) made["context"] = row["context"];
      if (row["licence"]) made["licence"] = shortId(row["licence"].replace(ID, ""));
      if (row["maker"]) made["developer"] = shortId(row["maker"].replace(ID, ""));
      facts.set(row["m"] ?? "", made);
    }
  }
  return facts;
}

export interface Wanted {
  root: string;
  preset: string;
  property: string;
  steps: Step[];
  chosen: string;
  asOf: string;
  /** Whether to read who states each link of a lineage. */
  evidence: boolean;
  /** The version of the store that changes are counted from. */
  since: string;
}

/** The scene that an address describes, step by step. */
export async function replay(wanted: Wanted): Promise<Scene> {
  const { preset, steps, chosen, asOf } = wanted;
  const begun = await start(wanted);
  let scene = await arranged(begun);
  for (const step of steps) {
    if (scene.nodes.size >= MOST) break;
    if (step.kind === "open") {
      const more = await get<Neighbourhood>(`/api/v1/graph?node=${encodeURIComponent(step.iri)}&relation=${encodeURIComponent(step.relation)}&direction=${step.direction}&limit=${PAGE}&breaches=true&cursor=${step.page * PAGE || ""}${onDay(asOf)}`);
      for (const group of more.groups) scene = withGroup(scene, more.node.iri, group);
    } else if (step.kind === "around") {
      const near = await get<Neighbourhood>(aroundOf(step.iri, asOf));
      if (!scene.nodes.has(near.node.iri)) continue;
      for (const group of near.groups) if (!ASKED_FOR.has(group.name)) scene = withGroup(scene, near.node.iri, { ...group, items: group.items.slice(0, FIRST) });
    } else {
      const path = await get<GraphPath>(`/api/v1/graph/path?start=${encodeURIComponent(step.start)}&end=${encodeURIComponent(step.end)}${onDay(asOf)}`);
      for (const hop of path.steps) {
        const forward = scene.nodes.has(hop.subject.iri);
        const group: Group = { relation: hop.relation, name: hop.relation, label: hop.label, direction: forward ? "out" : "in", total: 1, atLeast: false, items: [forward ? hop.object : hop.subject], contested: [], sources: {}, breaches: {}, next: null };
        scene = withGroup(scene, forward ? hop.subject.iri : hop.object.iri, group);
      }
    }
  }
  if (chosen.startsWith("http") && scene.nodes.has(chosen) && !preset) {
    const near = await get<Neighbourhood>(aroundOf(chosen, asOf));
    scene = withLinks(scene, near.node.iri, near.groups);
  }
  return begun.left ? { ...scene, left: begun.left } : scene;
}


/** The scene of an address, and where it names another day, that day's scene beside it. */
export async function compared(wanted: Wanted, day: string): Promise<Scene> {
  if (!day) {
    const scene = await replay(wanted);
    return { ...(await arranged(scene)), ...(scene.left ? { left: scene.left } : {}) };
  }
  const earlier = replay({ ...wanted, asOf: day }).catch((error: unknown): Scene => {
    if (error instanceof Refusal && error.status === 404) return { nodes: new Map(), links: new Map() }; // nothing was known of it that day
    throw error;
  });
  return arranged(difference(await replay(wanted), await earlier));
}
