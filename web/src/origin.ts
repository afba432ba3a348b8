/** What the sentence at the top of a model is made of: origin, knowledge, retirement. Pure. */
import type { FieldState, Profile, Thing } from "./types";
import { isThing, nameOf, shortId } from "./words";

export interface Parent {
  relation: string;
  /** "fine-tuned from" */
  verb: string;
  things: Thing[];
  inferred: boolean;
  contested: boolean;
}

/** Relations that say what a model was made from, the most telling first. */
const ORIGINS = ["fineTunedFrom", "distilledFrom", "mergedFrom", "adapterOf", "quantizedFrom", "continuedFrom", "postTrainedFrom", "convertedFrom", "prunedFrom", "usesComponent", "usedSyntheticDataFrom", "trainedOn"];

function fieldsOf(profile: Profile): Map<string, FieldState> {
  return new Map(profile.sections.flatMap((s) => s.fields).map((f) => [f.property, f]));
}

/** What a model was made from, by relation. */
export function origins(profile: Profile): Parent[] {
  const fields = fieldsOf(profile);
  return ORIGINS.flatMap((relation): Parent[] => {
    const field = fields.get(relation);
    const things = (field?.values ?? []).flatMap((v): Thing[] => (isThing(v) ? [{ ...v, label: nameOf(v) }] : []));
    return field && things.length ? [{ relation, verb: field.label, things, inferred: Boolean(field.inferred), contested: field.contested }] : [];
  });
}

/** When a model ends, or has ended by a day, in words; "" where nothing is on record. */
export function retirement(profile: Profile, today: string): string {
  const fields = fieldsOf(profile);
  const first = (property: string): string => {
    const value = fields.get(property)?.values[0];
    return value === undefined || value === null ? "" : isThing(value) ? shortId(value.label) : String(value);
  };
  const [retired, deprecated, state] = [first("retirementDate"), first("deprecationDate"), first("lifecycle")];
  if (retired) return `${retired <= today.slice(0, retired.length) ? "retired" : "retires"} ${retired}`; // a month counts as come when it has begun
  if (deprecated) return `deprecated ${deprecated}`;
  return /^(retired|deprecated)$/i.test(state) ? state.toLowerCase() : "";
}
