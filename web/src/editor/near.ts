/** Terms of a query that no vocabulary here has, with those that were perhaps meant. Pure. */
import { PREFIXES } from "./text";

export interface Unknown {
  /** As written: `pg:parameterCont`, or a prefix with its colon that nothing declares. */
  term: string;
  from: number;
  to: number;
  message: string;
}

const SHOWN = 3;

/** How many letters must be changed, left out, put in or swapped to make one word of another; at most `most` is counted. */
export function distance(a: string, b: string, limit = 4): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, n) => n)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? limit + 1;
}

/** The terms nearest to a word: by letters, or because one holds the other. */
export function near(term: string, known: Iterable<string>): string[] {
  const wanted = term.toLowerCase();
  const limit = Math.max(2, Math.floor(term.length / 4));
  const ranked: [number, string][] = [];
  for (const other of known) {
    const word = other.toLowerCase();
    const local = wanted.split(":")[1] ?? wanted;
    const far = distance(wanted, word, limit);
    if (far <= limit) ranked.push([far, other]);
    else if (local.length > 3 && word.includes(local)) ranked.push([limit + 1, other]);
  }
  return ranked.sort((a, b) => a[0] - b[0] || a[1].length - b[1].length || (a[1] < b[1] ? -1 : 1)).slice(0, SHOWN).map(([, word]) => word);
}

/** The query with comments, strings and IRIs blanked, every other letter at its place. */
function blanked(query: string): string {
  return query.replace(/<[^<>\s]*>|"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#.*/g, (part) => " ".repeat(part.length));
}

/** Terms in namespaces of ours that the ontology does not have, and prefixes that nobody knows. */
export function unknownTerms(query: string, known: Set<string>): Unknown[] {
  const text = blanked(query);
  const declared = new Map([...query.matchAll(/\bprefix\s+([\w.-]*):\s*<([^<>\s]*)>/gi)].map((m) => [m[1] ?? "", m[2] ?? ""]));
  const checked = new Set([...known].map((term) => term.split(":")[0] ?? ""));
  const items: Unknown[] = [];
  for (const match of text.matchAll(/(?<![\w?$:@])([A-Za-z][\w.-]*):([\w-]*(?:\.[\w-]+)*)/g)) {
    const [term, prefix = "", local = ""] = match;
    if (/\bprefix\s+$/i.test(text.slice(0, match.index))) continue;
    const [from, to] = [match.index, match.index + term.length];
    const space = declared.get(prefix) ?? PREFIXES[prefix];
    if (space === undefined) {
      items.push({ term: `${prefix}:`, from, to, message: `The prefix ${prefix}: is not declared and is not built in.` });
      continue;
    }
    const own = Object.keys(PREFIXES).find((p) => PREFIXES[p] === space) ?? prefix;
    if (!local || !checked.has(own) || known.has(`${own}:${local}`)) continue;
    const others = near(`${own}:${local}`, known);
    items.push({ term, from, to, message: `The ontology has no ${own}:${local}${others.length ? `; perhaps ${others.join(" or ")}` : ""}.` });
  }
  return items;
}
