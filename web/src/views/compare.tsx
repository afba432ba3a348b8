/** Two to six models side by side, or one model on two days. */
import type { JSX } from "preact";
import { useFetched } from "../api";
import { csv } from "../table/csv";
import { DataTable } from "../table/table";
import type { Column } from "../table/rows";
import { Answer, Draft, ModelLink, StateMark, ValueView, download, useTitle } from "../parts";
import { EntityPicker } from "../searchbox";
import { added, inPath, setQuery, withQuery, type Route } from "../router";
import type { Comparison } from "../types";
import { STATED, STATES, count, text } from "../words";

const MOST = 6;

/** The view; models and days stand in the address. */
export default function Compare({ currentRoute: route }: { currentRoute: Route }): JSX.Element {
  const models = route.query.getAll("model");
  const days = route.query.getAll("asOf");
  const ready = models.length >= 2 || (models.length === 1 && days.length > 0);
  useTitle(models.length ? `Compare ${models.join(", ")}` : "Compare");
  const params = new URLSearchParams();
  models.forEach((m) => params.append("model", m));
  days.slice(0, models.length > 1 ? 1 : 2).forEach((d) => params.append("asOf", d));
  if (models.length === 1 && days.length === 1) params.append("asOf", "now");
  const answer = useFetched<Comparison>(ready ? `/api/v1/compare?${params}` : null);
  const differing = route.query.get("all") !== "yes";
  return (
    <div class="page">
      <h1>Compare</h1>
      <div class="controls">
        {models.length < MOST ? <EntityPicker label={models.length ? "Add a model" : "First model"} onPick={(id) => setQuery({ model: added(id) })} /> : <p>Six models are the most.</p>}
        <label class="choice"><span>As known on</span><Draft type="date" value={days[0] === "now" ? "" : (days[0] ?? "")} onDone={(text) => setQuery({ asOf: (now) => (text ? [text, ...now.slice(1)] : null) })} /></label>
        {models.length === 1 && days.length ? <label class="choice"><span>and on</span><Draft type="date" value={days[1] && days[1] !== "now" ? days[1] : ""} onDone={(text) => setQuery({ asOf: (now) => [now[0] ?? "", text || "now"] })} /></label> : null}
        <label class="check"><input type="checkbox" checked={differing} onChange={(e) => setQuery({ all: e.currentTarget.checked ? null : "yes" }, true)} />Only what differs</label>
      </div>
      {models.length ? <ul class="chips">{models.map((m) => <li key={m}><ModelLink id={m} /> <a class="remove" href={withQuery({ model: models.filter((x) => x !== m) })} aria-label={`Take ${m} out`}>×</a></li>)}</ul> : null}
      {ready ? (
        <Answer requested={answer} what="the comparison">{(c) => <Table result={c} differing={differing} />}</Answer>
      ) : (
        <p>{models.length ? "Add a second model, or a day to compare it with itself." : "Choose two to six models; or one model and a day, to see what was known then."}{" "}
          <a href="/compare?model=meta-llama/Llama-3.1-8B&model=anthropic/claude-haiku-4-5">An example</a></p>
      )}
    </div>
  );
}

/** What the service counts, in words. */
const COUNTED: Record<string, string> = { same: "equal", differs: "differ", "not stated for all": "known for some only", "stated for none": "unknown", partly: "known for some only", none: "unknown" };

interface Total {
  column: Comparison["columns"][number];
  /** Fields with an accepted value. */
  known: number;
  states: Record<string, number>;
}

/** How many fields of each model are in which state of disclosure. */
function Totals({ result: answer }: { result: Comparison }): JSX.Element {
  const fields = answer.sections.flatMap((s) => s.fields);
  const rows = answer.columns.map((column, n): Total => {
    const states: Record<string, number> = {};
    for (const field of fields) {
      const cell = field.cells[n];
      const state = cell ? cell.state : "notRecorded";
      states[state] = (states[state] ?? 0) + 1;
    }
    return { column, states, known: fields.filter((f) => f.cells[n]?.values.length).length };
  });
  const columns: Column<Total>[] = [
    { key: "model", label: "Model", head: true, value: (t) => t.column.heading, view: (t) => <ModelLink id={t.column.id} name={t.column.heading} /> },
    { key: "known", label: `Known of ${fields.length}`, numeric: true, value: (t) => t.known },
    ...Object.entries(STATES).filter(([state]) => rows.some((r) => r.states[state])).map(([state, { word }]): Column<Total> => ({ key: state, label: word, numeric: true, value: (t) => t.states[state] ?? 0 })),
  ];
  return <DataTable label="Known of each" prefix="known." rows={rows} columns={columns} rowKey={(t) => t.column.id + t.column.heading} noun={["column", "columns"]} />;
}

