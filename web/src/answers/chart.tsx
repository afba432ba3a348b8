/** A plain bar chart for answers with one naming and one counting column. */
import type { JSX } from "preact";
import type { Term1 } from "../types";
import { shorten } from "../prefixes";
import { number, shortId } from "../words";
import { isNumber } from "./answer";
import type { Found } from "./ask";

export interface ChartData {
  name: string;
  measure: string;
  bars: { word: string; value: number }[];
  all: number;
}

const MOST = 60;

/** The chart that an answer allows: the first column with numbers, named by another column. */
export function chartOf(found: Found): ChartData | undefined {
  if (found.kind !== "table" || found.bindings.length < 2) return undefined;
  const numeric = (column: string): boolean => found.bindings.every((b) => !b[column] || isNumber(b[column])) && found.bindings.some((b) => b[column]);
  const measure = found.columns.find(numeric);
  const names = found.columns.filter((c) => c !== measure && !numeric(c));
  const name = names.find((c) => found.bindings.some((b) => b[c]?.type === "literal")) ?? names[0];
  if (!measure || !name) return undefined;
  const bars = found.bindings.filter((b) => b[measure]).slice(0, MOST).map((b) => ({ word: wordOf(b[name]), value: Number(b[measure]?.value) }));
  if (bars.length < 2 || bars.some((b) => !Number.isFinite(b.value) || b.value < 0)) return undefined;
  return { name, measure, bars, all: found.bindings.length };
}

function wordOf(term: Term1 | undefined): string {
  if (!term) return "–";
  return term.type === "uri" ? shortId(shorten(term.value)).replace(/^model\//, "") : term.value;
}

const ROW = 24;
const LEFT = 250;
const WIDTH = 760;

/** The chart; every bar carries its number. */
export function Chart({ chart }: { chart: ChartData }): JSX.Element {
  const top = Math.max(...chart.bars.map((b) => b.value), 1e-9);
  const height = chart.bars.length * ROW + 8;
  return (
    <figure class="chart">
      <figcaption>{chart.measure} by {chart.name}{chart.bars.length < chart.all ? `: the first ${chart.bars.length} of ${number(chart.all)} rows` : ""}</figcaption>
      <div class="scroll" tabIndex={0} role="region" aria-label="Chart">
        <svg width={WIDTH} height={height} viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={`Bars of ${chart.measure} by ${chart.name}; the table has the same numbers`}>
          {chart.bars.map((bar, n) => {
            const length = ((WIDTH - LEFT - 110) * bar.value) / top;
            return (
              <g key={n} transform={`translate(0 ${n * ROW + 4})`}>
                <title>{`${bar.word}: ${number(bar.value)}`}</title>
                <text x={LEFT - 8} y="14" text-anchor="end">{bar.word.length > 36 ? `${bar.word.slice(0, 20)}…${bar.word.slice(-14)}` : bar.word}</text>
                <rect x={LEFT} y="2" width={Math.max(length, 1)} height={ROW - 8} />
                <text x={LEFT + length + 6} y="14">{number(bar.value)}</text>
              </g>
            );
          })}
        </svg>
      </div>
    </figure>
  );
}
