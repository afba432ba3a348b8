// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Draft } from "../src/parts";
import { SearchBox } from "../src/searchbox";

afterEach(() => {
  vi.useRealTimers();
  render(null, document.body);
});

function type(text: string): HTMLInputElement {
  const input = document.querySelector("input") as HTMLInputElement;
  act(() => {
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return input;
}

describe("what is typed while something else arrives", () => {
  it("stays in a field until the reader is done", () => {
    const done: string[] = [];
    const draw = (): void => act(() => render(<Draft type="search" value="" onDone={(text) => done.push(text)} />, document.body));
    draw();
    const input = type("met");
    draw(); // an answer has arrived and the view is drawn anew
    expect(input.value).toBe("met");
    act(() => void input.dispatchEvent(new Event("change", { bubbles: true })));
    expect(done).toEqual(["met"]);
  });

  it("stays in a search box whose address comes late", () => {
    const draw = (q: string): void => act(() => render(<SearchBox label="x" placeholder="" initial={q} onSearch={() => undefined} onType={() => undefined} />, document.body));
    vi.useFakeTimers();
    draw("");
    type("qw");
    act(() => void vi.runAllTimers()); // the pause is over: the box has given "qw" away
    const input = type("qwen");
    draw("qw"); // the address of the first letters
    expect(input.value).toBe("qwen");
    act(() => void vi.runAllTimers());
    draw("qwen");
    draw("llama"); // a link led elsewhere
    expect(input.value).toBe("llama");
  });
});
