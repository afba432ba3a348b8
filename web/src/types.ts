/**
 * The JSON of the REST API. Every type comes from the service's description (`openapi.json`, from which
 * `npm run types` makes `openapi.gen.ts`); here they only get the names by which the page calls them.
 */
import type { components } from "./openapi.gen";

type Schemas = components["schemas"];

/** An entity by IRI and label; most answers give its short id too. */
export type Thing = Schemas["LabelRef"] & Partial<Schemas["Ref"]>;
export type Cell = Schemas["ClaimAnswer"]["value"];

export type ModelRow = Schemas["ModelSummary"];
export type ModelPage = Schemas["ModelPage"];
export type SearchAnswer = Schemas["SearchAnswer"];
export type Facets = Record<string, Schemas["FacetCount"][]>;
export type Stats = Schemas["StatsAnswer"];
export type Matrix = Schemas["MatrixPage"];

export type Claim = Schemas["ClaimAnswer"];
export type ClaimsAnswer = Schemas["ClaimsAnswer"];
export type FieldState = Schemas["FieldAnswer"];
export type Section = Schemas["SectionAnswer"];
/** What is known of a model, and the rest by why it is not. */
export type Knowledge = Schemas["Headline"];
export type Node = Schemas["NodeAnswer"];
export type AssessedNode = Schemas["AssessedNode"];
export type Profile = Schemas["ProfileAnswer"];

export type Source = Schemas["SourceAnswer"];
export type LineageNode = Schemas["LineageNode"];
export type LineageEdge = Schemas["LineageEdge"];
export type Lineage = Schemas["LineageAnswer"];
export type Impact = Schemas["ImpactAnswer"];

export type Licence = Schemas["LicenceAnswer"];
export type Step = Schemas["StepAnswer"];
/** An entry of a path: a step, or how many steps of a long path are left out. */
export type Hop = Step | Schemas["LeftOut"];
export type Term = Schemas["TermAnswer"];
export type Reason = Schemas["ReasonAnswer"];
export type UseAnswer = Schemas["UseAnswer"];
export type PartAnswer = Schemas["PartAnswer"];
export type LicenceFinding = Schemas["FindingAnswer"];
export type Fleet = Schemas["FleetAnswer"];
export type Changes = Schemas["ChangesAnswer"];
export type Identity = Schemas["IdentityPage"];
export type Policy = Schemas["PolicyAnswer"];
export type Breaches = Schemas["BreachesAnswer"];
export type Portfolio = Schemas["PortfolioAnswer"];
export type LicenceReport = Schemas["LicenceReportAnswer"];

export type Conflict = Schemas["ConflictAnswer"];
export type ConflictPage = Schemas["ConflictPage"];

export type Question = Schemas["QuestionAnswer"];
export type Checked = Schemas["CitedExaminedAnswer"];
export type Offered = Schemas["Offered"];

export type AssessedItem = Schemas["ItemAnswer"];
export type Assessed = Schemas["AssessedAnswer"];
export type AssessmentsAnswer = Schemas["AssessmentsAnswer"];
export type RubricRow = Schemas["RubricAnswer"];
export type Comparison = Schemas["ComparisonAnswer"];
export type History = Schemas["HistoryAnswer"];

export type Standing = Schemas["SourceAcceptance"];
export type EntityPage = Schemas["EntityAnswer"];
export type Entity = Schemas["Entity"];
export type Group = Schemas["Group"];
export type Neighbourhood = Schemas["Neighbourhood"];
export type GraphPath = Schemas["Path"];

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
