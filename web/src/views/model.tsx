/** The page of one model: verdict, specification, versions, scores, assessments, derivations. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useFetched, storeVersion, type Fetched } from "../api";
import { dated } from "../asof";
import { InBasket } from "../inbasket";
import { Inspector, inspect } from "../inspector";
import { Answer, Copy, ModelTabs, StateMark, ThingLink, ValueView, Wait, useTitle } from "../parts";
import { inPath, type Route } from "../router";
import type { ConflictPage, FieldState, LicenceReport, Profile, Section } from "../types";
import { STATED, STATES, count } from "../words";
import { Derivations, Offers, Published, Ranks, Scores, Versions } from "./below";
import { Verdict, conflictQuery, licenceQuery } from "./verdict";

/** The whole page of a model, family, version or configuration. */
export default function Model({ id, currentRoute: route }: { id: string; currentRoute: Route }): JSX.Element {
  const fetched = useFetched<Profile>(dated(`/api/v1/models/${inPath(id)}`));
  const licence = useFetched<LicenceReport>(dated(licenceQuery(id)));
  const ledger = useFetched<ConflictPage>(dated(conflictQuery(id)));
  const claims = route.query.get("claims");
  const patient = useSoon(id);
  const answer = fetched.data;
  const settled = Boolean((licence.data ?? licence.error) && (ledger.data ?? ledger.error)) || !patient;
  useTitle(answer ? `${answer.name}${claims ? ` – ${labelOf(answer, claims)}` : ""}` : id);
  return (
    <div class={claims ? "page with-inspector" : "page"}>
      {fetched.error && !answer ? <h1><bdi>{id}</bdi></h1> : null}
      {answer && !settled ? <Wait what="the model" /> : <Answer requested={fetched} what="the model">
        {(profile) => <Body profile={profile} licence={licence} ledger={ledger} />}
      </Answer>}
      {claims && answer ? (
        <Inspector model={id} property={claims} field={fieldOf(answer, claims)} />
      ) : null}
    </div>
  );
}

/** The verdict needs three answers; a page that is drawn once does not jump. Waiting for the others has an end. */
const PATIENCE_MS = 3000;

/** True until a view has waited long enough. */
function useSoon(id: string): boolean {
  const [late, setLate] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setLate(id), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return late !== id;
}

function fieldOf(profile: Profile, property: string): FieldState | undefined {
  return profile.sections.flatMap((s) => s.fields).find((f) => f.property === property);
}

function labelOf(profile: Profile, property: string): string {
  return fieldOf(profile, property)?.label ?? property;
}

function Body({ profile, licence, ledger }: { profile: Profile; licence: Fetched<LicenceReport>; ledger: Fetched<ConflictPage> }): JSX.Element {
  return (
    <article>
      <Head profile={profile} />
      <ModelTabs id={profile.id} here="profile" />
      <Verdict profile={profile} licence={licence} ledger={ledger} />
      <Specification sections={profile.sections} />
      <Versions profile={profile} />
      <Scores profile={profile} />
      <Ranks profile={profile} />
      <Published profile={profile} />
      <Derivations id={profile.id} />
      <Offers profile={profile} />
    </article>
  );
}

function Head({ profile }: { profile: Profile }): JSX.Element {
  const makers = profile.sections.flatMap((s) => s.fields).find((f) => f.property === "creator")?.values ?? [];
  const at = profile.iri.replace("https://w3id.org/provenance-graph/id/", "");
  return (
    <header class="head">
      <h1><bdi>{profile.name}</bdi></h1>
      <p class="under">
        <code><bdi>{profile.id}</bdi></code>
        {makers.length ? <> by {makers.map((m, n) => <>{n ? ", " : ""}<ValueView value={m} /></>)}</> : <> · developer not recorded</>}
        {profile.partOf.map((t) => <> · part of <ThingLink thing={t} /></>)}
        {profile.specializationOf.map((t) => <> · a form of <ThingLink thing={t} /></>)}
        {profile.replaces.map((t) => <> · replaces <ThingLink thing={t} /></>)}
        {profile.replacedBy.map((t) => <> · replaced by <ThingLink thing={t} /></>)}
      </p>
      <p class="actions">
        <a href={`/doc/${inPath(at)}?format=ttl`}>Turtle</a>
        <a href={`/doc/${inPath(at)}?format=jsonld`}>JSON-LD</a>
        <a href={dated(`/api/v1/models/${inPath(profile.id)}`)}>JSON</a>
        <a href={`/compare?model=${inPath(profile.id)}`}>Compare</a>
        <a href={dated(`/explore?node=${inPath(profile.id)}`)}>Explore</a>
        <InBasket id={profile.id} />
        <Copy what={() => citation(profile)}>Copy as citation</Copy>
      </p>
    </header>
  );
}

