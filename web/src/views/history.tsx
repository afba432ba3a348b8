/** What changed about a model: its versions, its aliases, its facts, and what sources say of it. */
import type { JSX } from "preact";
import { useFetched } from "../api";
import { dated } from "../asof";
import { Answer, Draft, ModelTabs, Out, ThingLink, ValueView, useTitle } from "../parts";
import { inPath, setQuery, type Route } from "../router";
import type { Cell, History, Thing } from "../types";
import { count, nameOf, number, repeated, shortId } from "../words";

/** The view; the days between which to look stand in the address. */
export default function HistoryView({ id, currentRoute: route }: { id: string; currentRoute: Route }): JSX.Element {
  useTitle(`History of ${id}`);
  const span = new URLSearchParams();
  for (const key of ["from", "to"]) {
    const value = route.query.get(key);
    if (value) span.set(key, value);
  }
  const fetched = useFetched<History>(dated(`/api/v1/models/${inPath(id)}/history${span.size ? `?${span}` : ""}`));
  return (
    <div class="page">
      <h1><span class="kind">History of</span> <bdi>{id}</bdi></h1>
      <ModelTabs id={id} here="history" />
      <div class="controls">
        {(["from", "to"] as const).map((key) => (
          <label key={key} class="choice"><span>{key}</span><Draft type="date" value={route.query.get(key) ?? ""} onDone={(text) => setQuery({ [key]: text }, true)} /></label>
        ))}
        <a href={`/compare?model=${inPath(id)}&asOf=${yearAgo()}&asOf=now`}>Compare with a year ago</a>
      </div>
      <Answer requested={fetched} what="the history">{(answer) => <QueryResult result={answer} />}</Answer>
    </div>
  );
}

function yearAgo(): string {
  const day = new Date();
  day.setFullYear(day.getFullYear() - 1);
  return day.toISOString().slice(0, 10);
}

/** A link to a thing, with its id beside it where another of the same name is near. */
function Named({ thing, twins }: { thing: Thing; twins: Set<string> }): JSX.Element {
  return <><ThingLink thing={thing} />{twins.has(nameOf(thing)) ? <span class="aside"> <bdi>{thing.id ?? thing.iri.split("/id/").pop()}</bdi></span> : null}</>;
}

/** An event in words; the address of a document stands as its host and the end of its path. */
function happened(what: string): JSX.Element {
  const match = /^(https?:\/\/\S+) (.*)$/.exec(what);
  return match ? <><Out href={match[1] ?? ""} /> {match[2]}</> : <>{what}</>;
}

/** The names of different things among these that are the same. */
function twinsOf(things: Thing[]): Set<string> {
  return repeated([...new Map(things.map((t) => [t.iri, nameOf(t)])).values()]);
}

function QueryResult({ result: answer }: { result: History }): JSX.Element {
  const { lifecycle: life } = answer;
  const aliases = [...new Map(answer.aliases.map((a) => [`${a.alias} ${a.target.iri} ${a.since} ${a.until} ${a.readUntil}`, a])).values()]; // several sources state one
  const twins = twinsOf([...answer.aliases.map((a) => a.target), ...answer.drift.flatMap((d) => [d.before, d.after])]);
  return (
    <>
      <p>
        {life.state ? `${life.state}. ` : ""}{life.released ? `Released ${life.released}. ` : "No release date is accepted. "}
        {life.deprecated ? `Deprecated ${life.deprecated}. ` : ""}{life.retired ? `${life.retired <= new Date().toISOString().slice(0, 10) ? "Retired" : "Retires"} ${life.retired}${life.noticeDays !== null ? `, ${life.noticeDays} days after notice` : ""}. ` : ""}
        {life.replacedBy.map((t) => <>Replaced by <ThingLink thing={t} />. </>)}
      </p>
      <h2>Events</h2>
      {answer.events.length ? (
        <ol class="timeline">{answer.events.map((e, n) => <li key={n}><time dateTime={e.date}>{e.date}</time> {happened(e.what)} <span class="clock">{e.clock === "world" ? "event date" : "date we read it"}</span></li>)}</ol>
      ) : <p>No dated event is on record in these days.</p>}
      {aliases.length ? <><h2>Aliases</h2><ul class="plain">{aliases.map((a, n) => <li key={n}><code><bdi>{a.alias}</bdi></code> → <Named thing={a.target} twins={twins} /> <span class="aside">{a.since || a.until ? `from ${a.since ?? "…"} to ${a.until ?? "now"}` : "no dates given"}; read {a.readFrom}{a.readUntil ? `, no longer stated on ${a.readUntil}` : ""}</span></li>)}</ul></> : null}
      {answer.drift.length ? (
        <><h2>Facts that drifted between versions</h2>
          <Table heads={["Fact", "From", "To", "Was", "Now"]} rows={answer.drift.map((d) => [d.label, <Named thing={d.before} twins={twins} />, <Named thing={d.after} twins={twins} />, listed(d.was), listed(d.now)])} /></>
      ) : null}
      <h2>What sources changed ({number(answer.changedClaims.length)})</h2>
      {answer.changedClaims.length ? (
        <Table heads={["Source", "Of", "Fact", "Was", "Now"]} rows={answer.changedClaims.map((c) => [<Out href={c.document} />, shortId(c.subject.label), c.label, `${c.was.join(", ") || "nothing"} (${c.earlier})`, `${c.now.join(", ") || "nothing"} (${c.later})`])} />
      ) : <p>No source that was read more than once changed its statements.</p>}
      {answer.ranks.length ? (
        <><h2>Ranks over time</h2>
          <Table heads={["List", "Ranks", "Comparable"]} rows={answer.ranks.map((r) => [r.list, r.ranks.map((k) => `${k.rank}${k.population ? ` of ${k.population}` : ""} (${k.date ?? `no date, read ${k.read ?? "?"}`})`).join(" → "), r.comparable ? "yes" : "no: a date or a population is missing"])} /></>
      ) : null}
      <h2>Read on</h2>
      <p>{answer.retrievals.map((r) => `${r.date} (${count(r.records, "record")})`).join(", ") || "never"}</p>
    </>
  );
}

function Table({ heads, rows }: { heads: string[]; rows: (JSX.Element | JSX.Element[] | string)[][] }): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={heads.join(", ")}><table class="list">
      <thead><tr>{heads.map((h) => <th key={h}>{h}</th>)}</tr></thead>
      <tbody>{rows.map((row, n) => <tr key={n}>{row.map((cell, m) => <td key={m}>{cell}</td>)}</tr>)}</tbody>
    </table></div>
  );
}

/** Values beside each other, parted by commas. */
function listed(values: Cell[]): JSX.Element {
  return <>{values.map((v, n) => <span key={n}>{n ? ", " : ""}<ValueView value={v} /></span>)}</>;
}
