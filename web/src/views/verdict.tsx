/** The verdict strip: facts, gaps, conflicts, licence, score; each leads to its evidence. */
import type { ComponentChildren, JSX } from "preact";
import { useAsked } from "../api";
import { dated } from "../asof";
import { inPath } from "../router";
import type { AssessmentsAnswer, ConflictPage, LicenceReport, Profile } from "../types";
import { number } from "../words";

const ANSWERS: Record<string, string> = {
  allowed: "✓ allowed",
  blocked: "✕ blocked",
  conditional: "◐ with conditions",
  unknown: "? unknown",
};

/** A verdict on a planned use: glyph and word. */
export function answerWord(answer: string): string {
  return ANSWERS[answer] ?? answer;
}

/** Five figures a reader sees first. */
export function Verdict({ profile }: { profile: Profile }): JSX.Element {
  const fields = profile.sections.flatMap((s) => s.fields);
  const { known, of, rest } = profile.knowledge;
  const silent = rest.find((r) => r.state === "notCovered")?.count ?? 0;
  const ledger = useAsked<ConflictPage>(dated(`/api/v1/conflicts?model=${encodeURIComponent(profile.id)}&limit=1`));
  const conflicts = ledger.data?.total ?? fields.filter((f) => f.contested).length;
  const path = inPath(profile.id);
  const licence = useAsked<LicenceReport>(dated(`/api/v1/models/${path}/licences?use=commercial`));
  const scored = useAsked<AssessmentsAnswer>(dated(`/api/v1/models/${path}/assessments?rubric=kg-transparency`));
  const use = licence.data?.answers.at(-1)?.uses[0];
  const score = scored.data?.assessments[0];
  const breaches = licence.data?.findings.filter((f) => f.severity === "Violation").length ?? 0;
  return (
    <section aria-label="Verdict">
    <p class="sentence" aria-live="polite">{licence.data?.sentence ?? (licence.error ? "The licence answer is not available." : " ")}</p>
    <div class="verdict">
      <Figure word={`of ${of} fields known`} n={number(known)} note={`from ${profile.records} ${profile.records === 1 ? "record" : "records"}`} />
      <Figure word="not known" n={number(of - known)} note={rest.map((r) => `${r.count} ${r.word}`).join(" · ") || "nothing"} kind={of - known > silent ? "gap" : ""} href={dated(`/disclosure?q=${encodeURIComponent(profile.id)}`)} />
      <Figure word="conflicts" n={number(conflicts)} note={conflicts ? "sources disagree" : "no source disagrees"} kind={conflicts ? "conflict" : ""} href={dated(`/conflicts?model=${encodeURIComponent(profile.id)}`)} />
      <Figure word="commercial use" n={use ? answerWord(use.answer) : licence.error ? "–" : "…"} kind={`answer-${use?.answer ?? "none"}`} note={use?.weights ? `weights ${use.weights.answer}${use.trainingData?.applies ? `, data ${use.trainingData.answer}` : ""}${use.contract?.applies ? `, contract ${use.contract.answer}` : ""}${breaches ? `; ${breaches} licence ${breaches === 1 ? "problem" : "problems"}` : ""}` : breaches ? `${breaches} licence ${breaches === 1 ? "problem" : "problems"}` : "by licence, on every path"} href={dated(`/licences/${path}?use=commercial`)} />
      {score ? (
        <Figure word="transparency" n={score.total.shown} note={score.rubric.label} href={dated(`/assessments/${path}`)} />
      ) : null}
    </div>
    </section>
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
