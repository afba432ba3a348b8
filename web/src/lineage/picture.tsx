/** The drawing itself: plain SVG, one box a thing, one line an edge. */
import { memo } from "../memo";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { onLine } from "../words";
import { within } from "../explore/write";
import { HEIGHT, WIDTH, pathThrough, type Drawn, type Picture, type Placed, type Point } from "./layout";

interface Props {
  picture: Picture;
  scale: number;
  chosenNode: string;
  chosenEdge: string;
  find: string;
  conflicts: Map<string, string>;
  /** Whether a line is a statement of what stands at its end about what stands at its beginning, as one of descent is. */
  back?: boolean;
  onNode: (box: Placed) => void;
  onEdge: (line: Drawn) => void;
}

/** Room for the words of a box. */
const ROOM = WIDTH - 24;
/** Above so many lines their relation stands in the title and the table only. */
const LABELLED = 160;

/** Two lines of a box: where it is from, and its name. */
function words(box: Placed): [string, string] {
  if (box.members.length > 1) return ["", ""];
  const label = box.node.label;
  const at = label.indexOf("/");
  return at > 0 ? [label.slice(0, at), label.slice(at + 1)] : ["", label];
}

function describe(box: Placed, relation: string): string {
  if (box.members.length > 1) return `${box.members.length} entities ${relation}; open to see them one by one`;
  const { node } = box;
  const side = node.side === "up" ? `ancestor, ${node.distance} steps up` : node.side === "down" ? `descendant, ${node.distance} steps down` : "the model asked about";
  const licence = node.licences.map((l) => l.label).join(", ");
  return `${node.label}: ${node.kind === "unresolved" ? "named but not identified" : node.kind}, ${side}${licence ? `, licence ${licence}` : ""}`;
}

/** The picture; pointing at a box lights its paths, the rest steps back. */
export function PictureView(props: Props): JSX.Element {
  const { picture, scale, chosenNode, find } = props;
  const svg = useRef<SVGSVGElement>(null);
  const needle = find.trim().toLowerCase();
  const self = useMemo(() => Math.max(picture.boxes.findIndex((b) => b.node.side === "self"), 0), [picture]);
  const focused = useMemo(() => {
    const n = picture.boxes.findIndex((b) => b.key === chosenNode);
    return n < 0 ? self : n;
  }, [picture, chosenNode, self]);

  // Marked by attributes of their own: a box that is drawn anew keeps them, while its class is set again.
  const pointed = useRef("");
  const light = (n: number): void => {
    const root = svg.current;
    if (!root) return;
    pointed.current = picture.boxes[n]?.key ?? "";
    root.querySelectorAll("[data-lit]").forEach((e) => e.removeAttribute("data-lit"));
    root.toggleAttribute("data-dimmed", n >= 0);
    if (n < 0) return;
    const lit = pathThrough(picture, n);
    lit.boxes.forEach((b) => root.querySelector(`[data-box="${b}"]`)?.setAttribute("data-lit", ""));
    lit.lines.forEach((l) => root.querySelector(`[data-line="${l}"]`)?.setAttribute("data-lit", ""));
  };
  // A picture drawn anew (an answer came late) keeps what the pointer lit before it.
  useEffect(() => light(pointed.current ? picture.boxes.findIndex((b) => b.key === pointed.current) : -1), [picture]);
  useEffect(() => {
    const root = svg.current;
    if (!root) return;
    root.querySelectorAll("[data-match]").forEach((e) => e.removeAttribute("data-match"));
    if (!needle) return;
    let first: Element | undefined;
    picture.boxes.forEach((box, n) => {
      if (!box.members.some((m) => m.label.toLowerCase().includes(needle))) return;
      const element = root.querySelector(`[data-box="${n}"]`);
      element?.setAttribute("data-match", "");
      first ??= element ?? undefined;
    });
    first?.scrollIntoView({ block: "center", inline: "center" });
  }, [needle, picture]);

  const move = (event: KeyboardEvent): void => {
    const at = Number((event.target as Element).closest("[data-box]")?.getAttribute("data-box") ?? -1);
    const box = picture.boxes[at];
    if (!box) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      props.onNode(box);
      return;
    }
    const next = neighbour(picture, at, event.key);
    if (next === undefined) return;
    event.preventDefault();
    const target = svg.current?.querySelector<SVGElement>(`[data-box="${next}"]`);
    target?.focus();
    target?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  return (
    <svg ref={svg} class={picture.lines.length > LABELLED ? "picture quiet" : "picture"} role="group" aria-label="Picture of the lineage: ancestors to the left, descendants to the right; arrow keys move along it"
      width={picture.width * scale} height={picture.height * scale} viewBox={`0 0 ${picture.width} ${picture.height}`}
      onPointerOver={(e) => light(Number((e.target as Element).closest("[data-box]")?.getAttribute("data-box") ?? -1))}
      onPointerLeave={() => light(-1)}
      onFocusIn={(e) => light(Number((e.target as Element).closest("[data-box]")?.getAttribute("data-box") ?? -1))}
      onFocusOut={() => light(-1)}
      onKeyDown={move}>
      <Marks />
      <g>{picture.lines.map((line, n) => <Line key={line.key + n} n={n} line={line} chosen={line.key === props.chosenEdge} back={props.back ?? false} conflict={props.conflicts.get(line.key) ?? ""} onEdge={props.onEdge} />)}</g>
      <g aria-hidden="true">{picture.lines.map((line, n) => (props.conflicts.has(line.key) ? <Warning key={n} at={line.middle} /> : null))}</g>
      <g>{picture.boxes.map((box, n) => <Box key={box.key} n={n} box={box} focusable={n === focused} chosen={box.key === chosenNode} relation={relationOf(picture, n)} onNode={props.onNode} />)}</g>
    </svg>
  );
}

