/** Start: search as you type, facets, what the store holds, worked examples. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { listed, useFetched } from "../api";
import { dated } from "../asof";
import { InBasket } from "../inbasket";
import { Answer, ModelLink, StateMark, Trouble, useTitle } from "../parts";
import { SearchBox, hrefOfHit, type Hit } from "../searchbox";
import { inPath, setQuery, toggled, withQuery, type Route } from "../router";
import { DataTable } from "../table/table";
import type { Column } from "../table/rows";
import type { Facets, ModelPage, ModelRow, SearchAnswer, Stats } from "../types";
import { brief, count, disclosed, nameOf, number, shortId } from "../words";

const FACETS: [string, string][] = [
  ["developer", "Developer"],
  ["openness", "Openness"],
  ["family", "Licence class"],
  ["licence", "Licence"],
  ["modality", "Modality"],
  ["architecture", "Architecture"],
  ["weights", "Weights"],
  ["year", "Year"],
  ["disclosure", "Disclosure"],
];
const SORTS: [string, string][] = [
  ["-sources", "most sources"],
  ["name", "name"],
  ["-released", "newest first"],
  ["-descendants", "most descendants"],
  ["-gaps", "most not disclosed"],
  ["-conflicts", "most conflicts"],
  ["-parameters", "largest"],
  ["-context", "longest context"],
];
const FIRST = 25;
/** No more are listed on one page. */
const MOST_LISTED = 5000;
/** As many as the service gives at once: of a search, and of models. */
const [HITS_AT_ONCE, MODELS_AT_ONCE] = [100, 500];

/** The search itself: what is in the address decides what is listed. */
export function Start({ currentRoute: route }: { currentRoute: Route }): JSX.Element {
  const q = route.query.get("q") ?? "";
  useTitle(q ? `${q} – search` : "");
  const chosen = FACETS.filter(([key]) => route.query.getAll(key).length > 0);
  const filters = new URLSearchParams();
  for (const [key] of FACETS) for (const value of route.query.getAll(key)) filters.append(key, value);
  if (q) filters.set("q", q);
  const plain = !q && !chosen.length;
  return (
    <div class={route.query.get("view") === "table" ? "page wide start" : "page start"}>
      <h1 class={plain ? "" : "visually-hidden"}>Where does this model come from, and who says so?</h1>
      <Box q={q} />
      {plain ? <Examples /> : null}
      <div class="search">
        <FacetList query={filters.toString()} place={route} />
        <Results filters={filters} place={route} q={q} />
      </div>
      {plain ? <Holdings /> : null}
    </div>
  );
}


function Box({ q }: { q: string }): JSX.Element {
  const list = (typed: string): void => setQuery({ q: typed, limit: null }, true);
  return <div class="box"><SearchBox large label="Search by name, developer, alias or id" placeholder="Model, dataset, organisation…" initial={q} onType={list} onSearch={list} /></div>;
}

function Examples(): JSX.Element {
  return (
    <section class="examples" aria-label="Worked examples">
      <a href="/models/anthropic/claude-haiku-4-5?claims=parameterCount">
        <strong>What has its developer not disclosed?</strong>
        <span>Claude Haiku 4.5: its parameter count is not disclosed, and one site guesses.</span>
      </a>
      <a href="/lineage/meta-llama/Llama-3.1-8B?influences=yes">
        <strong>What was made from it?</strong>
        <span>Llama 3.1 8B: fine-tunes, quantisations and distillations, with the evidence of each.</span>
      </a>
      <a href="/licences/deepseek-ai/DeepSeek-R1-Distill-Llama-8B?use=commercial&use=distribute">
        <strong>May I ship it?</strong>
        <span>A distilled Llama that is labelled MIT: what still binds, by which clause.</span>
      </a>
    </section>
  );
}

/** Arrow keys walk from name to name. */
function walk(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const names = [...document.querySelectorAll<HTMLElement>(".results .name a")];
  const next = names[names.indexOf(document.activeElement as HTMLElement) + step];
  if (!names.includes(document.activeElement as HTMLElement)) return;
  event.preventDefault();
  if (next) next.focus();
  else if (step < 0) document.querySelector<HTMLElement>(".start .searchbox input")?.focus();
}

