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

const stored = new Map<string, Promise<unknown>>();
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

function note(answer: string | null): void {
  if (!answer || answer === version) return;
  const before = version;
  version = answer;
  if (!before) return;
  stored.clear();
  for (const watch of watchers) watch(answer);
}

async function refusal(response: Response): Promise<Refusal> {
  const text = await response.text();
  try {
    const message = JSON.parse(text) as { title?: string; detail?: string };
    return new Refusal(response.status, message.title ?? response.statusText, message.detail ?? "");
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
  const answer = stored.get(path);
  if (answer) return answer as Promise<T>;
  const requested = send(path, { headers: { Accept: "application/json" } }).then((r) => r.text()).then((text) => parsed<T>(text));
  stored.set(path, requested);
  requested.catch(() => stored.delete(path));
  if (stored.size > MOST_KEPT) stored.delete(stored.keys().next().value as string);
  return requested;
}

/** The first `most` of a list of which the service gives no more than `size` at once. */
export async function listed<P extends { items: unknown[]; next: string | null }>(path: string, limit: number, size: number): Promise<P> {
  const first = await get<P>(`${path}&limit=${Math.min(limit, size)}`);
  const items = [...first.items];
  let { next } = first;
  while (next !== null && items.length < limit) {
    const more: P = await get<P>(`${path}&limit=${Math.min(size, limit - items.length)}&cursor=${encodeURIComponent(next)}`);
    items.push(...more.items);
    next = more.next;
  }
  return { ...first, items, next };
}

/** A SPARQL query's rows, with terms as plain text. */
export async function select(query: string): Promise<Record<string, string>[]> {
  const path = `/sparql?query=${encodeURIComponent(query)}&format=json`;
  const answer = await get<{ results: { bindings: Record<string, { value: string }>[] } }>(path);
  return answer.results.bindings.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, term]) => [name, term.value])),
  );
}

/** After a failure that may pass, so many milliseconds go by before it is asked again. */
export const PAUSE = 4000;

/** A number that grows a pause after every failure that may pass; what depends on it is asked again. */
export function useTurn(error: Refusal | undefined): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (!error?.passes) return;
    const timer = window.setTimeout(() => setTurn((n) => n + 1), PAUSE);
    return () => clearTimeout(timer);
  }, [error]);
  return turn;
}

export interface Fetched<T> {
  data: T | undefined;
  error: Refusal | undefined;
  loading: boolean;
  retry: () => void;
}

/** The answer of a request; `null` asks nothing. The last answer stays while the next is fetched. */
export function useFetched<T>(key: string | null, ask: (key: string) => Promise<T> = get): Fetched<T> {
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
        const message = error instanceof Refusal ? error : new Refusal(500, "The page failed", String(error));
        setState((before) => ({ key, data: before.key === key ? before.data : undefined, error: message }));
        if (message.passes) timer = window.setTimeout(() => setTurn((n) => n + 1), PAUSE);
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
