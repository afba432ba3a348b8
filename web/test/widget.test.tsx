// @vitest-environment happy-dom
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import widget, { around, type Shared } from "../src/widget";
import { begin } from "../src/explore/scene";
import type { Neighbourhood } from "../src/types";

const entity = (id: string, kind = "model") => ({ iri: `https://example.org/${id}`, id, label: id, kind });
const here = entity("acme/tuned");

function result(node: ReturnType<typeof entity>, others: string[]): Neighbourhood {
  const items = others.map((id) => entity(id));
  return { node, groups: [{ relation: "https://w3id.org/provenance-graph/ns#fineTunedFrom", name: "fineTunedFrom", label: "fine-tuned from", direction: "out", total: items.length, atLeast: false, items, contested: [], sources: {}, breaches: {}, next: null }], asOf: null } as unknown as Neighbourhood;
}

class Model {
  sent: unknown[] = [];
  values: Record<string, unknown> = { start: result(here, ["meta/base"]), height: 300 };
  listeners = new Set<(answer: never) => void>();
  get = (name: string): never => this.values[name] as never;
  set = (name: string, value: string): void => void (this.values[name] = value);
  save_changes = vi.fn();
  send = (message: unknown): void => void this.sent.push(message);
  on = (_: string, listen: (answer: never) => void): void => void this.listeners.add(listen);
  off = (_: string, listen: (answer: never) => void): void => void this.listeners.delete(listen);
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 60));

beforeAll(() => {
  globalThis.ResizeObserver ??= class { observe(): void {} disconnect(): void {} unobserve(): void {} } as never;
});
afterEach(() => document.body.replaceChildren());

test("the picture holds the entity and what is around it, and grows by what Python answers", async () => {
  const model = new Model();
  const el = document.body.appendChild(document.createElement("div"));
  const away = widget.render({ model: model as unknown as Shared, el });
  await settled();
  expect(el.textContent).toContain("acme/tuned (model)");
  expect(el.textContent).toContain("2 entities, 1 links");
  el.querySelector("canvas")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  expect(model.sent).toEqual([{ ask: here.iri }]);
  for (const listen of model.listeners) listen({ around: result(here, ["meta/base", "acme/other"]) } as never);
  await settled();
  expect(el.textContent).toContain("3 entities, 2 links");
  for (const listen of model.listeners) listen({ refused: "no entity named x" } as never);
  await settled();
  expect(el.querySelector("[role=alert]")?.textContent).toBe("no entity named x");
  away();
  expect(el.textContent).toBe("");
  expect(model.listeners.size).toBe(0);
});

test("an arrow key chooses the neighbour and tells Python", async () => {
  const model = new Model();
  const el = document.body.appendChild(document.createElement("div"));
  widget.render({ model: model as unknown as Shared, el });
  await settled();
  el.querySelector("canvas")?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
  expect(model.values["chosen"]).toBe("https://example.org/meta/base");
  expect(model.save_changes).toHaveBeenCalled();
});

test("so many of a relation are shown and no more", () => {
  const many = result(here, Array.from({ length: 30 }, (_, n) => `acme/m${n}`));
  expect(around(begin(here), many, 4).nodes.size).toBe(5);
});
