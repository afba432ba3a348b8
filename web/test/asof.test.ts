// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { dated, dayOf } from "../src/asof";
import { go } from "../src/router";

beforeEach(() => go("/", true));

describe("the day of a view", () => {
  it("stands in the address and is nothing for now", () => {
    expect(dayOf()).toBe("");
    expect(dated("/api/v1/stats")).toBe("/api/v1/stats");
    go("/models/a/b?asOf=2025-06-01", true);
    expect(dayOf()).toBe("2025-06-01");
    expect(dated("/api/v1/stats")).toBe("/api/v1/stats?asOf=2025-06-01");
  });

  it("joins other parameters, stays before a fragment and is escaped", () => {
    expect(dated("/x?limit=1", "2025-06-01")).toBe("/x?limit=1&asOf=2025-06-01");
    expect(dated("/x?limit=1#part", "2025-06-01")).toBe("/x?limit=1&asOf=2025-06-01#part");
    expect(dated("/x", "a&b=c")).toBe("/x?asOf=a%26b%3Dc");
  });

  it("leaves a request alone that names its own day", () => {
    expect(dated("/x?asOf=2024-01-01", "2025-06-01")).toBe("/x?asOf=2024-01-01");
  });

  it("is none of a comparison, which has two", () => {
    go("/compare?model=a&asOf=2024-01-01&asOf=now", true);
    expect(dayOf()).toBe("");
    expect(dated("/models/a")).toBe("/models/a");
  });
});
