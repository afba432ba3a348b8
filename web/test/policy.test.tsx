// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";

const ID = "https://w3id.org/provenance-graph/id/";
const POLICY = {
  policy: ["Bases: ThirdPartyReport, Inference.", "Now is 2026-11-30."], entities: 1234, other: null, differences: [],
  rules: [
    { rule: "the closer source", count: 2615, examples: [{ iri: `${ID}dataset/squad`, id: "squad", property: "license" }] },
    { rule: "the stronger basis", count: 5, examples: [{ iri: `${ID}model/org/m`, id: "org/m", property: "parameterCount" }] },
  ],
};

/** The view over an answer, at an address; gives what it asked the service. */
async function open(query: string, status = 200): Promise<string[]> {
  const requested: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    requested.push(String(url));
    const body = status === 200 ? POLICY : { title: "Not ready yet", status, detail: "the policy index is being made", type: "unavailable" };
    return Promise.resolve(Response.json(body, { status }));
  });
  vi.resetModules(); // answers are stored between views
  history.replaceState(null, "", `/policy${query}`);
  const { default: PolicyView } = await import("../src/views/policy");
  const route = { path: "/policy", query: new URLSearchParams(query) } as never;
  act(() => render(<PolicyView currentRoute={route} />, document.body));
  for (let turn = 0; turn < 5; turn += 1) await act(() => new Promise((done) => setTimeout(done, 5)));
  return requested;
}

afterEach(() => {
  vi.unstubAllGlobals();
  render(null, document.body);
});

describe("the policy", () => {
  it("tells each rule with its count and examples that lead to the claims, and the policy in words", async () => {
    expect(await open("")).toContain("/api/v1/policy");
    const rows = [...document.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent));
    expect(rows).toEqual([["the closer source", "2,615", "squad: license"], ["the stronger basis", "5", "org/m: parameter count"]]);
    expect([...document.querySelectorAll("tbody a")].map((a) => a.getAttribute("href"))).toEqual(["/things/dataset/squad", "/models/org/m?claims=parameterCount"]);
    expect([...document.querySelectorAll(".policy li")].map((one) => one.textContent)).toEqual(["Bases: third party report, Inference.", "Now is 2026-11-30."]);
    expect(document.body.textContent).toContain("1,234 models, datasets and families");
  });
  it("sorts the rules as the address says, and asks of its day", async () => {
    expect(await open("?sort=facts&asOf=2026-01-01")).toContain("/api/v1/policy?asOf=2026-01-01");
    expect([...document.querySelectorAll("tbody th")].map((cell) => cell.textContent)).toEqual(["the stronger basis", "the closer source"]);
    expect(document.querySelector("tbody a")?.getAttribute("href")).toContain("asOf=2026-01-01");
  });
  it("says that the counts are still being made", async () => {
    await open("", 503);
    expect(document.body.textContent).toContain("the policy index is being made");
    expect(document.querySelector("tbody")).toBeNull();
  });
});
