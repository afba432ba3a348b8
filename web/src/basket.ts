/** What a reader works on: models, datasets and deployments, kept in the browser and carried in addresses. */
import { useEffect, useState } from "preact/hooks";

/** Items beyond this are refused, and the reader is told. */
export const MOST = 5000;
/** An address longer than this is cut by browsers and servers; larger baskets travel as a file. */
const ADDRESS = 6000;
const KEY = "basket";

export interface Item {
  kind: "model" | "dataset" | "deployment";
  id: string;
}

/** An item as one word: `model:a/b`. */
export function wordOf(item: Item): string {
  return `${item.kind}:${item.id}`;
}

/** The item that a word names; a word without a kind is a model; undefined where it names nothing. */
export function itemOf(word: string): Item | undefined {
  const match = /^(model|dataset|deployment):(.+)$/s.exec(word.trim());
  const [kind, id] = match ? [match[1] as Item["kind"], match[2] as string] : ["model" as const, word.trim()];
  return id && id.length <= 400 && !/[\s\p{Cc}]|^(model|dataset|deployment):$/u.test(id) ? { kind, id } : undefined;
}

/** Items without doubles, in order, no more than the most; and how many were left out. */
export function bounded(items: Item[]): { items: Item[]; left: number } {
  const seen = new Map(items.map((item) => [wordOf(item), item]));
  const all = [...seen.values()];
  return { items: all.slice(0, MOST), left: Math.max(0, all.length - MOST) };
}

/** The items of a text: one a line, or separated by commas; what names nothing is counted. */
export function parsed(text: string): { items: Item[]; unread: number } {
  const words = text.split(/[\n,]+/).map((w) => w.trim()).filter(Boolean);
  const items = words.map(itemOf).filter((i): i is Item => i !== undefined);
  return { items, unread: words.length - items.length };
}

/** The address that carries a basket; undefined where it would be too long for one. */
export function addressOf(items: Item[]): string | undefined {
  const query = new URLSearchParams(items.map((item) => ["item", wordOf(item)]));
  const href = `/basket?${query.toString().replaceAll("%2F", "/").replaceAll("%3A", ":")}`;
  return href.length <= ADDRESS ? href : undefined;
}

/** The ids of one kind. */
export function idsOf(items: Item[], kind: Item["kind"]): string[] {
  return items.filter((item) => item.kind === kind).map((item) => item.id);
}

const watchers = new Set<() => void>();
let held: Item[] | undefined;
let words = new Set<string>();

/** What is in the basket. */
export function basket(): Item[] {
  if (!held) {
    try {
      held = bounded(parsed(localStorage.getItem(KEY) ?? "").items).items;
    } catch {
      held = []; // a browser that keeps nothing
    }
    words = new Set(held.map(wordOf));
  }
  return held;
}

/** Put other items in the basket; gives how many found no room. */
export function fill(items: Item[]): number {
  const { items: next, left } = bounded(items);
  held = next;
  words = new Set(next.map(wordOf));
  try {
    localStorage.setItem(KEY, next.map(wordOf).join("\n"));
  } catch {
    // it is kept until the page is left
  }
  for (const watch of watchers) watch();
  return left;
}

/** Whether an item is in the basket. */
export function isInside(item: Item): boolean {
  basket();
  return words.has(wordOf(item));
}

/** Put one in, or take it out. */
export function toggle(item: Item): void {
  const word = wordOf(item);
  const items = basket();
  fill(isInside(item) ? items.filter((i) => wordOf(i) !== word) : [...items, item]);
}

addEventListener("storage", (event) => {
  if (event.key !== KEY) return;
  held = undefined; // another window changed it
  for (const watch of watchers) watch();
});

/** The basket, and again whenever it changes. */
export function useBasket(): Item[] {
  const [, setTurn] = useState(0);
  useEffect(() => {
    const watch = (): void => setTurn((n) => n + 1);
    watchers.add(watch);
    return () => void watchers.delete(watch);
  }, []);
  return basket();
}
