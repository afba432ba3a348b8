/** Pictures that answer one question: the answers of the service laid out as scenes. Pure. */
import type { Changes, Claim, Entity, Impact, Lineage } from "../types";
import { ID, modelIdOf } from "../ids";
import { isThing, nameOf, shortId, stance, standing, text } from "../words";
import { BOX, inColumns, type Link, type Placed, type Scene } from "./scene";

const ROW = 46;

type Spot = Omit<Placed, "x" | "y" | "column"> & { column: number };

function added<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function link(subject: string, object: string, relation: string, label: string, more: Partial<Link> = {}): Link {
  return { key: `${subject}|${relation}|${object}`, subject, object, relation, label, contested: false, ...more };
}

function idOf(iri: string): string {
  return modelIdOf(iri) ?? (iri.startsWith(ID) ? iri.slice(ID.length) : iri);
}

/** Models by how many steps they stand from what is withdrawn, each with the step that leads to it. */
export function impactScene(answer: Impact): Scene {
  const root = { iri: answer.subject.iri, id: idOf(answer.subject.iri), label: shortId(answer.subject.label), kind: answer.subject.iri.includes("/id/dataset/") ? "dataset" : "model", column: 0 };
  const spots = answer.nodes.map((n): Spot => ({ iri: n.iri, id: idOf(n.iri), label: shortId(n.label), kind: n.kind, column: n.distance, facts: licenceFact(n.licences) }));
  return inColumns([root, ...spots], answer.nodes.map((n) => ofEdge(n.through)));
}

function licenceFact(licences: { iri: string; label: string }[]): Record<string, string> {
  return { licence: licences.length ? licences.map((l) => nameOf(l)).join(", ") : "none recorded" };
}

function ofEdge(edge: Lineage["edges"][number]): Link {
  const breach = edge.breaches.filter((b) => b.severity !== "Info").map((b) => `${b.rule} ${b.message}`).join("; ");
  return link(edge.child, edge.parent, edge.relationName, edge.relationLabel, {
    contested: Boolean(edge.contested) || edge.contradictedBy.length > 0, inferred: edge.inferred, ...(breach ? { breach } : {}), ...(edge.weight ? { weight: edge.weight } : {}),
    sources: edge.evidence.map((s) => ({ publisher: nameOf(s.publisher), basis: s.basis, retrieved: s.retrieved.slice(0, 10), record: s.record })),
  });
}

/** Ancestors to the left, descendants to the right; licence problems stand on the step where they start. */
export function lineageScene(answer: Lineage): Scene {
  const spots = answer.nodes.map((n): Spot => ({
    iri: n.iri, id: idOf(n.iri), label: shortId(n.label), kind: n.kind, column: n.side === "up" ? -n.distance : n.side === "self" ? 0 : n.distance, facts: licenceFact(n.licences),
  }));
  return inColumns(spots, answer.edges.map(ofEdge));
}

/**
 * Where the terms of each licence start and how far they reach: a licence stands before the models that declare it
 * and were not made from one that does; its box counts who declares it and what else was made from those.
 */
export function licenceScene(answer: Lineage): Scene {
  const base = lineageScene(answer);
  const declared = new Map(answer.nodes.map((n) => [n.iri, new Map(n.licences.map((l) => [l.iri, nameOf(l)]))]));
  const made = answer.edges.filter((e) => e.group === "derivation");
  const [parents, children] = [new Map<string, string[]>(), new Map<string, string[]>()];
  for (const edge of made) {
    added(parents, edge.child, edge.parent);
    added(children, edge.parent, edge.child);
  }
  const starts = new Map<string, string[]>();
  for (const [iri, own] of declared) for (const licence of own.keys()) if (!(parents.get(iri) ?? []).some((p) => declared.get(p)?.has(licence))) added(starts, licence, iri);
  const spots = [...base.nodes.values()].map(({ x: _x, y: _y, ...spot }): Spot => ({ ...spot, column: 2 * (spot.column ?? 0) }));
  const links = [...base.links.values()];
  for (const [licence, models] of starts) {
    const holders = [...declared].filter(([, own]) => own.has(licence)).map(([iri]) => iri);
    const reached = new Set(holders);
    for (const iri of reached) for (const child of children.get(iri) ?? []) reached.add(child);
    const label = declared.get(holders[0] ?? "")?.get(licence) ?? licence;
    const column = Math.min(...models.map((iri) => 2 * (base.nodes.get(iri)?.column ?? 0))) - 1;
    spots.push({ iri: licence, id: idOf(licence), label, kind: "licence", column, note: `${holders.length} declare it, ${reached.size - holders.length} more made from them`, facts: { licence: label } });
    for (const iri of models) links.push(link(iri, licence, "license", "terms start here"));
  }
  return inColumns(spots, links);
}

export interface Built {
  from: string;
  fromName: string;
  to: string;
  toName: string;
  n: number;
}