/** How to cite what this page says. */
function citation(profile: Profile): string {
  const day = new Date().toISOString().slice(0, 10);
  return `${profile.name} (${profile.id}). Provenance graph, store version ${storeVersion()}, ${count(profile.records, "record")}. ${profile.iri} (read ${day}).`;
}

function Specification({ sections }: { sections: Section[] }): JSX.Element {
  const [all, setAll] = useState(false);
  const silent = sections.flatMap((s) => s.fields).filter((f) => f.state === "notRecorded").length;
  const visible = sections
    .map((s) => ({ ...s, fields: all ? s.fields : s.fields.filter((f) => f.state !== "notRecorded") }))
    .filter((s) => s.fields.length);
  return (
    <section aria-labelledby="spec-title">
      <div class="bar">
        <h2 id="spec-title">Specification</h2>
        {silent ? (
          <button type="button" class="small" aria-pressed={all} onClick={() => setAll(!all)}>
            {all ? "Hide" : "Show"} {count(silent, "field")} that no source covers
          </button>
        ) : null}
      </div>
      <div class="spec">
        {visible.map((section) => (
          <section key={section.name} class="card" aria-label={section.name}>
            <h3>{section.name}</h3>
            <table>
              <colgroup><col class="of-name" /><col /><col class="of-state" /><col class="of-sources" /></colgroup><thead class="visually-hidden"><tr><th>Field</th><th>Value</th><th>Disclosure</th><th>Sources</th></tr></thead>
              <tbody>{section.fields.map((field) => <FieldRow key={field.property} field={field} />)}</tbody>
            </table>
          </section>
        ))}
      </div>
      <details class="states"><summary>What the signs mean</summary>
        <dl>{Object.entries(STATES).map(([key, s]) => <div key={key}><dt><span class={`state s-${key}`}><span class="glyph" aria-hidden="true">{s.glyph}</span> {s.word}</span></dt><dd>{s.meaning}</dd></div>)}</dl>
      </details>
      {visible.length ? null : <p>No source that was read states anything about its specification.</p>}
    </section>
  );
}

function FieldRow({ field }: { field: FieldState }): JSX.Element {
  const state = field.state;
  const message = field.sources ? count(field.sources, "source") : "none";
  const open = (): void => inspect(field.property);
  return (
    <tr class={`field f-${state}`} onClick={(e) => { if (!(e.target as Element).closest("a,button")) open(); }}>
      <th scope="row">{field.label}</th>
      <td class="values">
        {field.values.length ? field.values.slice(0, 12).map((value, n) => <>{n ? <span class="sep">, </span> : null}<ValueView value={value} unit={field.unit} /></>) : STATED.has(state) ? <span class="none">no value accepted</span> : <span class="none" aria-hidden="true">—</span>}
        {field.values.length > 12 ? ` and ${field.values.length - 12} more` : null}
        {field.implausible ? <span class="contested" title="A plausibility check contradicts this value"> <span aria-hidden="true">!</span> implausible</span> : null}
        {field.contested ? <span class="contested" title="Sources disagree"> <span aria-hidden="true">≠</span> contested</span> : null}
        {field.estimates.length ? <span class="estimate"> {count(field.estimates.length, "estimate")}, not used</span> : null}
      </td>
      <td class="mark"><StateMark state={state} /></td>
      <td class="sources">
        <button type="button" class="inspect" data-inspects={field.property} onClick={open} aria-label={`Claims about ${field.label}: ${message}`}>
          {message}
        </button>
      </td>
    </tr>
  );
}
