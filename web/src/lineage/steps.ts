/** Paths as the licence answers give them: steps, the middle of a long one left out. Pure. */
import type { Hop, Step } from "../types";

/** The step at the far end of a path. */
export function lastStep(path: Hop[]): Step | undefined {
  const hop = path.at(-1);
  return hop && !("leftOut" in hop) ? hop : undefined;
}

/** How many steps a path has, those left out included. */
export function lengthOf(path: Hop[]): number {
  return path.reduce((sum, hop) => sum + ("leftOut" in hop ? hop.leftOut : 1), 0);
}

/** What stands in place of the steps left out. */
export function leftOut(hop: { leftOut: number; of: number }): string {
  return ` … ${hop.leftOut} of ${hop.of} steps left out …`;
}
