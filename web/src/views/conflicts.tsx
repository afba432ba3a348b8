/** The ledger of conflicts: what sources disagree about, worst first; as cards to read, or as a table. */
import type { JSX } from "preact";
import { useFetched } from "../api";
import { dated } from "../asof";
import { DEFAULT, KINDS } from "../conflictkinds";
import { DeveloperFilter } from "../developer";
import { ClaimCard } from "../inspector";
import { Answer, Choice, useTitle } from "../parts";
import { EntityPicker } from "../searchbox";
import { here, inPath, setQuery, toggled, type Route } from "../router";
import { DataTable, servedQuery } from "../table/table";
import type { Column } from "../table/rows";
import type { Conflict, ConflictPage, Matrix } from "../types";
import { number, shortId } from "../words";

const MOST = 500;

/** The view; filters stand in the address and are those of `/api/v1/conflicts`. */
export default function Conflicts({ currentRoute: route }: { currentRoute: Route }): JSX.Element {
  const { query } = route;
  const model = query.get("model") ?? "";
  const field = query.get("field") ?? "";
  const table = query.get("view") === "table";
  const fields = useFetched<Matrix>("/api/v1/disclosure?limit=1");
  const named = fields.data?.fields.find((f) => f.property === field)?.label ?? field;
  useTitle(`Conflicts${model ? ` about ${model}` : ""}${field ? `: ${named}` : ""}`);
  const filters = servedQuery(COLUMNS, query, ["severityMin", "model", "all", "kind", "field", "developer"]);
  if (!table) filters.delete("facets");
  const path = dated(`/api/v1/conflicts?${filters}`);
  const answer = useFetched<ConflictPage>(path);
  const options: [string, string][] = (fields.data?.fields ?? []).map((f): [string, string] => [f.property, f.label]).sort((a, b) => a[1].localeCompare(b[1]));
  if (field && !options.some(([key]) => key === field)) options.push([field, field]);
  return (
    <div class={table ? "page wide" : "page"}>
      <h1>{model ? <><span class="kind">Conflicts about</span> <bdi>{model}</bdi></> : <>Where sources disagree{field ? <span class="kind"> on {named}</span> : null}</>}</h1>
      <div class="controls">
        <Choice late name="field" label="Field" value={field} options={[["", "all fields"], ...options]} />
        <DeveloperFilter value={query.get("developer") ?? ""} />
        <EntityPicker label="Model" initial={model} onPick={(id) => setQuery({ model: id })} />
        <Choice name="severityMin" label="Severity" value={query.get("severityMin") ?? ""} options={[["", "all"], ["40", "40 and above"], ["60", "60 and above"], ["80", "80 and above"]]} />
        <Choice name="view" label="Show as" value={query.get("view") ?? ""} options={[["", "cards"], ["table", "table"]]} />
        {["model", "field", "developer", "kind", "severityMin", "all"].some((key) => query.get(key)) ? <button type="button" class="small" onClick={() => setQuery({ model: null, field: null, developer: null, kind: null, severityMin: null, all: null })}>Clear the filters</button> : null}
      </div>
      <Answer requested={answer} what="the conflicts">
        {(ledger) => (
          <>
            <Kinds counts={ledger.kinds} chosen={query.getAll("kind")} all={query.get("all") === "true"} />
            {!ledger.total && lesser(ledger) ? <p role="status">No source contradicts another here; {number(lesser(ledger))} {lesser(ledger) === 1 ? "difference is" : "differences are"} of less weight. <button type="button" class="link" onClick={() => setQuery({ all: "true", kind: null })}>Show {lesser(ledger) === 1 ? "it" : "them"}</button></p> : null}
            {table ? <AsTable ledger={ledger} path={path} /> : <Cards ledger={ledger} open={Boolean(model) && ledger.total < 6} />}
            {!table && ledger.next && ledger.shown < MOST ? <button type="button" onClick={() => setQuery({ limit: String(Math.min(MOST, ledger.shown * 2)) }, true)}>Show more</button> : null}
          </>
        )}
      </Answer>
    </div>
  );
}

/** How many differences there are of the kinds that are not shown. */
function lesser(ledger: ConflictPage): number {
  return Object.values(ledger.kinds).reduce((sum, n) => sum + n, 0) - ledger.total;
}

/** Kinds to choose; those listed by default stand alone, the rest opens. */
function Kinds({ counts, chosen, all }: { counts: Record<string, number>; chosen: string[]; all: boolean }): JSX.Element {
  const visible = chosen.length ? chosen : all ? Object.keys(KINDS) : DEFAULT;
  const toggle = (kind: string): void => {
    const everything = here().query.get("all") === "true";
    setQuery({ kind: (now) => toggled(kind, DEFAULT)(now.length || !everything ? now : Object.keys(KINDS)), all: null });
  };
  const box = (kind: string): JSX.Element => (
    <label key={kind} class="check"><input type="checkbox" checked={visible.includes(kind)} onChange={() => toggle(kind)} /><span><strong>{KINDS[kind] ?? kind}</strong> <span class="aside">{number(counts[kind] ?? 0)}</span></span></label>
  );
  const rest = Object.keys(KINDS).filter((k) => !DEFAULT.includes(k) && counts[k]);
  return (
    <fieldset class="kinds"><legend>Kinds of conflict</legend>
      {DEFAULT.map(box)}
      {rest.length ? (
        <details open={rest.some((k) => visible.includes(k))}><summary>Differences of less weight <span class="aside">{number(rest.reduce((n, k) => n + (counts[k] ?? 0), 0))}</span></summary>
          <div class="kinds">{rest.map(box)}</div></details>
      ) : null}
    </fieldset>
  );
}

