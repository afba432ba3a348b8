/** The audit report: everything about some models on one page that prints. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { get, storeVersion, useAsked } from "../api";
import { ClaimCard, evidenceQuery } from "../inspector";
import { layOut } from "../lineage/layout";
import { PictureView } from "../lineage/picture";
import { Answer, ModelPicker, Out, StateMark, ValueView, useTitle } from "../parts";
import { inPath, setQuery, type Place } from "../router";
import type { AssessmentsAnswer, Claim, ClaimsAnswer, ConflictPage, LicenceReport, Lineage, Profile } from "../types";
import { count, number, shortId, stateOf, text } from "../words";
import { answerWord } from "./verdict";

const USES = ["commercial", "distribute", "modify", "eu"];
const GAPS = new Set(["undisclosed", "withheld", "partlyDisclosed", "contradicted"]);

interface Gathered {
  profile: Profile;
  claims: Claim[];
  licences: LicenceReport;
  lineage: Lineage;
  conflicts: ConflictPage;
  assessed: AssessmentsAnswer;
}

async function gather(id: string): Promise<Gathered> {
  const path = `/api/v1/models/${inPath(id)}`;
  const [profile, claims, licences, lineage, conflicts, assessed] = await Promise.all([
    get<Profile>(path),
    get<ClaimsAnswer>(`${path}/claims`),
    get<LicenceReport>(`${path}/licences?${USES.map((u) => `use=${u}`).join("&")}`),
    get<Lineage>(`${path}/lineage?influences=true&limit=200`),
    get<ConflictPage>(`/api/v1/conflicts?model=${encodeURIComponent(id)}&limit=100`),
    get<AssessmentsAnswer>(`${path}/assessments?rubric=kg-transparency`),
  ]);
  return { profile, claims: claims.claims, licences, lineage, conflicts, assessed };
}

/** The view; the models stand in the address. */
export default function Report({ place }: { place: Place }): JSX.Element {
  const models = place.query.getAll("model");
  useTitle(models.length ? `Audit report: ${models.join(", ")}` : "Audit report");
  return (
    <div class="page report">
      <h1>Audit report</h1>
      <div class="controls">
        <ModelPicker label={models.length ? "Add a model" : "Model"} onPick={(id) => setQuery({ model: [...new Set([...models, id])] })} />
        {models.length ? <button type="button" class="primary" onClick={() => print()}>Print</button> : null}
      </div>
      {models.length ? (
        <>
          <Scope models={models} />
          {models.map((id) => <One key={id} id={id} />)}
          <p class="aside no-print">The same as a file of its own: <code>provenance-graph report {models.join(" ")} -o report.html</code></p>
        </>
      ) : <p>Choose a model. The report holds its verdict, every fact with its sources, gaps, conflicts, lineage, licence result and assessment, and prints.</p>}
    </div>
  );
}

function Scope({ models }: { models: string[] }): JSX.Element {
  const [version, setVersion] = useState(storeVersion());
  useEffect(() => {
    const timer = setInterval(() => storeVersion() && setVersion(storeVersion()), 300);
    return () => clearInterval(timer);
  }, []);
  return (
    <dl class="facts-list">
      <div><dt>Scope</dt><dd>{models.map((m, n) => <>{n ? ", " : ""}<bdi>{m}</bdi></>)}</dd></div>
      <div><dt>Store version</dt><dd><code>{version}</code></dd></div>
      <div><dt>Made</dt><dd>{new Date().toISOString().slice(0, 10)}</dd></div>
      <div><dt>Reading</dt><dd>A value is what the acceptance policy takes from the sources; every source is listed. Estimates are never accepted. A blank field of a catalogue proves nothing about the developer.</dd></div>
    </dl>
  );
}

function One({ id }: { id: string }): JSX.Element {
  const asked = useAsked<Gathered>(id, gather);
  return <Answer asked={asked} what="everything about it">{(found) => <Body found={found} />}</Answer>;
}

