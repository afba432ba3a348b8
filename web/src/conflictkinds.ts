/** Kinds of conflict in words, worst first, as the service says them. */
import table from "./conflictkinds.json";

export const KINDS: Record<string, string> = table.kinds;
/** What is listed when nobody asks for more. */
export const DEFAULT: string[] = table.default;
