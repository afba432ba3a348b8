/** How codes, numbers and dates of the service read to people. */
import type { Cell, FieldState, Thing } from "./types";

export interface State {
  glyph: string;
  word: string;
  told: string;
}

/** Disclosure states: a glyph and a word each, so that colour is never needed. */
export const STATES: Record<string, State> = {
  disclosed: { glyph: "●", word: "disclosed", told: "The developer states it." },
  reported: { glyph: "◇", word: "reported", told: "Others report it; the developer is not on record." },
  partlyDisclosed: { glyph: "◐", word: "partly disclosed", told: "The developer states a part of it." },
  undisclosed: { glyph: "○", word: "not disclosed", told: "A source that looked reports that it is not disclosed." },
  withheld: { glyph: "⊘", word: "declined", told: "The developer declines to disclose it." },
  notStated: { glyph: "–", word: "not stated", told: "A source has the field and leaves it blank. That proves nothing about the developer." },
  notApplicable: { glyph: "▫", word: "not applicable", told: "It does not apply to this model." },
  contradicted: { glyph: "✕", word: "contradicted", told: "Documents of the developer exclude each other." },
  notRecorded: { glyph: "·", word: "not looked for", told: "No source that was read speaks of it." },
};

const STATUS: Record<string, string> = {
  Disclosed: "disclosed",
  PartiallyDisclosed: "partlyDisclosed",
  Undisclosed: "undisclosed",
  Withheld: "withheld",
  NotApplicable: "notApplicable",
  Contradicted: "contradicted",
};

/** The state of a field of a profile, from its status, values and sources. */
export function stateOf(field: Pick<FieldState, "status" | "values" | "sources">): string {
  const told = STATUS[field.status];
  if (told) return told;
  if (field.values.length) return "reported";
  return field.sources ? "notStated" : "notRecorded";
}

/** "NotStated" → "not stated". */
export function spaced(code: string): string {
  return code.replace(/(?<=[a-z0-9])(?=[A-Z])/g, " ").toLowerCase();
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
  const found = /^(?:id:)?(?:licence|family|version|configuration|benchmark|dataset|organization|rubric)[/:](.+)$/.exec(id);
  return found?.[1] ?? id;
}

/** A value as text. */
export function text(value: Cell | undefined): string {
  if (value === null || value === undefined) return "";
  if (isThing(value)) return nameOf(value);
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value;
}

/** "1 source", "3 sources". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
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
