/** What is drawn, in words: kinds and relations to show or hide, colours, sizes, lines. */
import type { JSX } from "preact";
import { setQuery, toggled } from "../router";
import { number } from "../words";
import relations from "../relations.json";
import type { Key } from "./colours";
import { changed } from "./difference";
import { MOST_LED, MOST_ROUTED } from "./routes";
import type { Scene } from "./scene";
import type { Sift } from "./sift";
import { radius, type Scale } from "./sizes";

const KINDS = ["model", "version", "dataset", "organization", "licence", "benchmark", "record", "document"];

/** What arrows mean: they follow the statement, from its subject to its object. */
const ARROW = "an arrow leads from the entity that a statement is about to the one it names";
const ARROW_MADE = `${ARROW}: from a model to what it was made from`;
const MADE = new Set(relations);
/** Relations whose label says more of each link, as the number or the day. */
const LABELS: Record<string, string> = { buildsOn: "built on", readFrom: "read", statedBy: "stated by" };

function tally(values: Iterable<string>): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts];
}

interface Props {
  /** Everything, whether it is shown or not. */
  scene: Scene;
  /** How many boxes are drawn: like siblings may share one. */
  boxes: number;
  sift: Sift;
  by: string;
  keys: Key[];
  size: string;
  scale: Scale | undefined;
}

/** The legend; what is unticked stands in the address as `without`. */
export function Legend({ scene, boxes, sift, by, keys, size, scale }: Props): JSX.Element {
  const used = tally([...scene.nodes.values()].map((n) => n.kind)).sort((a, b) => KINDS.indexOf(a[0]) - KINDS.indexOf(b[0]));
  const links = [...scene.links.values()];
  const relations = tally(links.map((l) => l.relation)).sort((a, b) => b[1] - a[1]);
  const words = new Map(links.map((l) => [l.relation, LABELS[l.relation] ?? l.label]));
  const toggle = (name: string): void => setQuery({ without: toggled(name) });
  const [come, gone] = [changed(scene, "new"), changed(scene, "gone")];
  return (
    <>
      <ul class="legend" aria-label="Kinds shown">
        {used.map(([kind, n]) => (
          <li key={kind}><label class="check"><input type="checkbox" checked={!sift.kinds.has(kind)} onChange={() => toggle(kind)} />{by === "kind" ? <span class={`sample kind-${kind.replace(" ", "-")}`} aria-hidden="true" /> : null} {kind} <span class="aside">{number(n)}</span></label></li>
        ))}
        {keys.map((k) => <li key={k.value}><svg width="14" height="12" aria-hidden="true"><rect x="1" y="1" width="12" height="10" rx="3" fill={k.colour} /></svg> {k.value} <span class="aside">{number(k.count)}</span></li>)}
        {links.length ? <li><svg width="34" height="12" aria-hidden="true" class="picture"><path class="stroke" d="M2 6H32" /><path class="tip" d="M24 2 32 6 24 10z" /></svg> {links.some((l) => MADE.has(l.relation)) ? ARROW_MADE : ARROW}</li> : null}
        {boxes > (links.some((l) => !l.route) ? MOST_ROUTED : MOST_LED) ? <li>with this many entities, lines run straight, also across boxes; filter the view to route them around</li> : null}
        {links.some((l) => l.contested) ? <li><span class="sample contested" aria-hidden="true" /> sources disagree</li> : null}
        {links.some((l) => l.relation === "buildsOn") ? <li>a number on a line: how many models are built on those of the other</li> : null}
        {links.some((l) => l.inferred) ? <li><span class="sample inferred-line" aria-hidden="true" /> inferred</li> : null}
        {links.some((l) => l.breach) ? <li><span class="sample sign" aria-hidden="true">§</span> a licence problem starts here</li> : null}
        {come.links + come.nodes ? <li><span class="sample new-line" aria-hidden="true" /> new: {number(come.nodes)} entities, {number(come.links)} links</li> : null}
        {gone.links + gone.nodes ? <li><span class="sample gone-line" aria-hidden="true" /> gone: {number(gone.nodes)} entities, {number(gone.links)} links</li> : null}
      </ul>
      {scale ? (
        <ul class="legend" aria-label="Sizes">
          {scale.legend.map((one) => <li key={one.word}><svg width="28" height="28" aria-hidden="true"><circle cx="14" cy="14" r={radius(one.share)} fill="currentColor" /></svg> {one.word}</li>)}
          <li>{size}; {scale.unknown ? `unknown for ${number(scale.unknown)}` : "known of all"}</li>
        </ul>
      ) : null}
      {relations.length > 1 ? (
        <ul class="legend" aria-label="Relations shown">
          {relations.map(([name, n]) => <li key={name}><label class="check"><input type="checkbox" checked={!sift.relations.has(name)} onChange={() => toggle(`r:${name}`)} /> {words.get(name)} <span class="aside">{number(n)}</span></label></li>)}
        </ul>
      ) : null}
    </>
  );
}
