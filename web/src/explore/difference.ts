/** Two states of one scene in one picture: what is new, what is gone. Pure. */
import { BOX, inColumns, type Link, type Placed, type Scene } from "./scene";

export type Change = "new" | "gone";

/** The scene of now with what was there before; entities and links are marked as new or gone. */
export function difference(now: Scene, before: Scene): Scene {
  const nodes = new Map<string, Placed>();
  for (const [iri, node] of now.nodes) nodes.set(iri, before.nodes.has(iri) ? node : { ...node, change: "new" });
  const gone = [...before.nodes.values()].filter((node) => !now.nodes.has(node.iri)).map((node): Placed => ({ ...node, change: "gone" }));
  const links = new Map<string, Link>();
  for (const [key, link] of now.links) links.set(key, before.links.has(key) ? link : { ...link, change: "new" });
  for (const [key, link] of before.links) if (!now.links.has(key)) links.set(key, { ...link, change: "gone" });
  const every = [...nodes.values(), ...gone];
  if (every.every((node) => node.column !== undefined)) return inColumns(every, links.values());
  let bottom = Math.max(0, ...[...nodes.values()].map((node) => node.y + BOX.height));
  for (const node of gone) nodes.set(node.iri, { ...node, y: (bottom += BOX.height + 12) }); // below what is there now, in its own column
  return { nodes, links };
}

/** How many entities and links are new or gone. */
export function changed(scene: Scene, change: Change): { nodes: number; links: number } {
  const count = (all: Iterable<{ change?: Change }>): number => [...all].filter((one) => one.change === change).length;
  return { nodes: count(scene.nodes.values()), links: count(scene.links.values()) };
}
