import { describe, expect, it } from "vitest";
import { unknownIn } from "../src/addresses";

const at = (path: string, query: string): ReturnType<typeof unknownIn> => unknownIn({ path, query: new URLSearchParams(query) });

describe("the parameters of an address", () => {
  it("names what a view does not know, once, with the nearest that it does", () => {
    expect(at("/explore", "foo=1&foo=2")).toEqual([{ name: "foo", near: undefined }]);
    expect(at("/conflicts", "feild=releaseDate&kind=contradiction")).toEqual([{ name: "feild", near: "field" }]);
    expect(at("/breaches", "severty=Violation&cause.sort=-models&sort=rule")).toEqual([{ name: "severty", near: "severity" }]);
  });
  it("takes what views write themselves", () => {
    expect(at("/", "q=llama&developer=Meta&view=table&sort=-released")).toEqual([]);
    expect(at("/impact", "thing=x&distance=2&asOf=2026-01-01&find=a")).toEqual([]);
    expect(at("/sparql", "question=who&p.model=x&r.sort=a&view=chart&x=a&y=b")).toEqual([]);
    expect(at("/models/a/b", "claims=releaseDate&c.find=x")).toEqual([]);
  });
  it("knows no view for an address that has none", () => {
    expect(at("/nowhere", "foo=1")).toEqual([]);
  });
});
