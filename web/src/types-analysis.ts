/** The JSON of assessments, comparisons and histories. */
import type { Cell, Claim, Thing } from "./types";

export interface Scheme {
  iri: string;
  id: string;
  label: string;
  definition: string;
  version: string;
  kind: string;
  maximum: number;
  computed: boolean;
}

export interface AssessedItem {
  iri: string;
  id: string;
  label: string;
  level: string;
  low: number;
  high: number;
  maximum: number;
  why: string;
  gain: number;
  evidence: { iri: string; id: string; label: string; facet: boolean; level: string; why: string; claims: Claim[]; beside: Claim[] }[];
}

export interface Assessed {
  subject: { iri: string; id: string; name: string };
  asOf: string | null;
  asked: Scheme;
  rubric: Scheme;
  total: { low: number; high: number; maximum: number; shown: string; rounding: string; query: string };
  grade: string | null;
  possibleGrade: string | null;
  counts: Record<string, number>;
  pillars: { iri: string; label: string; low: number; high: number; maximum: number }[];
  criteria: { iri: string; id: string; label: string; pillar: string | null; low: number; high: number; maximum: number; items: AssessedItem[] }[];
  gaps: { iri: string; id: string; label: string; level: string; gain: number; action: string; missing: Thing[] }[];
  published: {
    iri: string;
    scheme: Thing;
    subject: Thing;
    relation: string;
    score: number | null;
    maximum: number | null;
    percent: number | null;
    grade: string | null;
    evaluator: Thing | null;
    date: string | null;
    version: string | null;
    sources: { document: string; retrieved: string; record: string }[];
    insideRange: boolean | null;
  }[];
}

export interface AssessmentsAnswer {
  id: string;
  iri: string;
  asOf: string | null;
  assessments: Assessed[];
}

export interface RubricRow {
  id: string;
  title: string;
  version: string;
  computed: boolean;
}

export interface Comparison {
  columns: { iri: string; id: string; name: string; heading: string; asOf: string | null; records: number }[];
  scores: {
    rubric: Thing;
    version: string;
    maximum: number;
    differs: boolean;
    cells: { low: number; high: number; shown: string; grade: string | null; possibleGrade: string | null }[];
  }[];
  sections: {
    name: string;
    fields: {
      property: string;
      iri: string;
      label: string;
      unit: string | null;
      kind: string;
      differs: boolean;
      cells: { values: Cell[]; status: string; contested: boolean; sources: number; estimates: Cell[] }[];
    }[];
  }[];
  counts: Record<string, number>;
  moved: { rubric: string; item: string; label: string; before: string; after: string; points: number; because: string[] }[];
}

export interface History {
  subject: { iri: string; id: string; name: string };
  lifecycle: { replaces: Thing[]; replacedBy: Thing[]; state: string | null; released: string | null; deprecated: string | null; retired: string | null; noticeDays: number | null };
  versions: { iri: string; label: string; version: string | null; released: string | null }[];
  aliases: { alias: string; target: Thing; since: string | null; until: string | null }[];
  drift: { kind: string; before: Thing; after: Thing; property: string; label: string; was: Cell[]; now: Cell[] }[];
  changedClaims: { document: string; publisher: { iri: string; id: string }; earlier: string; later: string; subject: Thing; property: string; label: string; was: string[]; now: string[] }[];
  ranks: { list: string; of: Thing; ranks: { edition: string | null; rank: number; population: number | null; date: string | null; read: string | null }[]; change: number | null; comparable: boolean }[];
  events: { date: string; clock: string; what: string; subject: Thing }[];
  retrievals: { date: string; records: number }[];
}
