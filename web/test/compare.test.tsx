// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, it, vi } from "vitest";
import { STATES } from "../src/words";

const cell = (state: string) => ({ state, values: [], estimates: [] });
const FIELDS = Object.keys(STATES).map((state, n) => ({ property: `p${n}`, label: `field ${n}`, unit: "", differs: true, kind: "none", cells: [cell(state), cell("notRecorded")] }));
const FOUND = {
  columns: ["org/a", "org/b"].map((id) => ({ id, heading: id, records: 1 })),
  sections: [{ name: "Section", fields: FIELDS }], counts: {}, scores: [], moved: [],
};

afterEach(() => {
  vi.unstubAllGlobals();
  render(null, document.body);
});

it("counts every state of a field in what is known of each, so that a row adds up", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(FOUND)));
  const { default: Compare } = await import("../src/views/compare");
  const route = { path: "/compare", query: new URLSearchParams("model=org/a&model=org/b") } as never;
  act(() => render(<Compare currentRoute={route} />, document.body));
  for (let turn = 0; turn < 5; turn += 1) await act(() => new Promise((done) => setTimeout(done, 5)));
  const table = document.querySelector('[aria-label="Known of each"] table')!;
  const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent ?? "");
  for (const { word } of Object.values(STATES)) expect(heads.some((head) => head.includes(word)), word).toBe(true);
  for (const row of table.querySelectorAll("tbody tr")) {
    const counts = [...row.querySelectorAll("td")].slice(1).map((td) => Number(td.textContent));
    expect(counts.reduce((a, b) => a + b)).toBe(FIELDS.length);
  }
});
