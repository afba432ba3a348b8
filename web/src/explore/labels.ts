/** Where the word of each link stands, so that no word covers another or an entity. Pure. */
import { onLine } from "../words";
import { along, sampled } from "./routes";
import { BOX, type Link, type Scene, type Point } from "./scene";

export interface Spot {
  x: number;
  y: number;
  text: string;
  width: number;
}

/** Shares of the way along a link at which a word may stand, the best first. */
const ALONG = [0.62, 0.5, 0.74, 0.4, 0.84, 0.3, 0.2];
/** With more links than this no word is placed but those that come first. */
const MOST = 1500;
const CELL = 120;

const CHANGES: Record<string, string> = { new: "+ ", gone: "− " };

/** The relation in a word with what speaks against it; that it is inferred is said by its dashes and the legend. */
export function wordOf(link: Link): string {
  const relation = link.word ?? onLine(link.label);
  return `${link.breach ? "§ " : ""}${CHANGES[link.change ?? ""] ?? ""}${relation}${link.weight ? ` ${link.weight}` : ""}${link.contested ? ", sources disagree" : ""}`;
}

interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Rectangles by the cells that they touch. */
class Taken {
  private readonly cells = new Map<string, Rect[]>();

  add(rect: Rect): void {
    for (const key of cellsOf(rect)) {
      const list = this.cells.get(key);
      if (list) list.push(rect);
      else this.cells.set(key, [rect]);
    }
  }

  free(rect: Rect): boolean {
    return cellsOf(rect).every((key) => (this.cells.get(key) ?? []).every((one) => one.right <= rect.left || one.left >= rect.right || one.bottom <= rect.top || one.top >= rect.bottom));
  }
}

function cellsOf(rect: Rect): string[] {
  const keys: string[] = [];
  for (let x = Math.floor(rect.left / CELL); x <= Math.floor(rect.right / CELL); x++)
    for (let y = Math.floor(rect.top / CELL); y <= Math.floor(rect.bottom / CELL); y++) keys.push(`${x} ${y}`);
  return keys;
}

/**
 * The places of the words of links; a link that has none free gets none, `first` links before all others.
 * `lineOf` gives where a line runs, `widthOf` how wide a text is, `height` how tall.
 */
export function labelled(scene: Scene, lineOf: (link: Link) => Point[] | undefined, widthOf: (text: string) => number, height: number, first: Set<string>): Map<string, Spot> {
  const taken = new Taken();
  for (const node of scene.nodes.values()) taken.add({ left: node.x, top: node.y, right: node.x + BOX.width, bottom: node.y + BOX.height });
  const rank = (link: Link): number => (first.has(link.key) ? 0 : link.breach ? 1 : link.contested ? 2 : 3);
  const links = [...scene.links.values()].filter((link) => scene.links.size <= MOST || first.has(link.key)).map((link, n) => ({ link, n })).sort((a, b) => rank(a.link) - rank(b.link) || a.n - b.n);
  const degree = new Map<string, number>();
  for (const link of scene.links.values()) for (const iri of [link.subject, link.object]) degree.set(iri, (degree.get(iri) ?? 0) + 1);
  const spots = new Map<string, Spot>();
  for (const { link } of links) {
    const points = lineOf(link);
    if (!points) continue;
    const text = wordOf(link);
    const width = widthOf(text);
    const half = width / 2 + 2;
    // where many lines meet in one entity, words stand nearer to the other end, where the lines are apart
    const fan = (degree.get(link.subject) ?? 0) - (degree.get(link.object) ?? 0);
    const line = sampled(points.length > 2 ? (fan > 0 ? points.slice(-2) : points.slice(0, 2)) : points); // lines may share the middle of their way
    for (const way of ALONG) {
      const [x, on] = along(line, fan > 0 ? way : 1 - way);
      const y = on - height / 2;
      const rect = { left: x - half, top: y - height / 2, right: x + half, bottom: y + height / 2 };
      if (!taken.free(rect)) continue;
      taken.add(rect);
      spots.set(link.key, { x, y, text, width });
      break;
    }
  }
  return spots;
}
