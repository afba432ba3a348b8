/** What the explorer shows: entities and links, and where they stand. Pure; a scene follows from its address. */

import type { Entity, Group } from "../types";

/** Where something stands: x and y. */
export type Point = [number, number];

export interface Placed extends Entity {
  x: number;
  y: number;
  /** What entities may be coloured by, beside their kind: licence, developer, year. */
  facts?: Record<string, string>;
  /** Stands before the kind in the box. */
  note?: string;
  /** The column of a picture in columns. */
  column?: number;
  /** Beside another day or version. */
  change?: "new" | "gone";
}

export interface Link {
  key: string;
  subject: string;
  object: string;
  relation: string;
  label: string;
  contested: boolean;
  inferred?: boolean;
  /** What stands on its line, where that is no word for its relation. */
  word?: string;
  /** Its share in a merge, as stated. */
  weight?: string;
  /** The licence problem that starts on this link. */
  breach?: string;
  /** Who states it, on what basis, and when that was retrieved; as far as it was asked for. */
  sources?: LinkSource[];
  /** Beside another day or version. */
  change?: "new" | "gone";
  /** Where its line runs, from its subject to its object; straight without. */
  route?: Point[];
}

export interface LinkSource {
  publisher: string;
  basis: string;
  retrieved: string;
  record: string;
}

export interface Scene {
  nodes: Map<string, Placed>;
  links: Map<string, Link>;
  /** Places are still to follow from columns. */
  columns?: boolean;
  /** What belongs to the picture and is not drawn, as a sentence. */
  left?: string;
}

export const BOX = { width: 190, height: 34 };
const STEP_X = 290;
/** From one box to the next below it. */
export const STEP_Y = 46;

/** A scene whose places follow from the columns of its entities. */
export function inColumns(spots: Iterable<Omit<Placed, "x" | "y">>, links: Iterable<Link>): Scene {
  const nodes = new Map([...spots].sort((a, b) => (a.column ?? 0) - (b.column ?? 0)).map((spot): [string, Placed] => [spot.iri, { ...spot, column: spot.column ?? 0, x: 0, y: 0 }]));
  const drawn = [...links].filter((l) => nodes.has(l.subject) && nodes.has(l.object));
  return { nodes, links: new Map(drawn.map(({ route: _route, ...l }) => [l.key, l])), columns: true };
}

/** A scene with one entity. */
export function begin(node: Entity): Scene {
  return { nodes: new Map([[node.iri, { ...node, x: 0, y: 0 }]]), links: new Map() };
}


/**
 * The scene with a group opened: what is there stays where it is, what is new stands in a column
 * beside its neighbour, to the left for what the entity leads to, to the right for what leads to it.
 */
export function withGroup(scene: Scene, at: string, group: Group): Scene {
  const from = scene.nodes.get(at);
  if (!from) return scene;
  const nodes = new Map(scene.nodes);
  const links = new Map(scene.links);
  const fresh = group.items.filter((item) => !nodes.has(item.iri));
  const x = from.x + (group.direction === "out" ? -STEP_X : STEP_X);
  const taken = rowsIn(nodes, x);
  rowsNear(Math.round(from.y / STEP_Y), fresh.length, taken).forEach((row, n) => {
    const item = fresh[n] as Entity;
    nodes.set(item.iri, { ...item, x, y: row * STEP_Y });
  });
  for (const item of group.items) addLink(links, at, item.iri, group);
  return { nodes, links };
}

/** The scene with links between entities that are both in it, and nothing else. */
export function withLinks(scene: Scene, at: string, groups: Group[]): Scene {
  const links = new Map(scene.links);
  for (const group of groups) for (const item of group.items) if (scene.nodes.has(item.iri)) addLink(links, at, item.iri, group);
  return links.size === scene.links.size ? scene : { nodes: scene.nodes, links };
}

/** Claims come where a reader asks for them: every entity has more of them than neighbours. */
export const ASKED_FOR = new Set(["about", "inRecord"]);

/** The scene without an entity and its links. */
export function without(scene: Scene, iri: string): Scene {
  if (!scene.nodes.has(iri)) return scene;
  const nodes = new Map(scene.nodes);
  nodes.delete(iri);
  const links = new Map([...scene.links].filter(([, link]) => link.subject !== iri && link.object !== iri));
  return { nodes, links };
}

/** The scene with one entity moved by hand. */
export function moved(scene: Scene, iri: string, x: number, y: number): Scene {
  const node = scene.nodes.get(iri);
  if (!node) return scene;
  const links = new Map([...scene.links].map(([key, { route, ...link }]): [string, Link] => [key, route && link.subject !== iri && link.object !== iri ? { ...link, route } : link]));
  return { nodes: new Map(scene.nodes).set(iri, { ...node, x, y }), links };
}

interface Bounds {
  left: number;
  top: number;
  width: number;
  height: number;
}

const measured = new WeakMap<Scene, Bounds>();

/** The corners of everything in a scene, its lines too; measured once. */
export function bounds(scene: Scene): Bounds {
  const before = measured.get(scene);
  if (before) return before;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const reach = (x: number, y: number): void => {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  };
  for (const node of scene.nodes.values()) {
    reach(node.x, node.y);
    reach(node.x + BOX.width, node.y + BOX.height);
  }
  for (const link of scene.links.values()) for (const [x, y] of link.route ?? []) reach(x, y);
  const answer = scene.nodes.size ? { left, top, width: right - left, height: bottom - top } : { left: 0, top: 0, width: 1, height: 1 };
  measured.set(scene, answer);
  return answer;
}

function addLink(links: Map<string, Link>, at: string, other: string, group: Group): void {
  const [subject, object] = group.direction === "out" ? [at, other] : [other, at];
  const key = `${subject}|${group.name}|${object}`;
  const breach = group.breaches[other]?.join("; ");
  links.set(key, { key, subject, object, relation: group.name, label: group.label, contested: group.contested.includes(other), sources: group.sources[other] ?? [], ...(breach ? { breach } : {}) });
}

function rowsIn(nodes: Map<string, Placed>, x: number): Set<number> {
  const taken = new Set<number>();
  for (const node of nodes.values()) if (Math.abs(node.x - x) < BOX.width + 20) for (const row of [Math.floor(node.y / STEP_Y), Math.ceil(node.y / STEP_Y)]) taken.add(row);
  return taken;
}

/** So many free rows around one, from top to bottom. */
function rowsNear(middle: number, count: number, taken: Set<number>): number[] {
  const rows: number[] = [];
  for (let far = 0; rows.length < count; far++)
    for (const row of far ? [middle + far, middle - far] : [middle]) if (!taken.has(row) && rows.length < count) rows.push(row);
  return rows.sort((a, b) => a - b);
}

/** The nearest entity in the direction of an arrow key; "" where there is none. */
export function neighbourBy(scene: Scene, from: string, key: string): string {
  const here = scene.nodes.get(from);
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!here || !way) return "";
  let [best, least] = ["", Infinity];
  for (const node of scene.nodes.values()) {
    const [dx, dy] = [node.x - here.x, node.y - here.y];
    const along = dx * (way[0] as number) + dy * (way[1] as number);
    const aside = Math.abs(dx * (way[1] as number)) + Math.abs(dy * (way[0] as number));
    if (along > 5 && along + 2 * aside < least) [best, least] = [node.iri, along + 2 * aside];
  }
  return best;
}
