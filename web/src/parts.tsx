/** Small pieces that all views share. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useFetched, type Fetched, type Refusal } from "./api";
import { dated, dayOf } from "./asof";
import { go, hrefOf, inPath, setQuery, withQuery } from "./router";
import type { Cell, Profile, Thing } from "./types";
import { STATES, brief, briefUrl, isThing, linkable, nameOf, text } from "./words";

/** A disclosure state: glyph, word and, on demand, what it means. */
export function StateMark({ state, quiet }: { state: string; quiet?: boolean }): JSX.Element {
  const answer = STATES[state] ?? { glyph: "?", word: state, meaning: "" };
  return (
    <span class={`state s-${state}`} title={answer.meaning}>
      <span class="glyph" aria-hidden="true">{answer.glyph}</span>
      {quiet ? <span class="visually-hidden">{answer.word}</span> : answer.word}
    </span>
  );
}

/** A value: a link for a thing, a link out for an address, else text. */
export function ValueView({ value, unit }: { value: Cell; unit?: string | null }): JSX.Element {
  if (isThing(value)) return <ThingLink thing={value} />;
  if (typeof value === "string" && linkable(value)) return <Out href={value} />;
  const visible = text(value);
  const large = typeof value === "number" && value >= 1e6 && value < 1e16;
  return (
    <span class="value">
      <bdi class={typeof value === "number" ? "whole" : undefined}>{visible}</bdi>
      {unit ? <span class="unit"> {value === 1 && !unit.includes(" per ") ? unit.replace(/s$/, "") : unit}</span> : null}
      {large ? <span class="aside"> {brief(value)}</span> : null}
    </span>
  );
}

/** A thing of the graph, or of the Web where it is not ours. */
export function ThingLink({ thing }: { thing: Thing }): JSX.Element {
  if (thing.iri.startsWith("https://w3id.org/provenance-graph/ns#")) return <bdi>{nameOf(thing)}</bdi>;
  if (thing.iri.startsWith("https://w3id.org/provenance-graph/id/"))
    return <a href={dated(hrefOf(thing.iri))}><bdi>{nameOf(thing)}</bdi></a>;
  return thing.label && thing.label !== thing.iri && linkable(thing.iri) ? (
    <a href={dated(`/things?iri=${encodeURIComponent(thing.iri)}`)}><bdi>{nameOf(thing)}</bdi></a>
  ) : (
    <Out href={thing.iri} />
  );
}

/** A link to a document elsewhere; text where the address is none. */
export function Out({ href, children }: { href: string; children?: ComponentChildren }): JSX.Element {
  const target = linkable(href);
  if (!target) return <bdi>{children ?? href}</bdi>;
  return <a class="out" href={target} target="_blank" rel="noopener noreferrer">{children ?? <bdi>{briefUrl(href)}</bdi>}</a>;
}

/** A model by its id. */
export function ModelLink({ id, name }: { id: string; name?: string }): JSX.Element {
  return <a href={dated(`/models/${inPath(id)}`)}><bdi>{name ?? id}</bdi></a>;
}

/** What a refusal says, and what can be done about it, where the reader looks; `once` where nobody asks again by itself. */
export function Trouble({ error, retry, once }: { error: Refusal; retry?: () => void; once?: boolean }): JSX.Element {
  const near = suggestions(error.detail);
  return (
    <div class="trouble" role="alert">
      <p><strong>{error.title || "Refused"}.</strong> {error.detail}</p>
      {error.passes ? (
        <p>
          {once ? "Nothing you chose is lost: try it again in a while." : "Asked again every few seconds; nothing you chose is lost."}{" "}
          {retry ? <button type="button" onClick={retry}>Try now</button> : null}
        </p>
      ) : null}
      {near.length ? (
        <p>Perhaps: {near.map((id, n) => <>{n ? ", " : ""}<ModelLink id={id} /></>)}</p>
      ) : null}
      {error.status === 404 ? <p><a href="/">Search all models</a></p> : null}
    </div>
  );
}

/** The names that a "did you mean" offers. */
export function suggestions(detail: string): string[] {
  const match = /did you mean ([^?]+)\?/.exec(detail);
  return match?.[1] ? match[1].split(/,\s*|\s+or\s+/).map((s) => s.trim()).filter(Boolean) : [];
}

