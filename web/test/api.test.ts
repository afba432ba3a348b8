// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { listed, parsed } from "../src/api";

describe("answers of the service", () => {
  it("show letters that turn the direction of text as marks, and leave addresses alone", () => {
    const answer = { name: "gnp.\u202eexe", iri: "https://x/\u202e", list: ["\u2067a\u2069"] };
    expect(parsed(JSON.stringify(answer))).toEqual({ name: "gnp.⟪RLO⟫exe", iri: answer.iri, list: ["⟪RLI⟫a⟪PDI⟫"] });
    expect(parsed('{"name": "gnp.\\u202Eexe"}')).toEqual({ name: "gnp.⟪RLO⟫exe" });
  });

  it("are otherwise as they are", () => {
    expect(parsed('{"a": [1, "שלום"]}')).toEqual({ a: [1, "שלום"] });
  });
});

describe("a list in parts", () => {
  afterEach(() => vi.unstubAllGlobals());

  /** A service with so many items that gives at most 100 at once. */
  function service(total: number): string[] {
    const chosen: string[] = [];
    vi.stubGlobal("fetch", async (path: string) => {
      chosen.push(path);
      const query = new URL(path, "http://localhost").searchParams;
      const [from, limit] = [Number(query.get("cursor") ?? 0), Number(query.get("limit"))];
      const end = Math.min(from + limit, total);
      return new Response(JSON.stringify({ items: Array.from({ length: end - from }, (_, n) => from + n), total, next: end < total ? String(end) : null }));
    });
    return chosen;
  }

  it("is read part by part until it has as many as were asked for", async () => {
    const requested = service(1060);
    const answer = await listed<{ items: number[]; next: string | null }>("/a?q=llama", 250, 100);
    expect(answer.items).toEqual(Array.from({ length: 250 }, (_, n) => n));
    expect([answer.next, requested.length]).toEqual(["250", 3]);
  });

  it("ends where the service has no more, and loses none", async () => {
    service(205);
    const result = await listed<{ items: number[]; next: string | null }>("/b?q=llama", 5000, 100);
    expect([new Set(result.items).size, result.next]).toEqual([205, null]);
  });
});