function Results({ filters, place: route, q }: { filters: URLSearchParams; place: Route; q: string }): JSX.Element {
  const sort = route.query.get("sort") ?? (q && route.query.get("view") !== "table" ? "best" : "-sources");
  const limit = Math.min(Number(route.query.get("limit")) || FIRST, MOST_LISTED);
  const only = [...filters.keys()].every((key) => key === "q");
  const searching = Boolean(q) && only && sort === "best";
  const kind = route.query.get("kind") ?? "";
  const table = !searching && route.query.get("view") === "table";
  const order = sort === "best" ? "-sources" : sort;
  const path = searching
    ? `/api/v1/search?q=${encodeURIComponent(q)}${kind ? `&kind=${encodeURIComponent(kind)}` : ""}`
    : `/api/v1/models?${filters}&sort=${order}`;
  const fetched = useFetched<ModelPage & { approximate?: boolean; named?: string[]; kinds?: SearchAnswer["kinds"] }>(`${dated(path)} ${limit}`, () => listed(dated(path), table ? Math.max(limit, 100) : limit, searching ? HITS_AT_ONCE : MODELS_AT_ONCE));
  const everything = async (): Promise<ModelRow[]> => (await listed<ModelPage>(dated(path), MOST_LISTED, MODELS_AT_ONCE)).items;
  return (
    <section class="results" aria-label={searching ? "Found" : "Results"} onKeyDown={walk}>
      <Answer requested={fetched} what="models">
        {(answer) => {
          const total = answer.total ?? answer.items.length;
          return (
            <>
              <div class="bar">
                {table ? <span /> : <p role="status">{!total ? "Nothing found" : searching ? `${number(answer.items.length)} of ${number(total)} found${answer.named?.length ? `, by the names in it: ${answer.named.join(", ")}` : answer.approximate ? ", none exactly as typed: these are near" : ""}` : answer.items.length < total ? `${number(answer.items.length)} of ${number(total)} models shown` : count(total, "model")}</p>}
                <div class="tools">
                  {table ? null : <label class="choice"><span>Order</span>
                    <select value={sort} onChange={(e) => setQuery({ sort: e.currentTarget.value })}>
                      {q ? <option value="best">best match</option> : null}
                      {SORTS.map(([key, word]) => <option key={key} value={key}>{word}</option>)}
                    </select>
                  </label>}
                  <button type="button" class="small" aria-pressed={table} onClick={() => setQuery({ view: table ? null : "table", sort: searching ? "-sources" : route.query.get("sort") })}>{searching ? "Models as a table" : "Table"}</button>
                </div>
              </div>
              {searching ? <Kinds counts={answer.kinds ?? []} chosen={kind} /> : null}
              {q && (!searching || answer.kinds?.some((one) => one.value === "model")) ? <Counted searching={searching} /> : null}
              {total === 0 ? <Nothing q={q} /> : null}
              {table ? <DataTable label="Models" rows={answer.items} columns={MODEL_COLUMNS} rowKey={(row) => row.iri} total={total} noun={["model", "models"]} everything={total <= MOST_LISTED ? everything : undefined}
                more={answer.items.length < total ? `loaded${total > MOST_LISTED ? "; a file holds what is loaded" : "; a file holds all"}` : null} />
                : <ul class="models">{answer.items.map((row) => isModel(row) ? <Row key={row.iri} row={row} /> : <Other key={row.iri} hit={row as unknown as Hit} />)}</ul>}
              {answer.items.length < total && limit < MOST_LISTED ? (
                <button type="button" onClick={() => setQuery({ limit: String(Math.min(Math.max(limit, table ? 100 : 0) * 2, MOST_LISTED)) }, true)}>Show more</button>
              ) : answer.items.length < total ? <p class="aside">No more are listed on one page: narrow by a filter, a kind, or a longer text.</p> : null}
            </>
          );
        }}
      </Answer>
    </section>
  );
}

