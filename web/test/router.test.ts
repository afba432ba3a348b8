// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { added, go, here, hrefOf, inPath, pageOf, removed, setQuery, toggled, withQuery } from "../src/router";

beforeEach(() => go("/", true));

describe("addresses of the page", () => {
  it("keeps slashes of an id and escapes the rest", () => {
    expect(inPath("a b/c?d")).toBe("a%20b/c%3Fd");
  });

  it("takes a part below a model's page for the page of that part, or for the model's", () => {
    expect(pageOf("/models/a/b/lineage")).toBe("/lineage/a/b");
    expect(pageOf("/models/gpt-4/licences")).toBe("/licences/gpt-4");
    expect(pageOf("/models/a/b/export/spdx3")).toBe("/models/a/b");
    expect(pageOf("/models/a/b/claims")).toBe("/models/a/b");
    for (const other of ["/models/a/lineage-7b", "/models/lineage", "/lineage/a/b", "/models"]) expect(pageOf(other)).toBe(other);
  });

  it("leads a model to its page and another entity to its own", () => {
    expect(hrefOf("https://w3id.org/provenance-graph/id/model/a/b")).toBe("/models/a/b");
    expect(hrefOf("https://w3id.org/provenance-graph/id/dataset/x")).toBe("/things/dataset/x");
    expect(hrefOf("https://w3id.org/provenance-graph/id/in/epoch/model/bert-large")).toBe("/models/epoch/model/bert-large");
    expect(hrefOf("https://w3id.org/provenance-graph/id/in/epoch/organization/x")).toBe("/things/in/epoch/organization/x");
    expect(hrefOf("https://w3id.org/provenance-graph/id/question/who-says-what")).toBe("/sparql?question=who-says-what");
    expect(hrefOf("https://w3id.org/provenance-graph/id/help/check")).toBe("/check");
    expect(hrefOf("https://example.org/x")).toBe("/things?iri=https%3A%2F%2Fexample.org%2Fx");
  });

  it("changes parameters and keeps the others", () => {
    const base = { path: "/", query: new URLSearchParams("q=llama&licence=mit&licence=apache") };
    expect(withQuery({ q: "bert" }, base)).toBe("/?licence=mit&licence=apache&q=bert");
    expect(withQuery({ licence: null }, base)).toBe("/?q=llama");
  });

  it("adds two quick changes up, whatever was drawn in between", () => {
    const drawn = here(); // both boxes were drawn from this address
    expect(drawn.query.getAll("kind")).toEqual([]);
    setQuery({ kind: toggled("a", ["a", "b", "c"]) });
    setQuery({ kind: toggled("b", ["a", "b", "c"]) });
    expect(here().query.getAll("kind")).toEqual(["c"]);
    setQuery({ kind: toggled("a", ["a", "b", "c"]) });
    setQuery({ kind: toggled("b", ["a", "b", "c"]) });
    expect(here().query.getAll("kind")).toEqual([]); // the usual ones are left out of the address
    setQuery({ model: added("x") });
    setQuery({ model: added("y") });
    setQuery({ model: removed("x") });
    expect(here().query.getAll("model")).toEqual(["y"]);
  });
});
