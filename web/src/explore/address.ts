/** How a scene stands in an address: where it began, which groups were opened, what was hidden. */
import { ID } from "../ids";

/** An IRI in brief: ours begin with `~`. */
export function packed(iri: string): string {
  return iri.startsWith(ID) ? `~${iri.slice(ID.length)}` : iri;
}

/** The IRI again. */
export function unpacked(text: string): string {
  return text.startsWith("~") ? ID + text.slice(1) : text;
}

/** One step of a scene: the next page of a group, a few of every group of an entity, or a path between two entities. */
export type Step =
  | { kind: "open"; iri: string; relation: string; direction: "in" | "out"; page: number }
  | { kind: "around"; iri: string }
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
    } else if (parts.length === 2 && parts[1] === "around") {
      steps.push({ kind: "around", iri: unpacked(parts[0] ?? "") });
    } else if (parts.length === 3 && parts[2] === "path") {
      steps.push({ kind: "path", start: unpacked(parts[0] ?? ""), end: unpacked(parts[1] ?? "") });
    }
  }
  return steps;
}

/** What in an address is no picture, step or place, and so changed nothing. */
export function senseless(query: URLSearchParams, presets: string[]): string[] {
  const preset = query.get("preset");
  return [
    ...(preset && !presets.includes(preset) ? [`preset=${preset} is not a view; there are ${presets.join(", ")}`] : []),
    ...query.getAll("open").filter((text) => !stepsOf([text]).length).map((text) => `open=${text} is not a step`),
    ...query.getAll("pin").filter((text) => !pinsOf([text]).size).map((text) => `pin=${text} is not a position`),
  ].map((text) => text.slice(0, 200));
}

/** A step as it stands in an address. */
export function openStep(iri: string, relation: string, direction: string): string {
  return `${packed(iri)}|${relation}|${direction}`;
}

/** A path as it stands in an address. */
export function pathStep(start: string, end: string): string {
  return `${packed(start)}|${packed(end)}|path`;
}

/** A few of every group of an entity, as it stands in an address. */
export function aroundStep(iri: string): string {
  return `${packed(iri)}|around`;
}

/** The places that a reader gave to entities, by IRI; what is no place is passed over. */
export function pinsOf(texts: string[]): Map<string, { x: number; y: number }> {
  const pins = new Map<string, { x: number; y: number }>();
  for (const text of texts) {
    const match = /^(.+)@(-?\d{1,6}),(-?\d{1,6})$/.exec(text);
    if (match) pins.set(unpacked(match[1] ?? ""), { x: Number(match[2]), y: Number(match[3]) });
  }
  return pins;
}

/** The place of an entity, as it stands in an address. */
export function pinOf(iri: string, x: number, y: number): string {
  return `${packed(iri)}@${Math.round(x)},${Math.round(y)}`;
}

/** Those texts without the place of one entity. */
export function unpinned(texts: string[], iri: string): string[] {
  return texts.filter((text) => !text.startsWith(`${packed(iri)}@`));
}
