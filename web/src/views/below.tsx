/** What hangs on a model: versions, scores, ranks, published assessments, derivations, offers. */
import { Fragment, type ComponentChildren, type JSX } from "preact";
import { useFetched } from "../api";
import { dated } from "../asof";
import { ThingLink, ValueView } from "../parts";
import { hrefOf, inPath } from "../router";
import type { Cell, History, Lineage, Node, Profile } from "../types";
import { isThing, number, text } from "../words";

type Held = Cell | Cell[] | undefined;

function Shown({ held }: { held: Held }): JSX.Element | null {
  if (held === undefined || held === null) return null;
  const values = Array.isArray(held) ? held : [held];
  return <>{values.map((value, n) => <>{n ? ", " : ""}<ValueView value={value} /></>)}</>;
}

function first(held: Held): Cell | undefined {
  return Array.isArray(held) ? held[0] : held;
}

function Records({ node }: { node: Node }): JSX.Element {
  const records = (node["sources"] ?? []) as unknown as string[];
  return (
    <>
      {records.map((iri, n) => (
        <Fragment key={iri}>{n ? ", " : ""}<a href={hrefOf(iri)} title={iri}>{iri.split("/record/")[1]?.split("/")[0] ?? "record"}</a></Fragment>
      ))}
    </>
  );
}

function Part({ title, children, open = true }: { title: string; children: ComponentChildren; open?: boolean }): JSX.Element {
  return (
    <details class="part" open={open}>
      <summary><h2>{title}</h2></summary>
      {children}
    </details>
  );
}

/** Versions, aliases and what happened when, oldest first. */
export function Versions({ profile }: { profile: Profile }): JSX.Element | null {
  const history = useFetched<History>(dated(`/api/v1/models/${inPath(profile.id)}/history`));
  const events = history.data?.events ?? [];
  if (!profile.versions.length && !profile.aliases.length && !profile.configurations.length && !events.length) return null;
  return (
    <Part title="Versions and aliases">
      {events.length ? (
        <ol class="timeline">
          {events.slice(0, 40).map((e, n) => (
            <li key={n}><time dateTime={e.date}>{e.date}</time> <span class="what">{e.what}</span> <span class="clock">{e.clock === "world" ? "event date" : "date we read it"}</span></li>
          ))}
        </ol>
      ) : null}
      {profile.versions.length + profile.configurations.length ? (
        <div class="scroll" tabIndex={0} role="region" aria-label="Versions and configurations"><table class="list">
          <thead><tr><th>Form</th><th>Identifier</th><th>Settings</th><th>Recorded by</th></tr></thead>
          <tbody>
            {[...profile.versions, ...profile.configurations].map((v) => (
              <tr key={v.iri}>
                <th scope="row"><a href={hrefOf(v.iri)}><bdi>{text(first(v["name"]) ?? first(v["version"]) ?? v.id)}</bdi></a></th>
                <td><Shown held={v["identifier"] ?? v["version"]} /></td>
                <td><Shown held={v["setup"]} /></td>
                <td><Records node={v} /></td>
              </tr>
            ))}
          </tbody>
        </table></div>
      ) : null}
      {profile.aliases.length ? (
        <ul class="plain">
          {profile.aliases.map((a) => (
            <li key={a.iri}><code><bdi><Shown held={a["alias"]} /></bdi></code> means <Shown held={a["resolvesTo"]} /> <span class="aside"><Records node={a} /></span></li>
          ))}
        </ul>
      ) : null}
    </Part>
  );
}

/** Benchmark scores; each with list, date, setup and who measured. */
export function Scores({ profile }: { profile: Profile }): JSX.Element | null {
  if (!profile.scores.length) return null;
  return (
    <Part title={`Scores (${profile.scores.length})`}>
      <div class="scroll" tabIndex={0} role="region" aria-label="Scores"><table class="list">
        <thead><tr><th>Benchmark</th><th class="num">Score</th><th class="num">of</th><th>Of what</th><th>Date</th><th>Measured by</th><th>Set-up</th><th>Recorded by</th></tr></thead>
        <tbody>
          {profile.scores.map((s) => (
            <tr key={s.iri}>
              <th scope="row"><Shown held={s["benchmark"]} /></th>
              <td class="num"><Shown held={s["score"]} /></td>
              <td class="num"><Shown held={s["maxScore"]} /></td>
              <td><Shown held={s["evaluationOf"]} /></td>
              <td>{s["date"] ? <Shown held={s["date"]} /> : <Missing what="no date" />}</td>
              <td>{s["evaluator"] ? <Shown held={s["evaluator"]} /> : <Missing what="not stated" />}</td>
              <td><Shown held={s["setup"]} /></td>
              <td><Records node={s} /></td>
            </tr>
          ))}
        </tbody>
      </table></div>
    </Part>
  );
}

function Missing({ what }: { what: string }): JSX.Element {
  return <span class="missing">{what}</span>;
}

