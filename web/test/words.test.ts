import { describe, expect, it } from "vitest";
import { brief, briefUrl, count, disclosed, linkable, number, shortId, spaced } from "../src/words";

describe("numbers and names as people read them", () => {
  it("reads a choice by disclosure as a state, or as a field in a state", () => {
    expect(disclosed("partlyDisclosed")).toEqual({ field: "", state: "partlyDisclosed" });
    expect(disclosed("trainingCode=undisclosed")).toEqual({ field: "training code", state: "undisclosed" });
    expect(disclosed("usagePolicy=partly")).toEqual({ field: "usage policy", state: "partlyDisclosed" });
  });
  it("separates thousands and writes very large numbers as a power of ten", () => {
    expect(number(128000)).toBe("128,000");
    expect(number(2.5e24)).toBe("2.5 × 10^24");
    expect(brief(8030261248)).toBe("8.03B");
  });

  it("counts in words", () => {
    expect(count(1, "source")).toBe("1 source");
    expect(count(1200, "entry", "entries")).toBe("1,200 entries");
  });

  it("takes the kind off an id and keeps the rest", () => {
    expect(shortId("id:licence/llama3.1")).toBe("llama3.1");
    expect(shortId("meta-llama/Llama-3.1-8B")).toBe("meta-llama/Llama-3.1-8B");
    expect(spaced("DeclinesToDisclose")).toBe("declines to disclose");
  });

  it("links to the Web and to nothing else", () => {
    expect(linkable("https://example.org/a")).toBe("https://example.org/a");
    for (const bad of ["javascript:alert(1)", "data:text/html,x", "//example.org", "https://a b"]) expect(linkable(bad)).toBeUndefined();
  });

  it("shortens long addresses in the middle", () => {
    expect(briefUrl(`https://www.example.org/${"x".repeat(200)}`).length).toBeLessThanOrEqual(70);
  });
});
