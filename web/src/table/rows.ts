/** Rows as a reader asks for them: sorted, filtered, counted by value, written to a file. Pure. */
import type { ComponentChildren } from "preact";
import { csv } from "./csv";

/** What a cell sorts, filters and exports by. */
export type Plain = string | number | boolean | null | undefined | string[];

export interface Column<R> {
  key: string;
  label: string;
  value: (row: R) => Plain;
  /** How the cell is shown; its value as text where there is none. */
  view?: (row: R) => ComponentChildren;
  numeric?: boolean;
  /** Offered as a filter by value, with counts. */
  facet?: boolean;
  /** What the values of a facet are called. */
  word?: (value: string) => string;
  /** The service's name for an order by this column, where the service sorts. */
  order?: string;
  /** The row's own name. */
  head?: boolean;
  /** Holds sentences: it is not squeezed to a word a line. */
  sentences?: boolean;
}

/** What a reader asked of a table. */
export interface Wish {
  /** A column's key, `-` before it for the largest first; "" for the order as given. */
  sort: string;
  find: string;
  chosen: Record<string, string[]>;
}

/** A cell as text. */
export function textOf(value: Plain): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}

/** The values of a cell that a facet counts. */
function partsOf(value: Plain): string[] {
  if (Array.isArray(value)) return value.length ? value : [""];
  return [textOf(value)];
}

const COLLATOR = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compare(a: Plain, b: Plain): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return COLLATOR.compare(textOf(a), textOf(b));
}

function isEmpty(value: Plain): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
}

/** Rows in the order of a column; those without a value stand last, whichever way it runs. */
export function sorted<R>(rows: R[], columns: Column<R>[], sort: string): R[] {
  const column = columns.find((c) => c.key === sort.replace(/^-/, ""));
  if (!column) return rows;
  const sign = sort.startsWith("-") ? -1 : 1;
  return rows
    .map((row) => ({ row, value: column.value(row) }))
    .sort((a, b) => Number(isEmpty(a.value)) - Number(isEmpty(b.value)) || sign * compare(a.value, b.value))
    .map(({ row }) => row);
}

function passes<R>(row: R, columns: Column<R>[], wish: Wish, except = ""): boolean {
  for (const column of columns) {
    const wanted = wish.chosen[column.key];
    if (column.key === except || !wanted?.length) continue;
    if (!partsOf(column.value(row)).some((part) => wanted.includes(part))) return false;
  }
  const words = wish.find.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return true;
  const text = columns.map((c) => textOf(c.value(row))).join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The rows that a reader asked for, in the order asked for. */
export function wished<R>(rows: R[], columns: Column<R>[], wish: Wish): R[] {
  return sorted(rows.filter((row) => passes(row, columns, wish)), columns, wish.sort);
}

/** How many rows have each value of a column, among those that the other filters leave; most first. */
export function facet<R>(rows: R[], columns: Column<R>[], wish: Wish, key: string): { value: string; count: number }[] {
  const column = columns.find((c) => c.key === key);
  const counts = new Map<string, number>();
  if (!column) return [];
  for (const row of rows) if (passes(row, columns, wish, key)) for (const part of new Set(partsOf(column.value(row)))) counts.set(part, (counts.get(part) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count || COLLATOR.compare(a.value, b.value));
}

/** Where a press on a column's head leads: smallest first (numbers largest first), the other way, as given. */
export function nextSort<R>(column: Column<R>, sort: string): string {
  const [first, second] = column.numeric ? [`-${column.key}`, column.key] : [column.key, `-${column.key}`];
  return sort === first ? second : sort === second ? "" : first;
}

/** Rows as CSV, a column each. */
export function asCsv<R>(rows: R[], columns: Column<R>[]): string {
  return csv(columns.map((c) => c.label), rows.map((row) => columns.map((c) => {
    const value = c.value(row);
    return typeof value === "number" ? value : textOf(value);
  })));
}

/** Rows as JSON, an object each. */
export function asJson<R>(rows: R[], columns: Column<R>[]): string {
  return JSON.stringify(rows.map((row) => Object.fromEntries(columns.map((c) => [c.key, c.value(row) ?? null]))), null, 2);
}
