/** What a reader leaves of a scene: kinds, relations, sources, bases, days of retrieval, licence classes. Pure. */
import type { Link, Placed, Scene } from "./scene";

export interface Sift {
  kinds: Set<string>;
  relations: Set<string>;
  /** Only links that this publisher states; "" for all. */
  source: string;
  /** Only links stated on this basis; "" for all. */
  basis: string;
  /** Only links that a record retrieved on these days states; "" for no bound. */
  from: string;
  until: string;
  /** Only models under licences of this class; "" for all. */
  licenceClass: string;
}

/** The filters in an address. */
export function siftOf(query: URLSearchParams): Sift {
  const without = query.getAll("without");
  return {
    kinds: new Set(without.filter((w) => !w.startsWith("r:"))),
    relations: new Set(without.filter((w) => w.startsWith("r:")).map((w) => w.slice(2))),
    source: query.get("source") ?? "",
    basis: query.get("basis") ?? "",
    from: query.get("readFrom") ?? "",
    until: query.get("readUntil") ?? "",
    licenceClass: query.get("class") ?? "",
  };
}

/** Whether a filter asks who states a link. */
export function asksForEvidence(sift: Sift): boolean {
  return Boolean(sift.source || sift.basis || sift.from || sift.until);
}

/** Whether a link is stated as a reader asked: by one source that meets every filter. */
export function isStated(link: Link, sift: Sift): boolean {
  if (!asksForEvidence(sift)) return true;
  return (link.sources ?? []).some(
    (s) => (!sift.source || s.publisher === sift.source) && (!sift.basis || s.basis === sift.basis) && (!sift.from || s.retrieved >= sift.from) && (!sift.until || s.retrieved <= sift.until),
  );
}

/** The scene that filters leave. The chosen entity stays; what loses all its links to a filter on evidence goes. */
export function sifted(scene: Scene, sift: Sift, keep: string): Scene {
  const right = (node: Placed): boolean => !sift.licenceClass || node.kind !== "model" || node.facts?.["class"] === sift.licenceClass;
  let nodes = new Map([...scene.nodes].filter(([iri, node]) => iri === keep || (!sift.kinds.has(node.kind) && right(node))));
  const links = new Map([...scene.links].filter(([, link]) => !sift.relations.has(link.relation) && nodes.has(link.subject) && nodes.has(link.object) && isStated(link, sift)));
  if (asksForEvidence(sift)) {
    const linked = new Set([keep, ...[...links.values()].flatMap((link) => [link.subject, link.object])]);
    nodes = new Map([...nodes].filter(([iri]) => linked.has(iri)));
  }
  return { nodes, links };
}

/** The values that links offer to filter by, with how many have each, commonest first. */
export function offered(scene: Scene, of: "publisher" | "basis"): [string, number][] {
  const counts = new Map<string, number>();
  for (const link of scene.links.values()) for (const value of new Set((link.sources ?? []).map((s) => s[of]))) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
