/** Where things stand in the picture: a column per generation, ordered by barycentre sweeps. */
import type { Lineage, LineageEdge, LineageNode } from "../types";

export const WIDTH = 196;
export const HEIGHT = 36;
const GAP_X = 104;
const GAP_Y = 10;
const PAD = 24;
/** How far apart lines between the same two boxes run. */
const BESIDE = 13;
/** How many like siblings stand alone before they are folded into one box. */
export const FOLD = 6;

export interface Placed {
  key: string;
  node: LineageNode;
  /** What a folded box holds; one node otherwise. */
  members: LineageNode[];
  column: number;
  x: number;
  y: number;
}

export interface Drawn {
  key: string;
  edge: LineageEdge;
  from: number;
  to: number;
  /** How many edges the line stands for. */
  count: number;
  path: string;
  /** Where its relation is written. */
  middle: Point;
}

export interface Point {
  x: number;
  y: number;
}

export interface Picture {
  boxes: Placed[];
  lines: Drawn[];
  width: number;
  height: number;
  /** How many things the boxes stand for. */
  things: number;
}

/** The name of an edge in an address. */
export function edgeKey(edge: Pick<LineageEdge, "child" | "relationName" | "parent">): string {
  return `${edge.child}|${edge.relationName}|${edge.parent}`;
}

/** The name of a group of siblings in an address. */
function foldKey(edge: LineageEdge, other: string): string {
  return `${edge.relationName}|${other}`;
}

function columnOf(node: LineageNode): number {
  return node.side === "up" ? -node.distance : node.side === "down" ? node.distance : 0;
}

interface Groups {
  boxOf: Map<string, string>;
  members: Map<string, LineageNode[]>;
}

/** Leaves that hang on the same thing by the same relation share a box, unless opened. */
function fold(lineage: Lineage, opened: Set<string>): Groups {
  const edgesOf = new Map<string, LineageEdge[]>();
  for (const edge of lineage.edges)
    for (const end of [edge.child, edge.parent]) {
      const list = edgesOf.get(end);
      if (list) list.push(edge);
      else edgesOf.set(end, [edge]);
    }
  const groups = new Map<string, LineageNode[]>();
  for (const node of lineage.nodes) {
    const edges = edgesOf.get(node.iri) ?? [];
    const edge = edges[0];
    if (node.side === "self" || edges.length !== 1 || !edge) continue;
    const other = edge.child === node.iri ? edge.parent : edge.child;
    const key = foldKey(edge, other);
    const list = groups.get(key);
    if (list) list.push(node);
    else groups.set(key, [node]);
  }
  const boxOf = new Map<string, string>();
  const members = new Map<string, LineageNode[]>();
  for (const [key, list] of groups) {
    if (list.length <= FOLD || opened.has(key)) continue;
    members.set(key, list);
    for (const node of list) boxOf.set(node.iri, key);
  }
  return { boxOf, members };
}

/** The picture of a lineage; `opened` names the folded groups to show one by one. */
export function layOut(lineage: Lineage, opened: Set<string>): Picture {
  const { boxOf, members } = fold(lineage, opened);
  const boxes: Placed[] = [];
  const index = new Map<string, number>();
  for (const node of lineage.nodes) {
    const key = boxOf.get(node.iri) ?? node.iri;
    if (index.has(key)) continue;
    index.set(key, boxes.length);
    boxes.push({ key, node, members: members.get(key) ?? [node], column: columnOf(node), x: 0, y: 0 });
  }
  const lines = linesOf(lineage.edges, boxOf, index);
  const columns = order(boxes, lines);
  const { width, height } = route(boxes, columns);
  const beside = new Map<string, Drawn[]>();
  const ending = new Map<number, number>();
  const leaving = new Map<number, number>();
  for (const line of lines) {
    const pair = `${line.from}>${line.to}`;
    ending.set(line.to, (ending.get(line.to) ?? 0) + 1);
    leaving.set(line.from, (leaving.get(line.from) ?? 0) + 1);
    beside.set(pair, [...(beside.get(pair) ?? []), line]);
  }
  for (const group of beside.values())
    group.forEach((line, n) => {
      const shift = (n - (group.length - 1) / 2) * BESIDE;
      // Words stand where lines have parted: near the parents where many meet, near the children where many leave.
      const at = (ending.get(line.to) ?? 0) > (leaving.get(line.from) ?? 0) ? 0.36 : 0.62;
      Object.assign(line, curve(boxes[line.from] as Placed, boxes[line.to] as Placed, shift, at));
    });
  return { boxes, lines, width, height, things: lineage.nodes.length };
}

