/** Where the line of a link runs: never behind an entity where there is a way around. Pure. */
import { BOX, type Link, type Point, type Scene } from "./scene";

export interface Corner {
  x: number;
  y: number;
}

/** Lines stay this far from entities that they pass. */
const CLEAR = 4;
/** Room in which a line leaves the height of its end. */
const STEP = 14;
const MIDDLE = BOX.height / 2;
/** Points of a curve that stand for it where distances are measured. */
const SAMPLES = 8;

/** How far a line between two entities of one column bends out to the left. */
function bow(dy: number): number {
  return Math.min(70, 18 + Math.abs(dy) / 8);
}

/** The line as the path of a drawing: level through columns, bent between them. */
export function pathOf(points: Point[]): string {
  const [first] = points;
  if (!first) return "";
  let d = `M${first[0].toFixed(1)} ${first[1].toFixed(1)}`;
  for (let n = 1; n < points.length; n++) {
    const [[x1, y1], [x2, y2]] = [points[n - 1] as Point, points[n] as Point];
    const [c1, c2] = controls([x1, y1], [x2, y2]);
    d += c1 && c2 ? `C${c1[0].toFixed(1)} ${c1[1].toFixed(1)} ${c2[0].toFixed(1)} ${c2[1].toFixed(1)} ${x2.toFixed(1)} ${y2.toFixed(1)}` : `L${x2.toFixed(1)} ${y2.toFixed(1)}`;
  }
  return d;
}

/** The points that bend one stretch of a line; none where it is straight. */
function controls([x1, y1]: Point, [x2, y2]: Point): [Point, Point] | [] {
  if (Math.abs(y1 - y2) < 0.5) return [];
  if (Math.abs(x1 - x2) < 0.5) {
    const out = bow(y2 - y1);
    return [[x1 - out, y1], [x2 - out, y2]];
  }
  const half = (x2 - x1) / 2;
  return [[x1 + half, y1], [x2 - half, y2]];
}

/** Points close to each other along a line. */
export function sampled(points: Point[]): Point[] {
  const items: Point[] = points.slice(0, 1);
  for (let n = 1; n < points.length; n++) {
    const [a, b] = [points[n - 1] as Point, points[n] as Point];
    const [c1, c2] = controls(a, b);
    if (c1 && c2)
      for (let k = 1; k < SAMPLES; k++) {
        const [t, s] = [k / SAMPLES, 1 - k / SAMPLES];
        const at = (i: 0 | 1): number => s ** 3 * a[i] + 3 * s * s * t * c1[i] + 3 * s * t * t * c2[i] + t ** 3 * b[i];
        items.push([at(0), at(1)]);
      }
    items.push(b);
  }
  return items;
}

/** The point at a share of the length of a line. */
export function along(line: Point[], share: number): Point {
  const lengths = line.slice(1).map((p, n) => Math.hypot(p[0] - (line[n] as Point)[0], p[1] - (line[n] as Point)[1]));
  let left = lengths.reduce((a, b) => a + b, 0) * share;
  for (let n = 0; n < lengths.length; n++) {
    const [length, a, b] = [lengths[n] as number, line[n] as Point, line[n + 1] as Point];
    if (left <= length) return length ? [a[0] + ((b[0] - a[0]) * left) / length, a[1] + ((b[1] - a[1]) * left) / length] : a;
    left -= length;
  }
  return line[line.length - 1] ?? [0, 0];
}

/** Which way a line points at its end, in radians. */
function heading(points: Point[]): number {
  const line = sampled(points.slice(-2));
  const [a, b] = [line[line.length - 2], line[line.length - 1]];
  return a && b ? Math.atan2(b[1] - a[1], b[0] - a[0]) : 0;
}

/** The tip of an arrow at the end of a line, as the path of a drawing. */
export function tipOf(points: Point[]): string {
  const [x, y] = points[points.length - 1] ?? [0, 0];
  const angle = heading(points);
  const corner = (by: number): string => `${(x - 8 * Math.cos(angle + by)).toFixed(1)} ${(y - 8 * Math.sin(angle + by)).toFixed(1)}`;
  return `M${x.toFixed(1)} ${y.toFixed(1)}L${corner(-0.4)} ${corner(0.4)}z`;
}

/** The plain line between two entities: between the sides that face each other. */
export function plain(a: Corner, b: Corner): Point[] {
  if (Math.abs(a.x - b.x) < BOX.width) {
    const x = Math.min(a.x, b.x); // one column: both ends at the left side
    return Math.abs(a.x - b.x) < 0.5 ? [[x, a.y + MIDDLE], [x, b.y + MIDDLE]] : stacked(a, b);
  }
  return a.x < b.x ? [[a.x + BOX.width, a.y + MIDDLE], [b.x, b.y + MIDDLE]] : [[a.x, a.y + MIDDLE], [b.x + BOX.width, b.y + MIDDLE]];
}

