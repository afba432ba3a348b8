// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { MOST, addressOf, basket, bounded, fill, itemOf, parsed, toggle } from "../src/basket";

describe("the basket", () => {
  beforeEach(() => void fill([]));

  it("reads words with and without a kind, and refuses what names nothing", () => {
    expect(itemOf("a/b")).toEqual({ kind: "model", id: "a/b" });
    expect(itemOf("dataset:laion-5b")).toEqual({ kind: "dataset", id: "laion-5b" });
    for (const nothing of ["two words", "", "dataset:", "\u0000", "a\u202e b"]) expect(itemOf(nothing)).toBeUndefined();
    expect(parsed("a/b\n dataset:c ,\n\nx y")).toEqual({ items: [{ kind: "model", id: "a/b" }, { kind: "dataset", id: "c" }], unread: 1 });
  });

  it("holds each thing once and says how many found no room", () => {
    const many = Array.from({ length: MOST + 3 }, (_, n) => ({ kind: "model" as const, id: `m/${n}` }));
    expect(fill([...many, ...many.slice(0, 5)])).toBe(3);
    expect(basket()).toHaveLength(MOST);
    expect(bounded(many).left).toBe(3);
  });

  it("is put in and taken out by the same press, and outlives the page", () => {
    toggle({ kind: "model", id: "a/b" });
    expect(localStorage.getItem("basket")).toBe("model:a/b");
    toggle({ kind: "model", id: "a/b" });
    expect(basket()).toEqual([]);
  });

  it("travels in an address while that is short enough", () => {
    expect(addressOf([{ kind: "dataset", id: "a/b" }])).toBe("/basket?item=dataset:a/b");
    expect(addressOf(Array.from({ length: 2000 }, (_, n) => ({ kind: "model" as const, id: `m/${n}` })))).toBeUndefined();
  });
});
