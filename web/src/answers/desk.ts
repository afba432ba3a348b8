/** What a reader keeps on the workbench: open queries, those that ran, those saved under a name. Kept in the browser. */

export interface Tab {
  id: string;
  text: string;
}

export interface Ran {
  text: string;
  when: string;
  rows: number | null;
}

export interface Saved {
  name: string;
  text: string;
}

export interface Desk {
  tabs: Tab[];
  at: string;
  history: Ran[];
  saved: Saved[];
}

const KEY = "workbench";
const MOST_TABS = 12;
const MOST_RAN = 100;

/** A desk with one query on it. */
export function emptyDesk(text: string): Desk {
  return { tabs: [{ id: "1", text }], at: "1", history: [], saved: [] };
}

/** A tab's name: the first line of the query that says something. */
export function titleOf(text: string): string {
  const comment = /^\s*#\s*(.+)$/m.exec(text)?.[1];
  const plain = (comment ?? text.replace(/\bprefix\s+[\w.-]*:\s*<[^<>]*>/gi, " ").split("\n").find((l) => l.trim()) ?? "").trim();
  return plain.length > 28 ? `${plain.slice(0, 27)}…` : plain || "empty";
}

/** The text of the open tab. */
export function textOf(desk: Desk): string {
  return desk.tabs.find((t) => t.id === desk.at)?.text ?? "";
}

/** The desk with other text in the open tab. */
export function written(desk: Desk, text: string): Desk {
  return { ...desk, tabs: desk.tabs.map((t) => (t.id === desk.at ? { ...t, text } : t)) };
}

/** The desk with a query opened: in the tab that has it, else in a new one; the oldest tab goes when there are too many. */
export function opened(desk: Desk, text: string): Desk {
  const same = desk.tabs.find((t) => t.text === text);
  if (same) return { ...desk, at: same.id };
  const id = String(Math.max(0, ...desk.tabs.map((t) => Number(t.id) || 0)) + 1);
  return { ...desk, tabs: [...desk.tabs, { id, text }].slice(-MOST_TABS), at: id };
}

/** The desk without a tab; the last one is emptied instead. */
export function closed(desk: Desk, id: string, fresh: string): Desk {
  const tabs = desk.tabs.filter((t) => t.id !== id);
  const first = tabs.at(-1);
  return first ? { ...desk, tabs, at: desk.at === id ? first.id : desk.at } : { ...desk, ...{ tabs: emptyDesk(fresh).tabs, at: "1" } };
}

/** The desk with a query noted as run; the same text again only moves to the top. */
export function noted(desk: Desk, text: string, rows: number | null, when: string): Desk {
  return { ...desk, history: [{ text, when, rows }, ...desk.history.filter((h) => h.text !== text)].slice(0, MOST_RAN) };
}

/** The desk with a query saved under a name, in place of an older one of that name. */
export function stored(desk: Desk, name: string, text: string): Desk {
  return { ...desk, saved: [...desk.saved.filter((s) => s.name !== name), { name, text }].sort((a, b) => a.name.localeCompare(b.name)) };
}

/** The desk as it was left in this browser. */
export function load(fresh: string): Desk {
  try {
    const desk = JSON.parse(localStorage.getItem(KEY) ?? "null") as Desk | null;
    if (desk?.tabs.length && desk.tabs.every((t) => typeof t.text === "string")) return desk;
  } catch {
    // what cannot be read is begun anew
  }
  return emptyDesk(fresh);
}

/** Keep the desk for the next visit. */
export function store(desk: Desk): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(desk));
  } catch {
    // a browser that keeps nothing: it lasts until the page is left
  }
}