/** The comparison as a file: every field, a column for each model and its state. */
function asCsv(answer: Comparison): string {
  const cell = (c: Comparison["sections"][number]["fields"][number]["cells"][number]): string => c.values.map(text).join(", ");
  const head = ["section", "field", "differs", ...answer.columns.flatMap((c) => [c.heading, `${c.heading}: state`])];
  return csv(head, answer.sections.flatMap((s) => s.fields.map((f) => [s.name, f.label, f.differs ? "yes" : "no", ...f.cells.flatMap((c) => [cell(c), STATES[c.state]?.word ?? ""])])));
}

function Table({ result: answer, differing }: { result: Comparison; differing: boolean }): JSX.Element {
  const width = answer.columns.length + 1;
  return (
    <>
      <p role="status">{Object.entries(answer.counts).map(([kind, n]) => `${n} ${COUNTED[kind] ?? kind}`).join(" · ")}</p>
      <Totals result={answer} />
      <p class="actions"><button type="button" class="small" onClick={() => download("comparison.csv", asCsv(answer), "text/csv")}>CSV<span class="visually-hidden"> of the comparison</span></button></p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Comparison"><table class="compare">
        <thead><tr><th>Field</th>{answer.columns.map((c, n) => <th key={n} scope="col"><ModelLink id={c.id} name={c.heading} /><br /><span class="aside">{count(c.records, "record")}</span></th>)}</tr></thead>
        {answer.sections.map((section) => {
          const rows = section.fields.filter((f) => (differing ? f.differs : f.cells.some((c) => c.state !== "notRecorded")));
          if (!rows.length) return null;
          return (
            <tbody key={section.name}>
              <tr class="section"><th colSpan={width} scope="colgroup">{section.name}</th></tr>
              {rows.map((f) => (
                <tr key={f.property} class={f.differs ? "differs" : ""}>
                  <th scope="row">{f.label}{f.kind === "differs" ? <span class="conflict" title="values differ"> <span aria-hidden="true">≠</span><span class="visually-hidden">differs</span></span> : null}</th>
                  {f.cells.map((cell, n) => (
                    <td key={n}>
                      {cell.values.map((v, m) => <span key={m}>{m ? ", " : ""}<ValueView value={v} unit={f.unit} /></span>)}{!cell.values.length && STATED.has(cell.state) ? <span class="aside">no value accepted</span> : null}{" "}
                      <a class="plainlink" href={`/models/${inPath(answer.columns[n]?.id ?? "")}?claims=${f.property}`} aria-label={`${STATES[cell.state]?.word}: claims about ${f.label} of ${answer.columns[n]?.heading ?? ""}`}><StateMark state={cell.state} /></a>
                      {cell.estimates.length ? <span class="estimate"> {count(cell.estimates.length, "estimate")}</span> : null}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          );
        })}
        <tbody>
          <tr class="section"><th colSpan={width} scope="colgroup">Assessments</th></tr>
          {answer.scores.filter((s) => !differing || s.differs).map((s) => <tr key={s.rubric.iri}><th scope="row">{s.rubric.label} <span class="aside">{s.version}</span></th>{s.cells.map((c, n) => <td key={n}>{c.shown}{c.grade ? `, ${c.grade}` : ""}</td>)}</tr>)}
        </tbody>
      </table></div>
      {answer.moved.length ? <><h2>Why the scores moved</h2><ul class="plain">{answer.moved.map((m, n) => <li key={n}><strong>{m.label}</strong>: {m.before} → {m.after} ({m.points > 0 ? "+" : ""}{m.points} points in {m.rubric}), because of {m.because.join(", ")}</li>)}</ul></> : null}
    </>
  );
}
