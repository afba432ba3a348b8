/** The scene on a canvas: only what is in view is drawn, and words only where they can be read. */
import { BOX, bounds, type Link, type Placed, type Scene, type Point } from "./scene";
import { radius } from "./sizes";
import { labelled, type Spot } from "./labels";
import { isOver, lineOf, pathOf, tipOf } from "./routes";
import { FAR, FAR_WORDS, LABELLED, LEAST_LETTER, READABLE, isLit, letters, lookOf, ownerAndName, strokeOf, type Marks, type Stroke, type View } from "./view";
import { within, type Palette } from "./write";

/** Above this many entities and links the picture is kept as an image: moving it costs one copy. */
const LARGE = 900;
/** How much more than what is seen is kept on each side, as a share of it. */
const MARGIN = 0.5;
/** After the last turn of the wheel a scaled image is drawn anew. */
const SETTLE_MS = 120;

interface Kept {
  image: HTMLCanvasElement;
  scene: Scene;
  marks: Marks;
  paper: string;
  view: View;
  ratio: number;
}

/** Paints scenes on one canvas. */
export class Painter {
  private stored: Kept | undefined;
  private timer = 0;

  /** Draw a scene as it is seen through a view; `again` is called where a better picture is to follow. */
  paint(canvas: HTMLCanvasElement, scene: Scene, view: View, palette: Palette, marks: Marks, again: () => void): void {
    const ratio = devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    const c = canvas.getContext("2d", { alpha: false });
    if (!c || !width || !height) return;
    if (scene.nodes.size + scene.links.size < LARGE) return render(c, scene, view, palette, marks, width, height, ratio);
    const margin = { x: Math.round(width * MARGIN), y: Math.round(height * MARGIN) };
    const cached = this.stored;
    const same = cached && cached.scene === scene && cached.paper === palette.paper && cached.ratio === ratio && sameMarks(cached.marks, marks) && cached.image.width === Math.round((width + 2 * margin.x) * ratio);
    if (same && cached.view.scale !== view.scale) {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => { this.stored = undefined; again(); }, SETTLE_MS);
    } else if (!same || Math.abs(view.x - cached.view.x) > margin.x || Math.abs(view.y - cached.view.y) > margin.y) {
      const image = cached?.image ?? document.createElement("canvas");
      image.width = Math.round((width + 2 * margin.x) * ratio);
      image.height = Math.round((height + 2 * margin.y) * ratio);
      const inner = image.getContext("2d", { alpha: false });
      if (inner) render(inner, scene, { ...view, x: view.x + margin.x, y: view.y + margin.y }, palette, marks, width + 2 * margin.x, height + 2 * margin.y, ratio);
      this.stored = { image, scene, marks, paper: palette.paper, view, ratio };
    }
    const now = this.stored as Kept;
    const by = view.scale / now.view.scale;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.fillStyle = palette.paper;
    c.fillRect(0, 0, canvas.width, canvas.height);
    const [x, y] = [view.x - (now.view.x + margin.x) * by, view.y - (now.view.y + margin.y) * by];
    c.drawImage(now.image, x * ratio, y * ratio, now.image.width * by, now.image.height * by);
  }
}

function sameMarks(a: Marks, b: Marks): boolean {
  return a.chosen === b.chosen && a.edge === b.edge && a.matches === b.matches && a.colours === b.colours && a.sizes === b.sizes;
}

/** Draw what is seen of a scene. */
function render(c: CanvasRenderingContext2D, scene: Scene, view: View, palette: Palette, marks: Marks, width: number, height: number, ratio: number): void {
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.fillStyle = palette.paper;
  c.fillRect(0, 0, width, height);
  c.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, ratio * view.x, ratio * view.y);
  const [left, top] = [-view.x / view.scale, -view.y / view.scale];
  const seen = { left, top, right: left + width / view.scale, bottom: top + height / view.scale };
  if (view.scale < FAR) far(c, scene, view, palette, marks, seen);
  else near(c, scene, view, palette, marks, seen);
}

