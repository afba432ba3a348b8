/** What can be drawn of an answer: which columns are numbers, days or names, and points in order. Pure. */
import { shorten } from "../prefixes";
import type { Term1 } from "../types";
import { shortId } from "../words";
import type { QueryResult } from "./ask";

export type Scale = "number" | "time" | "name";

export interface Axis {
  column: string;
  scale: Scale;
}

export interface Point {
  x: number;
  y: number;
  word: string;
}

const DAY = /^(\d{4})(?:-(\d{2})(?:-(\d{2}).*)?)?$/;

/** Whether a term is a number. */
export function isNumber(term: Term1 | undefined): boolean {
  return /#(integer|decimal|double|float|long|int)$/.test(term?.datatype ?? "");
}

/** A year, month or day as a number of years; undefined where it is none. */
export function timeOf(text: string): number | undefined {
  const match = DAY.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2] ?? "1"), Number(match[3] ?? "1")];
  if (year < 1900 || year > 2200 || month < 1 || month > 12) return undefined;
  return year + (month - 1) / 12 + (day - 1) / 366;
}

/** What the values of a column are. */
export function scaleOf(queryResult: QueryResult, column: string): Scale {
  const terms = queryResult.bindings.map((b) => b[column]).filter((t): t is Term1 => t !== undefined);
  if (!terms.length) return "name";
  const whole = terms.every((t) => timeOf(t.value) !== undefined);
  if (whole && (/year|date|day|month|issued|released|since|time/i.test(column) || terms.some((t) => /#(date|dateTime|gYear|gYearMonth)$/.test(t.datatype ?? "")))) return "time";
  return terms.every(isNumber) ? "number" : "name";
}

/** Columns by what they hold. */
export function axes(queryResult: QueryResult): Axis[] {
  return queryResult.kind === "table" ? queryResult.columns.map((column) => ({ column, scale: scaleOf(queryResult, column) })) : [];
}

/** What is drawn when nobody chooses: numbers over time as a line, over names as bars, over numbers as points. */
export function usual(items: Axis[]): { x: Axis; y: Axis } | undefined {
  const numbers = items.filter((a) => a.scale === "number");
  const y = numbers.length === items.length && numbers[1] ? numbers[1] : numbers[0]; // of numbers alone the first stands along
  const others = items.filter((a) => a !== y);
  const x = others.find((a) => a.scale === "time") ?? [...others].reverse().find((a) => a.scale === "name") ?? others[0];
  return x && y ? { x, y } : undefined;
}

/** A term in a word. */
export function wordOf(term: Term1 | undefined): string {
  if (!term) return "–";
  return term.type === "uri" ? shortId(shorten(term.value)).replace(/^model\//, "") : term.value;
}

/** The points of two columns in the order of the answer, those in time in order of time; and how many rows lack a value. */
export function points(queryResult: QueryResult, x: Axis, y: Axis): { points: Point[]; without: number } {
  const made: Point[] = [];
  queryResult.bindings.forEach((row, n) => {
    const value = Number(row[y.column]?.value);
    const at = x.scale === "time" ? timeOf(row[x.column]?.value ?? "") : x.scale === "number" ? Number(row[x.column]?.value) : n;
    if (row[y.column] && Number.isFinite(value) && at !== undefined && Number.isFinite(at)) made.push({ x: at, y: value, word: wordOf(row[x.column]) });
  });
  const without = queryResult.bindings.length - made.length;
  return { points: x.scale === "name" ? made : made.sort((a, b) => a.x - b.x), without };
}

/** Round steps that cover a span. */
export function ticks(from: number, to: number, wanted = 6): number[] {
  if (!(to > from)) return [from];
  const raw = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((m) => m * power >= raw) ?? 10) * power;
  const items: number[] = [];
  for (let n = Math.ceil(from / step - 1e-9); n * step <= to + step * 1e-6; n++) items.push(Number((n * step).toPrecision(12)));
  return items;
}
