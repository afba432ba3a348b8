/** How a scene stands in an address: where it began, which groups were opened, what was hidden. */
const ID = "https://w3id.org/provenance-graph/id/";

/** An IRI in brief: ours begin with `~`. */
export function packed(iri: string): string {
  return iri.startsWith(ID) ? `~${iri.slice(ID.length)}` : iri;
}

/** The IRI again. */
export function unpacked(text: string): string {
  return text.startsWith("~") ? ID + text.slice(1) : text;
}

/** One step of a scene: the next page of a group, or a path between two entities. */
export type Step =
  | { kind: "open"; iri: string; relation: string; direction: "in" | "out"; page: number }
  | { kind: "path"; start: string; end: string };

/** The steps in an address, in order; what is no step is passed over. */
export function stepsOf(texts: string[]): Step[] {
  const pages = new Map<string, number>();
  const steps: Step[] = [];
  for (const text of texts) {
    const parts = text.split("|");
    if (parts.length === 3 && (parts[2] === "in" || parts[2] === "out")) {
      const page = pages.get(text) ?? 0;
      pages.set(text, page + 1);
      steps.push({ kind: "open", iri: unpacked(parts[0] ?? ""), relation: parts[1] ?? "", direction: parts[2], page });
    } else if (parts.length === 3 && parts[2] === "path") {
      steps.push({ kind: "path", start: unpacked(parts[0] ?? ""), end: unpacked(parts[1] ?? "") });
    }
  }
  return steps;
}

/** A step as it stands in an address. */
export function openStep(iri: string, relation: string, direction: string): string {
  return `${packed(iri)}|${relation}|${direction}`;
}

/** A path as it stands in an address. */
export function pathStep(start: string, end: string): string {
  return `${packed(start)}|${packed(end)}|path`;
}
