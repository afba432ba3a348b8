import { describe, expect, it } from "vitest";
import { distance, near, unknownTerms } from "../src/editor/near";

const known = new Set(["pg:parameterCount", "pg:activeParameterCount", "pg:contextLength", "pg:Model"]);

describe("terms that a query misspells", () => {
  it("are named with those that were perhaps meant", () => {
    const items = unknownTerms("SELECT ?m WHERE { ?m pg:parameterCont ?n }", known);
    expect(items).toHaveLength(1);
    expect(items[0]?.message).toContain("perhaps pg:parameterCount");
    expect(items[0]).toMatchObject({ from: 21, to: 37 });
  });

  it("count a swap of two letters once, and stop counting beyond reason", () => {
    expect(distance("lenght", "length")).toBe(1);
    expect(distance("a", "abcdefgh", 3)).toBe(4);
    expect(near("pg:contextlenght", known)).toEqual(["pg:contextLength"]);
  });

  it("are not sought in comments, texts and whole IRIs, nor in vocabularies that we do not hold", () => {
    expect(unknownTerms('# pg:nothing\nSELECT ?m WHERE { ?m schema:anything "pg:text", <pg:iri> . ?m a pg:Model }', known)).toEqual([]);
  });

  it("are found under a prefix of one's own for our namespace, and an unknown prefix is told", () => {
    const results = unknownTerms("PREFIX x: <https://w3id.org/provenance-graph/ns#> SELECT * WHERE { ?m x:Modell ?n ; foo:bar ?o }", known);
    expect(results.map((f) => f.term)).toEqual(["x:Modell", "foo:"]);
    expect(results[0]?.message).toContain("pg:Model");
  });
});
