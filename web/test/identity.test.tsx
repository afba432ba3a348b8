// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";

const PAIR = {
  name: "https://example.org/a", nameId: "a/koala", nameLabel: "Koala", mayBe: "https://example.org/b", mayBeId: "b/koala", mayBeLabel: "Koala 13B",
  score: 0.6, pro: ["same full name"], contra: ["two hub repositories"], relation: "skos:exactMatch", decidedBy: "", verdict: "candidate", kind: "model",
};
type Sent = { url: string; init: RequestInit };

/** Answers of a service; the decisions that the page sends are collected. */
function serve(writable: boolean, decided: () => Response): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit = {}) => {
    if (init.method === "POST") {
      sent.push({ url, init });
      return Promise.resolve(decided());
    }
    const body = String(url).startsWith("/health") ? { writable } : { items: [PAIR], total: 1, counts: { candidate: 1 }, next: null };
    return Promise.resolve(Response.json(body));
  });
  return sent;
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await act(() => new Promise((done) => setTimeout(done, 5)));
}

async function open(): Promise<void> {
  vi.resetModules(); // answers are stored between views
  const { default: IdentityView } = await import("../src/views/identity");
  const route = { path: ["identity"], query: new URLSearchParams() } as never;
  act(() => render(<IdentityView currentRoute={route} />, document.body));
  await settled();
}

async function decide(decision: string): Promise<void> {
  act(() => (document.querySelector("tbody button") as HTMLButtonElement).click());
  await settled();
  const form = document.querySelector("tbody form") as HTMLFormElement;
  (form.elements.namedItem("decision") as HTMLSelectElement).value = decision;
  (form.elements.namedItem("reason") as HTMLInputElement).value = "two sizes";
  (form.elements.namedItem("token") as HTMLInputElement).value = "secret";
  act(() => void form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
  await settled();
}

afterEach(() => {
  vi.unstubAllGlobals();
  render(null, document.body);
});

describe("a decision on two names", () => {
  it.each(["accept", "reject", "withdraw"])("%s is sent with its reason and token", async (decision) => {
    const sent = serve(true, () => Response.json({ ok: true }));
    await open();
    await decide(decision);
    expect(sent.map((one) => one.url)).toEqual(["/api/v1/identity/decisions"]);
    expect(JSON.parse(String(sent[0]?.init.body))).toEqual({ name: PAIR.name, mayBe: PAIR.mayBe, decision, reason: "two sizes" });
    expect(new Headers(sent[0]?.init.headers).get("Authorization")).toBe("Bearer secret");
    expect(document.body.textContent).toContain("Decided, and in the accepted view");
  });

  it("says why it was refused", async () => {
    serve(true, () => Response.json({ title: "Contradicts", detail: "withdraw that first", status: 409 }, { status: 409, headers: { "Content-Type": "application/problem+json" } }));
    await open();
    await decide("reject");
    expect(document.body.textContent).toContain("withdraw that first");
  });

  it("cannot be taken where the service only reads", async () => {
    serve(false, () => Response.json({}));
    await open();
    expect(document.body.textContent).toContain("identify --review FILE");
    expect(document.querySelector("tbody form")).toBeNull();
  });
});
