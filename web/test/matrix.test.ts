import { describe, expect, it } from "vitest";
import { byDeveloper, columnsOf, isKnown, knownIn, knownOf, ofProfiles, rowsOf, sections, silentOn } from "../src/matrix";
import type { Matrix, Profile } from "../src/types";

const field = (property: string, section: string) => ({ property, label: property, section });
const model = (id: string, states: string) => ({ id, name: id, developers: [], states, contested: [], withoutValue: [] as number[], withValue: [] as number[] });
const matrix = {
  codes: {},
  fields: [field("size", "Size"), field("data", "Data"), field("filtering", "Data")],
  models: [model("open", "dd."), model("silent", "d.-"), model("refuses", ".w."), model("reported", "..r")],
  total: 4,
  next: null,
} as unknown as Matrix;

describe("the heat map", () => {
  it("shows the columns that any model speaks of, of one section where asked", () => {
    expect(columnsOf(matrix, "", false)).toEqual([0, 1, 2]);
    expect(columnsOf(matrix, "Data", true)).toEqual([1, 2]);
    expect(sections(matrix)).toEqual(["Size", "Data"]);
  });

  it("finds the models of which nothing is known in a section: blank, refused and uncovered alike", () => {
    expect(rowsOf(matrix, "Data", "").map((m) => m.id)).toEqual(["silent", "refuses"]);
    expect(silentOn(model("x", "d.-"), [1, 2])).toBe(true);
  });

  it("orders models by a field, refusals before blanks before values", () => {
    expect(rowsOf(matrix, "", "data").map((m) => m.id)).toEqual(["refuses", "silent", "reported", "open"]);
  });

  it("counts what is known by model and by field", () => {
    expect(knownOf(matrix.models[0] as Matrix["models"][number], [0, 1, 2])).toBe(2);
    expect(knownIn(matrix.models, 1)).toBe(1);
  });

  it("sums up developers, a model of two counting for both", () => {
    const two = { ...matrix, models: [{ ...model("a", "d.."), developers: ["X", "Y"] }, { ...model("b", "ddd"), developers: ["X"] }] } as unknown as Matrix;
    expect(byDeveloper(two)).toEqual([
      { developer: "X", models: 2, known: 2, silent: { Size: 0, Data: 1 } },
      { developer: "Y", models: 1, known: 1, silent: { Size: 0, Data: 1 } },
    ]);
  });

  it("is the same over profiles of chosen models", () => {
    const profile = { id: "a/b", name: "B", sections: [{ name: "Size", fields: [
      { property: "size", state: "disclosed", label: "size", status: "Disclosed", values: [7], sources: 1, contested: true },
      { property: "data", state: "notRecorded", label: "data", status: "", values: [], sources: 0, contested: false },
    ] }] } as unknown as Profile;
    expect(ofProfiles([profile])).toMatchObject({ models: [{ id: "a/b", states: "d.", contested: [0] }], total: 1 });
  });

  it("knows a field by its accepted value, whatever its state says", () => {
    const row = { ...model("a/b", "pdu."), withoutValue: [0], withValue: [2] };
    expect([0, 1, 2, 3].map((n) => isKnown(row, n))).toEqual([false, true, true, false]);
    expect(knownOf(row, [0, 1, 2, 3])).toBe(2);
    expect(silentOn(row, [0, 3])).toBe(true);
  });
});
