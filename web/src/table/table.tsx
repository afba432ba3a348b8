/** The one table of the page: sorted, filtered, faceted and exported by column; what is chosen stands in the address. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { get } from "../api";
import { download } from "../parts";
import { here, setQuery } from "../router";
import { number } from "../words";
import { asCsv, asJson, facet, nextSort, textOf, wished, type Column, type Wish } from "./rows";

const PAGE = 100;

interface Props<R> {
  /** What the table is called, and the file it is saved to. */
  label: string;
  rows: R[];
  columns: Column<R>[];
  rowKey: (row: R) => string;
  /** Stands before the names of this table's parameters, where a page has several. */
  prefix?: string;
  /** What the rows are called. */
  noun?: [one: string, many: string];
  /** How many there are in all, where not all are loaded. */
  total?: number | undefined;
  /** Shown beside the count: how to get the rest. */
  more?: ComponentChildren;
  /** All rows that the service has for these filters, for export where not all are loaded. */
  everything?: (() => Promise<R[]>) | undefined;
  /** What the file of comma-separated values holds, where that is more than what is shown. */
  saved?: () => string;
  /** Whether to leave out what short tables do not need. */
  plain?: boolean;
  empty?: ComponentChildren;
  /** Where the service filters, sorts and counts, by the very parameters of the address. */
  service?: Served<R> | undefined;
  /** A line below a row that opens by a button. */
  detail?: (row: R) => ComponentChildren;
}

/** What the service gives beside rows that it chose. */
export interface Served<R> {
  /** How many rows each value of a column leaves. */
  facets: Record<string, { value: string; count: number }[]> | undefined;
  /** Whether there are rows after these. */
  next: boolean;
  /** The request that gave the rows; as CSV it gives them all. */
  path: string;
  /** The rows of an answer, and where the next begin. */
  rowsOf: (answer: never) => { rows: R[]; next?: string | null | undefined };
  /** How many rows the service gives at once at most. */
  limit?: number;
}

/** Rows that a service gives at once. */
const MOST_SERVED = 5000;

/** What the service is asked for: a table's part of the address under the same names, with counts of values. */
export function servedQuery<R>(columns: Column<R>[], query: URLSearchParams, more: string[] = []): URLSearchParams {
  const params = new URLSearchParams({ limit: query.get("limit") ?? String(PAGE), facets: "true" });
  for (const key of new Set(["sort", "find", ...more, ...columns.filter((c) => c.facet).map((c) => c.key)])) for (const value of query.getAll(key)) if (value) params.append(key, value);
  return params;
}

/** A request with other parameters. */
function otherwise(path: string, changes: Record<string, string | null>): string {
  const to = new URL(path, location.href);
  for (const [name, value] of Object.entries(changes)) if (value === null) to.searchParams.delete(name);
  else to.searchParams.set(name, value);
  return to.pathname + to.search;
}

/** Every row that the service has for a request, page by page. */
async function everyRow<R>({ path, rowsOf, limit: maximum = MOST_SERVED }: Served<R>): Promise<R[]> {
  const rows: R[] = [];
  let cursor: string | null | undefined = "";
  while (cursor !== null && cursor !== undefined) {
    const part: ReturnType<typeof rowsOf> = rowsOf((await get(otherwise(path, { limit: String(maximum), facets: null, cursor: cursor || null }))) as never);
    rows.push(...part.rows);
    cursor = part.next;
  }
  return rows;
}

/** What stands in the address for a table with this prefix. */
export function wishOf<R>(columns: Column<R>[], prefix: string): Wish {
  const { query } = here();
  const chosen: Record<string, string[]> = {};
  for (const column of columns) if (column.facet) chosen[column.key] = query.getAll(prefix + column.key);
  return { sort: query.get(`${prefix}sort`) ?? "", find: query.get(`${prefix}find`) ?? "", chosen };
}

