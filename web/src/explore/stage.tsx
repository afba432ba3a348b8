/** The picture of a scene with its tools, what is chosen beside it, its legend, filters, files and table. */
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Choice, Draft } from "../parts";
import { added, go, setQuery, withQuery, type Route } from "../router";
import { count, number } from "../words";
import { aroundStep, packed, unpacked } from "./address";
import { arranged } from "./arrange";
import { Painter, drawMap } from "./canvas";
import { Card, LinkCard, Save } from "./cards";
import { coloursOf, keysOf } from "./colours";
import { Drawing, MOST_DRAWN, elementId, levelOf } from "./drawing";
import { Filters } from "./filters";
import { Legend } from "./legend";
import { Links } from "./links";
import { MOST, OF_NOW, PRESETS } from "./load";
import { usePointer } from "./pointer";
import { neighbourBy, type Scene } from "./scene";
import { FEW, grouped, isGroup, membersOf } from "./siblings";
import { sifted, siftOf } from "./sift";
import { SIZES, scaleOf } from "./sizes";
import { READ_AT_ONCE, fitted, opening, type Marks, type View } from "./view";
import type { Palette } from "./write";

const COLOURS: [string, string][] = [["kind", "kind"], ["licence", "licence"], ["class", "licence class"], ["developer", "developer"], ["year", "year of release"]];
const EMPTY: Scene = { nodes: new Map(), links: new Map() };

/** What entities are coloured by; the flow of licences is seen by their colours. */
export function colourOf(query: URLSearchParams): string {
  return query.get("colour") ?? (query.get("preset") === "licences" ? "licence" : "kind");
}

/** The colours of this page as a canvas and a file need them. */
function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    paper: colour("--card"), ink: colour("--ink"), soft: colour("--soft"), line: colour("--line-strong"), warn: colour("--focus"), bad: colour("--bad"),
    kinds: {
      model: colour("--accent"), version: colour("--accent"), dataset: colour("--violet"), organization: colour("--good"), licence: colour("--bad"), benchmark: colour("--warn"),
      record: colour("--soft"), document: colour("--soft"), "accepted value": colour("--good"), value: colour("--warn"), claim: colour("--accent"),
    },
  };
}

interface Props {
  scene: Scene;
  /** Whether the filters are open. */
  open: boolean;
  onOpen: (open: boolean) => void;
  first: string;
  route: Route;
  preset: string;
  steps: string[];
  onMove: (iri: string, x: number, y: number) => void;
  onDrop: (iri: string) => void;
}