interface Seen {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

function outside(seen: Seen, x1: number, y1: number, x2: number, y2: number): boolean {
  return Math.max(x1, x2) < seen.left || Math.min(x1, x2) > seen.right || Math.max(y1, y2) < seen.top || Math.min(y1, y2) > seen.bottom;
}

/** Links in one path for each look, entities in one fill for each colour. */
function far(c: CanvasRenderingContext2D, scene: Scene, view: View, palette: Palette, marks: Marks, seen: Seen): void {
  const lines = new Map<string, Path2D>();
  const half = [BOX.width / 2, BOX.height / 2] as const;
  for (const link of scene.links.values()) {
    const [a, b] = [scene.nodes.get(link.subject), scene.nodes.get(link.object)];
    if (!a || !b || outside(seen, a.x, a.y, b.x, b.y)) continue;
    const look = lookOf(link, link.subject === marks.chosen || link.object === marks.chosen, palette);
    let path = lines.get(look);
    if (!path) lines.set(look, (path = new Path2D()));
    const line: Point[] = link.route ?? [[a.x + half[0], a.y + half[1]], [b.x + half[0], b.y + half[1]]];
    line.forEach(([x, y], n) => (n ? path?.lineTo(x, y) : path?.moveTo(x, y)));
  }
  for (const [look, path] of lines) {
    c.strokeStyle = look;
    c.lineWidth = (look === palette.line ? 0.6 : 1.6) / view.scale;
    c.stroke(path);
  }
  const boxes = new Map<string, Path2D>();
  for (const node of scene.nodes.values()) {
    if (outside(seen, node.x, node.y, node.x + BOX.width, node.y + BOX.height)) continue;
    const look = marks.colours?.get(node.iri) ?? palette.kinds[node.kind] ?? palette.line;
    let path = boxes.get(look);
    if (!path) boxes.set(look, (path = new Path2D()));
    const share = marks.sizes?.get(node.iri);
    if (share === undefined) path.rect(node.x, node.y, BOX.width, BOX.height);
    else path.rect(node.x - 30 * share, node.y - 20 * share, BOX.width + 60 * share, BOX.height + 40 * share);
  }
  for (const [look, path] of boxes) {
    c.fillStyle = look;
    c.fill(path);
  }
  for (const iri of [marks.chosen, ...marks.matches]) {
    const node = scene.nodes.get(iri);
    if (!node) continue;
    c.strokeStyle = palette.warn;
    c.lineWidth = 3 / view.scale;
    c.strokeRect(node.x, node.y, BOX.width, BOX.height);
  }
}

/** Links with arrows and words, entities with names; what could not be led around an entity runs over it. */
function near(c: CanvasRenderingContext2D, scene: Scene, view: View, palette: Palette, marks: Marks, seen: Seen): void {
  const words = view.scale >= FAR_WORDS;
  c.textBaseline = "middle";
  c.textAlign = "center";
  const [lines, over]: [Line[], Line[]] = [[], []];
  for (const link of scene.links.values()) {
    const at = lineOf(scene, link);
    if (at && !leaves(seen, at)) (isOver(scene, link) ? over : lines).push({ link, at, lit: isLit(link, marks) });
  }
  strokes(c, lines, palette, view.scale);
  const few = lines.length + over.length <= LABELLED;
  const size = letters(view.scale);
  c.font = `${size}px system-ui, sans-serif`;
  const places = words ? wordsOf(c, scene, size, marks) : new Map<string, Spot>();
  const arrows = (list: Line[]): void => { for (const { link, at, lit } of list) if (few || lit) arrow(c, at, lookOf(link, lit, palette)); };
  arrows(lines);
  c.textAlign = "left";
  for (const node of scene.nodes.values()) {
    if (!outside(seen, node.x, node.y, node.x + BOX.width, node.y + BOX.height)) box(c, node, palette, marks, view.scale);
  }
  for (const { at } of over) {
    c.strokeStyle = palette.paper;
    c.lineWidth = 5 / Math.max(view.scale, 0.5);
    c.stroke(trace(at));
  }
  strokes(c, over, palette, view.scale);
  arrows(over);
  c.textAlign = "center";
  c.font = `${size}px system-ui, sans-serif`;
  for (const { link, lit } of [...lines, ...over]) {
    const spot = few || lit ? places.get(link.key) : undefined;
    if (spot) label(c, link, spot, size, palette);
  }
}

interface Line {
  link: Link;
  at: Point[];
  lit: boolean;
}

/** Whether a line is out of sight. */
function leaves(seen: Seen, line: Point[]): boolean {
  const [xs, ys] = [line.map((p) => p[0]), line.map((p) => p[1])];
  return outside(seen, Math.min(...xs) - 90, Math.min(...ys), Math.max(...xs), Math.max(...ys)); // a bent one reaches out to the left
}

const traces = new WeakMap<Point[], Path2D>();

/** A line as a path, made once. */
function trace(line: Point[]): Path2D {
  let path = traces.get(line);
  if (!path) traces.set(line, (path = new Path2D(pathOf(line))));
  return path;
}

/** Lines of one look are one path. */
function strokes(c: CanvasRenderingContext2D, lines: Line[], palette: Palette, scale: number): void {
  const paths = new Map<string, { path: Path2D; stroke: Stroke }>();
  for (const { link, at, lit } of lines) {
    const stroke = strokeOf(link, lit, palette);
    const key = `${stroke.look} ${stroke.width} ${stroke.dash.join()}`;
    let one = paths.get(key);
    if (!one) paths.set(key, (one = { path: new Path2D(), stroke }));
    one.path.addPath(trace(at));
  }
  for (const { path, stroke } of paths.values()) {
    c.strokeStyle = stroke.look;
    c.lineWidth = stroke.width / Math.max(scale, 0.5);
    c.setLineDash(lines.length <= 2000 ? stroke.dash : []);
    c.stroke(path);
  }
  c.setLineDash([]);
}

interface Words {
  key: string;
  spots: Map<string, Spot>;
}

const words = new WeakMap<Scene, Words>();

/** The places of the words of a scene, made anew where the size of letters or the chosen entity changes. */
function wordsOf(c: CanvasRenderingContext2D, scene: Scene, size: number, marks: Marks): Map<string, Spot> {
  const key = `${size.toFixed(1)} ${marks.chosen} ${marks.edge}`;
  const before = words.get(scene);
  if (before?.key === key) return before.spots;
  const lit = new Set([...scene.links.values()].filter((l) => isLit(l, marks)).map((l) => l.key));
  const spots = labelled(scene, (link) => lineOf(scene, link), (text) => c.measureText(text).width, size * 1.15, lit);
  words.set(scene, { key, spots });
  return spots;
}

/** The relation on its line, with what speaks against it. */
function label(c: CanvasRenderingContext2D, link: Link, { x, y, text, width }: Spot, size: number, palette: Palette): void {
  c.fillStyle = palette.paper; // no line runs through a word
  c.fillRect(x - width / 2 - 2, y - size / 2, width + 4, size);
  c.fillStyle = link.breach ? palette.bad : link.contested ? palette.ink : palette.soft;
  c.fillText(text, x, y);
}

function box(c: CanvasRenderingContext2D, node: Placed, palette: Palette, marks: Marks, scale: number): void {
  const colour = marks.colours?.get(node.iri) ?? palette.kinds[node.kind] ?? palette.line;
  c.fillStyle = palette.paper;
  c.strokeStyle = colour;
  c.lineWidth = node.iri === marks.chosen || marks.matches.has(node.iri) ? 4 : 1.8;
  c.setLineDash(node.change === "gone" ? [2, 4] : node.kind === "unresolved" ? [5, 4] : []);
  c.beginPath();
  c.roundRect(node.x, node.y, BOX.width, BOX.height, node.kind === "dataset" ? 16 : 6);
  c.fill();
  c.stroke();
  c.setLineDash([]);
  if (marks.colours || marks.matches.has(node.iri)) {
    c.globalAlpha = marks.matches.has(node.iri) ? 0.3 : 0.16;
    c.fillStyle = marks.matches.has(node.iri) ? palette.warn : colour;
    c.fill();
    c.globalAlpha = 1;
  }
  const share = marks.sizes?.get(node.iri);
  if (share !== undefined) {
    c.fillStyle = colour;
    c.beginPath();
    c.arc(node.x + BOX.width - 16, node.y + BOX.height / 2, radius(share), 0, 2 * Math.PI);
    c.fill();
  }
  c.fillStyle = palette.ink;
  const [owner, name] = ownerAndName(node);
  const room = BOX.width - 20 - (share === undefined ? 0 : 22); // the disc stands on the right
  if (scale < READABLE) { // one line, as large on the screen as it can be read
    const size = Math.min(LEAST_LETTER / scale, BOX.height - 6);
    c.font = `${size}px system-ui, sans-serif`;
    c.fillText(within(name, room + 8, size), node.x + 6, node.y + BOX.height / 2);
    return;
  }
  c.font = "12px system-ui, sans-serif";
  c.fillText(within(name, room, 12), node.x + 10, node.y + 12);
  c.fillStyle = palette.soft;
  c.font = "9.5px system-ui, sans-serif";
  c.fillText(within([node.change, node.note, owner, node.kind].filter(Boolean).join(" · "), room, 9.5), node.x + 10, node.y + 25);
}

function arrow(c: CanvasRenderingContext2D, line: Point[], look: string): void {
  c.fillStyle = look;
  c.fill(new Path2D(tipOf(line)));
}

const silhouettes = new WeakMap<Scene, Path2D>();

/** All boxes of a scene as one shape, made once. */
function silhouette(scene: Scene): Path2D {
  let shape = silhouettes.get(scene);
  if (!shape) {
    shape = new Path2D();
    for (const node of scene.nodes.values()) shape.rect(node.x, node.y, BOX.width, BOX.height);
    silhouettes.set(scene, shape);
  }
  return shape;
}

/** A small picture of the whole, with what is seen framed. */
export function drawMap(canvas: HTMLCanvasElement, scene: Scene, view: View, seen: { width: number; height: number }, palette: Palette): void {
  const c = canvas.getContext("2d");
  if (!c) return;
  const box_ = bounds(scene);
  const [x, y] = [box_.left * view.scale + view.x, box_.top * view.scale + view.y];
  canvas.hidden = x >= 0 && y >= 0 && x + box_.width * view.scale <= seen.width && y + box_.height * view.scale <= seen.height; // all is in sight
  if (canvas.hidden) return;
  const scale = Math.min(canvas.width / (box_.width + 80), canvas.height / (box_.height + 80));
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.clearRect(0, 0, canvas.width, canvas.height);
  c.setTransform(scale, 0, 0, scale, (canvas.width - box_.width * scale) / 2 - box_.left * scale, (canvas.height - box_.height * scale) / 2 - box_.top * scale);
  c.fillStyle = palette.line;
  c.fill(silhouette(scene));
  c.strokeStyle = palette.ink;
  c.lineWidth = 1.5 / scale;
  c.strokeRect(-view.x / view.scale, -view.y / view.scale, seen.width / view.scale, seen.height / view.scale);
}
