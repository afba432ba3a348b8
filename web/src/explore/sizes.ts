/** How large the disc in a box is drawn: by parameters, context length, or links in the scene. Pure. */
import { brief } from "../words";
import type { Scene } from "./scene";

export const SIZES: [string, string][] = [["", "nothing"], ["parameters", "parameters"], ["context", "context length"], ["links", "links shown"]];

export interface Scale {
  /** From 0 to 1 by entity; what is not there is not known. */
  shares: Map<string, number>;
  /** A few values with their shares, for the legend. */
  legend: { word: string; share: number }[];
  unknown: number;
}

/** The shares of a property, on a logarithmic scale from the smallest to the largest value in the scene. */
export function scaleOf(scene: Scene, by: string): Scale | undefined {
  if (!by) return undefined;
  const values = new Map<string, number>();
  if (by === "links")
    for (const link of scene.links.values()) for (const iri of [link.subject, link.object]) values.set(iri, (values.get(iri) ?? 0) + 1);
  else
    for (const node of scene.nodes.values()) {
      const value = Number(node.facts?.[by]);
      if (value > 0) values.set(node.iri, value);
    }
  const logs = [...values.values()].map(Math.log);
  const [least, limit] = [Math.min(...logs), Math.max(...logs)];
  const share = (value: number): number => (limit > least ? (Math.log(value) - least) / (limit - least) : 0.5);
  const visible = !logs.length ? [] : limit > least ? [least, (least + limit) / 2, limit] : [least];
  return {
    shares: new Map([...values].filter(([iri]) => scene.nodes.has(iri)).map(([iri, value]) => [iri, share(value)])),
    legend: [...new Map(visible.map((log) => [brief(Number(Math.exp(log).toPrecision(2))), share(Math.exp(log))]))].map(([word, at]) => ({ word, share: at })),
    unknown: [...scene.nodes.keys()].filter((iri) => !values.has(iri)).length,
  };
}

/** The radius of a disc in the units of a scene. */
export function radius(share: number): number {
  return 3 + 10 * share;
}
