/** A scene as files: SVG, GraphML, Mermaid, CSV. Pure. */
import { csv as asCsv } from "../table/csv";
import type { Key } from "./colours";
import { BOX, bounds, type Scene } from "./scene";
import { labelled } from "./labels";
import { lineOf, pathOf } from "./routes";
import { radius } from "./sizes";

export interface Palette {
  paper: string;
  ink: string;
  soft: string;
  line: string;
  warn: string;
  bad: string;
  kinds: Record<string, string>;
}

/** How a reader has entities coloured and sized. */
export interface Looks {
  colours?: Map<string, string> | undefined;
  keys: Key[];
  sizes?: Map<string, number> | undefined;
}

const LETTERS = 24;

export function short(text: string, limit = LETTERS): string {
  if (text.length <= limit) return text;
  const tail = Math.floor(limit * 0.45);
  return `${text.slice(0, limit - 1 - tail)}…${text.slice(-tail)}`;
}

/** How wide a sign is, in shares of the size of its letters: as in DejaVu Sans, the widest of the fonts that readers have. */
const WIDTHS: [RegExp, number][] = [[/[iljI.,:;|!'() ·]/, 0.4], [/[a-z0-9_\-–/?"*+]/, 0.62], [/[mwMW@%…]/, 1], [/[A-Z]/, 0.74]];

/** How wide a text is at most when its letters have a size. */
export function widthOf(text: string, size: number): number {
  let width = 0;
  for (const sign of text) width += WIDTHS.find(([signs]) => signs.test(sign))?.[1] ?? 1;
  return width * size;
}

/** A text that is no wider than its room, shortened in its middle where it has to be. */
export function within(text: string, room: number, size: number): string {
  const wide = widthOf(text, size);
  if (wide <= room) return text;
  let limit = Math.max(1, Math.ceil((text.length * room) / wide) + 1);
  while (limit > 1 && widthOf(short(text, limit), size) > room) limit--;
  return short(text, limit);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** The scene as a drawing that stands alone, with title, legend, day and version. */
export function svg(scene: Scene, title: string, lines: string[], palette: Palette, looks: Looks = { keys: [] }): string {
  const box = bounds(scene);
  const [pad, head] = [30, 26 + 18 * lines.length];
  const kinds = [...new Set([...scene.nodes.values()].map((node) => node.kind))].sort().map((kind): [string, string] => [kind, palette.kinds[kind] ?? palette.line]);
  const links = [...scene.links.values()];
  const legend: [string, string][] = [
    ...(looks.keys.length ? looks.keys.map((k): [string, string] => [k.value, k.colour]) : kinds),
    ...(links.some((l) => l.contested) ? [["sources disagree", palette.warn] as [string, string]] : []),
    ...(links.some((l) => l.breach) ? [["§ a licence problem starts here", palette.bad] as [string, string]] : []),
    ...(links.some((l) => l.inferred) ? [["dashed: inferred", palette.line] as [string, string]] : []),
    ...(links.some((l) => l.change) ? [["new", palette.kinds["organization"] ?? palette.ink], ["dotted: gone", palette.line]] as [string, string][] : []),
  ];
  const width = Math.max(box.width + 2 * pad, 560);
  const across = Math.max(1, Math.floor((width - 2 * pad) / 210));
  const foot = Math.ceil(legend.length / across) * 20;
  const height = box.height + 2 * pad + head + foot + 8;
  const at = (x: number, y: number): string => `${(x - box.left + pad).toFixed(1)} ${(y - box.top + pad + head).toFixed(1)}`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">`,
    `<rect width="${width}" height="${height}" fill="${palette.paper}"/>`,
    `<text x="${pad}" y="24" font-size="16" font-weight="700" fill="${palette.ink}">${escaped(title)}</text>`,
    ...lines.map((line, n) => `<text x="${pad}" y="${44 + 18 * n}" font-size="12" fill="${palette.soft}">${escaped(line)}</text>`),
  ];
  for (const link of scene.links.values()) {
    const line = lineOf(scene, link);
    if (!line) continue;
    const colour = link.change === "new" ? (palette.kinds["organization"] ?? palette.ink) : link.breach ? palette.bad : link.contested ? palette.warn : palette.line;
    const dash = link.change === "gone" ? "2 5" : link.inferred ? "6 4" : "";
    parts.push(`<path d="${pathOf(line.map(([x, y]) => [x - box.left + pad, y - box.top + pad + head]))}" fill="none" stroke="${colour}" stroke-width="${link.contested || link.breach || link.change ? 3 : 1.3}"${dash ? ` stroke-dasharray="${dash}"` : ""}/>`);
  }
  for (const [key, spot] of labelled(scene, (link) => lineOf(scene, link), (text) => text.length * LETTER, LINE, new Set())) {
    const [mx, my] = at(spot.x, spot.y + LINE / 4).split(" ");
    const link = scene.links.get(key);
    parts.push(`<text x="${mx}" y="${my}" font-size="9.5" text-anchor="middle" paint-order="stroke" stroke="${palette.paper}" stroke-width="3" fill="${link?.breach ? palette.bad : palette.soft}">${escaped(spot.text)}</text>`);
  }
  for (const node of scene.nodes.values()) {
    const [x, y] = at(node.x, node.y).split(" ").map(Number) as [number, number];
    parts.push(`<g><title>${escaped(`${node.label} (${node.kind})`)}</title><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="${palette.paper}" stroke="${looks.colours?.get(node.iri) ?? palette.kinds[node.kind] ?? palette.line}" stroke-width="2"${node.change === "gone" ? ' stroke-dasharray="2 4"' : ""}/>${disc(x, y, looks, node.iri, palette)}<text x="${x + 10}" y="${y + 21}" font-size="12" fill="${palette.ink}">${escaped(within(node.label, BOX.width - 20 - (looks.sizes?.has(node.iri) ? 22 : 0), 12))}</text></g>`);
  }
  legend.forEach(([word, colour], n) => {
    const [x, y] = [pad + (n % across) * 210, height - foot - 6 + Math.floor(n / across) * 20];
    parts.push(`<rect x="${x}" y="${y}" width="14" height="12" rx="3" fill="none" stroke="${colour}" stroke-width="2"/><text x="${x + 20}" y="${y + 10}" font-size="11" fill="${palette.ink}">${escaped(short(word, 34))}</text>`);
  });
  return [...parts, "</svg>"].join("\n");
}

function disc(x: number, y: number, looks: Looks, iri: string, palette: Palette): string {
  const share = looks.sizes?.get(iri);
  return share === undefined ? "" : `<circle cx="${x + BOX.width - 16}" cy="${y + BOX.height / 2}" r="${radius(share).toFixed(1)}" fill="${looks.colours?.get(iri) ?? palette.soft}"/>`;
}

/** About how wide a letter and how tall a line of the words on links is in a drawing. */
const [LETTER, LINE] = [5, 11];

/** The scene as GraphML, with what it is, of which day and version. */
export function graphml(scene: Scene, about: string[] = []): string {
  const nodes = [...scene.nodes.values()].map((n) => `<node id="${escaped(n.iri)}"><data key="label">${escaped(n.label)}</data><data key="kind">${escaped(n.kind)}</data></node>`);
  const edges = [...scene.links.values()].map((l) => `<edge source="${escaped(l.subject)}" target="${escaped(l.object)}"><data key="relation">${escaped(l.relation)}</data><data key="contested">${l.contested}</data></edge>`);
  const keys = [["label", "node"], ["kind", "node"], ["relation", "edge"], ["contested", "edge"]].map(([id, of]) => `<key id="${id}" for="${of}" attr.name="${id}" attr.type="${id === "contested" ? "boolean" : "string"}"/>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n${about.length ? `<desc>${escaped(about.join("; "))}</desc>\n` : ""}${keys.join("\n")}\n<graph edgedefault="directed">\n${[...nodes, ...edges].join("\n")}\n</graph>\n</graphml>\n`;
}

/** The scene as Mermaid text, with what it is, of which day and version. */
export function mermaid(scene: Scene, about: string[] = []): string {
  const ids = new Map([...scene.nodes.keys()].map((iri, n) => [iri, `n${n}`]));
  const name = (text: string): string => text.replace(/["\n\r<>]/g, " ");
  const nodes = [...scene.nodes.values()].map((n) => `  ${ids.get(n.iri)}["${name(n.label)}"]`);
  const links = [...scene.links.values()].map((l) => `  ${ids.get(l.subject)} -->|"${name(l.label)}"| ${ids.get(l.object)}`);
  return ["flowchart LR", ...about.map((line) => `%% ${name(line)}`), ...nodes, ...links, ""].join("\n");
}

/** The links of a scene as CSV. */
export function csv(scene: Scene): string {
  const rows = [...scene.links.values()].map((l) => {
    const [a, b] = [scene.nodes.get(l.subject), scene.nodes.get(l.object)];
    return [l.subject, a?.label ?? "", a?.kind ?? "", l.relation, l.object, b?.label ?? "", b?.kind ?? "", l.contested ? "yes" : "no", l.inferred ? "yes" : "no", l.breach ?? "", (l.sources ?? []).map((s) => `${s.publisher} (${s.basis}, ${s.retrieved})`).join("; "), l.change ?? ""];
  });
  return asCsv(["subject", "subject label", "subject kind", "relation", "object", "object label", "object kind", "contested", "inferred", "licence problem", "stated by", "change"], rows);
}