/** An answer once it is there; before that, that it is awaited; or what went wrong. */
export function Answer<T>({ requested: fetched, children, what }: { requested: Fetched<T>; what: string; children: (data: T) => ComponentChildren }): JSX.Element {
  return (
    <>
      {fetched.error ? <Trouble error={fetched.error} retry={fetched.retry} /> : null}
      {fetched.data !== undefined ? children(fetched.data) : fetched.error ? null : <Wait what={what} />}
    </>
  );
}

/** Shown only when waiting is long enough to notice. */
export function Wait({ what }: { what: string }): JSX.Element {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return <p class="wait" role="status">{late ? `Reading ${what}…` : " "}</p>;
}

/** The title of the window. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} – Provenance graph` : "Provenance graph";
  }, [title]);
}

/** A button that copies, and says that it did. */
export function Copy({ what, children }: { what: () => string; children: ComponentChildren }): JSX.Element {
  const [done, setDone] = useState("");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(what());
      setDone("copied");
    } catch {
      setDone("the browser refuses to copy");
    }
    setTimeout(() => setDone(""), 2500);
  };
  return (
    <button type="button" class="small" onClick={() => void copy()}>
      {children}<span role="status">{done ? ` – ${done}` : ""}</span>
    </button>
  );
}

/** Give the reader a file. */
export function download(name: string, content: Blob | string, type = "text/plain"): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(typeof content === "string" ? new Blob([content], { type }) : content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** One choice among few, held in the address; `late`: its options arrive later and must not move what stands beside. */
export function Choice({ name, value, options, label, late }: { name: string; value: string; label: string; options: [string, string][]; late?: boolean }): JSX.Element {
  return (
    <label class="choice">
      <span>{label}</span>
      <select class={late ? "steady" : undefined} value={value} onChange={(e) => go(withQuery({ [name]: e.currentTarget.value }))}>
        {options.map(([key, word]) => <option key={key} value={key} selected={key === value}>{word}</option>)}
      </select>
    </label>
  );
}

type InputProps = Omit<JSX.IntrinsicElements["input"], "value" | "onInput" | "onChange">;

/** An input whose text is taken when the reader is done with it; what is typed meanwhile stays, whatever arrives. */
export function Draft({ value, onDone, ...rest }: InputProps & { value: string; onDone: (text: string) => void }): JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  const done = (text: string): void => {
    onDone(text);
    setDraft(null);
  };
  return <input {...rest} value={draft ?? value} onInput={(e) => setDraft(e.currentTarget.value)} onChange={(e) => done(e.currentTarget.value)} />;
}

/** Turn a link to the workbench. */
export function QueryLink({ query, children }: { query: string; children: ComponentChildren }): JSX.Element {
  return <a href={`/sparql?query=${encodeURIComponent(query)}`}>{children}</a>;
}

/** Tabs of the views of one model. */
export function ModelTabs({ id, here }: { id: string; here: string }): JSX.Element {
  const path = inPath(id);
  const tabs: [string, string, string][] = [
    ["profile", "Profile", `/models/${path}`],
    ["lineage", "Lineage", `/lineage/${path}`],
    ["licences", "Licences", `/licences/${path}`],
    ["assessments", "Assessments", `/assessments/${path}`],
    ["history", "History", `/history/${path}`],
    ["impact", "Impact", `/impact?thing=${encodeURIComponent(id).replaceAll("%2F", "/")}`],
    ["report", "Report", `/report?model=${encodeURIComponent(id).replaceAll("%2F", "/")}`],
  ];
  return (
    <>
      <nav class="tabs" aria-label="About this model">
        {tabs.map(([key, word, href]) => <a key={key} href={dated(href)} aria-current={key === here ? "page" : undefined}>{word}</a>)}
      </nav>
      <AsOf id={id} />
    </>
  );
}

/**
 * The day of the view, to choose and to leave; every request of the view keeps it. Where nothing was known of
 * the model that day, the service's sentence says so.
 */
export function AsOf({ id }: { id?: string }): JSX.Element {
  const day = dayOf();
  const fetched = useFetched<Profile>(day && id ? dated(`/api/v1/models/${inPath(id)}`) : null);
  return (
    <div class="asof">
      <label><span>As known on</span> <Draft type="date" value={/^\d{4}-\d\d-\d\d$/.test(day) ? day : ""} onDone={(text) => setQuery({ asOf: text })} /></label>
      {day ? <> <strong>Only what had been retrieved by {day} counts here.</strong> <button type="button" class="link" onClick={() => setQuery({ asOf: null })}>Back to now</button></> : null}
      {fetched.data?.unknown ? <p role="status" class="unknown-then">{fetched.data.unknown}</p> : null}
    </div>
  );
}
