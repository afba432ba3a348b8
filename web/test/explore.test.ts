import { describe, expect, it } from "vitest";
import { aroundStep, openStep, packed, pathStep, pinOf, pinsOf, stepsOf, unpacked, unpinned, senseless } from "../src/explore/address";
import { BOX, begin, bounds, inColumns, moved, withGroup, withLinks, without, type Link, type Scene } from "../src/explore/scene";
import { changed, difference } from "../src/explore/difference";
import { labelled, wordOf } from "../src/explore/labels";
import { grouped, isGroup, membersOf } from "../src/explore/siblings";
import { offered, sifted, siftOf } from "../src/explore/sift";
import { radius, scaleOf } from "../src/explore/sizes";
import { coloursOf, keysOf } from "../src/explore/colours";
import { evidenceScene, licenceScene, lineageScene, organisationScene, timelineScene } from "../src/explore/presets";
import { askedOf, withLayout } from "../src/explore/routing";
import { layOut } from "../src/explore/layout";
import { covers, isOver, lineOf, sampled } from "../src/explore/routes";
import { csv, graphml, mermaid, svg, widthOf, within } from "../src/explore/write";
import { READABLE, fitted, opening } from "../src/explore/view";
import type { Claim, Entity, Group, Lineage } from "../src/types";

const entity = (iri: string, kind = "model"): Entity => ({ iri, id: iri, label: iri, kind });
const group = (direction: "in" | "out", items: Entity[], contested: string[] = []): Group =>
  ({ relation: "r", name: "fineTunedFrom", label: "fine-tuned from", direction, total: items.length, atLeast: false, items, contested, sources: {}, breaches: {}, next: null });
const many = (n: number, prefix = "c"): Entity[] => Array.from({ length: n }, (_, k) => entity(`${prefix}${k}`));

