/** One search box for everything: suggestions of every kind, walked by keys; an exact id is jumped to. */
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { go, hrefOf } from "./router";

export interface Hit {
  iri: string;
  id: string;
  name: string;
  kind: string;
}

const WAIT_MS = 70;

/** Where a hit leads. */
export function hrefOfHit(hit: Hit): string {
  return hrefOf(hit.iri);
}

/** The hit whose id or IRI is just what was typed. */
export function exact(hits: Hit[], typed: string): Hit | undefined {
  const wanted = typed.trim().toLowerCase();
  return hits.find((hit) => hit.id.toLowerCase() === wanted || hit.iri === typed.trim());
}

interface Props {
  label: string;
  placeholder: string;
  initial?: string;
  /** What is done with what was typed when no suggestion was chosen. */
  onSearch: (typed: string) => void;
  /** As one types; the start page lists as it goes. */
  onType?: (typed: string) => void;
  large?: boolean;
}

/** The box. Arrow keys walk the suggestions, Enter opens one, Escape closes them. */
export function SearchBox({ label, placeholder, initial = "", onSearch, onType, large }: Props): JSX.Element {
  const id = useId();
  const [typed, setTyped] = useState(initial);
  const [hits, setHits] = useState<Hit[]>([]);
  const [at, setAt] = useState(-1);
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLFormElement>(null);
  useEffect(() => setTyped(initial), [initial]);
  useEffect(() => {
    setAt(-1);
    if (!open || !typed.trim()) {
      setHits([]);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      fetch(`/api/v1/search?limit=8&q=${encodeURIComponent(typed)}`, { signal: stop.signal })
        .then((r) => (r.ok ? r.json() : { items: [] }))
        .then((found: { items: Hit[] }) => setHits(found.items), () => undefined);
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [typed, open]);
  const leave = (href: string): void => {
    setOpen(false);
    go(href);
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    const hit = at >= 0 ? hits[at] : exact(hits, typed);
    if (hit) leave(hrefOfHit(hit));
    else {
      setOpen(false);
      onSearch(typed.trim());
    }
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === "Escape") setOpen(false);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!hits.length) return;
      event.preventDefault();
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((now) => (now + step + hits.length + 1) % (hits.length + 1) === hits.length ? -1 : (now + step + hits.length + 1) % (hits.length + 1));
    }
  };
  const shown = open && hits.length > 0 && !onType; // where one lists as one types, the list is there already
  return (
    <form ref={box} class={large ? "searchbox large" : "searchbox"} role="search" onSubmit={submit}
      onFocusOut={(e) => { if (!box.current?.contains(e.relatedTarget as Node | null)) setOpen(false); }}>
      <input type="search" role="combobox" aria-label={label} aria-expanded={shown} aria-controls={`${id}-list`} aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined} placeholder={placeholder} value={typed} autocomplete="off" spellcheck={false}
        onInput={(e) => { setTyped(e.currentTarget.value); setOpen(true); onType?.(e.currentTarget.value); }} onKeyDown={key} />
      <ul id={`${id}-list`} role="listbox" aria-label="Suggestions" hidden={!shown}>
        {hits.map((hit, n) => (
          <li key={hit.iri} id={`${id}-${n}`} role="option" aria-selected={n === at} onMouseDown={(e) => { e.preventDefault(); leave(hrefOfHit(hit)); }}>
            <bdi>{hit.name}</bdi> <span class="aside">{hit.kind}{hit.name !== hit.id ? ` · ${hit.id}` : ""}</span>
          </li>
        ))}
      </ul>
    </form>
  );
}
