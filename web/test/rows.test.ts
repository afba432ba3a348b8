import { describe, expect, it } from "vitest";
import { csv } from "../src/table/csv";
import { asCsv, facet, nextSort, wished, type Column } from "../src/table/rows";

interface Model { name: string; size: number | null; uses: string[] }
const rows: Model[] = [
  { name: "b10", size: 7, uses: ["chat"] },
  { name: "b9", size: null, uses: [] },
  { name: "a", size: 70, uses: ["chat", "code"] },
];
const columns: Column<Model>[] = [
  { key: "name", label: "Model", value: (m) => m.name },
  { key: "size", label: "Size", value: (m) => m.size, numeric: true },
  { key: "use", label: "Use", value: (m) => m.uses, facet: true },
];
const names = (sort: string, find = "", chosen: Record<string, string[]> = {}) => wished(rows, columns, { sort, find, chosen }).map((m) => m.name);

describe("rows of a table", () => {
  it("sort numbers as numbers, digits in names by their value, and what is unknown last both ways", () => {
    expect(names("size")).toEqual(["b10", "a", "b9"]);
    expect(names("-size")).toEqual(["a", "b10", "b9"]);
    expect(names("name")).toEqual(["a", "b9", "b10"]);
    expect(names("nothing")).toEqual(["b10", "b9", "a"]);
  });

  it("are filtered by all words in any column, and by values", () => {
    expect(names("", "CODE a")).toEqual(["a"]);
    expect(names("", "", { use: ["chat"] })).toEqual(["b10", "a"]);
    expect(names("", "70", { use: ["code"] })).toEqual(["a"]);
  });

  it("are counted by value under the other filters, never under their own", () => {
    expect(facet(rows, columns, { sort: "", find: "", chosen: { use: ["code"] } }, "use")).toEqual([{ value: "chat", count: 2 }, { value: "", count: 1 }, { value: "code", count: 1 }]);
    expect(facet(rows, columns, { sort: "", find: "b", chosen: {} }, "use")).toEqual([{ value: "", count: 1 }, { value: "chat", count: 1 }]);
  });

  it("turn round at a second press and back at a third", () => {
    const size = columns[1] as Column<Model>;
    expect(["", "-size", "size"].map((sort) => nextSort(size, sort))).toEqual(["-size", "size", ""]);
  });

  it("leave as CSV with quotes where they are needed and no formula", () => {
    expect(csv(["a"], [['x,"y"'], ["=1+1"], [-3], ["-3"]])).toBe('a\r\n"x,""y"""\r\n\'=1+1\r\n-3\r\n-3\r\n');
    expect(asCsv(rows, columns)).toContain('a,70,"chat, code"');
  });
});