const laid = (scene: Scene): Scene => withLayout(scene, layOut(askedOf(scene)));
const tie = (subject: string, object: string): Link => ({ key: `${subject}>${object}`, subject, object, relation: "r", label: "r", contested: false });
/** Links whose line runs through an entity. */
const hidden = (scene: Scene): string[] => [...scene.links.values()].filter((l) => covers(lineOf(scene, l) ?? [], [...scene.nodes.values()]) && !isOver(scene, l)).map((l) => l.key);

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
    expect([...sifted(scene, siftOf(new URLSearchParams("without=dataset&without=model")), "m").nodes.keys()]).toEqual(["m"]);
  });

  it("leaves what one source states on a basis since a day, and what it links", () => {
    const message = (publisher: string, basis: string, retrieved: string) => ({ publisher, basis, retrieved, record: `${publisher} ${retrieved}` });
    const items = [entity("a"), entity("b"), entity("c")];
    const scene = withGroup(begin(entity("m")), "m", { ...group("in", items), sources: { a: [message("Meta", "DeveloperStatement", "2025-01-01"), message("Epoch", "ThirdPartyReport", "2026-01-01")], b: [message("Epoch", "ThirdPartyReport", "2024-01-01")] }, breaches: { a: ["LR-04 no"] } });
    const left = (query: string): string[] => [...sifted(scene, siftOf(new URLSearchParams(query)), "m").nodes.keys()];
    expect(left("source=Epoch")).toEqual(["m", "a", "b"]);
    expect(left("source=Epoch&readFrom=2025-06-01")).toEqual(["m", "a"]);
    expect(left("source=Meta&readFrom=2025-06-01")).toEqual(["m"]); // one statement has to meet both
    expect(left("basis=DeveloperStatement&readUntil=2025-01-01")).toEqual(["m", "a"]);
    expect(left("unknown=1&source=")).toEqual(["m", "a", "b", "c"]);
    expect(offered(scene, "publisher")).toEqual([["Epoch", 2], ["Meta", 1]]);
    expect(scene.links.get("a|fineTunedFrom|m")?.breach).toBe("LR-04 no");
  });

  it("sizes what is known, the smallest and the largest at the ends", () => {
    const scene = withGroup(begin(entity("m")), "m", group("in", many(3)));
    for (const [iri, n] of [["c0", "1000000"], ["c1", "1000000000"], ["c2", "none"]] as const) scene.nodes.get(iri)!.facts = { parameters: n };
    const scale = scaleOf(scene, "parameters");
    expect([scale?.shares.get("c0"), scale?.shares.get("c1"), scale?.shares.has("c2"), scale?.unknown]).toEqual([0, 1, false, 2]);
    expect(scale?.legend.map((one) => one.word)).toEqual(["1M", "32M", "1B"]);
    scene.nodes.get("c0")!.facts = { parameters: "990000000" };
    expect(scaleOf(scene, "parameters")?.legend.map((one) => one.word)).toEqual(["990M", "1B"]); // no word twice
    expect(radius(1)).toBeGreaterThan(radius(0));
    expect(scaleOf(scene, "")).toBeUndefined();
    expect(scaleOf(begin(entity("m")), "links")?.legend).toEqual([]);
  });

  it("shows beside another day what is new and what is gone, nothing on top of another", () => {
    const before = withGroup(begin(entity("m")), "m", group("in", [entity("old"), entity("same")]));
    const now = withGroup(begin(entity("m")), "m", group("in", [entity("same"), entity("fresh")]));
    const both = difference(now, before);
    expect([...both.nodes.values()].map((n) => [n.iri, n.change])).toEqual([["m", undefined], ["same", undefined], ["fresh", "new"], ["old", "gone"]]);
    expect([changed(both, "new"), changed(both, "gone")]).toEqual([{ nodes: 1, links: 1 }, { nodes: 1, links: 1 }]);
    const places = [...both.nodes.values()].map((n) => `${n.x},${n.y}`);
    expect(new Set(places).size).toBe(4);
    expect(difference(now, now).links).toEqual(now.links);
  });

  it("writes no word over another or over an entity, those of the chosen one first", () => {
    const scene = withGroup(withGroup(begin(entity("m")), "m", group("in", many(40))), "m", { ...group("in", [entity("c0")]), name: "postTrainedFrom" });
    const height = 11;
    const spots = [...labelled(scene, (link) => lineOf(scene, link), (text) => text.length * 5, height, new Set(["c39|fineTunedFrom|m"]))];
    const rects = [...spots.map(([, s]) => ({ left: s.x - s.width / 2, right: s.x + s.width / 2, top: s.y - height / 2, bottom: s.y + height / 2 })), ...[...scene.nodes.values()].map((n) => ({ left: n.x, right: n.x + BOX.width, top: n.y, bottom: n.y + BOX.height }))];
    for (const [n, a] of rects.entries()) for (const b of rects.slice(n + 1)) expect(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top).toBe(true);
    expect(spots[0]?.[0]).toBe("c39|fineTunedFrom|m");
    expect(spots.length).toBeGreaterThan(20);
    const [link] = scene.links.values();
    expect(wordOf({ ...link!, breach: "LR-04", contested: true })).toBe("§ fine-tuned, sources disagree");
  });

  it("draws like leaves as one box that says how many and loses no mark", () => {
    const scene = withGroup(withGroup(begin(entity("m")), "m", { ...group("in", many(9), ["c3"]), breaches: { c4: ["LR-04 no"] } }), "m", group("out", many(3, "p")));
    const [[key, members]] = [...membersOf(scene)] as [[string, unknown[]]];
    expect([isGroup(key), members.length]).toEqual([true, 9]);
    const one = grouped(scene, new Set(), "m");
    expect([one.nodes.size, one.links.size, one.nodes.get(key)?.label]).toEqual([5, 4, "9 models"]);
    expect(one.links.get(key)).toMatchObject({ subject: key, object: "m", contested: true, breach: "1 of 9 have a licence problem" });
    expect(grouped(scene, new Set([key]), "m").nodes.size).toBe(13);
    expect(grouped(scene, new Set(), "c2").nodes.size).toBe(13); // what is chosen is seen
    expect(grouped(withGroup(begin(entity("a")), "a", group("in", many(5))), new Set(), "a").nodes.size).toBe(6);
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

describe("lines", () => {
  const chance = (seed: number): (() => number) => () => (seed = (seed * 16807) % 2147483647) / 2147483647;

  it("run behind no entity in columns, whatever is linked", () => {
    for (const seed of [1, 2, 3]) {
      const next = chance(seed);
      const spots = Array.from({ length: 80 }, (_, n) => ({ ...entity(`m${n}`), column: Math.floor(next() * 6) }));
      const links = Array.from({ length: 160 }, () => tie(`m${Math.floor(next() * 80)}`, `m${Math.floor(next() * 80)}`)).filter((l) => l.subject !== l.object);
      const scene = laid(inColumns(spots, links));
      expect(hidden(scene)).toEqual([]);
      const boxes = [...scene.nodes.values()];
      for (const [n, a] of boxes.entries()) for (const b of boxes.slice(n + 1)) expect(a.x === b.x && Math.abs(a.y - b.y) < BOX.height).toBe(false);
    }
  });

  it("leave a column in several parts as compact as one", () => {
    const spots = Array.from({ length: 301 }, (_, n) => ({ ...entity(`m${n}`), column: n ? 1 : 0 }));
    const { height, width } = bounds(laid(inColumns(spots, spots.slice(1).map((s) => tie(s.iri, "m0")))));
    expect(height).toBeLessThan(62 * (BOX.height + 12));
    expect(width / height).toBeGreaterThan(0.5);
  });

  it("start and end at their entities", () => {
    const scene = laid(inColumns([0, 1, 2, 3].map((n) => ({ ...entity(`m${n}`), column: n })), [tie("m3", "m0"), tie("m0", "m2"), tie("m1", "m2"), tie("m2", "m3")]));
    for (const link of scene.links.values()) {
      const line = lineOf(scene, link) ?? [];
      for (const [point, iri] of [[line[0], link.subject], [line[line.length - 1], link.object]] as const) {
        const node = scene.nodes.get(iri)!;
        expect([node.x, node.x + BOX.width]).toContain(point?.[0]);
        expect(point?.[1]).toBeCloseTo(node.y + BOX.height / 2);
      }
    }
  });

  it("are led around what stands between two that are opened one after the other", () => {
    let scene = withGroup(begin(entity("m")), "m", group("in", many(5)));
    scene = withGroup(scene, "c2", group("in", many(3, "d")));
    scene = { nodes: scene.nodes, links: new Map(scene.links).set("far", { ...tie("d1", "m"), key: "far" }) };
    const led = laid(scene);
    expect(led.nodes).toEqual(scene.nodes); // nothing moves
    expect(led.links.get("far")?.route?.length).toBeGreaterThan(2);
    expect(hidden(led)).toEqual([]);
    expect(sampled(led.links.get("far")?.route ?? []).length).toBeGreaterThan(4);
  });

  it("are drawn over what they cannot be led around, and anew where an entity was moved", () => {
    const walled = Array.from({ length: 3 }, (_, n) => ({ ...entity(`w${n}`), x: 100 + 10 * n, y: 20 * n - 20 }));
    const scene: Scene = { nodes: new Map([{ ...entity("a"), x: 0, y: 0 }, { ...entity("b"), x: 400, y: 0 }, ...walled].map((n) => [n.iri, n])), links: new Map([["ab", { ...tie("a", "b"), key: "ab" }]]) };
    const led = laid(scene);
    expect(isOver(led, led.links.get("ab")!)).toBe(true);
    const free = laid(inColumns([{ ...entity("a"), column: 0 }, { ...entity("b"), column: 1 }], [tie("a", "b")]));
    expect(free.links.get("a>b")?.route).toBeDefined();
    expect(moved(free, "b", 900, 900).links.get("a>b")?.route).toBeUndefined();
    expect(laid(moved(free, "b", 900, 900)).links.get("a>b")?.route?.at(-1)).toEqual([900, 900 + BOX.height / 2]);
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

  it("holds what was opened around an entity, and the places given by hand", () => {
    const iri = "https://w3id.org/provenance-graph/id/model/a/b@2";
    expect(stepsOf([aroundStep(iri), "x|y"])).toEqual([{ kind: "around", iri }]);
    expect(pinsOf([pinOf(iri, 10.4, -3.6), "m@1e9,2", "m@1,2,3", "nothing"])).toEqual(new Map([[iri, { x: 10, y: -4 }]]));
    expect(unpinned([pinOf(iri, 1, 2), pinOf("m", 3, 4)], iri)).toEqual(["m@3,4"]);
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
    expect(graphml(scene, ["A & B", "2026-01-02, store version 7"])).toContain("<desc>A &#38; B; 2026-01-02, store version 7</desc>");
    expect(mermaid(scene, ["A\nend"])).toContain("flowchart LR\n%% A end\n");
    expect(mermaid(scene)).not.toContain("<script>");
  });

  it("gives spreadsheets no formula", () => {
    expect(csv(scene)).toContain(`,'=1+1,`);
  });
});

describe("pictures that answer a question", () => {
  const edge = (child: string, parent: string, more = {}) => ({ child, parent, relation: "r", relationName: "fineTunedFrom", relationLabel: "fine-tuned from", group: "derivation", inferred: false, weight: "", method: "", evidence: [], contradictedBy: [], breaches: [], contested: false, ...more });
  const node = (iri: string, side: string, distance: number) => ({ iri, label: iri, kind: "model", side, distance, licences: [{ iri: "l", label: "licence:MIT" }] });

  it("put ancestors left and descendants right, with a licence problem on the step where it starts", () => {
    const scene = laid(lineageScene({ nodes: [node("m", "self", 0), node("up", "up", 1), node("down", "down", 1)], edges: [edge("m", "up", { breaches: [{ rule: "LR-04", severity: "Violation", message: "named otherwise" }] }), edge("down", "m", { inferred: true })] } as unknown as Lineage));
    expect(scene.nodes.get("up")?.x).toBeLessThan(scene.nodes.get("m")?.x ?? 0);
    expect(scene.nodes.get("down")?.x).toBeGreaterThan(scene.nodes.get("m")?.x ?? 0);
    expect([...scene.links.values()].map((l) => [l.breach ?? "", l.inferred])).toEqual([["LR-04 named otherwise", false], ["", true]]);
  });

  it("show where the terms of a licence start and how many they reach", () => {
    const [base, other] = [{ iri: "L1", label: "licence:llama" }, { iri: "L2", label: "licence:MIT" }];
    const at = (iri: string, distance: number, licences: object[]) => ({ ...node(iri, distance ? "down" : "self", distance), licences });
    const scene = laid(licenceScene({ nodes: [at("m", 0, [base]), at("kept", 1, [base]), at("changed", 1, [other]), at("below", 2, [])], edges: [edge("kept", "m"), edge("changed", "m"), edge("below", "changed")] } as unknown as Lineage));
    const starts = [...scene.links.values()].filter((l) => l.relation === "license").map((l) => [l.subject, l.object]);
    expect(starts).toEqual([["m", "L1"], ["changed", "L2"]]);
    expect([scene.nodes.get("L1")?.note, scene.nodes.get("L2")?.note]).toEqual(["2 declare it, 2 more made from them", "1 declare it, 1 more made from them"]);
    expect(scene.nodes.get("L1")?.x).toBeLessThan(scene.nodes.get("m")?.x ?? 0);
  });

  it("keep a readable shape with five thousand entities in one column", () => {
    const spots = Array.from({ length: 5000 }, (_, n) => ({ iri: `m${n}`, id: "", label: "", kind: "model", column: n ? 1 : 0 }));
    const scene = laid(inColumns(spots, spots.slice(1).map((s) => tie(s.iri, "m0"))));
    const { width, height } = bounds(scene);
    expect(scene.nodes.size).toBe(5000);
    expect(new Set([...scene.nodes.values()].map((n) => `${n.x},${n.y}`)).size).toBe(5000);
    expect(Math.max(width / height, height / width)).toBeLessThan(8);
  });

  it("stand on a line of time without covering each other", () => {
    const dated = (iri: string, date: string) => ({ iri, id: iri, label: iri, kind: "model", date });
    const scene = timelineScene([dated("b", "2024-06-01"), dated("a", "2024-05-30"), dated("c", "2026")], []);
    const [a, b, c] = ["a", "b", "c"].map((iri) => scene.nodes.get(iri));
    expect(a?.x).toBeLessThan(b?.x ?? 0);
    expect(a?.y).not.toBe(b?.y);
    expect(c?.facts?.["year"]).toBe("2026");
  });

  it("set those that others build on to the left, also where two build on each other", () => {
    const built = (from: string, to: string) => ({ from, fromName: from, to, toName: to, n: 2 });
    const scene = laid(organisationScene([built("b", "a"), built("c", "b"), built("x", "y"), built("y", "x")]));
    expect(["a", "b", "c"].map((iri) => scene.nodes.get(iri)?.x)).toEqual([...["a", "b", "c"].map((iri) => scene.nodes.get(iri)?.x ?? 0)].sort((p, q) => p - q));
    expect([...scene.links.values()][0]?.label).toBe("2 models built on");
  });

  it("lead from a fact over its claims to records and documents", () => {
    const claim = (value: unknown, standing: string, publisher: string) => ({ property: "size", value, standing, stance: "Stated", claim: `https://c/${publisher}`, record: `https://w3id.org/provenance-graph/id/record/${publisher}`, document: `https://d/${publisher}`, publisher: { iri: "p", id: publisher }, asStated: null, retrieved: "2026-01-01" });
    const scene = laid(evidenceScene(entity("m"), "size", [claim(7, "Accepted", "one"), claim(8, "Rejected", "two")] as unknown as Claim[]));
    expect([...scene.nodes.values()].map((n) => n.kind)).toEqual(["model", "accepted value", "value", "claim", "claim", "record", "record", "document", "document"]);
    expect(scene.links.size).toBe(8);
  });

  it("are coloured by the commonest facts, the rest sharing one colour", () => {
    const nodes = new Map(Array.from({ length: 12 }, (_, n) => [`m${n}`, { ...entity(`m${n}`), x: 0, y: 0, facts: { licence: n < 4 ? "MIT" : `L${n}` } }]));
    const keys = keysOf({ nodes, links: new Map() }, "licence");
    expect(keys[0]).toMatchObject({ value: "MIT", count: 4 });
    expect(keys.at(-1)).toMatchObject({ value: "others, or not known", count: 1 });
    expect(coloursOf({ nodes, links: new Map() }, "licence", keys)?.get("m0")).toBe(keys[0]?.colour);
  });
});

describe("the first view of a scene", () => {
  const chain = (length: number): Scene => Array.from({ length }).reduce<Scene>((scene, _, n) => withGroup(scene, `c${n}`, group("in", [entity(`c${n + 1}`)])), begin(entity("c0")));

  it("is all of it where names can be told from one another", () => {
    const scene = chain(2);
    expect(opening(scene, 1000, 700, scene.nodes.get("c0"))).toEqual(fitted(scene, 1000, 700));
  });

  it("else is what it is about in readable names, with no room left empty at the edge", () => {
    const scene = chain(9);
    expect(fitted(scene, 700, 700).scale).toBeLessThan(0.6);
    const [box, first, middle] = [bounds(scene), opening(scene, 700, 700, scene.nodes.get("c0")), opening(scene, 700, 700, scene.nodes.get("c5"))];
    expect([first.scale, middle.scale]).toEqual([READABLE, READABLE]);
    expect(first.x + box.left * READABLE).toBeCloseTo(30);
    expect(middle.x + ((scene.nodes.get("c5")?.x ?? 0) + BOX.width / 2) * READABLE).toBeCloseTo(350);
  });

  it("is all of a few entities on a narrow screen", () => {
    const scene = chain(1);
    const whole = fitted(scene, 336, 500);
    expect(whole.scale).toBeLessThan(0.6);
    expect(opening(scene, 336, 500, scene.nodes.get("c0"))).toEqual(whole);
  });

  it("is all of a large scene whose like siblings share a box", () => {
    const scene = grouped(withGroup(begin(entity("m")), "m", group("in", [...many(600), ...many(300, "d").map((one) => ({ ...one, kind: "entity" })), entity("v", "version")])), new Set(), "m");
    expect([...scene.nodes.values()].map((node) => node.label)).toEqual(["m", "v", "600 models", "300 entities"]);
    const column = [...scene.nodes.values()].slice(1).map((node) => node.y).sort((a, b) => a - b);
    expect(column.map((y, n) => y - (column[0] ?? 0) - 46 * n)).toEqual([0, 0, 0]);
    expect(opening(scene, 700, 700, scene.nodes.get("m"))).toEqual(fitted(scene, 700, 700));
  });

  it("is readable of a large scene too, which as a whole would be a line", () => {
    const scene = withGroup(begin(entity("m")), "m", group("in", many(900)));
    expect(fitted(scene, 700, 700).scale).toBeLessThan(0.1);
    expect(opening(scene, 700, 700, scene.nodes.get("m")).scale).toBe(READABLE);
  });

});

describe("a name in its box", () => {
  it("is as long as its letters let it be, and never wider than the box", () => {
    for (const name of ["MMMMMMMMMMMMMMMMMMMMMMMM", "EXAONE-DEEP-32B-GGUF-Q4_K_M", "10 declare it, 27 inherit from them · licence", "数据集数据集数据集数据集数据集", "illlllliiiiiii.illlllliiiiiii"]) {
      expect(widthOf(within(name, 170, 12), 12)).toBeLessThanOrEqual(170);
    }
    expect(within("illlllliiiiiii.illlllliiiiiii", 170, 12)).toBe("illlllliiiiiii.illlllliiiiiii");
    expect(within("Llama-3.1-8B-Instruct", 170, 12)).toBe("Llama-3.1-8B-Instruct");
    expect(within("MMMMMMMMMMMMMMMMMMMMMMMM", 170, 12)).toContain("…");
  });
});

describe("what an address says that is no scene", () => {
  it("is named, and what is one is not", () => {
    const query = new URLSearchParams("preset=foo&open=~model/a|creator|out&open=zzz&pin=abc&pin=~model/a@1,2");
    expect(senseless(query, ["lineage"])).toEqual(["preset=foo is not a view; there are lineage", "open=zzz is not a step", "pin=abc is not a position"]);
    expect(senseless(new URLSearchParams("preset=lineage"), ["lineage"])).toEqual([]);
  });
});
