import { describe, expect, it } from "vitest";
import { origins } from "../src/origin";
import type { Profile } from "../src/types";
import { onLine } from "../src/words";

describe("what a model was made from", () => {
  it("is said in the words that the service has for the relation", () => {
    const field = (property: string, label: string) => ({ property, label, values: [{ iri: "i", id: "org/p", label: "P" }], inferred: false, contested: false });
    const profile = { sections: [{ fields: [field("usesComponent", "uses component"), field("adapterOf", "adapter of")] }] } as unknown as Profile;
    expect(origins(profile).map((one) => one.verb)).toEqual(["adapter of", "uses component"]);
  });

  it("stands on a line without the preposition that the arrow says", () => {
    expect(["fine-tuned from", "used judge", "trained on"].map(onLine)).toEqual(["fine-tuned", "used judge", "trained on"]);
  });
});
