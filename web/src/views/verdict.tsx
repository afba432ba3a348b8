/** What a reader sees first of a model: one sentence whose every part leads to its evidence, and five figures. */
import type { ComponentChildren, JSX } from "preact";
import { useFetched, type Fetched } from "../api";
import { dated, dayOf } from "../asof";
import { KINDS } from "../conflictkinds";
import { ThingLink } from "../parts";
import { inPath } from "../router";
import type { AssessmentsAnswer, ConflictPage, LicenceReport, Profile } from "../types";
import { origins, retirement } from "../origin";
import { isThing, nameOf, number, text } from "../words";

const ANSWERS: Record<string, string> = {
  allowed: "✓ allowed",
  blocked: "✕ blocked",
  conditional: "◐ with conditions",
  unknown: "? unknown",
};
const PLAIN: Record<string, string> = { allowed: "allowed", blocked: "blocked", conditional: "allowed with conditions", unknown: "unknown" };
const NAMED = 3;

/** One of the three parts of an answer in a word. */
function inPart(part: LicenceReport["answers"][number]["uses"][number]["weights"], none: string): string {
  return part?.applies ? (PLAIN[part.answer] ?? part.answer) : none;
}

/** A verdict on a planned use: glyph and word. */
export function answerWord(answer: string): string {
  return ANSWERS[answer] ?? answer;
}

/** Where the licence answer that the verdict rests on is asked. */
export function licenceQuery(id: string): string {
  return `/api/v1/models/${inPath(id)}/licences?use=commercial`;
}

/** Where the worst conflict and the number of conflicts are asked. */
export function conflictQuery(id: string): string {
  return `/api/v1/conflicts?model=${encodeURIComponent(id)}&limit=1`;
}

/** Differences of less weight (spelling, definitions, variants): they are no conflict of sources. */
function lesserOf(ledger: ConflictPage | undefined): number {
  return ledger ? Object.values(ledger.kinds).reduce((sum, n) => sum + n, 0) - ledger.total : 0;
}

/** The sentence and the figures. */
export function Verdict({ profile, licence, ledger }: { profile: Profile; licence: Fetched<LicenceReport>; ledger: Fetched<ConflictPage> }): JSX.Element {
  const fields = profile.sections.flatMap((s) => s.fields);
  const { known, of, rest } = profile.knowledge;
  const silent = rest.find((r) => r.state === "notCovered")?.count ?? 0;
  const conflicts = ledger.data?.total ?? fields.filter((f) => f.contested).length;
  const lesser = lesserOf(ledger.data);
  const path = inPath(profile.id);
  const scored = useFetched<AssessmentsAnswer>(dated(`/api/v1/models/${path}/assessments?rubric=kg-transparency`));
  const use = licence.data?.answers.at(-1)?.uses[0];
  const score = scored.data?.assessments[0];
  const breaches = licence.data?.findings.filter((f) => f.severity === "Violation").length ?? 0;
  return (
    <section aria-label="Verdict">
      <Sentence profile={profile} licence={licence} ledger={ledger} />
      <div class="verdict">
        <Figure word={`of ${of} fields known`} n={number(known)} note={`from ${profile.records} ${profile.records === 1 ? "record" : "records"}`} />
        <Figure word="not known" n={number(of - known)} note={rest.map((r) => `${r.count} ${r.word}`).join(" · ") || "nothing"} kind={of - known > silent ? "gap" : ""} href={dated(`/disclosure?q=${encodeURIComponent(profile.id)}`)} />
        <Figure word="conflicts" n={number(conflicts)} note={conflicts ? "sources disagree" : lesser ? `${lesser} of less weight` : "no source disagrees"} kind={conflicts ? "conflict" : ""} href={dated(`/conflicts?model=${encodeURIComponent(profile.id)}`)} />
        <Figure word="commercial use" n={use ? answerWord(use.answer) : licence.error ? "–" : "…"} kind={`answer-${use?.answer ?? "none"}`} note={breaches ? `${breaches} licence ${breaches === 1 ? "problem" : "problems"}` : "by licence, on every path"} href={dated(`/licences/${path}?use=commercial`)} />
        <Figure word="transparency" n={score ? score.total.shown : "…"} note={score ? score.rubric.label : "of the evidence"} href={dated(`/assessments/${path}`)} />
      </div>
    </section>
  );
}