const MODEL_COLUMNS: Column<ModelRow>[] = [
  { key: "name", label: "Model", order: "name", head: true, value: (r) => r.id, view: (r) => <><ModelLink id={r.id} name={r.name} /> {r.name !== r.id ? <code class="aside"><bdi>{r.id}</bdi></code> : null}</> },
  { key: "maker", label: "Developer", value: (r) => r.developers },
  { key: "released", label: "Released", order: "released", value: (r) => r.released },
  { key: "parameters", label: "Parameters", order: "parameters", numeric: true, value: (r) => r.parameterCount, view: (r) => (r.parameterCount ? brief(r.parameterCount) : "") },
  { key: "context", label: "Context", order: "context", numeric: true, value: (r) => r.contextLength, view: (r) => (r.contextLength ? brief(r.contextLength) : "") },
  { key: "licences", label: "Licence", value: (r) => r.licences.map(nameOf) },
  { key: "open", label: "Openness", value: (r) => r.openness },
  { key: "known", label: "Known of all fields", numeric: true, value: (r) => r.known, view: (r) => `${number(r.known)} of ${number(r.fields)}` },
  { key: "sources", label: "Sources", order: "sources", numeric: true, value: (r) => r.sources },
  { key: "gaps", label: "Not disclosed", order: "gaps", numeric: true, value: (r) => r.gaps },
  { key: "conflicts", label: "Conflicts", order: "conflicts", numeric: true, value: (r) => r.conflicts },
  { key: "descendants", label: "Descendants", order: "descendants", numeric: true, value: (r) => r.descendants },
  { key: "basket", label: "", value: () => "", view: (r) => <InBasket id={r.id} brief /> },
];

/** Why the numbers of models differ between the search and the list: the one finds names, the other lists what is described. */
function Counted({ searching }: { searching: boolean }): JSX.Element {
  const listed = "models that a source describes and that have words which begin as typed";
  return <p class="aside">{searching
    ? `The filters and the table count ${listed}; the search counts names, also those that are only mentioned and those with the text inside a word.`
    : <>Counted are {listed}; <a href={withQuery({ sort: null, view: null, limit: null })}>the search</a> finds other names too.</>}</p>;
}

function Nothing({ q }: { q: string }): JSX.Element {
  return (
    <div class="empty">
      <p>Nothing in the store matches{q ? <> “<bdi>{q}</bdi>”</> : null} with these filters.</p>
      <p><a href="/">Clear everything</a></p>
    </div>
  );
}

/** Whether a hit is a model with its summary. */
function isModel(row: ModelRow): boolean {
  return ((row as { kind?: string }).kind ?? "model") === "model";
}

/** Every kind that the text finds, with how many; one narrows the list to it. */
function Kinds({ counts, chosen }: { counts: SearchAnswer["kinds"]; chosen: string }): JSX.Element | null {
  const all = counts.reduce((sum, one) => sum + one.count, 0);
  const listed = chosen && !counts.some((one) => one.value === chosen) ? [...counts, { value: chosen, count: 0 }] : counts;
  if (listed.length < 2 && !chosen) return null;
  return (
    <nav class="kinds-found" aria-label="Kinds found">
      <a href={withQuery({ kind: null, limit: null })} aria-current={chosen ? undefined : "true"}>all <span class="aside">{number(all)}</span></a>
      {listed.map((one) => <a key={one.value} href={withQuery({ kind: one.value, limit: null })} aria-current={one.value === chosen ? "true" : undefined}>{one.value} <span class="aside">{number(one.count)}</span></a>)}
    </nav>
  );
}

function Other({ hit }: { hit: Hit }): JSX.Element {
  return (
    <li>
      <p class="name"><a href={dated(hrefOfHit(hit))}><bdi>{hit.name}</bdi></a> <span class="badge">{hit.kind}</span></p>
      <p class="facts"><bdi>{hit.id}</bdi></p>
    </li>
  );
}

function Row({ row }: { row: ModelRow }): JSX.Element {
  const facts = [
    row.developers.slice(0, 4).join(", ") + (row.developers.length > 4 ? ` and ${row.developers.length - 4} more` : ""),
    row.released?.slice(0, 4),
    row.parameterCount ? `${brief(row.parameterCount)} parameters` : "",
    row.contextLength ? `${brief(row.contextLength)} context` : "",
    row.licences.map(nameOf).join(", "),
  ].filter(Boolean);
  return (
    <li>
      <p class="name"><ModelLink id={row.id} name={row.name} /> <InBasket id={row.id} brief /> {row.name !== row.id ? <code><bdi>{row.id}</bdi></code> : null}</p>
      <p class="facts"><bdi>{facts.join(" · ")}</bdi></p>
      <p class="counts">
        {row.fields ? <span>known {number(row.known)} of {number(row.fields)}</span> : null}
        <span>{count(row.sources, "source")}</span>
        {row.gaps ? <span class="gap"><span aria-hidden="true">○</span> {number(row.gaps)} not disclosed</span> : null}
        {row.conflicts ? <span class="conflict"><span aria-hidden="true">≠</span> {count(row.conflicts, "conflict")}</span> : null}
        {row.descendants ? <a href={`/lineage/${inPath(row.id)}?direction=down`}>{count(row.descendants, "descendant")}</a> : null}
      </p>
    </li>
  );
}

