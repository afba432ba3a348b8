/** Beside the editor: queries that ran, those saved, and the terms of the ontology to put into a query. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useFetched } from "../api";
import { near } from "../editor/near";
import { terms, type Term } from "../editor/terms";
import { Trouble } from "../parts";
import { number } from "../words";
import { titleOf, type Desk } from "./desk";

interface Props {
  desk: Desk;
  onOpen: (text: string) => void;
  onDesk: (desk: Desk) => void;
  onInsert: (term: string) => void;
}

/** The three lists, each closed until it is wanted. */
export function Shelf({ desk, onOpen, onDesk, onInsert }: Props): JSX.Element {
  return (
    <div class="shelf">
      <details><summary><h2>Saved</h2> <span class="aside">{desk.saved.length}</span></summary>
        {desk.saved.length ? null : <p class="aside">“Save” beside Run stores a query here, in this browser.</p>}
        <ul class="plain">{desk.saved.map((s) => (
          <li key={s.name}><button type="button" class="link" onClick={() => onOpen(s.text)}><bdi>{s.name}</bdi></button>
            <button type="button" class="small" aria-label={`Forget ${s.name}`} onClick={() => onDesk({ ...desk, saved: desk.saved.filter((x) => x.name !== s.name) })}>×</button></li>
        ))}</ul>
      </details>
      <details><summary><h2>History</h2> <span class="aside">{desk.history.length}</span></summary>
        <ul class="plain">{desk.history.map((h) => (
          <li key={h.when}><button type="button" class="link" title={h.text} onClick={() => onOpen(h.text)}><bdi>{titleOf(h.text)}</bdi></button> <span class="aside">{h.when.slice(0, 16).replace("T", " ")}{h.rows === null ? "" : `, ${number(h.rows)} rows`}</span></li>
        ))}</ul>
        {desk.history.length ? <button type="button" class="small" onClick={() => onDesk({ ...desk, history: [] })}>Forget all</button> : <p class="aside">Queries that ran are listed here.</p>}
      </details>
      <TermList onInsert={onInsert} />
    </div>
  );
}

const LISTED = 40;

function TermList({ onInsert }: { onInsert: (term: string) => void }): JSX.Element {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const fetched = useFetched<Term[]>(open ? "terms" : null, terms);
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const all = fetched.data ?? [];
  const items = all.filter((t) => words.every((w) => `${t.name} ${t.label} ${t.definition}`.toLowerCase().includes(w)));
  const others = typed && !items.length ? near(`pg:${typed.replace(/^pg:/, "")}`, all.map((t) => t.name)) : [];
  return (
    <details open={open} onToggle={(e) => setOpen(e.currentTarget.open)}><summary><h2>Terms</h2></summary>
      {fetched.error ? <Trouble error={fetched.error} retry={fetched.retry} /> : null}
      <input type="search" aria-label="Find a term" placeholder="find a term" value={typed} onInput={(e) => setTyped(e.currentTarget.value)} />
      <ul class="plain terms-found">{(items.length ? items : all.filter((t) => others.includes(t.name))).slice(0, LISTED).map((t) => (
        <li key={t.name}><button type="button" class="link" onClick={() => onInsert(t.name)}><code>{t.name}</code></button> <span class="aside">{t.definition || t.label}</span></li>
      ))}</ul>
      {items.length > LISTED ? <p class="aside">{LISTED} of {number(items.length)}</p> : null}
      <p><a href="/terms">All terms, with what they join</a></p>
    </details>
  );
}
