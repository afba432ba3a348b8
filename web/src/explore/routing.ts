/** A scene as a layout reads it, and the lines of one whose places are known. Pure. */
import type { Item, Tie } from "./layers";
import { MOST_ROUTED, around, covers, type Corner } from "./routes";
import type { Scene, Point } from "./scene";

export interface RoutingRequest {
  /** Entities with their column or their place. */
  items: (Item & Corner)[];
  ties: (Tie & { route?: Point[] | undefined })[];
  /** Whether places follow from columns. */
  columns: boolean;
}

export interface Answered {
  /** Only where places follow from columns. */
  places: [string, Corner][];
  routes: [string, Point[]][];
}

/** Lines around entities; a link whose line stays as it is, or for which there is no way around, has none. */
export function routed({ items, ties }: RoutingRequest): Answered {
  const boxes = new Map(items.map((item): [string, Corner] => [item.iri, item]));
  const all = [...boxes.values()];
  const routes: [string, Point[]][] = [];
  if (items.length > MOST_ROUTED) return { places: [], routes };
  for (const { key, subject, object, route } of ties) {
    const [a, b] = [boxes.get(subject), boxes.get(object)];
    if (!a || !b || a === b || (route && !covers(route, all))) continue;
    const answer = around(a, b, all);
    if (answer) routes.push([key, answer]);
  }
  return { places: [], routes };
}

/** What a layout needs to know of a scene. */
export function askedOf(scene: Scene): RoutingRequest {
  return {
    columns: Boolean(scene.columns),
    items: [...scene.nodes.values()].map(({ iri, x, y, column }) => ({ iri, x, y, column: column ?? 0 })),
    ties: [...scene.links.values()].map(({ key, subject, object, breach, contested, route }) => ({ key, subject, object, look: breach ? "breach" : contested ? "contested" : "", route })),
  };
}

/** The scene with what a layout answered. */
export function withLayout(scene: Scene, { places, routes }: Answered): Scene {
  const nodes = new Map(scene.nodes);
  for (const [iri, at] of places) {
    const node = nodes.get(iri);
    if (node) nodes.set(iri, { ...node, ...at });
  }
  const links = new Map(scene.links);
  for (const [key, route] of routes) {
    const link = links.get(key);
    if (link) links.set(key, { ...link, route });
  }
  return { nodes, links };
}
