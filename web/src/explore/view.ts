/** How a scene is looked at: where, how large, what is marked, and what is under a point of the screen. Pure. */
import { lineOf, sampled } from "./routes";
import { BOX, bounds, type Link, type Placed, type Scene, type Point } from "./scene";
import type { Palette } from "./write";

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
  /** From 0 to 1: how large the disc of an entity is. */
  sizes?: Map<string, number> | undefined;
}

/** From this scale on names stand in two lines in their own size; below, in one line as large as can be read. */
export const READABLE = 0.72;
/** Below this an entity is a dot of colour and a link a thin line: thousands are drawn in one stroke. */
export const FAR = 0.3;

/** Below this links have no words: they would be longer than their lines. */
export const FAR_WORDS = 0.5;
/** With more links in sight than this, only those of the chosen entity say their relation: the rest could not be read. */
export const LABELLED = 250;
/** Letters smaller than this on the screen are not written. */
export const LEAST_LETTER = 9;

/** Words on links are this large in the units of a scene: never under nine pixels on the screen. */
export function letters(scale: number): number {
  return Math.max(9.5, LEAST_LETTER / scale);
}

export interface Stroke {
  look: string;
  width: number;
  dash: number[];
}

/** The line of a link: what speaks against it in its colour, how it is known in its dashes. */
export function strokeOf(link: Link, lit: boolean, palette: Palette): Stroke {
  return {
    look: lookOf(link, lit, palette),
    width: link.contested || link.breach || link.change ? 3 : lit ? 1.8 : 1.1,
    dash: link.change === "gone" ? [2, 5] : link.inferred ? [6, 4] : [],
  };
}

/** The colour of a link. */
export function lookOf(link: Link, lit: boolean, palette: Palette): string {
  if (link.change === "new") return palette.kinds["organization"] ?? palette.ink;
  return link.breach ? palette.bad : link.contested ? palette.warn : lit ? palette.ink : palette.line;
}

/** Whether a link is chosen, or leads from or to what is. */
export function isLit(link: Link, marks: Pick<Marks, "chosen" | "edge">): boolean {
  return link.key === marks.edge || link.subject === marks.chosen || link.object === marks.chosen;
}

/** The owner and the name of a model that is known by its id; other names are whole. */
export function ownerAndName(node: Placed): [string, string] {
  const at = node.kind === "model" ? node.label.indexOf("/") : -1;
  return at > 0 ? [node.label.slice(0, at), node.label.slice(at + 1)] : ["", node.label];
}

/** The entity under a point of the screen. */
export function nodeAt(scene: Scene, view: View, px: number, py: number): Placed | undefined {
  const [x, y] = [(px - view.x) / view.scale, (py - view.y) / view.scale];
  let answer: Placed | undefined;
  for (const node of scene.nodes.values()) if (x >= node.x && x <= node.x + BOX.width && y >= node.y && y <= node.y + BOX.height) answer = node;
  return answer;
}

/** The link under a point of the screen. */
export function linkAt(scene: Scene, view: View, px: number, py: number): string {
  const [x, y] = [(px - view.x) / view.scale, (py - view.y) / view.scale];
  let [best, least] = ["", 7 / view.scale];
  for (const link of scene.links.values()) {
    const far = distance(sampled(lineOf(scene, link) ?? []), x, y);
    if (far < least) [best, least] = [link.key, far];
  }
  return best;
}

function distance(line: Point[], x: number, y: number): number {
  let least = Infinity;
  for (let n = 1; n < line.length; n++) {
    const [[x1, y1], [x2, y2]] = [line[n - 1] as Point, line[n] as Point];
    const share = Math.max(0, Math.min(1, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2 || 1)));
    least = Math.min(least, Math.hypot(x - x1 - share * (x2 - x1), y - y1 - share * (y2 - y1)));
  }
  return least;
}

/** A view that shows all of a scene, its words readable where there is room. */
export function fitted(scene: Scene, width: number, height: number): View {
  const box_ = bounds(scene);
  const scale = Math.max(0.05, Math.min(1.1, (width - 60) / box_.width, (height - 60) / box_.height));
  return { scale, x: (width - box_.width * scale) / 2 - box_.left * scale, y: (height - box_.height * scale) / 2 - box_.top * scale };
}

/** Of more entities than this no picture can be read: like siblings share a box, unless the reader wants them one by one. */
export const READ_AT_ONCE = 200;
/** Below this so much of a name is left out that siblings look alike. */
const TELLS_APART = 0.6;
/** So few entities are told apart on a narrow screen too, by what is left of their names. */
const FEW = { entities: 12, scale: 0.45 };
const MARGIN = 30;

/** The first view of a scene: all of it where that can be read, else what it is about, with as much around it as there is room for. */
export function opening(scene: Scene, width: number, height: number, about: Placed | undefined): View {
  const whole = fitted(scene, width, height);
  const least = scene.nodes.size <= FEW.entities ? FEW.scale : TELLS_APART;
  if (whole.scale >= least || !about) return whole;
  const box = bounds(scene);
  return {
    scale: READABLE,
    x: placed(width, box.left, box.width, about.x + BOX.width / 2),
    y: placed(height, box.top, box.height, about.y + BOX.height / 2),
  };
}

/** Where a side of a scene begins: with what it is about in the middle, yet no room left empty beyond its edges. */
function placed(room: number, start: number, length: number, about: number): number {
  if (length * READABLE <= room - 2 * MARGIN) return (room - length * READABLE) / 2 - start * READABLE;
  const [least, limit] = [room - MARGIN - (start + length) * READABLE, MARGIN - start * READABLE];
  return Math.max(least, Math.min(limit, room / 2 - about * READABLE));
}