function modelHref(c: Conflict): string {
  return dated(`/models/${inPath(c.subject.id ?? c.subject.label)}?claims=${c.property}`);
}

/** A value of a side without the prefix of its vocabulary. */
function sideValue(value: string): string {
  return shortId(value).replace(/^pg:/, "");
}

/** A count of many digits as it is read; anything else as it is. */
function withCommas(value: string): string {
  return /^[1-9]\d{4,14}$/.test(value) ? number(Number(value)) : value;
}

const COLUMNS: Column<Conflict>[] = [
  { key: "subject", label: "Model", head: true, facet: true, value: (c) => c.subject.label, view: (c) => <a href={modelHref(c)}><bdi>{c.subject.label}</bdi></a> },
  { key: "property", label: "Field", facet: true, value: (c) => c.label },
  { key: "accepted", label: "Accepted", value: (c) => c.sides.filter((s) => s.accepted).map((s) => sideValue(s.value)), view: (c) => c.sides.filter((s) => s.accepted).map((s) => withCommas(sideValue(s.value))).join(", ") },
  { key: "others", label: "Other values", value: (c) => c.sides.filter((s) => !s.accepted).map((s) => sideValue(s.value)), view: (c) => c.sides.filter((s) => !s.accepted).map((s) => withCommas(sideValue(s.value))).join(", ") },
  { key: "severity", label: "Severity", numeric: true, value: (c) => c.severity },
  { key: "what", label: "Kind", value: (c) => KINDS[c.kind] ?? c.kind },
  { key: "sources", label: "Sources", facet: true, value: (c) => [...new Set(c.sides.flatMap((s) => s.claims.map((claim) => claim.publisher.id)))].sort() },
  { key: "why", label: "Why", sentences: true, value: (c) => c.explanation },
];

function AsTable({ ledger, path }: { ledger: ConflictPage; path: string }): JSX.Element {
  return <DataTable label="Conflicts" rows={ledger.items} total={ledger.total} columns={COLUMNS} rowKey={(c) => `${c.subject.iri} ${c.property} ${c.kind} ${c.explanation}`} noun={["conflict", "conflicts"]} plain={false} service={{ facets: ledger.facets, next: Boolean(ledger.next) && ledger.shown < MOST, path, limit: MOST, rowsOf: (a: ConflictPage) => ({ rows: a.items, next: a.next }) }}
    detail={(c) => <ol class="claims two">{c.sides.flatMap((s) => s.claims).map((claim, n) => <ClaimCard key={n} claim={claim} />)}</ol>} />;
}

function Cards({ ledger, open }: { ledger: ConflictPage; open: boolean }): JSX.Element {
  return (
    <>
      <p role="status">{number(ledger.shown)} of {number(ledger.total)} conflicts shown, worst first.</p>
      {ledger.total ? null : <div class="empty"><p>{Object.keys(ledger.kinds).length ? "No conflict of the kinds that are ticked; others are counted above." : "No sources that were read disagree here."}</p></div>}
      <ol class="ledger">{ledger.items.map((c, n) => <Entry key={n} conflict={c} open={open} />)}</ol>
    </>
  );
}

function Entry({ conflict, open }: { conflict: Conflict; open: boolean }): JSX.Element {
  return (
    <li class="card">
      <p class="head-line"><a href={modelHref(conflict)}><strong><bdi>{conflict.subject.label}</bdi></strong>: {conflict.label}</a>
        <span class={`badge b-${conflict.severity >= 70 ? "Violation" : conflict.severity >= 40 ? "Warning" : "Info"}`}>{KINDS[conflict.kind] ?? conflict.kind} · severity {conflict.severity}</span></p>
      <p class="aside">{conflict.explanation}</p>
      <div class="sides">
        {conflict.sides.map((side, n) => (
          <div key={n} class={side.accepted ? "side accepted" : "side"}><strong><bdi>{withCommas(sideValue(side.value))}</bdi></strong><span>{side.accepted ? "✓ accepted" : "not accepted"}</span><span class="aside">{[...new Set(side.claims.map((c) => c.publisher.id))].join(", ")}</span></div>
        ))}
      </div>
      <details open={open}><summary>The claims</summary>
        <ol class="claims two">{conflict.sides.flatMap((s) => s.claims).map((c, n) => <ClaimCard key={n} claim={c} />)}</ol>
      </details>
    </li>
  );
}