function linesOf(edges: LineageEdge[], boxOf: Map<string, string>, index: Map<string, number>): Drawn[] {
  const lines = new Map<string, Drawn>();
  for (const edge of edges) {
    const from = index.get(boxOf.get(edge.parent) ?? edge.parent);
    const to = index.get(boxOf.get(edge.child) ?? edge.child);
    if (from === undefined || to === undefined) continue;
    const key = `${from}>${to}>${edge.relationName}`;
    const line = lines.get(key);
    if (line) line.count += 1;
    else lines.set(key, { key: edgeKey(edge), edge, from, to, count: 1, path: "", middle: { x: 0, y: 0 } });
  }
  return [...lines.values()];
}

const SWEEPS = 6;

/** Boxes by column, each column ordered by where its neighbours stand. */
function order(boxes: Placed[], lines: Drawn[]): number[][] {
  const least = boxes.reduce((low, box) => Math.min(low, box.column), 0);
  const columns: number[][] = [];
  boxes.forEach((box, n) => (columns[box.column - least] ??= []).push(n));
  for (let c = 0; c < columns.length; c++) columns[c] ??= [];
  const near: number[][] = boxes.map(() => []);
  for (const line of lines) {
    near[line.from]?.push(line.to);
    near[line.to]?.push(line.from);
  }
  const rank = new Float64Array(boxes.length);
  const settle = (column: number[]): void => column.forEach((n, route) => (rank[n] = route - (column.length - 1) / 2));
  columns.forEach(settle);
  const weight = new Float64Array(boxes.length);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (let step = 0; step < columns.length; step++) {
      const c = down ? step : columns.length - 1 - step;
      const column = columns[c] as number[];
      for (const n of column) {
        let sum = 0;
        let count = 0;
        for (const m of near[n] as number[]) {
          const other = (boxes[m] as Placed).column - least;
          if (down ? other < c : other > c) {
            sum += rank[m] as number;
            count += 1;
          }
        }
        weight[n] = count ? sum / count : (rank[n] as number);
      }
      column.sort((a, b) => (weight[a] as number) - (weight[b] as number));
      settle(column);
    }
  }
  return columns;
}

function route(boxes: Placed[], columns: number[][]): { width: number; height: number } {
  const tallest = columns.reduce((limit, column) => Math.max(limit, column.length), 1);
  const height = tallest * (HEIGHT + GAP_Y) - GAP_Y + 2 * PAD;
  columns.forEach((column, c) => {
    const top = height / 2 - (column.length * (HEIGHT + GAP_Y) - GAP_Y) / 2;
    column.forEach((n, row) => {
      const box = boxes[n] as Placed;
      box.x = PAD + c * (WIDTH + GAP_X);
      box.y = top + row * (HEIGHT + GAP_Y);
    });
  });
  return { width: columns.length * (WIDTH + GAP_X) - GAP_X + 2 * PAD, height };
}

/** The line between two boxes; one within a column runs along its left side, clear of those that leave to the right. */
export function curve(from: Placed, to: Placed, shift = 0, at = 0.62): { path: string; middle: Point } {
  const y1 = from.y + HEIGHT / 2 + shift;
  const y2 = to.y + HEIGHT / 2 + shift;
  if (from.column === to.column) {
    const x = from.x;
    return { path: `M${x} ${y1}C${x - 46} ${y1} ${x - 46} ${y2} ${x} ${y2}`, middle: { x: x - 34, y: (y1 + y2) / 2 } };
  }
  const forward = from.column < to.column;
  const x1 = forward ? from.x + WIDTH : from.x;
  const x2 = forward ? to.x : to.x + WIDTH;
  const bend = forward ? Math.max(36, (x2 - x1) / 2) : -Math.max(36, (x1 - x2) / 2);
  const y = y1 + (y2 - y1) * (3 * at * at - 2 * at * at * at);
  return {
    path: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
    middle: { x: x1 + (x2 - x1) * at, y },
  };
}

/** Everything on a path through a box: what it came from and what came from it. */
export function pathThrough(picture: Picture, start: number): { boxes: Set<number>; lines: Set<number> } {
  const boxes = new Set([start]);
  const lines = new Set<number>();
  for (const [near, far] of [["from", "to"], ["to", "from"]] as const) {
    const leaving: number[][] = picture.boxes.map(() => []);
    picture.lines.forEach((line, n) => leaving[line[near]]?.push(n));
    const waiting = [start];
    const seen = new Set([start]);
    while (waiting.length) {
      for (const n of leaving[waiting.pop() as number] ?? []) {
        lines.add(n);
        const next = (picture.lines[n] as Drawn)[far];
        if (!seen.has(next)) {
          seen.add(next);
          boxes.add(next);
          waiting.push(next);
        }
      }
    }
  }
  return { boxes, lines };
}
