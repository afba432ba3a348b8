/** Models × criteria of one rubric; each cell the range it scores, leading to the items and claims. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Refusal, get, useTurn } from "../api";
import { Trouble, download } from "../parts";
import { dated, dayOf } from "../asof";
import { inPath, setQuery } from "../router";
import type { Assessed, AssessmentsAnswer, Matrix } from "../types";
import { csv as asCsv } from "../table/csv";
import { number, repeated } from "../words";

/** So many models are assessed for one page of the map. */
export const RUBRIC_PAGE = 60;
const AT_ONCE = 4;

interface Props {
  rubric: string;
  models: Matrix["models"];
  total: number;
  /** How many models stand before this page, and the cursor of the page after it. */
  from: number;
  next: string | null;
  /** The criterion, or `total`, that the models of the page are ordered by. */
  by: string;
}

/** A page of the map; models are assessed one after another, and it says how far it is. */
export function RubricMap({ rubric, models, total, from, next, by }: Props): JSX.Element {
  const listed = models.slice(0, RUBRIC_PAGE);
  const key = `${dayOf()} ${rubric} ${listed.map((m) => m.id).join(" ")}`;
  const [state, setState] = useState<{ key: string; result: Record<string, Assessed>; error?: Refusal }>({ key: "", result: {} });
  const turn = useTurn(state.error);
  useEffect(() => {
    let alive = true;
    const content: Record<string, Assessed> = {};
    const waiting = listed.map((m) => m.id);
    const work = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined && alive; id = waiting.shift()) {
        const answer = await get<AssessmentsAnswer>(dated(`/api/v1/models/${inPath(id)}/assessments?rubric=${encodeURIComponent(rubric)}`));
        if (answer.assessments[0]) content[id] = answer.assessments[0];
        if (alive) setState({ key, result: { ...content } });
      }
    };
    Promise.all(Array.from({ length: AT_ONCE }, work)).catch((error: unknown) => {
      if (alive && error instanceof Refusal) setState({ key, result: content, error });
    });
    return () => {
      alive = false;
    };
  }, [key, turn]);
  const { result: found, error } = state;
  const first = Object.values(found)[0];
  const points = (id: string): number => (by === "total" ? found[id]?.total.low : found[id]?.criteria.find((c) => c.id === by)?.low) ?? -1;
  const assessed = listed.filter((m) => found[m.id]);
  const done = by ? [...assessed].sort((a, b) => points(b.id) - points(a.id)) : assessed;
  const twins = repeated(done.map((m) => m.name));
  const head = (key: string, word: string): JSX.Element => <button type="button" class="link" aria-pressed={by === key} title="Sort the models of this page by it" onClick={() => setQuery({ by: by === key ? null : key })}><span>{word}</span></button>;
  return (
    <>
      {error ? <Trouble error={error} /> : null}
      <div class="bar"><p role="status">Models {number(listed.length ? from + 1 : 0)} to {number(from + listed.length)} of {number(total)}, {number(done.length)} assessed. Each cell: points that are certain, and those not ruled out.</p>
        <div class="tools">
        {from ? <button type="button" class="small" onClick={() => setQuery({ cursor: from > RUBRIC_PAGE ? String(from - RUBRIC_PAGE) : null })}>Earlier {RUBRIC_PAGE}</button> : null}
        {next ? <button type="button" class="small" onClick={() => setQuery({ cursor: next })}>Next {RUBRIC_PAGE}</button> : null}
        <button type="button" class="small" onClick={() => download(`${rubric}.csv`, csv(done.map((m) => [m.id, found[m.id] as Assessed])), "text/csv")}>CSV</button></div></div>
      {first ? (
        <div class="heat wide-cells" tabIndex={0} role="region" aria-label="Scores by criterion"><table>
          <thead><tr><th scope="col">Model</th><th scope="col">{head("total", "Total")}</th>{first.criteria.map((c) => <th key={c.iri} scope="col" class="up">{head(c.id, c.label)}</th>)}</tr></thead>
          <tbody>
            {done.map((m) => {
              const a = found[m.id] as Assessed;
              return (
                <tr key={m.id}>
                  <th scope="row"><a href={`/assessments/${inPath(m.id)}?rubric=${rubric}`}><bdi>{twins.has(m.name) ? m.id : m.name}</bdi></a></th>
                  <td class="num">{number(a.total.low)}–{number(a.total.high)}</td>
                  {a.criteria.map((c) => <td key={c.iri} class={`cell h-${step(c.low, c.maximum)}`} title={`${m.name} – ${c.label}: ${c.low} to ${c.high} of ${c.maximum}`}><a href={`/assessments/${inPath(m.id)}?rubric=${rubric}&criterion=${c.id}`}>{c.low === c.high ? number(c.low) : `${number(c.low)}–${number(c.high)}`}</a></td>)}
                </tr>
              );
            })}
          </tbody>
        </table></div>
      ) : <p class="wait">Assessing…</p>}
    </>
  );
}

/** A fifth of the scale, for the shade. */
function step(low: number, maximum: number): number {
  return maximum ? Math.min(4, Math.floor((5 * low) / maximum)) : 0;
}

function csv(rows: [string, Assessed][]): string {
  const criteria = rows[0]?.[1].criteria ?? [];
  return asCsv(["model", "low", "high", "maximum", ...criteria.flatMap((c) => [`${c.label} low`, `${c.label} high`])],
    rows.map(([id, a]) => [id, a.total.low, a.total.high, a.total.maximum, ...a.criteria.flatMap((c) => [c.low, c.high])]));
}
