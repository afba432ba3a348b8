/** Asking the service, and saying plainly what went wrong. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/** A refusal: what the service said, or that it could not be reached (status 0). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail || title);
  }

  /** Whether asking again later may help. */
  get passes(): boolean {
    return [0, 429, 502, 503, 504].includes(this.status);
  }
}

const kept = new Map<string, Promise<unknown>>();
const MOST_KEPT = 200;
let version = "";
const watchers = new Set<(version: string) => void>();

/** Be told when the store behind the page has changed. */
export function onNewVersion(watch: (version: string) => void): () => void {
  watchers.add(watch);
  return () => void watchers.delete(watch);
}

/** The version of the store that the last answers came from. */
export function storeVersion(): string {
  return version;
}

function note(found: string | null): void {
  if (!found || found === version) return;
  const before = version;
  version = found;
  if (!before) return;
  kept.clear();
  for (const watch of watchers) watch(found);
}

async function refusal(response: Response): Promise<Refusal> {
  const text = await response.text();
  try {
    const said = JSON.parse(text) as { title?: string; detail?: string };
    return new Refusal(response.status, said.title ?? response.statusText, said.detail ?? "");
  } catch {
    return new Refusal(response.status, response.statusText || "Refused", text.slice(0, 300));
  }
}

/** A request whose failure is always a Refusal. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refusal(0, "The service does not answer", "It may be starting again. Your selection is preserved.");
  }
  note(response.headers.get("X-Store-Version"));
  if (!response.ok) throw await refusal(response);
  return response;
}

/** Letters that turn the direction of what follows: a name with one may read as another. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;
const TURNS: Record<string, string> = { "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO", "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI" };
/** What is an address is left as it is. */
const ADDRESSES = new Set(["iri", "id", "record", "document", "claim", "child", "parent", "next"]);

/** JSON with letters that turn the direction of text shown as marks. */
export function parsed<T>(text: string): T {
  if (!/[\u202a-\u202e\u2066-\u2069]|\\u20(2[a-e]|6[6-9])/i.test(text)) return JSON.parse(text) as T;
  return JSON.parse(text, (key, value: unknown) => (typeof value === "string" && !ADDRESSES.has(key) ? value.replace(TURNING, (c) => `⟪${TURNS[c] ?? "?"}⟫`) : value)) as T;
}

/** JSON from the service, asked once per store version. */
export function get<T>(path: string): Promise<T> {
  const found = kept.get(path);
  if (found) return found as Promise<T>;
  const asked = send(path, { headers: { Accept: "application/json" } }).then((r) => r.text()).then((text) => parsed<T>(text));
  kept.set(path, asked);
  asked.catch(() => kept.delete(path));
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value as string);
  return asked;
}

/** The first `most` of a list of which the service gives no more than `size` at once. */
export async function listed<P extends { items: unknown[]; next: string | null }>(path: string, most: number, size: number): Promise<P> {
  const first = await get<P>(`${path}&limit=${Math.min(most, size)}`);
  const items = [...first.items];
  let { next } = first;
  while (next !== null && items.length < most) {
    const more: P = await get<P>(`${path}&limit=${Math.min(size, most - items.length)}&cursor=${encodeURIComponent(next)}`);
    items.push(...more.items);
    next = more.next;
  }
  return { ...first, items, next };
}

/** A SPARQL query's rows, with terms as plain text. */
export async function select(query: string): Promise<Record<string, string>[]> {
  const path = `/sparql?query=${encodeURIComponent(query)}&format=json`;
  const found = await get<{ results: { bindings: Record<string, { value: string }>[] } }>(path);
  return found.results.bindings.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, term]) => [name, term.value])),
  );
}

export interface Asked<T> {
  data: T | undefined;
  error: Refusal | undefined;
  loading: boolean;
  retry: () => void;
}

/** The answer of a request; `null` asks nothing. The last answer stays while the next is fetched. */
export function useAsked<T>(key: string | null, ask: (key: string) => Promise<T> = get): Asked<T> {
  const [state, setState] = useState<{ key: string | null; data?: T; error?: Refusal }>({ key: null });
  const [turn, setTurn] = useState(0);
  const asking = useRef(ask);
  asking.current = ask;
  useEffect(() => {
    if (key === null) {
      setState({ key: null });
      return;
    }
    let alive = true;
    let timer = 0;
    asking.current(key).then(
      (data) => alive && setState({ key, data }),
      (error: unknown) => {
        if (!alive) return;
        const said = error instanceof Refusal ? error : new Refusal(500, "The page failed", String(error));
        setState((before) => ({ key, data: before.key === key ? before.data : undefined, error: said }));
        if (said.passes) timer = window.setTimeout(() => setTurn((n) => n + 1), 4000);
      },
    );
    return () => {
      alive = false;
      clearTimeout(timer);
    };
  }, [key, turn]);
  const retry = useCallback(() => setTurn((n) => n + 1), []);
  return { data: state.data, error: state.key === key ? state.error : undefined, loading: key !== null && state.key !== key, retry };
}
