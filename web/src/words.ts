/** How codes, numbers and dates of the service read to people. */
import states from "./states.json";
import type { Cell, Thing } from "./types";

export interface State {
  glyph: string;
  word: string;
  meaning: string;
  letter: string;
}

/** Disclosure states: a glyph and a word each, so that colour is never needed. */
export const STATES: Record<string, State> = states;
/** States of a field that has a value in some source. */
export const STATED = new Set(["disclosed", "reported", "inferred"]);

/** The names that stand more than once: each needs its id beside it. */
export function repeated(names: string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.has(name) || !seen.add(name)));
}

/** "NotStated" → "not stated". */
export function spaced(code: string): string {
  return code.replace(/(?<=[a-z0-9])(?=[A-Z])/g, " ").toLowerCase();
}

/** A choice of the disclosure filter, "state" or "field=state": the field in words, and the state's key. */
export function disclosed(value: string): { field: string; state: string } {
  const [field, state] = value.includes("=") ? value.split("=", 2) : ["", value];
  const key = Object.keys(STATES).find((name) => name.startsWith(state ?? "")) ?? value;
  return { field: spaced(field ?? ""), state: key };
}

/** A sentence without the names of codes: "ThirdPartyReport outranks…" → "third party report outranks…". */
export function inWords(sentence: string): string {
  return sentence.replace(/\b(?:[A-Z][a-z]+){2,}\b/g, spaced);
}

/** A relation as a line says it: "fine-tuned from" is "fine-tuned", for the arrow leads to the parent. */
export function onLine(label: string): string {
  return label.replace(/ from$/, "");
}

const STANDING: Record<string, string> = {
  Accepted: "accepted",
  Alternative: "not accepted",
  Rejected: "rejected",
  Superseded: "superseded",
};

/** What became of a claim. */
export function standing(code: string): string {
  return STANDING[code] ?? spaced(code);
}

const STANCE: Record<string, string> = {
  NotStated: "leaves the field blank",
  ReportsUndisclosed: "reports that it is not disclosed",
  DeclinesToDisclose: "declines to disclose it",
  ReportsInapplicable: "says it does not apply",
  DeclaredEmpty: "declares it empty",
  PartlyStated: "states a part",
  Denies: "denies it",
  Stated: "states",
};

/** What a source says, as a verb. */
export function stance(code: string): string {
  return STANCE[code] ?? spaced(code);
}

const EXACT = new Intl.NumberFormat("en", { maximumFractionDigits: 12 });
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });

/** A number with separators; very large ones as a power of ten. */
export function number(value: number): string {
  if (Math.abs(value) >= 1e16) {
    const [digits, power] = value.toExponential().split("e");
    return `${Number(Number(digits).toPrecision(6))} × 10^${Number(power)}`;
  }
  return EXACT.format(value);
}

/** A large number in brief: 8.03B. */
export function brief(value: number): string {
  return SHORT.format(value);
}

/** Whether a value is a thing with an IRI. */
export function isThing(value: unknown): value is Thing {
  return typeof value === "object" && value !== null && "iri" in value;
}

/** The name of a thing without its prefix. */
export function nameOf(thing: Thing): string {
  return shortId(thing.label || thing.id || thing.iri);
}

/** An id without the words that every id of its kind has. */
export function shortId(id: string): string {
  const match = /^(?:id:)?(?:licence|family|version|configuration|benchmark|dataset|organization|rubric)[/:](.+)$/.exec(id);
  return match?.[1] ?? id;
}

/** A value as text. */
export function text(value: Cell | undefined): string {
  if (value === null || value === undefined) return "";
  if (isThing(value)) return nameOf(value);
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value;
}

/** A place in a licence in words: clause 1.b.i, second paragraph, section “Distribution”. */
export function clauseOf(route: string): string {
  if (/^(\d|[IVX]+\b)/.test(route)) return `clause ${route}`;
  return /(paragraph|line)\b/.test(route) ? route : `section “${route}”`;
}

/** "1 source", "3 sources". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

/** A noun in the plural. */
export function plural(noun: string): string {
  return noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

/** An address that may be linked to; nothing but http and https. */
export function linkable(href: string): string | undefined {
  return /^https?:\/\/[^\s]+$/i.test(href) ? href : undefined;
}

/** A document's address in brief: host and the end of the path. */
export function briefUrl(href: string): string {
  const plain = href.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "").replace(/\/[0-9a-f]{40}\//, "/…/");
  return plain.length > 70 ? `${plain.slice(0, 34)}…${plain.slice(-34)}` : plain;
}
