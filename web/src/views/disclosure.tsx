/** The heat map: models × fields (or the criteria of a rubric); each cell a glyph that leads to its claims. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Refusal, get, useFetched } from "../api";
import { idsOf, useBasket } from "../basket";
import { dated } from "../asof";
import { DeveloperFilter } from "../developer";
import { Inspector } from "../inspector";
import { Answer, Choice, Draft, download, useTitle } from "../parts";
import { inPath, setQuery, withQuery, type Route } from "../router";
import { csv as asCsv } from "../table/csv";
import { DataTable } from "../table/table";
import type { Column } from "../table/rows";
import type { Matrix, Profile, RubricRow } from "../types";
import { byDeveloper, columnsOf, knownIn, knownOf, ofProfiles, rowsOf, sections, type DeveloperTotal, type Row } from "../matrix";
import { STATES, count, number, repeated } from "../words";
import { memo } from "../memo";
import { RUBRIC_PAGE, RubricMap } from "./rubricmap";
import { rubricOptions } from "./assessments";

const FILTERS = ["developer", "openness", "family", "licence", "modality", "architecture", "year", "weights", "disclosure", "undisclosed", "descendsFrom"];
const ROW = 26;
/** A column is as wide as a cell, or as the head of its section asks for: about so wide is a letter of it. */
const [CELL, LETTER, PAD] = [26, 8, 10];
/** How wide the column of counts is, how tall the head is at least, and so many rows beyond those in sight are drawn. */
const [COUNTS, HEAD, SPARE] = [42, 240, 6];

/** The view; filters, the rubric and the open cell stand in the address. */
export default function Disclosure({ currentRoute: route }: { currentRoute: Route }): JSX.Element {
  const { query } = route;
  const rubric = query.get("rubric") ?? "fields";
  const rubrics = useFetched<RubricRow[]>("/api/v1/rubrics");
  useTitle("Disclosure");
  const paged = rubric !== "fields";
  const params = new URLSearchParams({ limit: paged ? String(RUBRIC_PAGE) : (query.get("limit") ?? (query.get("silent") || query.get("developer") ? "2000" : "200")), sort: query.get("sort") ?? "-sources" });
  if (paged && query.get("cursor")) params.set("cursor", query.get("cursor") ?? "");
  for (const key of [...FILTERS, "q"]) for (const value of query.getAll(key)) if (value) params.append(key, value);
  const held = useBasket();
  const mine = query.get("basket") === "yes" ? idsOf(held, "model").slice(0, MOST_OF_BASKET) : null;
  const whole = useFetched<Matrix>(mine ? null : dated(`/api/v1/disclosure?${params}`));
  const chosen = useFetched<Matrix>(mine?.length ? mine.join("\n") : null, overBasket);
  const answer = mine ? chosen : whole;
  const claims = query.get("claims");
  const of = query.get("of");
  return (
    <div class={claims && of ? "page with-inspector wide" : "page wide"}>
      <h1>What is disclosed, and what is not</h1>
      {mine ? <p role="status">{count(mine.length, "model")} of the basket{idsOf(held, "model").length > mine.length ? `: the first of ${number(idsOf(held, "model").length)}` : ""}. <a href="/disclosure">All models</a></p> : null}
      {mine && !mine.length ? <p class="empty">There is no model in the basket.</p> : null}
      <Controls place={route} rubric={rubric} rubrics={rubricOptions(rubrics.data?.filter((r) => r.computed))} />
      <Answer requested={answer} what="the heat map">
        {(matrix) => rubric === "fields" ? <FieldMap matrix={matrix} place={route} /> : <RubricMap rubric={rubric} models={matrix.models} total={matrix.total} from={mine ? 0 : Number(query.get("cursor")) || 0} next={matrix.next} by={query.get("by") ?? ""} />}
      </Answer>
      {claims && of ? <Inspector key={of + claims} model={of} property={claims} field={labelled(answer.data, claims)} /> : null}
    </div>
  );
}

const MOST_OF_BASKET = 60;
const AT_ONCE = 4;

/** The map of models by their ids, one a line; those that are not there are left out. */
async function overBasket(ids: string): Promise<Matrix> {
  const wanted = ids.split("\n");
  const known = new Map<string, Profile>();
  const waiting = [...wanted];
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        known.set(id, await get<Profile>(`/api/v1/models/${inPath(id)}`));
      } catch (error) {
        if (error instanceof Refusal && error.status === 404) continue; // it is told by the number of models
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return ofProfiles(wanted.flatMap((id) => known.get(id) ?? []));
}

