/** The scene on a canvas: only what is in view is drawn, and words only where they can be read. */
import { BOX, bounds, type Link, type Placed, type Scene } from "./scene";
import { ends, short, type Palette } from "./write";

export interface View {
  x: number;
  y: number;
  scale: number;
}

export interface Marks {
  chosen: string;
  edge: string;
  matches: Set<string>;
  /** Colours by a fact; without them the kind gives the colour. */
  colours?: Map<string, string> | undefined;
}

const READABLE = 0.45;
/** Below this an entity is a dot of colour and a link a thin line: thousands are drawn in one stroke. */
const FAR = 0.3;

/** Draw a scene as it is seen through a view. */
export function draw(canvas: HTMLCanvasElement, scene: Scene, view: View, palette: Palette, marks: Marks): void {
  const ratio = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const c = canvas.getContext("2d", { alpha: false });
  if (!c) return;
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
    const look = link.breach ? palette.bad : link.contested ? palette.warn : link.subject === marks.chosen || link.object === marks.chosen ? palette.ink : palette.line;
    let path = lines.get(look);
    if (!path) lines.set(look, (path = new Path2D()));
    path.moveTo(a.x + half[0], a.y + half[1]);
    path.lineTo(b.x + half[0], b.y + half[1]);
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
    path.rect(node.x, node.y, BOX.width, BOX.height);
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

/** Links with arrows and words, entities with names. */
function near(c: CanvasRenderingContext2D, scene: Scene, view: View, palette: Palette, marks: Marks, seen: Seen): void {
  const words = view.scale >= READABLE;
  c.textBaseline = "middle";
  c.textAlign = "center";
  for (const link of scene.links.values()) {
    const [a, b] = [scene.nodes.get(link.subject), scene.nodes.get(link.object)];
    if (!a || !b) continue;
    const [x1, y1, x2, y2] = ends(a.x, a.y, b.x, b.y);
    if (outside(seen, x1, y1, x2, y2)) continue;
    line(c, link, [x1, y1, x2, y2], palette, link.key === marks.edge || link.subject === marks.chosen || link.object === marks.chosen, view.scale);
    if (words) label(c, link, (x1 + x2) / 2, (y1 + y2) / 2, palette);
  }
  c.textAlign = "left";
  for (const node of scene.nodes.values()) {
    if (!outside(seen, node.x, node.y, node.x + BOX.width, node.y + BOX.height)) box(c, node, palette, marks, words);
  }
}

function line(c: CanvasRenderingContext2D, link: Link, [x1, y1, x2, y2]: [number, number, number, number], palette: Palette, lit: boolean, scale: number): void {
  c.strokeStyle = link.breach ? palette.bad : link.contested ? palette.warn : lit ? palette.ink : palette.line;
  c.lineWidth = (link.contested || link.breach ? 3 : lit ? 1.8 : 1.1) / Math.max(scale, 0.5);
  c.setLineDash(link.inferred ? [6, 4] : []);
  c.beginPath();
  c.moveTo(x1, y1);
  c.lineTo(x2, y2);
  c.stroke();
  c.setLineDash([]);
  arrow(c, x1, y1, x2, y2);
}

/** The relation on its line, with what speaks against it. */
function label(c: CanvasRenderingContext2D, link: Link, x: number, y: number, palette: Palette): void {
  const text = `${link.breach ? "§ " : ""}${link.label}${link.inferred ? " (inferred)" : ""}${link.contested ? " – sources disagree" : ""}`;
  c.font = "9.5px system-ui, sans-serif";
  c.lineWidth = 3;
  c.strokeStyle = palette.paper;
  c.strokeText(text, x, y - 6);
  c.fillStyle = link.breach ? palette.bad : link.contested ? palette.ink : palette.soft;
  c.fillText(text, x, y - 6);
}

function box(c: CanvasRenderingContext2D, node: Placed, palette: Palette, marks: Marks, words: boolean): void {
  const colour = marks.colours?.get(node.iri) ?? palette.kinds[node.kind] ?? palette.line;
  c.fillStyle = palette.paper;
  c.strokeStyle = colour;
  c.lineWidth = node.iri === marks.chosen || marks.matches.has(node.iri) ? 4 : 1.8;
  c.setLineDash(node.kind === "unresolved" ? [5, 4] : []);
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
  if (!words) return;
  c.fillStyle = palette.ink;
  c.font = "12px system-ui, sans-serif";
  c.fillText(short(node.label), node.x + 10, node.y + 12);
  c.fillStyle = palette.soft;
  c.font = "9.5px system-ui, sans-serif";
  c.fillText(node.kind, node.x + 10, node.y + 25);
}

function arrow(c: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  c.fillStyle = c.strokeStyle;
  c.beginPath();
  c.moveTo(x2, y2);
  c.lineTo(x2 - 8 * Math.cos(angle - 0.4), y2 - 8 * Math.sin(angle - 0.4));
  c.lineTo(x2 - 8 * Math.cos(angle + 0.4), y2 - 8 * Math.sin(angle + 0.4));
  c.fill();
}

/** A small picture of the whole, with what is seen framed. */
export function drawMap(canvas: HTMLCanvasElement, scene: Scene, view: View, seen: { width: number; height: number }, palette: Palette): void {
  const c = canvas.getContext("2d");
  if (!c) return;
  const box_ = bounds(scene);
  const scale = Math.min(canvas.width / (box_.width + 80), canvas.height / (box_.height + 80));
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.clearRect(0, 0, canvas.width, canvas.height);
  c.setTransform(scale, 0, 0, scale, (canvas.width - box_.width * scale) / 2 - box_.left * scale, (canvas.height - box_.height * scale) / 2 - box_.top * scale);
  const shown = new Path2D();
  for (const node of scene.nodes.values()) shown.rect(node.x, node.y, BOX.width, BOX.height);
  c.fillStyle = palette.line;
  c.fill(shown);
  c.strokeStyle = palette.ink;
  c.lineWidth = 1.5 / scale;
  c.strokeRect(-view.x / view.scale, -view.y / view.scale, seen.width / view.scale, seen.height / view.scale);
}

/** The entity under a point of the screen. */
export function nodeAt(scene: Scene, view: View, px: number, py: number): Placed | undefined {
  const [x, y] = [(px - view.x) / view.scale, (py - view.y) / view.scale];
  let found: Placed | undefined;
  for (const node of scene.nodes.values()) if (x >= node.x && x <= node.x + BOX.width && y >= node.y && y <= node.y + BOX.height) found = node;
  return found;
}

/** The link under a point of the screen. */
export function linkAt(scene: Scene, view: View, px: number, py: number): string {
  const [x, y] = [(px - view.x) / view.scale, (py - view.y) / view.scale];
  let [best, least] = ["", 7 / view.scale];
  for (const link of scene.links.values()) {
    const [a, b] = [scene.nodes.get(link.subject), scene.nodes.get(link.object)];
    if (!a || !b) continue;
    const [x1, y1, x2, y2] = ends(a.x, a.y, b.x, b.y);
    const along = Math.max(0, Math.min(1, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2 || 1)));
    const far = Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1));
    if (far < least) [best, least] = [link.key, far];
  }
  return best;
}

/** A view that shows all of a scene, its words readable where there is room. */
export function fitted(scene: Scene, width: number, height: number): View {
  const box_ = bounds(scene);
  const scale = Math.max(0.05, Math.min(1.1, (width - 60) / box_.width, (height - 60) / box_.height));
  return { scale, x: (width - box_.width * scale) / 2 - box_.left * scale, y: (height - box_.height * scale) / 2 - box_.top * scale };
}