function Marks(): JSX.Element {
  return (
    <defs>
      <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="tip" d="M0 0 8 4 0 8z" /></marker>
    </defs>
  );
}

function relationOf(picture: Picture, n: number): string {
  if ((picture.boxes[n]?.members.length ?? 1) === 1) return "";
  return picture.lines.find((l) => l.from === n || l.to === n)?.edge.relationLabel ?? "";
}

/** The box that an arrow key leads to. */
function neighbour(picture: Picture, at: number, key: string): number | undefined {
  const here = picture.boxes[at] as Placed;
  const beside = (n: number): boolean => picture.lines.some((l) => (l.from === at && l.to === n) || (l.to === at && l.from === n));
  let best: number | undefined;
  let least = Infinity;
  picture.boxes.forEach((box, n) => {
    if (n === at) return;
    const dx = box.x - here.x;
    const dy = box.y - here.y;
    const fits =
      (key === "ArrowUp" && dx === 0 && dy < 0) || (key === "ArrowDown" && dx === 0 && dy > 0) ||
      (key === "ArrowLeft" && dx < 0 && beside(n)) || (key === "ArrowRight" && dx > 0 && beside(n));
    const far = Math.abs(dx) + Math.abs(dy);
    if (fits && far < least) {
      least = far;
      best = n;
    }
  });
  return best;
}

const Line = memo(function Line({ n, line, chosen, conflict, back, onEdge }: { n: number; line: Drawn; chosen: boolean; conflict: string; back: boolean; onEdge: (line: Drawn) => void }): JSX.Element {
  const { edge } = line;
  const contested = edge.contested || edge.contradictedBy.length > 0;
  const kind = `line ${edge.group} r-${edge.relationName}${edge.inferred ? " inferred" : ""}${contested ? " contested" : ""}${chosen ? " chosen" : ""}${conflict ? " breach" : ""}`;
  return (
    <g class={kind} data-line={n} data-relation={edge.relationName} onClick={() => onEdge(line)}>
      <title>{`${edge.relationLabel}${line.count > 1 ? ` (${line.count} times)` : ""}${edge.inferred ? ", inferred" : ""}${contested ? ", sources disagree" : ""}${conflict ? `; ${conflict}` : ""} – click for the evidence`}</title>
      <path class="hit" d={line.path} />
      {contested ? <path class="doubt" d={line.path} /> : null}
      <path class="stroke" d={line.path} {...{ [back ? "marker-start" : "marker-end"]: "url(#tip)" }} />
      <text class="relation" aria-hidden="true" x={line.middle.x} y={line.middle.y - 4} text-anchor="middle">{`${onLine(edge.relationLabel)}${line.count > 1 ? ` ×${line.count}` : ""}${contested ? " ?" : ""}`}</text>
    </g>
  );
});

/** A sign at the middle of a line that a licence conflict starts on. */
function Warning({ at }: { at: Point }): JSX.Element {
  return (
    <g class="sign" transform={`translate(${at.x} ${at.y + 9})`}>
      <circle r="8" /><text y="4" text-anchor="middle">§</text>
    </g>
  );
}

const Box = memo(function Box({ n, box, focusable, chosen, relation, onNode }: { n: number; box: Placed; focusable: boolean; chosen: boolean; relation: string; onNode: (box: Placed) => void }): JSX.Element {
  const [from, name] = words(box);
  const many = box.members.length;
  const kind = many > 1 ? "folded" : box.node.kind;
  return (
    <g class={`box k-${kind} side-${box.node.side}${chosen ? " chosen" : ""}`} data-box={n} transform={`translate(${box.x} ${box.y})`}
      role="button" tabindex={focusable ? 0 : -1} onClick={() => onNode(box)}>
      <title>{describe(box, relation)}</title>
      <rect width={WIDTH} height={HEIGHT} rx={kind === "dataset" ? 16 : 5} />
      {many > 1 ? (
        <text aria-hidden="true" x="12" y="22" class="name">{within(`+${many.toLocaleString("en")} ${relation}`, ROOM, 12)}</text>
      ) : (
        <>
          {from ? <text aria-hidden="true" x="12" y="14" class="from">{within(from, ROOM, 10)}</text> : null}
          <text aria-hidden="true" x="12" y={from ? 28 : 22} class="name">{within(name, ROOM, 12)}</text>
        </>
      )}
    </g>
  );
});
