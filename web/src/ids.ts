/** Entities of this graph by their IRIs. Pure. */

/** Below this stand all of them. */
export const ID = "https://w3id.org/provenance-graph/id/";

/** The id by which the service knows a model with this IRI: of one that only a source names, with that source; undefined where it is no model. */
export function modelIdOf(iri: string): string | undefined {
  return /^(?:model\/|in\/(?=[^/]+\/model\/))(.+)$/.exec(iri.startsWith(ID) ? iri.slice(ID.length) : "")?.[1];
}
