// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { exact, hrefOfHit, type Hit } from "../src/searchbox";

const hit = (iri: string, id: string, kind: string): Hit => ({ iri, id, name: id, kind });
const model = hit("https://w3id.org/provenance-graph/id/model/a/B", "a/B", "model");
const data = hit("https://w3id.org/provenance-graph/id/dataset/a/b-data", "dataset/a/b-data", "dataset");

describe("the search box", () => {
  it("jumps to an exact id whatever its case, or to a whole IRI", () => {
    expect(exact([data, model], " A/b ")).toBe(model);
    expect(exact([data, model], data.iri)).toBe(data);
    expect(exact([data, model], "a")).toBeUndefined();
  });

  it("leads each kind to its page", () => {
    expect(hrefOfHit(model)).toBe("/models/a/B");
    expect(hrefOfHit(data)).toBe("/things/dataset/a/b-data");
  });
});