/** The table. Columns with `order` are sorted by the service, all others here. */
export function DataTable<R>(props: Props<R>): JSX.Element {
  const { label, rows, columns, rowKey, prefix = "", noun = ["row", "rows"], plain, detail } = props;
  const wish = wishOf(columns, prefix);
  const key = JSON.stringify(wish);
  const { service } = props;
  const byService = columns.some((c) => c.order);
  const visible = useMemo(() => (service ? rows : wished(rows, columns, byService ? { ...wish, sort: "" } : wish)), [rows, key, columns]);
  const sorts = columns.filter((c) => c.label).map((c) => c.order ?? c.key);
  const unknownSort = !byService && !service && wish.sort && !sorts.includes(wish.sort.replace(/^-/, "")) ? wish.sort : "";
  const [limit, setMost] = useState(PAGE);
  const [open, setOpen] = useState<string>();
  const of = props.total ?? rows.length;
  const short = plain ?? (rows.length < 8 && !wish.find && !Object.values(wish.chosen).some((c) => c.length));
  const file = label.toLowerCase().replace(/\W+/g, "-");
  const save = async (kind: "csv" | "json"): Promise<void> => {
    if (kind === "csv" && props.saved) return download(`${file}.csv`, props.saved(), "text/csv");
    const all = service ? await everyRow(service) : props.everything ? wished(await props.everything(), columns, byService ? { ...wish, sort: "" } : wish) : visible;
    download(`${file}.${kind}`, kind === "csv" ? asCsv(all, columns) : asJson(all, columns), kind === "csv" ? "text/csv" : "application/json");
  };
  return (
    <div class="data-table">
      <div class="bar">
        <p role="status">{number(visible.length)} of {number(of)} {of === 1 ? noun[0] : noun[1]}{props.more ? <> {props.more}</> : null}</p>
        <div class="tools">
          {short ? null : <label class="choice"><span>Filter</span><Words value={wish.find} wait={service ? SERVICE_MS : 0} onDone={(text) => setQuery({ [`${prefix}find`]: text }, true)} /></label>}
          {short ? null : columns.filter((c) => c.facet).map((c) => <Facet key={c.key} column={c} counted={service?.facets?.[c.key]} rows={rows} columns={columns} wish={wish} prefix={prefix} />)}
          {service ? <a class="button small" download={`${file}.csv`} href={otherwise(service.path, { format: "csv", limit: null, facets: null })}>CSV<span class="visually-hidden"> of {label}</span></a>
            : <button type="button" class="small" onClick={() => void save("csv")}>CSV<span class="visually-hidden"> of {label}</span></button>}
          <button type="button" class="small" onClick={() => void save("json")}>JSON<span class="visually-hidden"> of {label}</span></button>
        </div>
      </div>
      {unknownSort ? <p role="status">No column <code><bdi>{unknownSort.slice(0, 40)}</bdi></code> to sort by; the rows are in their given order. <button type="button" class="link" onClick={() => setQuery({ [`${prefix}sort`]: null }, true)}>Take it out</button></p> : null}
      {visible.length ? (
        <div class="scroll" tabIndex={0} role="region" aria-label={label}><table class="list">
          <thead><tr>
            {columns.map((c) => <Head key={c.key} column={c} sort={wish.sort} prefix={prefix} fixed={byService && !c.order} />)}
            {detail ? <th><span class="visually-hidden">More</span></th> : null}
          </tr></thead>
          <tbody>
            {visible.slice(0, service ? visible.length : limit).map((row) => {
              const id = rowKey(row);
              const cells = columns.map((c) => {
                const content = c.view ? c.view(row) : <bdi>{textOf(c.value(row))}</bdi>;
                return c.head ? <th key={c.key} scope="row">{content}</th> : <td key={c.key} class={c.numeric ? "num" : c.sentences ? "sentences" : c.label ? undefined : "bare"}>{content}</td>;
              });
              return detail ? (
                <>
                  <tr key={id}>{cells}<td class="bare"><button type="button" class="small" aria-expanded={open === id} onClick={() => setOpen(open === id ? undefined : id)}>{open === id ? "Less" : "More"}<span class="visually-hidden"> about {textOf(columns[0]?.value(row))}</span></button></td></tr>
                  {open === id ? <tr key={`${id} more`} class="detail"><td colSpan={columns.length + 1}>{detail(row)}</td></tr> : null}
                </>
              ) : <tr key={id}>{cells}</tr>;
            })}
          </tbody>
        </table></div>
      ) : <div class="empty">{props.empty ?? <p>No {noun[0]} matches.</p>}</div>}
      {service?.next ? <p><button type="button" onClick={() => setQuery({ limit: String(Math.min(visible.length * 4, service.limit ?? MOST_SERVED)) }, true)}>Show more</button></p> : null}
      {!service && visible.length > limit ? <p>{number(limit)} of {number(visible.length)} drawn. <button type="button" onClick={() => setMost(limit * 4)}>Show more</button></p> : null}
    </div>
  );
}