function stacked(a: Corner, b: Corner): Point[] {
  const down = b.y > a.y;
  return [[a.x + BOX.width / 2, a.y + (down ? BOX.height : 0)], [b.x + BOX.width / 2, b.y + (down ? 0 : BOX.height)]];
}

/** Whether a line runs through an entity; its own ends only touch it. */
export function covers(points: Point[], boxes: Corner[]): boolean {
  const line = sampled(points);
  return boxes.some((box) => line.some((p, n) => n > 0 && through(line[n - 1] as Point, p, box)));
}

/** Whether a straight stretch runs through the inside of a box. */
function through(a: Point, b: Point, box: Corner): boolean {
  const [left, right, top, bottom] = [box.x + 1, box.x + BOX.width - 1, box.y + 1, box.y + BOX.height - 1];
  let [from, to] = [0, 1];
  for (const [p, q, low, high] of [[a[0], b[0], left, right], [a[1], b[1], top, bottom]] as const) {
    if (Math.abs(q - p) < 1e-9) {
      if (p <= low || p >= high) return false;
      continue;
    }
    const [s, t] = [(low - p) / (q - p), (high - p) / (q - p)];
    from = Math.max(from, Math.min(s, t));
    to = Math.min(to, Math.max(s, t));
  }
  return from < to;
}

/** A line between two entities around all others; undefined where it would run through one. */
export function around(a: Corner, b: Corner, boxes: Corner[]): Point[] | undefined {
  const direct = plain(a, b);
  if (!covers(direct, boxes)) return direct;
  if (Math.abs(a.x - b.x) < BOX.width) return undefined;
  const [left, right] = a.x < b.x ? [a, b] : [b, a];
  const [x1, y1, x2, y2] = [left.x + BOX.width, left.y + MIDDLE, right.x, right.y + MIDDLE];
  const bands = bandsOf(boxes.filter((box) => box !== a && box !== b && box.x + BOX.width > x1 && box.x < x2));
  for (const way of ["near", "up", "down"] as const) {
    const points: Point[] = [[x1, y1]];
    for (const band of bands) {
      const middle = Math.max(0, Math.min(1, ((band.from + band.to) / 2 - x1) / (x2 - x1)));
      const y = free(band.boxes, y1 + (y2 - y1) * middle, way);
      points.push([Math.max(band.from, x1 + STEP), y], [Math.min(band.to, x2 - STEP), y]);
    }
    points.push([x2, y2]);
    if (!covers(points, boxes)) return left === a ? points : points.reverse();
  }
  return undefined;
}

interface Band {
  from: number;
  to: number;
  boxes: Corner[];
}

/** Boxes whose widths overlap stand in one band. */
function bandsOf(boxes: Corner[]): Band[] {
  const bands: Band[] = [];
  for (const box of [...boxes].sort((a, b) => a.x - b.x)) {
    const last = bands[bands.length - 1];
    if (last && box.x < last.to) {
      last.to = Math.max(last.to, box.x + BOX.width);
      last.boxes.push(box);
    } else bands.push({ from: box.x, to: box.x + BOX.width, boxes: [box] });
  }
  return bands;
}

/** The height next to a wish, or above or below it, at which nothing of a band stands. */
function free(boxes: Corner[], wish: number, way: "near" | "up" | "down"): number {
  let [up, down] = [wish, wish];
  for (const box of [...boxes].sort((a, b) => b.y - a.y)) if (up > box.y - CLEAR && up < box.y + BOX.height + CLEAR) up = box.y - CLEAR;
  for (const box of [...boxes].sort((a, b) => a.y - b.y)) if (down > box.y - CLEAR && down < box.y + BOX.height + CLEAR) down = box.y + BOX.height + CLEAR;
  return way === "up" || (way === "near" && wish - up <= down - wish) ? up : down;
}

/** The line of a link in a scene; undefined where an end is not drawn. */
export function lineOf(scene: Scene, link: Link): Point[] | undefined {
  if (link.route) return link.route;
  const [a, b] = [scene.nodes.get(link.subject), scene.nodes.get(link.object)];
  return a && b ? plain(a, b) : undefined;
}

/** Lines of larger scenes are not led around entities: of a walk, and of one laid out in columns. */
export const [MOST_ROUTED, MOST_LED] = [500, 1500];

/** Whether a line could not be led around what stands in its way: it is drawn over it. */
export function isOver(scene: Scene, link: Link): boolean {
  return !link.route && scene.nodes.size <= MOST_ROUTED;
}
