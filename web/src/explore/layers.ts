/** Entities in columns, and the lines of their links through the room between them. Pure; runs in the worker. */
import { MultiGraph } from "graphology";
import { BOX, type Point } from "./scene";
import { MOST_LED } from "./routes";

export interface Item {
  iri: string;
  column: number;
}

export interface Tie {
  key: string;
  subject: string;
  object: string;
  /** Lines of one look that lead to one entity may share their way. */
  look: string;
}

export interface Laid {
  places: Map<string, { x: number; y: number }>;
  routes: Map<string, Point[]>;
}

const GAP_X = 130;
/** Between the parts of one column. */
const PART_X = 36;
const GAP_Y = 12;
/** Room that a passing line takes. */
const LANE = 2;
/** No more in one column: what is longer stands in several beside each other, so that a scene keeps a readable shape. */
const TALL = 60;
/** A picture is looked at in a frame about this wide and tall. */
const FRAME = { width: 1000, height: 560 };
const SWEEPS = 8;
/** Larger scenes are ordered in fewer sweeps, and their lines run straight: they could not be told from each other. */
const [LARGE, FEW_SWEEPS] = [MOST_LED, 3];

interface Seat {
  layer: number;
  y: number;
  lane: boolean;
  /** Of a lane: the entity that its lines lead to. */
  hub?: string;
}

/** How many entities may stand in one column so that the whole picture is seen as large as can be. */
export function tallest(sizes: number[]): number {
  const scale = (limit: number): number => {
    const height = Math.min(limit, Math.max(...sizes)) * (BOX.height + GAP_Y);
    const width = sizes.reduce((sum, n) => sum + BOX.width + GAP_X + (Math.ceil(n / limit) - 1) * (BOX.width + PART_X), 0);
    return Math.min(FRAME.width / width, FRAME.height / height);
  };
  let best = TALL;
  for (let maximum = TALL; maximum >= 6; maximum--) if (scale(maximum) > scale(best) * 1.02) best = maximum;
  return best;
}

/** Places from left to right, each entity as near to its neighbours as there is room, and the lines between them. */
export function layers(items: Item[], ties: Tie[]): Laid {
  const graph = new MultiGraph<Seat>();
  for (const item of items) graph.mergeNode(item.iri, { layer: 0, y: 0, lane: false });
  const drawn = ties.filter((t) => graph.hasNode(t.subject) && graph.hasNode(t.object) && t.subject !== t.object);
  for (const tie of drawn) graph.addEdge(tie.subject, tie.object);
  const xs = seated(graph, items);
  const degree = new Map(items.map((item) => [item.iri, graph.degree(item.iri)]));
  graph.clearEdges();
  const ways = laned(graph, drawn, degree);
  const rows: string[][] = xs.map(() => []);
  graph.forEachNode((node, { layer }) => rows[layer]?.push(node));
  ordered(graph, rows);
  const places = new Map(items.map(({ iri }) => {
    const { layer, y } = graph.getNodeAttributes(iri);
    return [iri, { x: xs[layer] ?? 0, y: y - BOX.height / 2 }];
  }));
  return { places, routes: new Map(drawn.map((tie) => [tie.key, routeOf(graph, xs, ways.get(tie.key) ?? [])])) };
}

/** Give every entity a layer, a long column several; returns where each layer begins. */
function seated(graph: MultiGraph<Seat>, items: Item[]): number[] {
  const columns = new Map<number, string[]>();
  for (const { iri, column } of items) {
    const list = columns.get(column);
    if (list) list.push(iri);
    else columns.set(column, [iri]);
  }
  const limit = tallest([...columns.values()].map((column) => column.length));
  const xs: number[] = [];
  const rank = new Map<string, number>();
  let x = 0;
  for (const key of [...columns.keys()].sort((a, b) => a - b)) {
    const column = columns.get(key) ?? [];
    const wish = (iri: string): number => mean(graph.neighbors(iri).flatMap((other) => rank.get(other) ?? [])) ?? 0;
    const sorted = column.map((iri, n) => ({ iri, wish: wish(iri), n })).sort((a, b) => a.wish - b.wish || a.n - b.n);
    sorted.forEach(({ iri }, n) => rank.set(iri, n - (sorted.length - 1) / 2));
    const parts = Math.ceil(column.length / limit);
    sorted.forEach(({ iri }, n) => graph.mergeNodeAttributes(iri, { layer: xs.length + (n % parts), y: rank.get(iri) ?? 0 }));
    for (let part = 0; part < parts; part++) xs.push(x + part * (BOX.width + PART_X));
    x += (parts - 1) * (BOX.width + PART_X) + BOX.width + GAP_X;
  }
  return xs;
}