/** Ranks: a rank without its list, date and population means little, so their lack is shown. */
export function Ranks({ profile }: { profile: Profile }): JSX.Element | null {
  if (!profile.ranks.length) return null;
  return (
    <Part title={`Ranks (${profile.ranks.length})`}>
      <div class="scroll" tabIndex={0} role="region" aria-label="Ranks"><table class="list">
        <thead><tr><th>List</th><th class="num">Rank</th><th class="num">Among</th><th>Date</th><th>Of what</th><th>Recorded by</th></tr></thead>
        <tbody>
          {profile.ranks.map((r) => (
            <tr key={r.iri}>
              <th scope="row"><Shown held={r["ranking"]} /></th>
              <td class="num"><Shown held={r["rank"]} /></td>
              <td class="num">{r["population"] ? <Shown held={r["population"]} /> : <Missing what="not stated" />}</td>
              <td>{r["date"] ? <Shown held={r["date"]} /> : <Missing what="no date" />}</td>
              <td><Shown held={r["rankOf"]} /></td>
              <td><Records node={r} /></td>
            </tr>
          ))}
        </tbody>
      </table></div>
    </Part>
  );
}

/** Assessments that others published. */
export function Published({ profile }: { profile: Profile }): JSX.Element | null {
  if (!profile.assessments.length) return null;
  return (
    <Part title={`Assessments by others (${profile.assessments.length})`}>
      {profile.assessments.map((a) => (
        <div key={a.iri} class="published">
          <p>
            <strong><Shown held={a["scheme"]} /></strong>: {a["score"] === undefined ? "no total" : <><Shown held={a["score"]} /> of <Shown held={a["maxScore"]} /></>}
            {a["evaluator"] ? <> by <Shown held={a["evaluator"]} /></> : null}{a["date"] ? <>, <Shown held={a["date"]} /></> : null}
            {a["rubricVersion"] ? <>, rubric version <Shown held={a["rubricVersion"]} /></> : null} <span class="aside"><Records node={a} /></span>
          </p>
          {a.results.length ? (
            <ul class="criteria">
              {a.results.map((c) => (
                <li key={c.iri}><Shown held={c["criterion"]} />{c["score"] !== undefined ? <>: <Shown held={c["score"]} />{c["maxScore"] !== undefined ? <> of <Shown held={c["maxScore"]} /></> : null}</> : c["level"] !== undefined ? <>: <Shown held={c["level"]} /></> : null}</li>
              ))}
            </ul>
          ) : null}
        </div>
      ))}
    </Part>
  );
}

/** How many models were made from it, and from how many it was made, by relation. */
export function Derivations({ id }: { id: string }): JSX.Element | null {
  const fetched = useFetched<Lineage>(dated(`/api/v1/models/${inPath(id)}/lineage?depth=1&influences=true&evidence=false&limit=2000`));
  const answer = fetched.data;
  if (!answer) return null;
  const up = tally(answer.edges.filter((e) => e.child === answer.subject.iri).map((e) => e.relationLabel));
  const down = tally(answer.edges.filter((e) => e.parent === answer.subject.iri).map((e) => e.relationLabel));
  return (
    <Part title="Derivations">
      {up.length + down.length ? (
        <ul class="plain">
          {up.map(([word, n]) => <li key={`u${word}`}><a href={dated(`/lineage/${inPath(id)}?direction=up&influences=yes`)}>{word} {number(n)} {n === 1 ? "entity" : "entities"}</a></li>)}
          {down.map(([word, n]) => <li key={`d${word}`}><a href={dated(`/lineage/${inPath(id)}?direction=down&influences=yes`)}>{number(n)} {n === 1 ? "entity" : "entities"}</a> {word} it</li>)}
        </ul>
      ) : (
        <p>No derivation is recorded, in either direction.</p>
      )}
      {answer.truncated ? <p class="aside">Counted over {number(answer.shown)} of {number(answer.of)} neighbours.</p> : null}
    </Part>
  );
}

function tally(words: string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

const OFFERED: [string, string][] = [
  ["contextLength", "context"],
  ["maxOutputTokens", "output limit"],
  ["inputPriceUSD", "input, USD per million tokens"],
  ["outputPriceUSD", "output, USD per million tokens"],
];

/** What providers offer it with; limits of an offer are not limits of the model. */
export function Offers({ profile }: { profile: Profile }): JSX.Element | null {
  if (!profile.offers.length) return null;
  return (
    <Part title={`Offers (${profile.offers.length})`} open={profile.offers.length < 12}>
      <div class="scroll" tabIndex={0} role="region" aria-label="Offers"><table class="list">
        <thead><tr><th>Provider</th>{OFFERED.map(([, word]) => <th key={word} class="num">{word}</th>)}<th>Recorded by</th></tr></thead>
        <tbody>
          {profile.offers.map((o) => (
            <tr key={o.iri}>
              <th scope="row">{isThing(first(o["provider"])) ? <ThingLink thing={first(o["provider"]) as { iri: string; label: string }} /> : o.id}</th>
              {OFFERED.map(([key]) => <td key={key} class="num"><Shown held={o[key]} /></td>)}
              <td><Records node={o} /></td>
            </tr>
          ))}
        </tbody>
      </table></div>
    </Part>
  );
}
