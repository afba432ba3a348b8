/** Prefixes by which IRIs are written in short. Pure. */
import { ID } from "./ids";
import { PREFIXES } from "./editor/text";

const SPACES: [string, string][] = [["", ID], ...Object.entries(PREFIXES).filter(([, space]) => space !== ID).map(([prefix, space]): [string, string] => [`${prefix}:`, space])];

/** An IRI with a known prefix in place of its beginning; the short id where it is an entity of ours. */
export function shorten(iri: string): string {
  for (const [prefix, space] of SPACES) if (iri.startsWith(space)) return prefix + iri.slice(space.length);
  return iri;
}

/** Whether an IRI is a term of a vocabulary that we know. */
export function isTerm(iri: string): boolean {
  return SPACES.some(([prefix, space]) => prefix && iri.startsWith(space));
}
