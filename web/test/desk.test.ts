// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { closed, emptyDesk, stored, load, noted, opened, store, textOf, titleOf, written } from "../src/answers/desk";

describe("the desk of the workbench", () => {
  it("opens a query once, in its own tab, and keeps drafts", () => {
    const two = opened(written(emptyDesk("A"), "draft"), "B");
    expect(two.tabs.map((t) => t.text)).toEqual(["draft", "B"]);
    expect(textOf(two)).toBe("B");
    expect(textOf(opened(two, "draft"))).toBe("draft");
  });

  it("never closes the last tab", () => {
    expect(closed(emptyDesk("A"), "1", "new").tabs).toEqual([{ id: "1", text: "new" }]);
    const two = opened(emptyDesk("A"), "B");
    expect(textOf(closed(two, two.at, "new"))).toBe("A");
  });

  it("notes a query once, the latest first, and saves under a name", () => {
    let desk = noted(noted(emptyDesk("A"), "A", 3, "1"), "B", 0, "2");
    desk = noted(desk, "A", 4, "3");
    expect(desk.history).toEqual([{ text: "A", rows: 4, when: "3" }, { text: "B", rows: 0, when: "2" }]);
    expect(stored(stored(desk, "x", "1"), "x", "2").saved).toEqual([{ name: "x", text: "2" }]);
  });

  it("names tabs by their comment, else by the first line that says something", () => {
    expect(titleOf("PREFIX a: <b>\n# All models\nSELECT *")).toBe("All models");
    expect(titleOf("PREFIX a: <b>\n\nSELECT ?m")).toBe("SELECT ?m");
    expect(titleOf(" ")).toBe("empty");
  });

  it("outlives the page, and what cannot be read is begun anew", () => {
    store(opened(emptyDesk("A"), "B"));
    expect(textOf(load("F"))).toBe("B");
    localStorage.setItem("workbench", "{");
    expect(textOf(load("F"))).toBe("F");
  });
});
