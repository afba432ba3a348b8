import { describe, expect, it } from "vitest";
import { LEAST, MOST, bounded, fitting, scrollAfterZoom } from "../src/lineage/viewport";

describe("moving about in a picture", () => {
  it("keeps the scale within its bounds", () => {
    expect(bounded(0)).toBe(LEAST);
    expect(bounded(99)).toBe(MOST);
  });

  it("keeps the point under the pointer where it is", () => {
    const [scroll, pointer, before, after] = [120, 80, 1, 2.5];
    const point = (scroll + pointer) / before;
    expect((scrollAfterZoom(scroll, pointer, before, after) + pointer) / after).toBeCloseTo(point);
  });

  it("fits a large picture into the frame and never enlarges a small one", () => {
    expect(fitting({ width: 500, height: 500 }, { width: 1000, height: 400 })).toBe(0.5);
    expect(fitting({ width: 500, height: 500 }, { width: 100, height: 100 })).toBe(1);
  });
});
