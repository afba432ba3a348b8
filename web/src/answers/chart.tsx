/** Charts of an answer: bars, a line, points; axes for numbers and for time. Every row is drawn, or counted as not drawn. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { download } from "../parts";
import { setQuery, type Route } from "../router";
import { brief, number } from "../words";
import type { QueryResult } from "./ask";
import { axes, points, ticks, usual, type Axis, type Point } from "./series";

const KINDS: [string, string][] = [["bar", "bars"], ["line", "line"], ["points", "points"]];
const WIDTH = 860;
const ROW = 24;
const LEFT = 250;
const BARS = 100;
const MOST_BARS = 5000;

/** Whether an answer can be drawn. */
export function drawable(queryResult: QueryResult): boolean {
  return queryResult.bindings.length > 1 && usual(axes(queryResult)) !== undefined;
}

/** The chart; its kind and axes stand in the address. */
export function Chart({ result: queryResult, place: route }: { result: QueryResult; place: Route }): JSX.Element {
  const all = axes(queryResult);
  const first = usual(all);
  const chosen = (name: string, otherwise: Axis | undefined): Axis | undefined => all.find((a) => a.column === route.query.get(name)) ?? otherwise;
  const x = chosen("x", first?.x);
  const numeric = all.filter((a) => a.scale === "number");
  const y = numeric.find((a) => a.column === route.query.get("y")) ?? first?.y;
  if (!x || !y) return <p>No column here holds numbers.</p>;
  const kind = route.query.get("chart") ?? (x.scale === "time" ? "line" : x.scale === "number" ? "points" : "bar");
  const { points: drawn, without } = points(queryResult, x, y);
  return (
    <figure class="chart">
      <div class="controls">
        <Select label="Chart" name="chart" value={kind} options={x.scale === "name" ? KINDS.slice(0, 1) : KINDS} />
        <Select label="Along" name="x" value={x.column} options={all.filter((a) => a !== y).map((a) => [a.column, a.column])} />
        <Select label="Measure" name="y" value={y.column} options={numeric.map((a) => [a.column, a.column])} />
        <button type="button" class="small" onClick={(e) => { const svg = e.currentTarget.closest("figure")?.querySelector("svg"); if (svg) download("chart.svg", new XMLSerializer().serializeToString(svg), "image/svg+xml"); }}>SVG</button>
      </div>
      <figcaption>{y.column} by {x.column}: {number(drawn.length)} of {number(queryResult.bindings.length)} rows{without ? `; ${number(without)} have no value for both` : ""}</figcaption>
      {kind === "bar" || x.scale === "name" ? <Bars drawn={drawn} x={x} y={y} /> : <Plane drawn={drawn} x={x} y={y} joined={kind === "line"} />}
    </figure>
  );
}

function Select({ label, name, value, options }: { label: string; name: string; value: string; options: [string, string][] }): JSX.Element {
  return (
    <label class="choice"><span>{label}</span>
      <select value={value} onChange={(e) => setQuery({ [name]: e.currentTarget.value }, true)}>{options.map(([key, word]) => <option key={key} value={key}>{word}</option>)}</select>
    </label>
  );
}

