import { describe, expect, it } from "vitest";
import { openStep, packed, pathStep, stepsOf, unpacked } from "../src/explore/address";
import { BOX, begin, bounds, filtered, moved, withGroup, withLinks, without, type Entity, type Group } from "../src/explore/scene";
import { csv, graphml, mermaid, svg } from "../src/explore/write";

const entity = (iri: string, kind = "model"): Entity => ({ iri, id: iri, label: iri, kind });
const group = (direction: "in" | "out", items: Entity[], contested: string[] = []): Group =>
  ({ relation: "r", name: "fineTunedFrom", label: "fine-tuned from", direction, total: items.length, atLeast: false, items, contested, next: null });
const many = (n: number, prefix = "c"): Entity[] => Array.from({ length: n }, (_, k) => entity(`${prefix}${k}`));

describe("a scene of the explorer", () => {
  it("puts what an entity leads to on its left and what leads to it on its right", () => {
    const scene = withGroup(withGroup(begin(entity("m")), "m", group("out", [entity("parent")])), "m", group("in", [entity("child")]));
    expect(scene.nodes.get("parent")?.x).toBeLessThan(0);
    expect(scene.nodes.get("child")?.x).toBeGreaterThan(0);
    expect([...scene.links.values()].map((l) => [l.subject, l.object])).toEqual([["m", "parent"], ["child", "m"]]);
  });

  it("moves nothing that is there when more is opened, and stands nothing on another", () => {
    const before = withGroup(begin(entity("m")), "m", group("in", many(12)));
    const after = withGroup(before, "m", group("in", many(12, "d")));
    for (const [iri, node] of before.nodes) expect(after.nodes.get(iri)).toEqual(node);
    const places = [...after.nodes.values()].map((n) => `${n.x},${n.y}`);
    expect(new Set(places).size).toBe(places.length);
  });

  it("links what is already there instead of showing it twice", () => {
    const scene = withGroup(withGroup(begin(entity("m")), "m", group("in", many(3))), "c0", group("in", [entity("c1")]));
    expect(scene.nodes.size).toBe(4);
    expect(scene.links.size).toBe(4);
    expect(withLinks(scene, "c2", [group("in", [entity("c0"), entity("absent")])]).links.size).toBe(5);
  });

  it("hides an entity with its links, and filters kinds but never the chosen one", () => {
    const scene = withGroup(begin(entity("m")), "m", group("in", [entity("d", "dataset"), entity("c")]));
    expect(without(scene, "c").links.size).toBe(1);
    expect([...filtered(scene, new Set(["dataset", "model"]), new Set(), "m").nodes.keys()]).toEqual(["m"]);
  });

  it("keeps a place given by hand", () => {
    expect(moved(begin(entity("m")), "m", 7, 8).nodes.get("m")).toMatchObject({ x: 7, y: 8 });
  });

  it("opens five thousand in the blink of an eye", () => {
    let scene = begin(entity("m"));
    for (let page = 0; page < 25; page++) scene = withGroup(scene, "m", group("in", many(200, `p${page}-`)));
    expect(scene.nodes.size).toBe(5001);
    expect(bounds(scene).height).toBeGreaterThan(BOX.height * 5000);
  });
});

describe("the address of a scene", () => {
  it("reads back what it writes, with a page for each time a group is opened", () => {
    const iri = "https://w3id.org/provenance-graph/id/model/a/b";
    expect(unpacked(packed(iri))).toBe(iri);
    const step = openStep(iri, "trainedOn", "out");
    expect(stepsOf([step, step, pathStep(iri, "https://example.org/x")])).toEqual([
      { kind: "open", iri, relation: "trainedOn", direction: "out", page: 0 },
      { kind: "open", iri, relation: "trainedOn", direction: "out", page: 1 },
      { kind: "path", start: iri, end: "https://example.org/x" },
    ]);
  });

  it("passes over what is no step", () => {
    expect(stepsOf(["", "a|b", "a|b|sideways", "||||"])).toEqual([]);
  });
});

describe("a scene as a file", () => {
  const scene = withGroup(begin({ iri: "m", id: "m", label: '<script>"&', kind: "model" }), "m", group("in", [{ iri: "c", id: "c", label: "=1+1", kind: "model" }], ["c"]));
  const palette = { paper: "#fff", ink: "#000", soft: "#666", line: "#999", warn: "#c50", kinds: {} };

  it("escapes every name and says title, day, legend and what is contested", () => {
    const drawing = svg(scene, "Around <m>", ["2026-01-01"], palette);
    expect(drawing).not.toContain("<script>");
    expect(drawing).toContain("Around &#60;m&#62;");
    expect(drawing).toContain("2026-01-01");
    expect(drawing).toContain("sources disagree");
    expect(graphml(scene)).not.toContain("<script>");
    expect(mermaid(scene)).not.toContain("<script>");
  });

  it("gives spreadsheets no formula", () => {
    expect(csv(scene)).toContain(`,'=1+1,`);
  });
});
