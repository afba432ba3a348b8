/** One search box for everything: suggestions of every kind, walked by keys; an exact id is jumped to. */
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { parsed } from "./api";
import { dated } from "./asof";
import { go, hrefOf } from "./router";

export interface Hit {
  iri: string;
  id: string;
  name: string;
  kind: string;
}

/** What a search finds that is no entity: nothing to choose where one is asked for. */
const NO_ENTITY = new Set(["question", "help"]);

const WAIT_MS = 70;
/** How long a reader pauses before what was typed is listed. */
const PAUSE_MS = 160;

/** Where a hit leads. */
export function hrefOfHit(hit: Hit): string {
  return hrefOf(hit.iri);
}

/** The hit whose id or IRI is just what was typed. */
export function exact(hits: Hit[], typed: string): Hit | undefined {
  const wanted = typed.trim().toLowerCase();
  return hits.find((hit) => hit.id.toLowerCase() === wanted || hit.iri === typed.trim());
}

/** What the service suggests for what was typed; undefined where it does not answer. */
async function suggested(typed: string, signal?: AbortSignal): Promise<Hit[] | undefined> {
  if (!typed.trim()) return [];
  try {
    const response = await fetch(dated(`/api/v1/search?limit=8&q=${encodeURIComponent(typed)}`), signal ? { signal } : {});
    return response.ok ? parsed<{ items: Hit[] }>(await response.text()).items : undefined;
  } catch {
    return undefined; // given up, or the service is gone: what was suggested stays
  }
}

interface Props {
  label: string;
  placeholder: string;
  initial?: string;
  /** What is done with what was typed when no suggestion was chosen. */
  onSearch: (typed: string) => void;
  /** What is done with a chosen suggestion; its page is opened where nothing is said. */
  onHit?: (hit: Hit) => void;
  /** When one pauses in typing; the start page lists as it goes. */
  onType?: (typed: string) => void;
  large?: boolean;
}

/** The box. Arrow keys walk the suggestions, Enter opens one, Escape closes them. */
export function SearchBox({ label, placeholder, initial = "", onSearch, onHit, onType, large }: Props): JSX.Element {
  const id = useId();
  const [typed, setTyped] = useState(initial);
  const [hits, setHits] = useState<Hit[]>([]);
  const [at, setAt] = useState(-1);
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLFormElement>(null);
  // What this box gave away comes back as `initial`, perhaps after more was typed: only what comes from elsewhere is taken.
  const given = useRef(initial);
  const pause = useRef(0);
  useEffect(() => {
    if (initial !== given.current) setTyped(initial);
    given.current = initial;
  }, [initial]);
  useEffect(() => () => clearTimeout(pause.current), []); // a page that was left is not called back
  const type = (text: string): void => {
    setTyped(text);
    setOpen(true);
    if (!onType) return;
    clearTimeout(pause.current);
    pause.current = window.setTimeout(() => {
      given.current = text;
      onType(text);
    }, PAUSE_MS);
  };
  useEffect(() => {
    setAt(-1);
    if (!open || !typed.trim()) {
      setHits([]);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => void suggested(typed, stop.signal).then((answer) => answer && setHits(onHit ? answer.filter((hit) => !NO_ENTITY.has(hit.kind)) : answer)), WAIT_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [typed, open]);
  const choose = (hit: Hit): void => {
    setOpen(false);
    if (onHit) onHit(hit);
    else go(dated(hrefOfHit(hit)));
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    clearTimeout(pause.current);
    const hit = (at >= 0 && !onType ? hits[at] : undefined) ?? exact(hits, typed) ?? exact((await suggested(typed)) ?? [], typed);
    setOpen(false);
    if (hit) choose(hit);
    else if (typed.trim()) onSearch(typed.trim());
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === "Escape") setOpen(false);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (onType) {
        const first = event.key === "ArrowDown" ? document.querySelector<HTMLElement>(".results .name a") : null;
        if (first) event.preventDefault();
        return first?.focus();
      }
      if (!hits.length) return;
      event.preventDefault();
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((now) => (now + step + hits.length + 1) % (hits.length + 1) === hits.length ? -1 : (now + step + hits.length + 1) % (hits.length + 1));
    }
  };
  const visible = open && hits.length > 0 && !onType; // where one lists as one types, the list is there already
  return (
    <form ref={box} class={large ? "searchbox large" : "searchbox"} role={onHit ? undefined : "search"} aria-label={onHit ? undefined : large ? "Main search" : "Quick search"} onSubmit={(e) => void submit(e)}
      onFocusOut={(e) => { if (!box.current?.contains(e.relatedTarget as Node | null)) setOpen(false); }}>
      <input type="search" role="combobox" aria-label={label} aria-expanded={visible} aria-controls={`${id}-list`} aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined} placeholder={placeholder} value={typed} autocomplete="off" spellcheck={false}
        onInput={(e) => type(e.currentTarget.value)} onKeyDown={key} />
      <ul id={`${id}-list`} role="listbox" aria-label="Suggestions" hidden={!visible}>
        {hits.map((hit, n) => (
          <li key={hit.iri} id={`${id}-${n}`} role="option" aria-selected={n === at} onMouseDown={(e) => { e.preventDefault(); choose(hit); }}>
            <bdi>{hit.name}</bdi> <span class="aside">{hit.kind}{hit.name !== hit.id ? ` · ${hit.id}` : ""}</span>
          </li>
        ))}
      </ul>
    </form>
  );
}

/** A labelled box to choose one entity: a suggestion, or what was typed. Models are given by their id, all else by IRI. */
export function EntityPicker({ label, onPick, placeholder = "name or id", initial = "" }: { label: string; placeholder?: string; initial?: string; onPick: (id: string) => void }): JSX.Element {
  return (
    <div class="picker">
      <span aria-hidden="true">{label}</span>
      <SearchBox label={label} placeholder={placeholder} initial={initial} onSearch={onPick} onHit={(hit) => onPick(hit.kind === "model" ? hit.id : hit.iri)} />
    </div>
  );
}
