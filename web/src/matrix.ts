/** The heat map's rows and columns as a reader asks for them. Pure. */
import type { Matrix, Profile } from "./types";
import { STATES, isThing, nameOf, text } from "./words";

export type Row = Matrix["models"][number];

/** Letters of states in which a value is known. */
const KNOWN = new Set(["d", "r", "p", "i"]);
/** States from the most telling silence to a full statement. */
const ORDER = "wu-x.npird";

/** The columns of a section (all, where it is empty) that any model speaks of, unless all are asked for. */
export function columnsOf(matrix: Matrix, section: string, all: boolean): number[] {
  const inSection = matrix.fields.map((_, n) => n).filter((n) => !section || matrix.fields[n]?.section === section);
  return all ? inSection : inSection.filter((n) => matrix.models.some((m) => m.states[n] !== "."));
}

/** Whether a value of a field is accepted. */
export function isKnown(row: Row, column: number): boolean {
  return KNOWN.has(row.states[column] ?? ".") ? !row.withoutValue.includes(column) : row.withValue.includes(column);
}

/** Whether nothing is known of any of these fields. */
export function silentOn(row: Row, columns: number[]): boolean {
  return columns.every((n) => !isKnown(row, n));
}

/** How many of these fields are known of a model. */
export function knownOf(row: Row, columns: number[]): number {
  return columns.filter((n) => isKnown(row, n)).length;
}

/** How many models are known in a field. */
export function knownIn(rows: Row[], column: number): number {
  return rows.filter((row) => isKnown(row, column)).length;
}

/** Rows that are silent on a section, and in the order of one field, its silences first. */
export function rowsOf(matrix: Matrix, silent: string, by: string): Row[] {
  const section = matrix.fields.map((_, n) => n).filter((n) => matrix.fields[n]?.section === silent);
  const rows = silent ? matrix.models.filter((row) => silentOn(row, section)) : [...matrix.models];
  const column = matrix.fields.findIndex((field) => field.property === by);
  const rank = (row: Row): number => ORDER.indexOf(row.states[column] ?? ".");
  return column < 0 ? rows : rows.sort((a, b) => rank(a) - rank(b));
}

/** The sections of the fields, in order. */
export function sections(matrix: Matrix): string[] {
  return [...new Set(matrix.fields.map((field) => field.section))];
}

/** The same map over the profiles of chosen models. */
export function ofProfiles(profiles: Profile[]): Matrix {
  const fields = (profiles[0]?.sections ?? []).flatMap((s) => s.fields.map((f) => ({ property: f.property, label: f.label, section: s.name })));
  const models = profiles.map((profile): Row => {
    const known = new Map(profile.sections.flatMap((s) => s.fields).map((f) => [f.property, f]));
    const state = (property: string): string => {
      const field = known.get(property);
      return field ? (STATES[field.state]?.letter ?? ".") : ".";
    };
    const states = fields.map((f) => state(f.property)).join("");
    const valued = fields.map((f) => (known.get(f.property)?.values.length ?? 0) > 0);
    return {
      id: profile.id, name: profile.name,
      developers: (known.get("creator")?.values ?? []).map((v) => (isThing(v) ? nameOf(v) : text(v))),
      states,
      withoutValue: fields.flatMap((_, n) => (KNOWN.has(states[n] ?? ".") && !valued[n] ? [n] : [])),
      withValue: fields.flatMap((_, n) => (!KNOWN.has(states[n] ?? ".") && valued[n] ? [n] : [])),
      contested: fields.flatMap((f, n) => (known.get(f.property)?.contested ? [n] : [])),
    };
  });
  return { codes: Object.fromEntries(Object.entries(STATES).map(([name, state]) => [state.letter, name])), fields, models, total: models.length, next: null };
}

export interface DeveloperTotal {
  developer: string;
  models: number;
  /** Fields known of a model, on average. */
  known: number;
  /** Models of which nothing is known, by section. */
  silent: Record<string, number>;
}

/** What is known of the models of each developer; a model of several counts for each. */
export function byDeveloper(matrix: Matrix): DeveloperTotal[] {
  const all = matrix.fields.map((_, n) => n);
  const parts = sections(matrix).map((name) => [name, all.filter((n) => matrix.fields[n]?.section === name)] as const);
  const known = new Map<string, Row[]>();
  for (const row of matrix.models) for (const developer of row.developers.length ? row.developers : ["not recorded"]) known.set(developer, [...(known.get(developer) ?? []), row]);
  return [...known].map(([developer, rows]) => ({
    developer, models: rows.length,
    known: Math.round((10 * rows.reduce((sum, row) => sum + knownOf(row, all), 0)) / rows.length) / 10,
    silent: Object.fromEntries(parts.map(([name, columns]) => [name, rows.filter((row) => silentOn(row, columns)).length])),
  })).sort((a, b) => b.models - a.models);
}