function mean(numbers: number[]): number | undefined {
  return numbers.length ? numbers.reduce((a, b) => a + b, 0) / numbers.length : undefined;
}

/** A lane through every layer that a link passes; links of one look to one entity share theirs. Returns what each link runs over. */
function laned(graph: MultiGraph<Seat>, ties: Tie[], degree: Map<string, number>): Map<string, string[]> {
  const ways = new Map<string, string[]>();
  for (const { key, subject, object, look } of ties) {
    const [from, to] = [graph.getNodeAttribute(subject, "layer"), graph.getNodeAttribute(object, "layer")];
    const hub = (degree.get(subject) ?? 0) > (degree.get(object) ?? 0) ? subject : object;
    const way = [subject];
    const step = Math.sign(to - from);
    for (let layer = from + step; step && layer !== to && degree.size <= LARGE; layer += step) {
      const lane = `lane|${hub}|${look}|${layer}`;
      graph.mergeNode(lane, { layer, y: 0, lane: true, hub });
      way.push(lane);
    }
    way.push(object);
    for (let n = 1; n < way.length; n++) graph.mergeEdgeWithKey(`${way[n - 1]}\n${way[n]}`, way[n - 1], way[n]);
    ways.set(key, way);
  }
  return ways;
}

/** Order layers by where their neighbours stand, to and fro, and give each its height. */
function ordered(graph: MultiGraph<Seat>, rows: string[][]): void {
  const sweeps = graph.order > LARGE ? FEW_SWEEPS : SWEEPS;
  // what hangs on a lane is placed by the entity that the lane leads to: else columns in several parts would run downhill
  const height = (seat: Seat): number => (seat.hub === undefined ? seat.y : graph.getNodeAttribute(seat.hub, "y"));
  for (const row of rows) settle(graph, row, row.map((n) => graph.getNodeAttribute(n, "y")));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const last = sweep >= sweeps - 2; // only their heights: order stays
    for (let step = 0; step < rows.length; step++) {
      const at = sweep % 2 ? rows.length - 1 - step : step;
      const row = rows[at] as string[];
      const wishes = new Map(row.map((node): [string, number] => {
        const near = graph.neighbors(node).map((n) => graph.getNodeAttributes(n)).filter((n) => last ? n.layer !== at : sweep % 2 ? n.layer > at : n.layer < at);
        return [node, mean(near.map(height)) ?? graph.getNodeAttribute(node, "y")];
      }));
      if (!last) row.sort((a, b) => (wishes.get(a) ?? 0) - (wishes.get(b) ?? 0));
      settle(graph, row, row.map((node) => wishes.get(node) ?? 0));
    }
  }
}

/** Heights as near to the wishes as order and room allow (least squares, by pooling neighbours that would overlap). */
function settle(graph: MultiGraph<Seat>, row: string[], wishes: number[]): void {
  const offsets: number[] = [];
  row.forEach((node, n) => {
    const size = (iri: string): number => (graph.getNodeAttribute(iri, "lane") ? LANE : BOX.height);
    const before = row[n - 1];
    offsets.push(before === undefined ? 0 : (offsets[n - 1] ?? 0) + (size(before) + size(node)) / 2 + GAP_Y);
  });
  const pools: { sum: number; count: number }[] = [];
  wishes.forEach((wish, n) => {
    let pool = { sum: wish - (offsets[n] ?? 0), count: 1 };
    for (let last = pools[pools.length - 1]; last && last.sum / last.count >= pool.sum / pool.count; last = pools[pools.length - 1]) {
      pools.pop();
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
    }
    pools.push(pool);
  });
  let n = 0;
  for (const { sum, count } of pools) for (let k = 0; k < count; k++, n++) graph.setNodeAttribute(row[n] as string, "y", sum / count + (offsets[n] ?? 0));
}

/** The line over what a link runs, from its subject to its object. */
function routeOf(graph: MultiGraph<Seat>, xs: number[], way: string[]): Point[] {
  const seats = way.map((node) => graph.getNodeAttributes(node));
  const [first, last] = [seats[0] as Seat, seats[seats.length - 1] as Seat];
  const left = (seat: Seat): number => xs[seat.layer] ?? 0;
  if (first.layer === last.layer) return [[left(first), first.y], [left(last), last.y]];
  const right = last.layer > first.layer;
  const sides = (seat: Seat): [number, number] => (right ? [left(seat), left(seat) + BOX.width] : [left(seat) + BOX.width, left(seat)]);
  return [
    [sides(first)[1], first.y],
    ...seats.slice(1, -1).flatMap((seat): Point[] => [[sides(seat)[0], seat.y], [sides(seat)[1], seat.y]]),
    [sides(last)[0], last.y],
  ];
}