/** Organisations, those that others build on most to the left. */
export function organisationScene(rows: Built[]): Scene {
  const names = new Map(rows.flatMap((r): [string, string][] => [[r.from, r.fromName], [r.to, r.toName]]));
  const parents = new Map<string, Set<string>>();
  for (const r of rows) parents.set(r.from, (parents.get(r.from) ?? new Set()).add(r.to));
  const depth = new Map<string, number>();
  const deep = (iri: string, path: Set<string>): number => {
    const known = depth.get(iri);
    if (known !== undefined) return known;
    if (path.has(iri)) return 0; // they build on each other
    const above = [...(parents.get(iri) ?? [])].map((p) => deep(p, new Set(path).add(iri)) + 1);
    const answer = Math.min(4, Math.max(0, ...above));
    depth.set(iri, answer);
    return answer;
  };
  const spots = [...names].map(([iri, label]): Spot => ({ iri, id: idOf(iri), label, kind: "organization", column: deep(iri, new Set()) }));
  return inColumns(spots, rows.map((r) => link(r.from, r.to, "buildsOn", `${r.n} ${r.n === 1 ? "model" : "models"} built on`, { word: `${r.n}` })));
}

export interface Dated extends Entity {
  date: string;
  facts?: Record<string, string>;
}

const YEAR = 900;

/** Models at the day of their release, from left to right; derivations between them where they are known. */
export function timelineScene(models: Dated[], links: Link[]): Scene {
  const at = (date: string): number => Number(date.slice(0, 4)) + (Number(date.slice(5, 7) || "7") - 1) / 12 + (Number(date.slice(8, 10) || "15") - 1) / 366;
  const nodes = new Map<string, Placed>();
  const taken: number[] = []; // by row, where its last box ends
  for (const model of [...models].sort((a, b) => (a.date < b.date ? -1 : 1))) {
    const x = at(model.date) * YEAR;
    let row = taken.findIndex((end) => end <= x);
    if (row < 0) row = taken.length;
    taken[row] = x + BOX.width + 12;
    const { date, ...entity } = model;
    nodes.set(model.iri, { ...entity, note: date, facts: { ...model.facts, year: date.slice(0, 4) }, x, y: row * ROW });
  }
  return { nodes, links: new Map(links.filter((l) => nodes.has(l.subject) && nodes.has(l.object)).map((l) => [l.key, l])) };
}

/** One fact: its values, who states which, the records these stand in, the documents those were read from. */
export function evidenceScene(subject: Entity, property: string, claims: Claim[]): Scene {
  const spots = new Map<string, Spot>([[subject.iri, { ...subject, column: 0 }]]);
  const links: Link[] = [];
  claims.forEach((claim) => {
    const value = claim.value === null ? stance(claim.stance) : isThing(claim.value) ? nameOf(claim.value) : text(claim.value);
    const node = `value:${value}`;
    const accepted = claim.standing === "Accepted";
    const before = spots.get(node);
    spots.set(node, { iri: node, id: value, label: value, kind: before?.kind === "accepted value" || accepted ? "accepted value" : "value", column: 1 });
    links.push(link(subject.iri, node, property, property));
    spots.set(claim.claim, { iri: claim.claim, id: claim.publisher.id, label: `${claim.publisher.id}: ${claim.asStated ?? value}`, kind: "claim", column: 2 });
    const sources = [{ publisher: shortId(claim.publisher.id), basis: claim.basis, retrieved: claim.retrieved.slice(0, 10), record: claim.record }];
    links.push(link(node, claim.claim, "statedBy", `${standing(claim.standing)}`, { sources }));
    spots.set(claim.record, { iri: claim.record, id: idOf(claim.record), label: idOf(claim.record).replace(/^record\//, ""), kind: "record", column: 3 });
    links.push(link(claim.claim, claim.record, "inRecord", "stands in"));
    spots.set(claim.document, { iri: claim.document, id: claim.document, label: claim.document.replace(/^https?:\/\/(www\.)?/, ""), kind: "document", column: 4 });
    links.push(link(claim.record, claim.document, "readFrom", `read ${claim.retrieved.slice(0, 10)}`));
  });
  return inColumns([...spots.values()], links);
}

/** So many changed facts are drawn. */
export const MOST_CHANGES = 300;

/** What changed in the accepted facts since a version: each entity with the values that came and went. */
export function changesScene(answer: Changes): Scene {
  const spots = new Map<string, Spot>();
  const links = new Map<string, Link>();
  for (const { subject, property, was, now } of answer.items.flatMap((commit) => commit.facts).slice(0, MOST_CHANGES)) {
    spots.set(subject.iri, { iri: subject.iri, id: idOf(subject.iri), label: shortId(subject.id), kind: modelIdOf(subject.iri) ? "model" : "entity", column: 0 });
    const seen = (value: string, change: "new" | "gone"): void => {
      const node = `value:${value}`;
      spots.set(node, { iri: node, id: value, label: value, kind: "value", column: 1 });
      const one = link(subject.iri, node, property, property, { change });
      const before = links.get(one.key);
      if (before && before.change !== change) links.delete(one.key); // it came and went: nothing changed in the end
      else links.set(one.key, one);
    };
    for (const value of was) if (!now.includes(value)) seen(value, "gone");
    for (const value of now) if (!was.includes(value)) seen(value, "new");
  }
  const used = new Set([...links.values()].flatMap((l) => [l.subject, l.object]));
  return inColumns([...spots.values()].filter((spot) => used.has(spot.iri)), [...links.values()]);
}
