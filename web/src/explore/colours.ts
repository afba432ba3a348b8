/** What entities are coloured by: their kind, or a fact about them; the commonest values have colours of their own. Pure. */
import type { Scene } from "./scene";

/** Told apart also by who does not see red and green alike; readable on light and on dark. */
export const SERIES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#6a51a3", "#17a2b8", "#a05a2c"];
const OTHER = "#8a949d";

export interface Key {
  value: string;
  colour: string;
  count: number;
}

/** The values of a fact in a scene with their colours; the rest share one. */
export function keysOf(scene: Scene, by: string): Key[] {
  const counts = new Map<string, number>();
  for (const node of scene.nodes.values()) {
    const value = node.facts?.[by];
    if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const ordered = by === "year" ? [...counts].sort((a, b) => (a[0] < b[0] ? -1 : 1)).slice(-SERIES.length) : [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, SERIES.length);
  const keys = ordered.map(([value, count], n): Key => ({ value, count, colour: SERIES[n] ?? OTHER }));
  const rest = scene.nodes.size - keys.reduce((sum, k) => sum + k.count, 0);
  return rest ? [...keys, { value: "others, or not known", count: rest, colour: OTHER }] : keys;
}

/** The colour of each entity; undefined where its kind decides. */
export function coloursOf(scene: Scene, by: string, keys: Key[]): Map<string, string> | undefined {
  if (by === "kind") return undefined;
  const colours = new Map(keys.map((k) => [k.value, k.colour]));
  return new Map([...scene.nodes].map(([iri, node]) => [iri, colours.get(node.facts?.[by] ?? "") ?? OTHER]));
}
