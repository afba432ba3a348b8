import { describe, expect, it } from "vitest";
import type { QueryResult } from "../src/answers/ask";
import { axes, points, ticks, timeOf, usual } from "../src/answers/series";

const INT = "http://www.w3.org/2001/XMLSchema#integer";
const row = (year: string, n: string | null, name: string) => ({
  year: { type: "literal" as const, value: year, datatype: INT },
  ...(n === null ? {} : { n: { type: "literal" as const, value: n, datatype: INT } }),
  name: { type: "uri" as const, value: `https://w3id.org/provenance-graph/id/model/${name}` },
});
const queryResult: QueryResult = { kind: "table", columns: ["year", "n", "name"], bindings: [row("2024", "5", "a/b"), row("2022", "3", "c/d"), row("2023", null, "e/f")], triples: [], truncated: false, rows: 3 };

describe("what can be drawn of an answer", () => {
  it("takes years for time, though they are numbers, and counts over them as a line", () => {
    expect(axes(queryResult).map((a) => a.scale)).toEqual(["time", "number", "name"]);
    expect(usual(axes(queryResult))).toMatchObject({ x: { column: "year" }, y: { column: "n" } });
  });

  it("draws the second of two columns of numbers over the first", () => {
    const of = (column: string, scale: "number" | "name"): { column: string; scale: "number" | "name" } => ({ column, scale });
    expect(usual([of("size", "number"), of("score", "number")])).toMatchObject({ x: { column: "size" }, y: { column: "score" } });
    expect(usual([of("n", "number"), of("who", "name")])).toMatchObject({ x: { column: "who" }, y: { column: "n" } });
  });

  it("puts points in order of time and says how many rows have no value", () => {
    const [x, y] = axes(queryResult);
    if (!x || !y) throw new Error("two columns");
    const { points: drawn, without } = points(queryResult, x, y);
    expect(drawn.map((p) => [p.x, p.y])).toEqual([[2022, 3], [2024, 5]]);
    expect(without).toBe(1);
  });

  it("reads years, months and days, and nothing else", () => {
    expect(timeOf("2024")).toBe(2024);
    expect(timeOf("2024-07")).toBe(2024.5);
    expect(timeOf("2024-07-02T10:00:00Z")).toBeCloseTo(2024.5027, 3);
    expect(timeOf("128000")).toBeUndefined();
    expect(timeOf("2024-13-01")).toBeUndefined();
  });

  it("has round steps, one alone for a span of nothing", () => {
    expect(ticks(0, 100, 5)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(ticks(2019, 2026, 8)).toEqual([2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026]);
    expect(ticks(3, 3)).toEqual([3]);
  });
});
