/** The button that puts an entity in the basket or takes it out. */
import type { JSX } from "preact";
import { isInside, toggle, useBasket, type Item } from "./basket";

/** A pressed button means that it is in. */
export function InBasket({ kind = "model", id, brief }: { kind?: Item["kind"]; id: string; brief?: boolean }): JSX.Element {
  const item = { kind, id };
  useBasket();
  const inside = isInside(item);
  return (
    <button type="button" class="small basket" aria-pressed={inside} aria-label={`${inside ? "Take out of" : "Put into"} the basket: ${id}`} onClick={() => toggle(item)}>
      <span aria-hidden="true">{inside ? "✓" : "+"}</span>{brief ? "" : inside ? " In the basket" : " Basket"}
    </button>
  );
}
