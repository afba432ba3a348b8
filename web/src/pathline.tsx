/** A path of derivations in one line, as licence answers give it. */
import type { JSX } from "preact";
import { leftOut } from "./lineage/steps";
import { ThingLink } from "./parts";
import type { Hop, Thing } from "./types";
import { shortId } from "./words";

/** An entity by its short name. */
export function named(thing: Thing): JSX.Element {
  return <ThingLink thing={{ ...thing, label: shortId(thing.label) }} />;
}

/** Steps from the model up; the middle of a long path is counted, not listed. */
export function PathLine({ path }: { path: Hop[] }): JSX.Element | null {
  if (!path.length) return null;
  return (
    <span class="path-line"> {path.map((hop, n) => <span key={n}>{"leftOut" in hop ? leftOut(hop) : <>{n ? null : named(hop.child)} <span class="relation">→ {hop.relationLabel}{hop.inferred ? " (inferred)" : ""} →</span> {named(hop.parent)}</>}</span>)}</span>
  );
}
