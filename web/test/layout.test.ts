import { describe, expect, it } from "vitest";
import { FOLD, HEIGHT, WIDTH, curve, edgeKey, layOut, pathThrough, type Placed } from "../src/lineage/layout";
import type { Lineage, LineageEdge, LineageNode } from "../src/types";

const node = (iri: string, side: string, distance: number): LineageNode =>
  ({ iri, id: iri, label: iri, kind: "model", side, distance, licences: [] }) as unknown as LineageNode;
const edge = (child: string, parent: string, relationName = "fineTunedFrom"): LineageEdge =>
  ({ child, parent, relation: relationName, relationName, relationLabel: relationName, group: "derivation", inferred: false, weight: "", method: "", evidence: [], contradictedBy: [] });
const lineage = (nodes: LineageNode[], edges: LineageEdge[]): Lineage =>
  ({ nodes, edges, visible: nodes.length, of: nodes.length }) as unknown as Lineage;

describe("the picture of a lineage", () => {
  it("puts ancestors left of the model and descendants right of it", () => {
    const picture = layOut(lineage([node("m", "self", 0), node("p", "up", 1), node("c", "down", 1)], [edge("m", "p"), edge("c", "m")]), new Set());
    const x = Object.fromEntries(picture.boxes.map((box) => [box.key, box.x]));
    expect(x["p"]).toBeLessThan(x["m"] as number);
    expect(x["m"]).toBeLessThan(x["c"] as number);
  });

  it("folds many like siblings into one box that says how many, and opens them when asked", () => {
    const children = Array.from({ length: FOLD + 1 }, (_, n) => node(`c${n}`, "down", 1));
    const data = lineage([node("m", "self", 0), ...children], children.map((c) => edge(c.iri, "m")));
    const folded = layOut(data, new Set());
    expect(folded.boxes).toHaveLength(2);
    const group = folded.boxes.find((box) => box.members.length > 1) as Placed;
    expect(group.members).toHaveLength(FOLD + 1);
    expect(layOut(data, new Set([group.key])).boxes).toHaveLength(FOLD + 2);
  });

  it("loses no entity: the boxes stand for all nodes", () => {
    const many = Array.from({ length: 300 }, (_, n) => node(`n${n}`, n ? "down" : "self", n % 7));
    const answer = layOut(lineage(many, many.slice(1).map((m, n) => edge(m.iri, `n${Math.floor(n / 3)}`))), new Set());
    expect(answer.boxes.flatMap((box) => box.members)).toHaveLength(300);
    expect(answer.boxes.every((box) => box.x >= 0 && box.y >= 0 && box.x + WIDTH <= answer.width && box.y + HEIGHT <= answer.height)).toBe(true);
  });

  it("runs a line within one column along its left side", () => {
    const box = (x: number, y: number): Placed => ({ column: 1, x, y }) as Placed;
    const { path, middle } = curve(box(300, 0), box(300, 100));
    expect(path.startsWith("M300 ")).toBe(true);
    expect(middle.x).toBeLessThan(300);
  });

  it("follows paths through a box in both directions, and ends on cycles", () => {
    const result = layOut(lineage([node("a", "up", 1), node("b", "self", 0), node("c", "down", 1)], [edge("b", "a"), edge("c", "b"), edge("a", "c")]), new Set());
    expect(pathThrough(result, 0).boxes.size).toBe(3);
  });

  it("names an edge by its ends and relation", () => {
    expect(edgeKey(edge("c", "p"))).toBe("c|fineTunedFrom|p");
  });
});