function labelled(matrix: Matrix | undefined, property: string): { label: string; reason: null } | undefined {
  const field = matrix?.fields.find((f) => f.property === property);
  return field ? { label: field.label, reason: null } : undefined;
}

function Controls({ place: route, rubric, rubrics }: { place: Route; rubric: string; rubrics: [string, string][] }): JSX.Element {
  const { query } = route;
  const active = FILTERS.flatMap((key) => query.getAll(key).map((value) => [key, value] as const));
  return (
    <>
      <div class="controls">
        <DeveloperFilter value={query.get("developer") ?? ""} />
        <label class="choice"><span>Models</span><Draft type="search" value={query.get("q") ?? ""} placeholder="name or developer" onDone={(text) => setQuery({ q: text }, true)} /></label>
        <Choice late name="rubric" label="Columns" value={rubric} options={[["fields", "all fields"], ...rubrics]} />
        <Choice name="sort" label="Order" value={query.get("sort") ?? "-sources"} options={[["-sources", "most sources"], ["-gaps", "most gaps"], ["name", "name"], ["-released", "newest"], ["-descendants", "most descendants"]]} />
        <Choice name="openness" label="Openness" value={query.get("openness") ?? ""} options={[["", "all"], ["open", "open"], ["conditional", "conditional"], ["noncommercial", "noncommercial"], ["proprietary", "proprietary"], ["unknown", "unknown"]]} />
        {active.length ? <button type="button" class="small" onClick={() => setQuery(Object.fromEntries(FILTERS.map((k) => [k, null])))}>Clear {active.map(([, v]) => v).join(", ")}</button> : null}
      </div>
      {rubric === "fields" ? (
        <ul class="legend" aria-label="Signs">
          {Object.entries(STATES).map(([key, s]) => <li key={key} title={s.meaning}><span class={`cell s-${key}`} aria-hidden="true">{s.glyph}</span> {s.word}</li>)}
          <li><span class="cell contested-cell" aria-hidden="true">≠</span> sources disagree</li>
        </ul>
      ) : null}
    </>
  );
}

function FieldMap({ matrix, place: route }: { matrix: Matrix; place: Route }): JSX.Element {
  const { query } = route;
  const [all, setAll] = useState(false);
  const [section, silent, by] = [query.get("section") ?? "", query.get("silent") ?? "", query.get("by") ?? ""];
  const columns = useMemo(() => columnsOf(matrix, section || silent, all || Boolean(silent)), [matrix, section, silent, all]);
  const rows = useMemo(() => rowsOf(matrix, silent, by), [matrix, silent, by]);
  const visible = useMemo(() => ({ ...matrix, models: rows }), [matrix, rows]);
  const names: [string, string][] = sections(matrix).map((name) => [name, name]);
  const open = (row: number, column: number): void => {
    const model = rows[row];
    const field = matrix.fields[column];
    if (model && field) setQuery({ of: model.id, claims: field.property });
  };
  return (
    <>
      <div class="controls">
        <Choice name="section" label="Section" value={section} options={[["", "all"], ...names]} />
        <Choice name="silent" label="Nothing known of" value={silent} options={[["", "–"], ...names]} />
        {by ? <button type="button" class="small" onClick={() => setQuery({ by: null })}>Not by {matrix.fields.find((f) => f.property === by)?.label ?? by}</button> : null}
      </div>
      <div class="bar">
        <p role="status">{silent ? <><strong>{number(rows.length)} of {number(matrix.models.length)} models: nothing is known of {silent}.</strong> </> : null}{silent ? (matrix.next ? `${number(matrix.models.length)} of ${number(matrix.total)} models read` : "All read") : `${number(rows.length)} of ${number(matrix.total)} models`}, {columns.length} of {matrix.fields.length} fields shown.
          {matrix.next ? <> <button type="button" class="link" onClick={() => setQuery({ limit: "2000" }, true)}>show up to 2,000</button></> : null}</p>
        <div class="tools">
          <button type="button" class="small" aria-pressed={all} onClick={() => setAll(!all)}>Fields that no source covers</button>
          <button type="button" class="small" onClick={() => download("disclosure.csv", csv(visible, columns), "text/csv")}>CSV</button>
        </div>
      </div>
      <Later title="By developer">{() => <Totals matrix={matrix} />}</Later>
      {rows.length ? <Grid matrix={visible} columns={columns} open={open} chosen={`${route.query.get("of")} ${route.query.get("claims")}`} /> : <div class="empty"><p>No model matches.</p></div>}
    </>
  );
}

