/** The heat map's rows and columns as a reader asks for them. Pure. */
import type { Matrix } from "./types";

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

/** Whether nothing is known of any of these fields. */
export function silentOn(row: Row, columns: number[]): boolean {
  return columns.every((n) => !KNOWN.has(row.states[n] ?? "."));
}

/** How many of these fields are known of a model. */
export function knownOf(row: Row, columns: number[]): number {
  return columns.filter((n) => KNOWN.has(row.states[n] ?? ".")).length;
}

/** How many models are known in a field. */
export function knownIn(rows: Row[], column: number): number {
  return rows.filter((row) => KNOWN.has(row.states[column] ?? ".")).length;
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