/** How long the service waits for the next letter. */
const SERVICE_MS = 250;

/** Words to filter by; taken as they are typed, after a pause where a service is asked. */
function Words({ value, wait, onDone }: { value: string; wait: number; onDone: (text: string) => void }): JSX.Element {
  const [draft, setDraft] = useState<string>();
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const typed = (text: string): void => {
    if (!wait) return onDone(text);
    setDraft(text);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      onDone(text);
      setDraft(undefined);
    }, wait);
  };
  return <input type="search" value={draft ?? value} placeholder="any column" onInput={(e) => typed(e.currentTarget.value)} />;
}

function Head<R>({ column, sort, prefix, fixed }: { column: Column<R>; sort: string; prefix: string; fixed: boolean }): JSX.Element {
  if (fixed || !column.label) return <th scope="col" class={column.numeric ? "num" : undefined}>{column.label || <span class="visually-hidden">Links</span>}</th>;
  const ordered = column.order ? { ...column, key: column.order } : column;
  const way = sort === ordered.key ? "ascending" : sort === `-${ordered.key}` ? "descending" : "none";
  const to = (): void => setQuery({ [`${prefix}sort`]: nextSort(ordered, sort) });
  return (
    <th scope="col" class={column.numeric ? "num" : undefined} aria-sort={way}>
      <button type="button" class="sort" onClick={to}>{column.label}<span aria-hidden="true" class="way">{way === "ascending" ? "▲" : way === "descending" ? "▼" : "↕"}</span></button>
    </th>
  );
}

/** Values of one column with how many rows have each. */
function Facet<R>({ column, counted, rows, columns, wish, prefix }: { column: Column<R>; counted?: { value: string; count: number }[] | undefined; rows: R[]; columns: Column<R>[]; wish: Wish; prefix: string }): JSX.Element | null {
  const values = useMemo(() => counted ?? facet(rows, columns, wish, column.key), [counted, rows, columns, JSON.stringify(wish)]);
  const chosen = wish.chosen[column.key] ?? [];
  if (values.length < 2 && !chosen.length) return null;
  const word = (value: string): string => (value ? (column.word?.(value) ?? value) : "none recorded");
  return (
    <label class="choice"><span>{column.label}</span>
      <select value={chosen[0] ?? "*"} onChange={(e) => setQuery({ [prefix + column.key]: e.currentTarget.value === "*" ? null : e.currentTarget.value })}>
        <option value="*">all</option>
        {values.filter((v) => v.value).slice(0, 200).map((v) => <option key={v.value} value={v.value}>{`${word(v.value)} (${number(v.count)})`}</option>)}
        {chosen.filter((c) => !values.some((v) => v.value === c)).map((c) => <option key={c} value={c}>{`${word(c)} (0)`}</option>)}
      </select>
    </label>
  );
}
