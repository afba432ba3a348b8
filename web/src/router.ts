/** Where the reader is: the address holds every state, and the page follows the address. */
import { useEffect, useState } from "preact/hooks";
import { ID, modelIdOf } from "./ids";

export interface Route {
  path: string;
  query: URLSearchParams;
}

const listeners = new Set<(route: Route) => void>();
let current = read();

/** How far down the reader was, by entry of the history. */
const scrolls = new Map<string, number>();
let entry = entryOf(history.state);
/** How long a view may take to be as tall again as it was. */
const SETTLE_MS = 3000;

function entryOf(state: unknown): string {
  return typeof state === "object" && state !== null && "entry" in state ? String(state.entry) : "first";
}

function read(): Route {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

function changed(): void {
  current = read();
  for (const listener of listeners) listener(current);
}

history.scrollRestoration = "manual"; // a view is not yet as tall as it was when the browser would scroll
addEventListener("scroll", () => scrolls.set(entry, scrollY), { passive: true });
addEventListener("popstate", (event) => {
  const path = current.path;
  entry = entryOf(event.state);
  const to = scrolls.get(entry) ?? 0;
  changed();
  if (current.path !== path) returnTo(to);
});

/** Scroll to where the reader was once the view is tall enough, unless the reader scrolls first. */
function returnTo(top: number): void {
  const started = performance.now();
  const step = (): void => {
    if (document.documentElement.scrollHeight - innerHeight >= top) scrollTo(0, top);
    else if (performance.now() - started < SETTLE_MS) requestAnimationFrame(step);
  };
  const stop = (): void => void (top = 0);
  addEventListener("wheel", stop, { once: true, passive: true });
  addEventListener("keydown", stop, { once: true });
  requestAnimationFrame(step);
}

/** Go to an address of this page; `replace` leaves no entry behind. */
export function go(href: string, replace = false): void {
  const here = location.pathname + location.search;
  if (href === here) return;
  const moved = new URL(href, location.href).pathname !== location.pathname;
  if (replace) history.replaceState(history.state, "", href);
  else {
    entry = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
    history.pushState({ entry }, "", href);
  }
  changed();
  if (moved && !replace) scrollTo(0, 0);
}

/** Follow clicks on our own links without loading the page anew. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest?.("a[href]");
  if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute("download")) return;
  if (link.origin !== location.origin || !isOurs(link.pathname)) return;
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  go(link.pathname + link.search);
}

const FOREIGN = ["/api/", "/manual", "/docs", "/doc/", "/data", "/id/", "/ns", "/health", "/metrics", "/.well-known", "/openapi.json", "/THIRD_PARTY.txt", "/context.jsonld"];

function isOurs(path: string): boolean {
  return !FOREIGN.some((prefix) => path === prefix || path.startsWith(prefix));
}

/** The place as it is now. */
export function here(): Route {
  return current;
}

/** The place, and again whenever it changes. */
export function useRoute(): Route {
  const [route, setRoute] = useState(current);
  useEffect(() => {
    listeners.add(setRoute);
    setRoute(current);
    return () => void listeners.delete(setRoute);
  }, []);
  return route;
}

/** The values that a parameter gets from those it has: two quick changes add up, neither undoes the other. */
export type Step = (now: string[]) => string[] | null;
export type Changes = Record<string, string | string[] | Step | null | undefined>;

/** One value more or, where it is there, one less; `usual` stands for a parameter that the address leaves out. */
export function toggled(value: string, usual: string[] = []): Step {
  return (now) => {
    const from = now.length ? now : usual;
    const next = from.includes(value) ? from.filter((one) => one !== value) : [...from, value];
    return usual.length && next.length === usual.length && usual.every((one) => next.includes(one)) ? null : next;
  };
}

/** One value more. */
export function added(value: string): Step {
  return (now) => (now.includes(value) ? now : [...now, value]);
}

/** Without one value. */
export function removed(value: string): Step {
  return (now) => now.filter((one) => one !== value);
}

/** The address with some parameters changed; null or "" takes one away. */
export function withQuery(changes: Changes, base: Route = current): string {
  const query = new URLSearchParams(base.query);
  for (const [name, change] of Object.entries(changes)) {
    const value = typeof change === "function" ? change(query.getAll(name)) : change;
    query.delete(name);
    for (const one of Array.isArray(value) ? value : [value]) if (one) query.append(name, one);
  }
  const text = query.toString().replaceAll("%2F", "/").replaceAll("%3A", ":");
  return base.path + (text ? `?${text}` : "");
}

/** Change parameters of the address. */
export function setQuery(changes: Changes, replace = false): void {
  go(withQuery(changes), replace);
}

/** An id in a path: slashes stay, the rest is escaped. */
export function inPath(id: string): string {
  return id.split("/").map(encodeURIComponent).join("/").replaceAll("%3A", ":").replaceAll("%40", "@");
}

/** The page about a thing of the graph, of a stored question, or the view that a help entry is about. */
export function hrefOf(iri: string): string {
  const model = modelIdOf(iri);
  if (model) return `/models/${inPath(model)}`;
  if (iri.startsWith(`${ID}question/`)) return `/sparql?question=${encodeURIComponent(iri.slice(ID.length + 9))}`;
  if (iri.startsWith(`${ID}help/`)) return `/${iri.slice(ID.length + 5)}`;
  if (iri.startsWith(ID)) return `/things/${inPath(iri.slice(ID.length))}`;
  return `/things?iri=${encodeURIComponent(iri)}`;
}

const WITH_A_PAGE = /^\/models\/(.+)\/(lineage|licences|assessments|history)$/;
const WITHOUT_ONE = /^\/models\/(.+)\/(?:claims|conflicts|evidence|receipts|bundle|repair|export\/.+)$/;

/** The path of the page that is meant: below a model's page the API has parts, which have pages of their own or none. */
export function pageOf(path: string): string {
  const [, model, part] = WITH_A_PAGE.exec(path) ?? [];
  return model ? `/${part}/${model}` : path.replace(WITHOUT_ONE, "/models/$1");
}
