/** A model under a rubric: points down to items, items down to claims; what others published beside it. */
import type { JSX } from "preact";
import { useFetched } from "../api";
import { dated } from "../asof";
import { ClaimCard } from "../inspector";
import levels from "../levels.json";
import { Answer, Choice, ModelTabs, Out, useTitle } from "../parts";
import { inPath, type Route } from "../router";
import type { Assessed, AssessedItem, AssessmentsAnswer, RubricRow } from "../types";
import { count, number, spaced } from "../words";

const GLYPHS: Record<string, string> = levels;
const DEFAULT = "kg-transparency";

/** The view; the rubric stands in the address. */
export default function Assessments({ id, currentRoute: route }: { id: string; currentRoute: Route }): JSX.Element {
  useTitle(`Assessments of ${id}`);
  const rubric = route.query.get("rubric") ?? DEFAULT;
  const fetched = useFetched<AssessmentsAnswer>(dated(`/api/v1/models/${inPath(id)}/assessments?rubric=${encodeURIComponent(rubric)}`));
  const rubrics = useFetched<RubricRow[]>("/api/v1/rubrics");
  return (
    <div class="page">
      <h1><span class="kind">Assessments of</span> <bdi>{id}</bdi></h1>
      <ModelTabs id={id} here="assessments" />
      <div class="controls">
        <Choice late name="rubric" label="Rubric" value={rubric} options={rubricOptions(rubrics.data)} />
      </div>
      <Answer requested={fetched} what="the assessment">
        {(answer) => <>{answer.assessments.map((a) => <One key={a.asked.id} result={a} id={id} criterion={route.query.get("criterion") ?? ""} />)}</>}
      </Answer>
    </div>
  );
}

/** Rubrics to choose from. */
export function rubricOptions(answer: RubricRow[] | undefined): [string, string][] {
  const rows = answer ?? [{ id: DEFAULT, title: DEFAULT, version: "", computed: true }];
  return rows.map((r) => [r.id, `${r.title}${r.version ? ` (${r.version})` : ""}${r.computed ? "" : ", as published"}`]);
}

function One({ result: answer, id, criterion }: { result: Assessed; id: string; criterion: string }): JSX.Element {
  return (
    <>
      <p class="score"><strong>{answer.total.shown}</strong>{answer.grade ? <>, class <strong>{answer.grade}</strong>{answer.possibleGrade && answer.possibleGrade !== answer.grade ? `, not ruled out: ${answer.possibleGrade}` : ""}</> : null}
        <span class="aside"> under {answer.rubric.label}, version {answer.rubric.version}. The low end counts what no source covers as nothing, the high end as full.</span></p>
      {answer.asked.id !== answer.rubric.id ? <p class="aside">{answer.asked.label} publishes no rule; {answer.rubric.label} is our reading of it.</p> : null}
      <p class="aside">{answer.asked.definition}</p>
      <p class="aside">Items: {Object.entries(answer.counts).map(([level, n]) => `${n} ${level}`).join(", ")}. <a href={dated(`/api/v1/models/${inPath(id)}/evidence?rubric=${answer.rubric.id}&format=csv`)}>Evidence as CSV</a></p>
      {answer.criteria.map((c) => (
        <details key={c.iri} class="card criterion" open={c.id === criterion || undefined}>
          <summary><strong>{c.label}</strong> <Bar low={c.low} high={c.high} maximum={c.maximum} /> <span class="num">{c.low === c.high ? number(c.low) : `${number(c.low)} to ${number(c.high)}`} of {number(c.maximum)}</span></summary>
          <ul class="items">{c.items.map((item) => <Item key={item.iri} item={item} id={id} />)}</ul>
        </details>
      ))}
      {answer.gaps.length ? <Gaps content={answer} /> : null}
      <PublishedBeside content={answer} />
    </>
  );
}

/** A range on a scale; the words beside it say the same. */
export function Bar({ low, high, maximum }: { low: number; high: number; maximum: number }): JSX.Element {
  const at = (n: number): number => (maximum ? (100 * n) / maximum : 0);
  return (
    <svg class="scale" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="whole" width="100" height="8" />
      <rect class="may" x={at(low)} width={Math.max(at(high) - at(low), 0)} height="8" />
      <rect class="sure" width={at(low)} height="8" />
    </svg>
  );
}

function Item({ item, id }: { item: AssessedItem; id: string }): JSX.Element {
  const claims = item.evidence.flatMap((e) => e.claims);
  return (
    <li>
      <details>
        <summary><span aria-hidden="true">{GLYPHS[item.level] ?? "?"}</span> <strong>{item.id}</strong> {item.label}: {item.level} <span class="aside">{number(item.low)} to {number(item.high)} of {number(item.maximum)}; {count(claims.length, "claim")}</span></summary>
        <p>{item.why}</p>
        <ul class="plain">{item.evidence.map((e) => <li key={e.iri}>{e.facet ? e.label : <a href={`/models/${inPath(id)}?claims=${e.id}`}>{e.label}</a>}: {e.level} <span class="aside">{e.why}</span></li>)}</ul>
        {claims.length ? <ol class="claims">{claims.slice(0, 20).map((c, n) => <ClaimCard key={n} claim={c} />)}</ol> : null}
      </details>
    </li>
  );
}

function Gaps({ content: answer }: { content: Assessed }): JSX.Element {
  return (
    <section>
      <h2>What to disclose first</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Gaps"><table class="list">
        <thead><tr><th>Item</th><th>Now</th><th class="num">Gain</th><th>To do</th><th>Missing</th></tr></thead>
        <tbody>{answer.gaps.slice(0, 25).map((g) => <tr key={g.iri}><th scope="row">{g.id} {g.label}</th><td>{g.level}</td><td class="num">{number(g.gain)}</td><td>{g.action}</td><td>{g.missing.map((m) => m.label).join(", ")}</td></tr>)}</tbody>
      </table></div>
      {answer.gaps.length > 25 ? <p class="aside">25 of {answer.gaps.length} shown.</p> : null}
    </section>
  );
}

function PublishedBeside({ content: answer }: { content: Assessed }): JSX.Element {
  return (
    <section>
      <h2>Published by others</h2>
      {answer.published.length ? (
        <ul class="plain">
          {answer.published.map((p) => (
            <li key={p.iri}><strong>{p.scheme.label}</strong>{p.version ? ` (${p.version})` : ""}: {p.score === null ? (p.grade ?? "no total") : `${number(p.score)}${p.maximum ? ` of ${number(p.maximum)}` : ""}`} for <bdi>{p.subject.label}</bdi>{p.relation !== "same" ? ` (${spaced(p.relation)})` : ""}{p.evaluator ? ` by ${p.evaluator.label}` : ""}{p.date ? `, ${p.date}` : ""}
              {p.insideRange === null ? null : <span class="aside"> {p.insideRange ? "inside our range" : "outside our range"}</span>} {p.sources.map((s) => <Out key={s.record} href={s.document} />)}</li>
          ))}
        </ul>
      ) : <p>No assessment of it by others is in the store.</p>}
    </section>
  );
}
