/** Which parameters the address of each view may hold; what it does not know is named, never passed over. Pure. */
import type { Route } from "./router";

const OF_MODELS = ["developer", "openness", "family", "licence", "modality", "architecture", "weights", "year", "disclosure"];
const TABLE = ["sort", "find"];

/** Names by view; `p.*` takes every name that begins so. */
const VIEWS: [RegExp, string[]][] = [
  [/^\/$|^\/models\/?$/, ["q", "kind", "sort", "limit", "view", "find", "open", ...OF_MODELS]],
  [/^\/models\//, ["claims", "of", "c.*"]],
  [/^\/lineage\//, ["direction", "depth", "relation", "influences", "node", "edge", "open", "limit", "claims", "of"]],
  [/^\/licences\//, ["use", "on", "claims", "of"]],
  [/^\/assessments\//, ["rubric", "criterion", "claims", "of"]],
  [/^\/history\//, ["from", "to", "claims", "of"]],
  [/^\/things/, ["iri", "claims", "of", "find", "sort", "*.*"]],
  [/^\/disclosure$/, ["q", "sort", "rubric", "section", "silent", "by", "of", "claims", "basket", "limit", "cursor", "undisclosed", "descendsFrom", "dev.*", ...OF_MODELS]],
  [/^\/explore$/, ["node", "preset", "property", "open", "hide", "pin", "apart", "at", "group", "colour", "size", "without", "source", "basis", "readFrom", "readUntil", "class", "versus", "since", "t.*"]],
  [/^\/compare$/, ["model", "all", "known.*"]],
  [/^\/impact$/, ["thing", "limit", "kind", "distance", "relation", "through", "licence", ...TABLE]],
  [/^\/conflicts$/, ["model", "field", "developer", "kind", "severityMin", "all", "view", "limit", "subject", "property", "what", "sources", ...TABLE]],
  [/^\/breaches$/, ["developer", "licensor", "of", "on", "limit", "rule", "severity", "model", "licence", "holder", "cause.*", ...TABLE]],
  [/^\/basket$/, ["item", "show", "use", "kind", "lineage", ...TABLE]],
  [/^\/fleet$/, ["on", "limit", "severity", "system", "model", "kind", "s.*", ...TABLE]],
  [/^\/changes$/, ["since", "subject", "property", ...TABLE]],
  [/^\/identity$/, ["kind", "q", "of", "verdict", "limit", "relation", "by", ...TABLE]],
  [/^\/policy$/, TABLE],
  [/^\/terms$/, ["kind", "module", ...TABLE]],
  [/^\/sparql\/?$/, ["query", "question", "run", "view", "chart", "x", "y", "p.*", "r.*"]],
  [/^\/report$/, ["model", "use"]],
  [/^\/check$/, ["up.*", "p.*", "f.*", "m.*", "c.*"]],
];

function takes(names: string[], name: string): boolean {
  return names.some((one) => (one.endsWith("*") ? (one === "*.*" ? name.includes(".") : name.startsWith(one.slice(0, -1))) : one === name));
}

/** How many letters are to be changed to make one word of another. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The parameters of an address that its view does not know, each with the nearest that it does; none where there is no such view. */
export function unknownIn(route: Route): { name: string; near: string | undefined }[] {
  const known = VIEWS.find(([path]) => path.test(route.path))?.[1];
  if (!known) return [];
  const all = [...known, "asOf"];
  return [...new Set(route.query.keys())].filter((name) => !takes(all, name)).map((name) => {
    const short = name.slice(0, 40).toLowerCase();
    const [near] = all.filter((one) => !one.endsWith("*")).map((one) => [one, distance(short, one.toLowerCase())] as const).filter(([one, far]) => far <= Math.ceil(one.length / 3) && far < one.length).sort((a, b) => a[1] - b[1]);
    return { name, near: near?.[0] };
  });
}
