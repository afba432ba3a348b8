/** The JSON of the REST API, as far as the page reads it. */
export * from "./types-analysis";

export interface Thing {
  iri: string;
  id?: string;
  label: string;
}

export type Cell = string | number | boolean | null | Thing;

export interface ModelRow {
  iri: string;
  id: string;
  name: string;
  aliases: string[];
  developers: string[];
  released: string | null;
  contextLength: number | null;
  parameterCount: number | null;
  licences: Thing[];
  openness: string[];
  modalities: string[];
  architecture: string[];
  weights: string[];
  sources: number;
  gaps: number;
  conflicts: number;
  descendants: number;
}

export interface ModelPage {
  items: ModelRow[];
  total: number;
  shown: number;
  next: string | null;
}

export interface SearchAnswer {
  query: string;
  items: ModelRow[];
}

export type Facets = Record<string, { value: string; count: number }[]>;

export interface Stats {
  version: string;
  lastRetrieved: string;
  things: Record<string, number>;
  links: Record<string, number>;
  disclosure: Record<string, number>;
  recordsByReader: Record<string, number>;
  recordsByPublisher: Record<string, number>;
  annotatedClaims: number;
}

export interface Claim {
  custody?: string;
  property: string;
  propertyIri: string;
  subject: string;
  value: Cell;
  asStated: string | null;
  stance: string;
  basis: string;
  standing: string;
  reason: string;
  locator: string | null;
  precision: string | null;
  confidence: number | null;
  validFrom: string | null;
  validUntil: string | null;
  unusable: string | null;
  record: string;
  document: string;
  publisher: { iri: string; id: string };
  retrieved: string;
  reader: string;
  licence: string | null;
  attribution: string | null;
}

export interface FieldState {
  property: string;
  iri: string;
  label: string;
  unit: string | null;
  status: string;
  contested: boolean;
  sources: number;
  values: Cell[];
  rivals: Claim[];
  estimates: Claim[];
  reason: string | null;
  inferred?: boolean;
  implausible?: boolean;
  custody?: string | null;
}

export interface Section {
  name: string;
  fields: FieldState[];
}

export type Node = Record<string, Cell | Cell[]> & { iri: string; id: string };
export type AssessedNode = Node & { results: Node[] };

/** What is known of a model, and the rest by why it is not. */
export interface Knowledge {
  known: number;
  of: number;
  rest: { state: string; word: string; count: number }[];
}

export interface Profile {
  knowledge: Knowledge;
  unknown: string | null;
  id: string;
  iri: string;
  name: string;
  kinds: string[];
  asOf: string | null;
  records: number;
  describedAs: string[];
  sections: Section[];
  partOf: Thing[];
  specializationOf: Thing[];
  replaces: Thing[];
  replacedBy: Thing[];
  versions: Node[];
  configurations: Node[];
  aliases: Node[];
  scores: Node[];
  ranks: Node[];
  assessments: AssessedNode[];
  offers: Node[];
  artifacts: Node[];
}

export interface ClaimsAnswer {
  id: string;
  iri: string;
  asOf: string | null;
  claims: Claim[];
}

export interface Source {
  record: string;
  document: string;
  publisher: Thing;
  retrieved: string;
  basis: string;
  stance: string;
  locator: string;
  asStated: string;
  says?: Thing;
}

export interface LineageNode {
  iri: string;
  label: string;
  kind: string;
  side: string;
  distance: number;
  licences: Thing[];
}

export interface LineageEdge {
  child: string;
  parent: string;
  relation: string;
  relationName: string;
  relationLabel: string;
  group: string;
  inferred: boolean;
  contested?: boolean;
  weight: string;
  method: string;
  evidence: Source[];
  contradictedBy: Source[];
}

export interface Lineage {
  subject: Thing;
  direction: string;
  depth: number | null;
  influences: boolean;
  generation: number | null;
  nodes: LineageNode[];
  edges: LineageEdge[];
  unresolved: LineageNode[];
  cycles: { level: string; members: Thing[] }[];
  shown: number;
  of: number;
  truncated: boolean;
}