function Sentence({ profile, licence, ledger }: { profile: Profile; licence: Fetched<LicenceReport>; ledger: Fetched<ConflictPage> }): JSX.Element {
  const path = inPath(profile.id);
  const made = origins(profile);
  const maker = profile.sections.flatMap((s) => s.fields).find((f) => f.property === "creator")?.values ?? [];
  const ends = retirement(profile, dayOf() || new Date().toISOString().slice(0, 10));
  const use = licence.data?.answers.at(-1)?.uses[0];
  const labels = licence.data?.labels.filter((l) => l.accepted) ?? [];
  const worst = ledger.data?.items[0];
  const open = (property: string): string => dated(`/models/${path}?claims=${property}`);
  return (
    <div class="sentence">
      <p>
        <strong><bdi>{profile.name}</bdi></strong>{maker.length ? <> by <a href={open("creator")}>{maker.map((m) => (isThing(m) ? nameOf(m) : text(m))).join(", ")}</a></> : ", whose developer is not recorded"}
        {made.length ? <>: {made.map((part, n) => (
          <span key={part.relation}>{n ? (n === made.length - 1 ? " and " : ", ") : ""}<a href={open(part.relation)}>{part.verb} {part.things.slice(0, NAMED).map((t) => t.label).join(", ")}{part.things.length > NAMED ? ` and ${part.things.length - NAMED} more` : ""}</a>{part.contested ? " (sources disagree)" : part.inferred ? " (inferred)" : ""}</span>
        ))}</> : <>{maker.length ? "" : ","} has <a href={dated(`/lineage/${path}`)}>no recorded origin</a></>}
        {use ? <>; it <a href={dated(`/licences/${path}?use=commercial`)}>{labels.length ? `is labelled ${[...new Set(labels.map((l) => l.label || l.id))].join(", ")}` : "has no recorded licence"}, commercial use {PLAIN[use.answer] ?? use.answer}</a>{use.weights ? <> (<a href={dated(`/licences/${path}?use=commercial`)}>weights {inPart(use.weights, "none supplied")}</a>, <a href={open("trainedOn")}>training data {inPart(use.trainingData, "not concerned")}</a>, <a href={dated(`/licences/${path}?use=commercial&use=hosted-service`)}>contract {inPart(use.contract, "none recorded")}</a>)</> : null}</> : null}
        ; <a href={dated(`/disclosure?q=${encodeURIComponent(profile.id)}`)}>{number(profile.knowledge.known)} of {number(profile.knowledge.of)} fields are known</a>;{" "}
        {worst ? <a href={open(worst.property)}>the worst disagreement is on {worst.label}: {KINDS[worst.kind] ?? worst.kind}</a> : ledger.data ? (lesserOf(ledger.data) ? <a href={dated(`/conflicts?model=${encodeURIComponent(profile.id)}&all=true`)}>sources differ on {number(lesserOf(ledger.data))} {lesserOf(ledger.data) === 1 ? "point" : "points"} of less weight</a> : <a href={dated(`/conflicts?model=${encodeURIComponent(profile.id)}`)}>no source disagrees</a>) : "…"}
        {ends ? <>; <a href={dated(`/history/${path}`)}>{ends}</a></> : null}{profile.replacedBy.length ? <>; replaced by {profile.replacedBy.map((next, n) => <>{n ? ", " : ""}<ThingLink thing={next} /></>)}</> : null}.
      </p>
      <p class="licence-sentence" aria-live="polite">{licence.data?.sentence ?? (licence.error ? "The licence answer is not available." : " ")}</p>
    </div>
  );
}

function Figure({ word, n, note, kind = "", href }: { word: string; n: ComponentChildren; note: string; kind?: string; href?: string }): JSX.Element {
  const inside = (
    <>
      <span class="n">{n}</span> <span class="word">{word}</span> <span class="note">{note}</span>
    </>
  );
  return href ? <a class={`figure ${kind}`} href={href}>{inside}</a> : <div class={`figure ${kind}`}>{inside}</div>;
}