/** The picture with its tools, and beside it what is chosen. */
export function Stage({ scene, first, route: currentRoute, preset, open, onOpen, steps, onMove, onDrop }: Props): JSX.Element {
  const { query } = currentRoute;
  const picture = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const group = useRef<SVGGElement>(null);
  const map = useRef<HTMLCanvasElement>(null);
  const view = useRef<View>({ x: 0, y: 0, scale: 1 });
  const painter = useRef(new Painter());
  const again = useRef<() => void>(() => undefined);
  const sift = useMemo(() => siftOf(query), [query.toString()]);
  const [find, setFind] = useState("");
  const chosen = unpacked(query.get("at") ?? "") || first;
  const [edge, setEdge] = useState("");
  const by = colourOf(query);
  const size = query.get("size") ?? "";
  const apart = query.getAll("apart").map(unpacked).join("\n");
  const filtered = useMemo(() => sifted(scene, sift, chosen), [scene, sift, chosen]);
  const members = useMemo(() => membersOf(filtered), [filtered]);
  const large = filtered.nodes.size > READ_AT_ONCE;
  const together = query.has("group") ? query.get("group") === "yes" : large;
  const visible = useMemo(() => (together ? grouped(filtered, new Set(apart.split("\n")), chosen) : filtered), [filtered, together, apart, chosen]);
  const drawn = useArranged(visible) ?? EMPTY;
  const asSvg = drawn.nodes.size < MOST_DRAWN;
  const [level, setLevel] = useState(1);
  const scale = useMemo(() => scaleOf(visible, size), [visible, size]);
  const keys = useMemo(() => (by === "kind" ? [] : keysOf(visible, by)), [visible, by]);
  const colours = useMemo(() => coloursOf(visible, by, keys), [visible, by, keys]);
  const matches = useMemo(() => {
    const needle = find.trim().toLowerCase();
    return new Set(needle ? [...visible.nodes.values()].filter((n) => n.label.toLowerCase().includes(needle) || n.id.toLowerCase().includes(needle)).map((n) => n.iri) : []);
  }, [find, visible]);
  const marks = useMemo((): Marks => ({ chosen, edge, matches, colours, sizes: scale?.shares }), [chosen, edge, matches, colours, scale]);
  const paint = useCallback(() => {
    const at = picture.current;
    if (!at) return;
    const { x, y, scale: by } = view.current;
    group.current?.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${by.toFixed(4)})`);
    setLevel(levelOf(by));
    const looks = palette();
    if (canvas.current) painter.current.paint(canvas.current, drawn, view.current, looks, marks, () => requestAnimationFrame(again.current));
    if (map.current) drawMap(map.current, drawn, view.current, { width: at.clientWidth, height: at.clientHeight }, looks);
  }, [drawn, marks]);
  again.current = paint;
  useEffect(() => void requestAnimationFrame(paint), [paint]);
  const all = scene.nodes.size;
  const folded = [...visible.nodes.keys()].reduce((sum, iri) => sum + (isGroup(iri) ? (members.get(iri)?.length ?? 0) : 0), 0);
  const one = [...visible.nodes.keys()].filter((iri) => !isGroup(iri)).length + folded;
  const fit = useCallback(() => {
    const at = picture.current;
    if (at) view.current = fitted(drawn, at.clientWidth, at.clientHeight);
    requestAnimationFrame(paint);
  }, [drawn, paint]);
  useEffect(() => {
    const at = picture.current;
    if (at) view.current = opening(drawn, at.clientWidth, at.clientHeight, drawn.nodes.get(chosen) ?? drawn.nodes.get(first));
    requestAnimationFrame(paint);
  }, [all > 1, first, together, drawn.nodes.size > 1 && drawn.nodes.size === visible.nodes.size]);
  const openAround = (iri: string): void => {
    if (isGroup(iri)) setQuery({ apart: added(packed(iri)), at: packed(members.get(iri)?.[0]?.iri ?? "") });
    else if (iri.startsWith("http") && !steps.includes(aroundStep(iri))) setQuery({ open: [...steps, aroundStep(iri)], at: packed(iri) });
  };
  usePointer(picture, view, drawn, paint, {
    onNode: (iri) => { setEdge(""); setQuery({ at: packed(iri) }, true); },
    onEdge: setEdge,
    onMove,
    onDrop,
    onOpen: openAround,
  });
  const move = (event: KeyboardEvent): void => {
    if (event.key === "Enter") { event.preventDefault(); return openAround(chosen); }
    const next = neighbourBy(drawn, chosen, event.key);
    if (!next) return;
    event.preventDefault();
    setQuery({ at: packed(next) }, true);
  };
  const link = edge ? visible.links.get(edge) : undefined;
  const title = `${PRESETS.find((p) => p.name === preset)?.word ?? "Around"} ${preset === "organisations" ? "" : (scene.nodes.get(first)?.label ?? "")}`.trim();
  return (
    <>
      <div class="bar">
        <p role="status"><strong>{number(one)} of {number(all)} entities shown</strong>, {count(filtered.links.size, "link")}{folded ? `; ${number(folded)} are in groups` : ""}{all >= MOST ? "; no more are opened in one scene" : ""}</p>
        <div class="tools explore-tools">
          <label class="choice"><span>Find</span><input type="search" value={find} onInput={(e) => setFind(e.currentTarget.value)} placeholder="in the picture" /></label>
          {find.trim() ? <span role="status">{matches.size} found</span> : null}
          <Choice name="colour" label="Colour by" value={by} options={COLOURS} />
          <Choice name="size" label="Size by" value={size} options={SIZES} />
          {OF_NOW.has(preset) ? null : <label class="choice"><span>Compared with the state of</span><Draft type="date" value={query.get("versus") ?? ""} onDone={(text) => setQuery({ versus: text })} /></label>}
          <button type="button" class="small" aria-pressed={together} onClick={() => setQuery({ group: together !== large ? null : together ? "no" : "yes", apart: null })}>Group siblings</button>
          <button type="button" class="small" onClick={fit}>Fit</button>
          <button type="button" class="small" onClick={() => history.back()}>Undo</button>
          <button type="button" class="small" onClick={() => go(withQuery({ open: null, hide: null, at: null, without: null, source: null, basis: null, readFrom: null, readUntil: null, class: null, versus: null, pin: null, group: null, apart: null }))}>Start again</button>
        </div>
      </div>
      {large ? <p role="status" class="aside">{folded ? "These are too many to be read one by one: like neighbours of an entity share a box, which Enter or a double press opens." : "These are too many to be read at once: the picture begins at what it is about, and Fit shows all of it."} The table below has every link.</p> : null}
      {together && !folded && !large ? <p role="status" class="aside">Nothing to group: no entity has more than {FEW} neighbours of one kind and relation that lead nowhere else.</p> : null}
      {preset === "lineage" && all === 1 && !query.has("hide") ? <p class="aside">No accepted statement says what it was made from, or that anything was made from it. Its other relations are listed beside the picture and can be opened there.</p> : null}
      <div class="explore">
        <div class="explore-picture">
          <div ref={picture} class="explore-stage" tabIndex={0} role="application" aria-activedescendant={asSvg ? elementId(drawn, chosen) : undefined} aria-label="Picture of the graph; arrow keys move between entities, Enter opens what is around the chosen one, the list beside it opens more" onKeyDown={move}>
            {asSvg ? <Drawing scene={drawn} marks={marks} level={level} group={group} /> : <canvas ref={canvas} />}
          </div>
          <canvas ref={map} class="minimap" width={150} height={100} aria-hidden="true" />
        </div>
        <aside class="explore-side" aria-label="The chosen entity">
          {link ? <LinkCard link={link} scene={visible} /> : null}
          {chosen ? <Card iri={chosen} scene={scene} currentRoute={currentRoute} steps={steps} members={isGroup(chosen) ? members.get(chosen) : undefined} /> : null}
        </aside>
      </div>
      <Legend scene={scene} boxes={visible.nodes.size} sift={sift} by={by} keys={keys} size={SIZES.find(([key]) => key === size)?.[1] ?? ""} scale={scale} />
      <Filters scene={scene} sift={sift} open={open} onOpen={onOpen} />
      <Save scene={drawn} title={title} asOf={query.get("asOf") ?? ""} palette={palette} looks={{ colours, keys, sizes: scale?.shares }} versus={query.get("versus") ?? ""} />
      <Links scene={filtered} />
    </>
  );
}

/** The scene with its places and lines; the one before while it is laid out. */
function useArranged(scene: Scene): Scene | undefined {
  const [done, setDone] = useState<{ of: Scene; scene: Scene }>();
  useEffect(() => {
    let alive = true;
    arranged(scene).then((made) => alive && setDone({ of: scene, scene: made }), () => undefined); // without it lines run straight
    return () => void (alive = false);
  }, [scene]);
  if (done?.of === scene) return done.scene;
  return scene.columns ? done?.scene : scene;
}