/** A part that is made when the reader opens it. */
function Later({ title, children }: { title: string; children: () => JSX.Element }): JSX.Element {
  const [open, setOpen] = useState(false);
  return <details class="part" onToggle={(e) => setOpen(e.currentTarget.open)}><summary><h2>{title}</h2></summary>{open ? children() : null}</details>;
}

/** What is known of each developer's models, and of how many nothing is known in each section. */
function Totals({ matrix }: { matrix: Matrix }): JSX.Element {
  const rows = useMemo(() => byDeveloper(matrix), [matrix]);
  const columns = useMemo((): Column<DeveloperTotal>[] => [
    { key: "who", label: "Developer", head: true, value: (d) => d.developer, view: (d) => <a href={withQuery({ developer: d.developer })}><bdi>{d.developer}</bdi></a> },
    { key: "models", label: "Models", numeric: true, value: (d) => d.models },
    { key: "known", label: "Fields known, mean", numeric: true, value: (d) => d.known },
    ...sections(matrix).map((name): Column<DeveloperTotal> => ({ key: name, label: `Silent on ${name}`, numeric: true, value: (d) => d.silent[name] ?? 0 })),
  ], [matrix]);
  return <DataTable label="Disclosure by developer" prefix="dev." rows={rows} columns={columns} rowKey={(d) => d.developer} noun={["developer", "developers"]} />;
}

/** Only the rows in sight are in the document; the rest is space. */
function Grid({ matrix, columns, open, chosen }: { matrix: Matrix; columns: number[]; chosen: string; open: (row: number, column: number) => void }): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [at, setAt] = useState({ row: 0, route: 0 });
  const [height, setHeight] = useState(innerHeight * 0.76); // as tall as the style sheet lets it be
  useEffect(() => {
    const note = (): void => setHeight(frame.current?.clientHeight ?? 700);
    note();
    addEventListener("resize", note);
    return () => removeEventListener("resize", note);
  }, []);
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const last = Math.min(matrix.models.length, Math.floor(top / ROW) + Math.ceil((height - HEAD) / ROW) + SPARE);
  const groups = useMemo(() => sectionsOf(matrix, columns), [matrix, columns]);
  const widths = useMemo(() => groups.flatMap(([name, n]) => Array.from({ length: n }, () => Math.max(CELL, Math.ceil((name.length * LETTER + PAD) / n)))), [groups]);
  const twins = useMemo(() => repeated(matrix.models.map((m) => m.name)), [matrix]);
  const focus = (row: number, route: number): void => {
    setAt({ row, route });
    const box = frame.current;
    if (box) {
      const y = row * ROW;
      if (y < box.scrollTop + ROW) box.scrollTop = Math.max(0, y - ROW);
      else if (y > box.scrollTop + box.clientHeight - 8 * ROW) box.scrollTop = y - box.clientHeight + 8 * ROW;
    }
    requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`[data-at="${row},${route}"]`)?.focus({ preventScroll: false }));
  };
  const key = (event: KeyboardEvent): void => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageDown: [20, 0], PageUp: [-20, 0] }[event.key];
    if (step) {
      event.preventDefault();
      focus(Math.min(Math.max(at.row + (step[0] ?? 0), 0), matrix.models.length - 1), Math.min(Math.max(at.route + (step[1] ?? 0), 0), columns.length - 1));
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      open(at.row, columns[at.route] ?? 0);
    }
  };
  const click = (event: MouseEvent): void => {
    const cell = (event.target as Element).closest("[data-at]");
    const [row = 0, currentRoute = 0] = (cell?.getAttribute("data-at") ?? "").split(",").map(Number);
    if (!cell) return;
    setAt({ row, route: currentRoute });
    open(row, columns[currentRoute] ?? 0);
  };
  // a name to hover for only where one hovers: thousands of cells are made at once
  const named = (event: PointerEvent): void => {
    const cell = (event.target as Element).closest<HTMLElement>("[data-at]");
    const row = Number((cell?.getAttribute("data-at") ?? "").split(",")[0]);
    if (cell && !cell.title) cell.title = `${matrix.models[row]?.name ?? ""} – ${cell.getAttribute("aria-label") ?? ""}`;
  };
  return (
    <div class="heat" ref={frame} onScroll={(e) => setTop(e.currentTarget.scrollTop)}>
      <table class="fixed" role="grid" aria-label="Disclosure of models by field" aria-rowcount={matrix.models.length + 3} aria-colcount={columns.length + 2} onKeyDown={key} onClick={click} onPointerOver={named}
        style={{ width: `calc(var(--names) + ${COUNTS + widths.reduce((sum, width) => sum + width, 0)}px)` }}>
        <colgroup><col class="names" /><col style={{ width: `${COUNTS}px` }} />{widths.map((width, n) => <col key={n} style={{ width: `${width}px` }} />)}</colgroup>
        <thead>
          <tr class="groups" aria-rowindex={1}><th scope="col"><span class="visually-hidden">Section</span></th><td />{groups.map(([name, n]) => <th key={name} colSpan={n} scope="colgroup" title={name}><span>{name}</span></th>)}</tr>
          <tr aria-rowindex={2}><th scope="col">Model</th><th scope="col" class="up"><span>known</span></th>{columns.map((n) => <th key={n} scope="col" class="up"><button type="button" class="link" title="Order the models by this field" onClick={(e) => { e.stopPropagation(); setQuery({ by: matrix.fields[n]?.property ?? null }); }}><span>{matrix.fields[n]?.label}</span></button></th>)}</tr>
          <tr class="totals" aria-rowindex={3}><th scope="row">known, of {number(matrix.models.length)}</th><td />{columns.map((n) => <td key={n} class="num">{knownIn(matrix.models, n)}</td>)}</tr>
        </thead>
        <tbody>
          {first > 0 ? <tr aria-hidden="true"><td colSpan={columns.length + 2} class="space" style={{ height: `${first * ROW}px` }} /></tr> : null}
          {matrix.models.slice(first, last).map((model, n) => <HeatRow key={model.id} twin={twins.has(model.name)} row={first + n} model={model} matrix={matrix} columns={columns} focused={at.row === first + n ? at.route : -1} chosen={chosen.startsWith(`${model.id} `) ? chosen : ""} />)}
          {last < matrix.models.length ? <tr aria-hidden="true"><td colSpan={columns.length + 2} class="space" style={{ height: `${(matrix.models.length - last) * ROW}px` }} /></tr> : null}
        </tbody>
      </table>
    </div>
  );
}

