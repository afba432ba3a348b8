// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { parsed } from "../src/api";

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