export interface Licence {
  iri: string;
  id: string;
  label: string;
  family: string;
  openness: string;
  textVersion: string;
  known: boolean;
}

export interface Hop {
  child: Thing;
  relation: string;
  relationLabel: string;
  parent: Thing;
  inferred: boolean;
}

export interface Term {
  id: string;
  label: string;
  type: string;
  group: string;
  licence: Licence;
  clause: string;
  condition: string;
  holder: Thing;
  binding: string;
  path: Hop[];
}

export interface Reason {
  effect: string;
  text: string;
  licence: Licence | null;
  clause: string;
  holder: Thing;
  path: Hop[];
}

export interface UseAnswer {
  use: string;
  label: string;
  number: number | null;
  answer: string;
  reasons: Reason[];
  weights?: PartAnswer;
  trainingData?: PartAnswer;
  contract?: PartAnswer;
}

/** One of the three answers about a use; `applies` is false where there is nothing to ask of it. */
export interface PartAnswer {
  answer: string;
  applies: boolean;
  reasons: Reason[];
}

export interface LicenceFinding {
  rule: string;
  name: string;
  severity: string;
  subject: Thing;
  message: string;
  licence: Licence | null;
  clause: string;
  holder: Thing;
  path: Hop[];
  fix: string;
  caveat: string;
}

export interface LicenceReport {
  subject: Thing;
  sentence?: string;
  labels: (Licence & { accepted: boolean; sources: Thing[] })[];
  contested: boolean;
  answers: {
    day: string;
    occasion: string;
    declared: Licence[];
    known: boolean;
    lineage?: { state: string; missing: Thing[]; missingOf: number };
    permissions: string[];
    duties: Term[];
    restrictions: Term[];
    unknowns: { why: string; holder: Thing; licence: Licence | null; comesWith: string; path: Hop[] }[];
    uses: UseAnswer[];
  }[];
  findings: LicenceFinding[];
  notices: { kind: string; text: string; licence: Licence; clause: string; holder: Thing }[];
  note: string;
}

export interface Conflict {
  subject: Thing;
  property: string;
  label: string;
  kind: string;
  severity: number;
  explanation: string;
  sides: { value: string; accepted: boolean; claims: Claim[] }[];
}

export interface ConflictPage {
  items: Conflict[];
  total: number;
  shown: number;
  next: string | null;
  kinds: Record<string, number>;
}

export interface Impact {
  subject: Thing;
  hit: number;
  datasets: number;
  inferredOnly: number;
  inferredShare: number;
  byDistance: { distance: number; count: number }[];
  byRelation: { relation: string; relationLabel: string; count: number }[];
  byLicence: { licences: Thing[]; count: number }[];
  nodes: (LineageNode & { declared: boolean; through: LineageEdge })[];
  shown: number;
  of: number;
  truncated: boolean;
}

export interface Matrix {
  codes: Record<string, string>;
  fields: { property: string; label: string; section: string }[];
  models: { id: string; name: string; developers: string[]; states: string; contested: number[] }[];
  total: number;
  next: string | null;
}

export interface Question {
  id: string;
  topic: string;
  question: string;
  parameters: { name: string; kind: string; description: string; default: string }[];
  sparql: string;
}

export interface Checked {
  format: string | null;
  name: string;
  problems: { where: string; what: string; hint: string; kind: string }[];
  problemCount: number;
  findings: { severity: string; focus: string; path: string | null; value: unknown; message: string }[];
  findingCount: number;
  records: {
    record: string;
    publisher: string;
    basis: string;
    claimCount: number;
    claims: {
      subject: string;
      property: string;
      value: string;
      asStated: string;
      stance: string;
      locator: string;
      unusable: string;
    }[];
  }[];
  recordCount: number;
}

/** SPARQL 1.1 results in JSON. */
export interface Term1 {
  type: "uri" | "literal" | "bnode" | "triple";
  value: string;
  datatype?: string;
  "xml:lang"?: string;
}

export interface Results {
  head: { vars?: string[] };
  results?: { bindings: Record<string, Term1>[] };
  boolean?: boolean;
}
