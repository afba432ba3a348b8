/** A smaller scene as SVG: its names can be selected, found in the page and read aloud. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { labelled } from "./labels";
import { isOver, lineOf, pathOf, tipOf } from "./routes";
import { BOX, type Link, type Placed, type Scene } from "./scene";
import { radius } from "./sizes";
import { FAR_WORDS, LABELLED, LEAST_LETTER, READABLE, isLit, letters, ownerAndName, strokeOf, type Marks } from "./view";
import { within, type Palette } from "./write";

/** From so many entities on a scene is drawn on a canvas. */
export const MOST_DRAWN = 500;
/** Letters are made anew for scales this far apart. */
const STEP = 0.06;
/** About how wide a letter of a word on a link is, as a share of its height. */
const LETTER = 0.56;

/** The colours of this page by their names, so that they follow its theme. */
const PALETTE: Palette = {
  paper: "var(--card)", ink: "var(--ink)", soft: "var(--soft)", line: "var(--line-strong)", warn: "var(--focus)", bad: "var(--bad)",
  kinds: {
    model: "var(--accent)", version: "var(--accent)", dataset: "var(--violet)", organization: "var(--good)", licence: "var(--bad)", benchmark: "var(--warn)",
    record: "var(--soft)", document: "var(--soft)", "accepted value": "var(--good)", value: "var(--warn)", claim: "var(--accent)",
  },
};

/** The scale that a drawing is made for: one for all from full size on, coarser below. */
export function levelOf(scale: number): number {
  return scale >= 1 ? 1 : Math.max(STEP, Math.floor(scale / STEP + 1e-6) * STEP);
}

/** The id of an entity's element in the page. */
export function elementId(scene: Scene, iri: string): string | undefined {
  const at = [...scene.nodes.keys()].indexOf(iri);
  return at < 0 ? undefined : `entity-${at}`;
}

/** The scene; its group is moved and scaled from outside. */
export function Drawing({ scene, marks, level, group }: { scene: Scene; marks: Marks; level: number; group: { current: SVGGElement | null } }): JSX.Element {
  const links = [...scene.links.values()];
  const size = letters(level);
  const spots = useMemo(() => {
    if (level < FAR_WORDS) return new Map<string, never>();
    return labelled(scene, (link) => lineOf(scene, link), (text) => text.length * size * LETTER, size * 1.15, new Set(links.filter((l) => isLit(l, marks)).map((l) => l.key)));
  }, [scene, level, marks.chosen, marks.edge]);
  const few = links.length <= LABELLED;
  const line = (link: Link, over: boolean): JSX.Element | null => {
    const points = lineOf(scene, link);
    if (!points) return null;
    const lit = isLit(link, marks);
    const { look, width, dash } = strokeOf(link, lit, PALETTE);
    const wide = width / Math.max(level, 0.5);
    return (
      <g key={link.key} data-link={link.relation}>
        {over ? <path d={pathOf(points)} fill="none" stroke={PALETTE.paper} stroke-width={wide + 4} /> : null}
        <path d={pathOf(points)} fill="none" stroke={look} stroke-width={wide} stroke-dasharray={dash.join(" ") || undefined} />
        {few || lit ? <path d={tipOf(points)} fill={look} /> : null}
      </g>
    );
  };
  const word = (link: Link): JSX.Element | null => {
    const spot = few || isLit(link, marks) ? spots.get(link.key) : undefined;
    return spot ? <text key={link.key} x={spot.x} y={spot.y} font-size={size} text-anchor="middle" dominant-baseline="central" paint-order="stroke" stroke={PALETTE.paper} stroke-width="4" fill={link.breach ? PALETTE.bad : link.contested ? PALETTE.ink : PALETTE.soft}>{spot.text}</text> : null;
  };
  return (
    <svg class="drawing" font-family="system-ui, sans-serif">
      <g ref={group}>
        <g aria-hidden="true">{links.filter((l) => !isOver(scene, l)).map((l) => line(l, false))}</g>
        <g role="list" aria-label="Entities of the picture">{[...scene.nodes.values()].map((node, n) => <Box key={node.iri} id={`entity-${n}`} node={node} marks={marks} level={level} />)}</g>
        <g aria-hidden="true">{links.filter((l) => isOver(scene, l)).map((l) => line(l, true))}</g>
        <g aria-hidden="true">{links.map(word)}</g>
      </g>
    </svg>
  );
}

function Box({ id, node, marks, level }: { id: string; node: Placed; marks: Marks; level: number }): JSX.Element {
  const [chosen, match] = [node.iri === marks.chosen, marks.matches.has(node.iri)];
  const colour = marks.colours?.get(node.iri) ?? PALETTE.kinds[node.kind] ?? PALETTE.line;
  const dash = node.change === "gone" ? "2 4" : node.kind === "unresolved" ? "5 4" : undefined;
  const share = marks.sizes?.get(node.iri);
  const [owner, name] = ownerAndName(node);
  const small = level < READABLE;
  const size = small ? Math.min(LEAST_LETTER / level, BOX.height - 6) : 12;
  const room = BOX.width - 20 - (share === undefined ? 0 : 22); // the disc stands on the right
  const under = [node.change, node.note, owner, node.kind].filter(Boolean).join(" · ");
  return (
    <g id={id} role="listitem" data-kind={node.kind} transform={`translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`}>
      <title>{`${node.label}: ${under}`}</title>
      <rect width={BOX.width} height={BOX.height} rx={node.kind === "dataset" ? 16 : 6} fill={PALETTE.paper} stroke={colour} stroke-width={chosen || match ? 4 : 1.8} stroke-dasharray={dash} />
      {marks.colours || match ? <rect width={BOX.width} height={BOX.height} rx={node.kind === "dataset" ? 16 : 6} fill={match ? PALETTE.warn : colour} opacity={match ? 0.3 : 0.16} /> : null}
      {share === undefined ? null : <circle cx={BOX.width - 16} cy={BOX.height / 2} r={radius(share)} fill={colour} />}
      <text class="name" x={small ? 6 : 10} y={small ? BOX.height / 2 : 12} dominant-baseline="central" font-size={size} fill={PALETTE.ink}>{within(name, small ? room + 8 : room, size)}</text>
      {small ? null : <text x="10" y="25" dominant-baseline="central" font-size="9.5" fill={PALETTE.soft}>{within(under, room, 9.5)}</text>}
    </g>
  );
}
