import { describe, expect, it } from "vitest";
import { lastStep, leftOut, lengthOf } from "../src/lineage/steps";
import type { Hop } from "../src/types";

const step = (child: string, parent: string): Hop =>
  ({ child: { iri: child, label: child }, relation: "mergedFrom", relationLabel: "merged from", parent: { iri: parent, label: parent }, inferred: false });

describe("a path with its middle left out", () => {
  const path = [step("a", "b"), { leftOut: 30, of: 32 }, step("y", "z")];

  it("counts the steps that are left out", () => {
    expect(lengthOf(path)).toBe(32);
    expect(lengthOf([])).toBe(0);
  });

  it("ends in its last step", () => {
    expect(lastStep(path)?.parent.iri).toBe("z");
    expect(lastStep([])).toBeUndefined();
    expect(leftOut({ leftOut: 30, of: 32 })).toContain("30 of 32 steps left out");
  });
});