const HeatRow = memo(function HeatRow({ row, model, matrix, columns, focused, chosen, twin }: { twin: boolean; row: number; model: Row; matrix: Matrix; columns: number[]; focused: number; chosen: string }): JSX.Element {
  return (
    <tr aria-rowindex={row + 4}>
      <th scope="row"><a href={`/models/${model.id}`} title={[model.id, ...model.developers].join(", ")} tabIndex={-1}><bdi>{twin ? model.id : model.name}</bdi></a></th>
      <td class="num total">{knownOf(model, columns)}</td>
      {columns.map((n, route) => {
        const state = matrix.codes[model.states[n] ?? "."] ?? "notRecorded";
        const contested = model.contested.includes(n);
        const field = matrix.fields[n];
        const message = `${field?.label}: ${STATES[state]?.word ?? state}${contested ? ", sources disagree" : ""}`;
        return (
          <td key={n} data-at={`${row},${route}`} tabIndex={focused === route || (focused < 0 && row === 0 && route === 0) ? 0 : -1} aria-label={message}
            class={`cell s-${state}${contested ? " contested-cell" : ""}${chosen === `${model.id} ${field?.property}` ? " chosen" : ""}`}>{contested ? "≠" : STATES[state]?.glyph}</td>
        );
      })}
    </tr>
  );
});

function sectionsOf(matrix: Matrix, columns: number[]): [string, number][] {
  const groups: [string, number][] = [];
  for (const n of columns) {
    const name = matrix.fields[n]?.section ?? "";
    const last = groups.at(-1);
    if (last && last[0] === name) last[1] += 1;
    else groups.push([name, 1]);
  }
  return groups;
}

/** The same table as CSV. */
function csv(matrix: Matrix, columns: number[]): string {
  const cell = (m: Row, n: number): string => (STATES[matrix.codes[m.states[n] ?? "."] ?? ""]?.word ?? "") + (m.contested.includes(n) ? " (sources disagree)" : "");
  return asCsv(["id", "model", ...columns.map((n) => matrix.fields[n]?.label ?? "")], matrix.models.map((m) => [m.id, m.name, ...columns.map((n) => cell(m, n))]));
}