/** Bars from nought, to the left where a value is negative. */
function Bars({ drawn, x, y }: { drawn: Point[]; x: Axis; y: Axis }): JSX.Element {
  const [limit, setMost] = useState(BARS);
  const visible = drawn.slice(0, limit);
  const [low, high] = [Math.min(0, ...drawn.map((p) => p.y)), Math.max(0, ...drawn.map((p) => p.y), 1e-12)];
  const room = WIDTH - LEFT - 110;
  const at = (value: number): number => LEFT + (room * (value - low)) / (high - low);
  const height = visible.length * ROW + 8;
  const rest = drawn.slice(limit);
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Chart">
        <svg xmlns="http://www.w3.org/2000/svg" width={WIDTH} height={height} viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={`Bars of ${y.column} by ${x.column}; the table has the same numbers`}>
          {visible.map((bar, n) => (
            <g key={n} transform={`translate(0 ${n * ROW + 4})`}>
              <title>{`${bar.word}: ${number(bar.y)}`}</title>
              <text x={LEFT - 8} y="14" text-anchor="end">{bar.word.length > 36 ? `${bar.word.slice(0, 20)}…${bar.word.slice(-14)}` : bar.word}</text>
              <rect x={Math.min(at(0), at(bar.y))} y="2" width={Math.max(Math.abs(at(bar.y) - at(0)), 1)} height={ROW - 8} />
              <text x={Math.max(at(0), at(bar.y)) + 6} y="14">{number(bar.y)}</text>
            </g>
          ))}
        </svg>
      </div>
      {rest.length ? (
        <p role="status" class="trouble"><strong>{number(visible.length)} of {number(drawn.length)} bars drawn.</strong> The other {number(rest.length)} add up to {number(rest.reduce((sum, p) => sum + p.y, 0))}.{" "}
          {limit < MOST_BARS ? <button type="button" onClick={() => setMost(MOST_BARS)}>Draw {drawn.length > MOST_BARS ? number(MOST_BARS) : "all"}</button> : "Narrow the query to draw them."}</p>
      ) : null}
    </>
  );
}

const HEIGHT = 360;
const FRAME = { left: 84, right: 20, top: 12, bottom: 44 };

/** Points between two axes, joined where a line is asked for. */
function Plane({ drawn, x, y, joined }: { drawn: Point[]; x: Axis; y: Axis; joined: boolean }): JSX.Element {
  const span = (values: number[], nought: boolean): [number, number] => {
    const [low, high] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
    return [nought && low > 0 ? 0 : low, high > low ? high : low + 1];
  };
  const [x0, x1] = span(drawn.map((p) => p.x), false);
  const [y0, y1] = span(drawn.map((p) => p.y), true);
  const px = (v: number): number => FRAME.left + ((WIDTH - FRAME.left - FRAME.right) * (v - x0)) / (x1 - x0);
  const py = (v: number): number => HEIGHT - FRAME.bottom - ((HEIGHT - FRAME.top - FRAME.bottom) * (v - y0)) / (y1 - y0);
  const xs = x.scale === "time" ? ticks(x0, x1, 8).filter((t) => Number.isInteger(t)) : ticks(x0, x1, 8);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Chart">
      <svg xmlns="http://www.w3.org/2000/svg" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${joined ? "Line" : "Points"} of ${y.column} by ${x.column}; the table has the same numbers`}>
        {ticks(y0, y1).map((t) => <g key={t} class="tick"><line x1={FRAME.left} x2={WIDTH - FRAME.right} y1={py(t)} y2={py(t)} /><text x={FRAME.left - 8} y={py(t) + 4} text-anchor="end">{brief(t)}</text></g>)}
        {xs.map((t) => <g key={t} class="tick"><line x1={px(t)} x2={px(t)} y1={HEIGHT - FRAME.bottom} y2={HEIGHT - FRAME.bottom + 5} /><text x={px(t)} y={HEIGHT - FRAME.bottom + 18} text-anchor="middle">{x.scale === "time" ? String(t) : brief(t)}</text></g>)}
        <text x={(WIDTH + FRAME.left) / 2} y={HEIGHT - 6} text-anchor="middle">{x.column}</text>
        <text x={FRAME.left} y={FRAME.top + 2}>{y.column}</text>
        {joined ? <polyline class="curve" points={drawn.map((p) => `${px(p.x).toFixed(1)},${py(p.y).toFixed(1)}`).join(" ")} /> : null}
        {drawn.map((p, n) => <circle key={n} cx={px(p.x)} cy={py(p.y)} r={drawn.length > 400 ? 1.8 : 3.4}><title>{`${p.word}: ${number(p.y)}`}</title></circle>)}
      </svg>
    </div>
  );
}