function FacetList({ query, place: route }: { query: string; place: Route }): JSX.Element {
  const fetched = useFetched<Facets>(dated(`/api/v1/facets?${query}`));
  const [wide] = useState(() => matchMedia("(min-width: 700px)").matches);
  const chosen = FACETS.flatMap(([key]) => route.query.getAll(key)).length;
  return (
    <aside class="facets" aria-label="Filters">
      <details open={(wide && route.query.get("view") !== "table") || undefined}>
        <summary>Filters{chosen ? ` (${chosen})` : ""}</summary>
        {fetched.error ? <Trouble error={fetched.error} retry={fetched.retry} /> : null}
        {FACETS.map(([key, word]) => (
          <Facet key={key} name={key} word={word} values={fetched.data?.[key] ?? []} chosen={route.query.getAll(key)} />
        ))}
      </details>
    </aside>
  );
}

function Facet({ name, word, values, chosen }: { name: string; word: string; values: { value: string; count: number }[]; chosen: string[] }): JSX.Element | null {
  const [all, setAll] = useState(false);
  const listed = [...chosen.filter((c) => !values.some((v) => v.value === c)).map((value) => ({ value, count: 0 })), ...values];
  if (!listed.length) return null;
  const visible = all ? listed : listed.filter((v, n) => n < 6 || chosen.includes(v.value));
  const toggle = (value: string): void =>
    setQuery({ [name]: toggled(value), limit: null });
  return (
    <fieldset class="facet">
      <legend>{word}</legend>
      {visible.map(({ value, count: n }) => (
        <label key={value}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
          <span class="what">{name === "disclosure" && value !== "contested" ? <Disclosed value={value} /> : <bdi>{shortId(value)}</bdi>}</span>
          <span class="n">{number(n)}</span>
        </label>
      ))}
      {listed.length > visible.length ? <button type="button" class="link" onClick={() => setAll(true)}>{`all ${listed.length}`}<span class="visually-hidden"> of {word}</span></button> : null}
    </fieldset>
  );
}

/** A choice by disclosure: a state, or a field in a state. */
function Disclosed({ value }: { value: string }): JSX.Element {
  const { field, state } = disclosed(value);
  return field ? <><StateMark state={state} quiet /> <bdi>{field}</bdi></> : <StateMark state={state} />;
}

const SHOWN: [string, string, string?][] = [
  ["Model", "models"],
  ["ModelVersion", "versions"],
  ["Dataset", "datasets"],
  ["Organization", "organisations"],
  ["EvaluationResult", "scores"],
  ["RankEntry", "ranks"],
  ["Licence", "licences"],
];

function Holdings(): JSX.Element {
  const fetched = useFetched<Stats>(dated("/api/v1/stats"));
  return (
    <section class="holdings" aria-labelledby="holdings-title">
      <h2 id="holdings-title">What this store holds</h2>
      <Answer requested={fetched} what="counts">
        {(answer) => {
          const records = Object.values(answer.recordsByReader).reduce((a, b) => a + b, 0);
          return (
            <>
              <dl class="figures">
                {SHOWN.map(([key, word]) => <div key={key}><dt>{word}</dt><dd>{number(answer.things[key] ?? 0)}</dd></div>)}
                <div><dt>records</dt><dd>{number(records)}</dd></div>
                <div><dt>last updated</dt><dd><time dateTime={answer.lastRetrieved}>{answer.lastRetrieved}</time></dd></div>
              </dl>
              <p class="aside">
                Read from {count(Object.keys(answer.recordsByPublisher).length, "publisher")}; {number(answer.disclosure["undisclosed"] ?? 0)} facts are
                on record as not disclosed, on {number(answer.disclosure["contested"] ?? 0)} sources disagree:{" "}
                <a href={withQuery({}, { path: "/conflicts", query: new URLSearchParams() })}>all conflicts</a>.
              </p>
            </>
          );
        }}
      </Answer>
    </section>
  );
}