function Body({ found }: { found: Gathered }): JSX.Element {
  const { profile } = found;
  const fields = profile.sections.flatMap((s) => s.fields);
  const facts = fields.filter((f) => f.values.length);
  const gaps = fields.filter((f) => GAPS.has(stateOf(f)));
  const blank = fields.filter((f) => stateOf(f) === "notStated");
  const uses = found.licences.answers[0]?.uses ?? [];
  const score = found.assessed.assessments[0];
  return (
    <article class="model-report" aria-label={profile.name}>
      <h2><bdi>{profile.name}</bdi> <code>{profile.id}</code></h2>
      <h3>Verdict</h3>
      <ul>
        <li>{count(facts.length, "fact")} of {fields.length} fields, from {count(profile.records, "record")}</li>
        <li>{count(gaps.length, "gap")}; {blank.length} fields left blank by a source that has them</li>
        <li>{count(found.conflicts.total, "conflict")} between sources</li>
        {uses.map((u) => <li key={u.use}>{u.label}: <strong>{answerWord(u.answer)}</strong>{u.reasons[0] && u.answer !== "allowed" ? ` – ${u.reasons[0].text}` : ""}</li>)}
        {score ? <li>{score.rubric.label}: <strong>{score.total.shown}</strong></li> : null}
      </ul>
      <h3>Facts and their sources</h3>
      <table class="list"><thead><tr><th>Field</th><th>Value</th><th>Disclosure</th><th>Said by</th></tr></thead>
        <tbody>
          {facts.map((f) => (
            <tr key={f.property}><th scope="row">{f.label}</th><td>{f.values.map((v, n) => <span key={n}>{n ? ", " : ""}<ValueView value={v} unit={f.unit} /></span>)}{f.contested ? <span class="contested"> ≠ contested</span> : null}</td><td><StateMark state={stateOf(f)} /></td>
              <td><Said claims={found.claims.filter((c) => c.property === f.property && c.standing !== "Superseded")} /></td></tr>
          ))}
        </tbody></table>
      <h3>Gaps</h3>
      {gaps.length + blank.length ? (
        <ul>{[...gaps, ...blank].map((f) => <li key={f.property}>{f.label}: <StateMark state={stateOf(f)} />{f.estimates.length ? ` – ${f.estimates.map((e) => text(e.value)).join(", ")} is an estimate and not accepted` : ""} <span class="aside"><Said claims={found.claims.filter((c) => c.property === f.property)} /></span></li>)}</ul>
      ) : <p>None on record.</p>}
      <h3>Conflicts</h3>
      {found.conflicts.items.length ? found.conflicts.items.map((c, n) => (
        <div key={n}><p><strong>{c.label}</strong> ({c.kind}, severity {c.severity}): {c.explanation}</p><ol class="claims two">{c.sides.flatMap((s) => s.claims).map((claim, m) => <ClaimCard key={m} claim={claim} />)}</ol></div>
      )) : <p>Sources that were read do not disagree.</p>}
      <h3>Lineage</h3>
      <LineagePart lineage={found.lineage} />
      <h3>Licences</h3>
      <ul>
        {found.licences.labels.map((l) => <li key={l.iri}>{l.label} ({l.accepted ? "accepted" : "not accepted"}), said by {l.sources.map((s) => shortId(s.label)).join(", ")}</li>)}
        {found.licences.findings.map((f, n) => <li key={n}><strong>{f.rule}, {f.severity}</strong>: {f.message} {f.fix}</li>)}
      </ul>
      {found.licences.notices.length ? <><h4>To ship with it</h4><ul>{found.licences.notices.map((n, i) => <li key={i}>{n.text} <span class="aside">({n.licence.label}{n.clause ? `, clause ${n.clause}` : ""})</span></li>)}</ul></> : null}
      <p class="aside">{found.licences.note}</p>
      {score ? (
        <><h3>Assessment</h3><table class="list"><thead><tr><th>Criterion</th><th class="num">Certain</th><th class="num">Not ruled out</th><th class="num">Of</th></tr></thead><tbody>{score.criteria.map((c) => <tr key={c.iri}><th scope="row">{c.label}</th><td class="num">{number(c.low)}</td><td class="num">{number(c.high)}</td><td class="num">{number(c.maximum)}</td></tr>)}</tbody></table></>
      ) : null}
      <h3>How to check this</h3>
      <p>Evidence of any fact, here for the first one; put another property in its place:</p>
      <pre>{evidenceQuery(profile.iri, facts[0]?.iri ?? "https://schema.org/name")}</pre>
    </article>
  );
}

function Said({ claims }: { claims: Claim[] }): JSX.Element {
  const seen = new Map<string, Claim>();
  for (const claim of claims) seen.set(claim.document + (claim.locator ?? ""), claim);
  return <>{[...seen.values()].slice(0, 8).map((c, n) => <span key={n}>{n ? "; " : ""}<Out href={c.document}>{c.publisher.id}</Out>{c.locator ? ` ${c.locator}` : ""}, {c.retrieved}</span>)}{seen.size > 8 ? ` and ${seen.size - 8} more` : ""}</>;
}

function LineagePart({ lineage }: { lineage: Lineage }): JSX.Element {
  const picture = useMemo(() => layOut(lineage, new Set()), [lineage]);
  const none = useMemo(() => new Map<string, string>(), []);
  if (!lineage.edges.length) return <p>No lineage is recorded.</p>;
  return (
    <>
      <p>{number(lineage.shown)} of {number(lineage.of)} shown.</p>
      <div class="frame report-picture"><PictureView picture={picture} scale={Math.min(1, 1000 / picture.width)} chosenNode="" chosenEdge="" find="" conflicts={none} onNode={() => undefined} onEdge={() => undefined} /></div>
      <ul>{lineage.edges.slice(0, 100).map((e, n) => <li key={n}>{short(e.child)} {e.relationLabel} {short(e.parent)}{e.inferred ? " (inferred)" : ""} <span class="aside">{e.evidence.map((s, m) => <span key={m}>{m ? "; " : ""}<Out href={s.document}>{shortId(s.publisher.label)}</Out>, {s.retrieved}</span>)}</span></li>)}</ul>
      {lineage.edges.length > 100 ? <p>100 of {number(lineage.edges.length)} edges listed.</p> : null}
    </>
  );
}

function short(iri: string): string {
  return shortId((iri.split("/id/")[1] ?? iri).replace(/^model\//, ""));
}
