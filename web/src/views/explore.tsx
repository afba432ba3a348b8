/** Explorer: start anywhere or with a picture that answers a question, walk to neighbours; the scene stands in the address. */
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Refusal, useAsked } from "../api";
import { aroundStep, packed, pinOf, pinsOf, stepsOf, unpacked, unpinned } from "../explore/address";
import { Painter, drawMap, fitted, opening, type View } from "../explore/canvas";
import { Card, LinkCard, Save } from "../explore/cards";
import { coloursOf, keysOf } from "../explore/colours";
import { Filters } from "../explore/filters";
import { Legend } from "../explore/legend";
import { Links } from "../explore/links";
import { MOST, OF_NOW, PRESETS, compared, factsOf } from "../explore/load";
import { usePointer } from "../explore/pointer";
import { moved, neighbourBy, without, type Scene } from "../explore/scene";
import { asksForEvidence, sifted, siftOf } from "../explore/sift";
import { grouped, isGroup, membersOf } from "../explore/siblings";
import { SIZES, scaleOf } from "../explore/sizes";
import type { Palette } from "../explore/write";
import { Choice, Draft, Trouble, Wait, useTitle } from "../parts";
import { EntityPicker } from "../searchbox";
import { added, go, setQuery, withQuery, type Place } from "../router";
import type { Matrix } from "../types";
import { number } from "../words";

const COLOURS: [string, string][] = [["kind", "kind"], ["licence", "licence"], ["class", "licence class"], ["developer", "developer"], ["year", "year of release"]];
/** What entities may be coloured, sized or filtered by that is asked for beside the scene. */
const FACTS = new Set(["licence", "class", "developer", "year", "parameters", "context"]);
const EMPTY: Scene = { nodes: new Map(), links: new Map() };

/** The view; where it began, its preset and every step stand in the address. */
export default function Explore({ place }: { place: Place }): JSX.Element {
  const { query } = place;
  const root = query.get("node") ?? "";
  const preset = PRESETS.find((p) => p.name === query.get("preset"));
  const ready = root || (preset && !preset.root);
  const title = preset ? preset.word : "Around";
  useTitle(root ? `${title}: ${root}` : preset ? title : "Explore the graph");
  return (
    <div class="page wide">
      <h1>{ready ? <><span class="kind">{title}</span> <bdi>{root.replace(/^~|^https:\/\/w3id\.org\/provenance-graph\/id\//, "").replace(/^model\//, "")}</bdi></> : "Explore the graph"}</h1>
      <div class="controls">
        <EntityPicker label="Start at" onPick={(id) => go(withQuery({ node: id, open: null, hide: null, at: null, pin: null, apart: null, preset: preset?.root ? preset.name : null }))} placeholder="a model, dataset, organisation or IRI" />
        <div class="presets" role="group" aria-label="Pictures">
          {PRESETS.filter((p) => root || !p.root).map((p) => <a key={p.name} class="button" aria-current={p === preset ? "true" : undefined} href={withQuery({ preset: p === preset ? null : p.name, open: null, hide: null, at: null, pin: null, apart: null })}>{p.word}</a>)}
        </div>
        {preset?.name === "evidence" ? <FieldChoice value={query.get("property") ?? ""} /> : null}
      </div>
      {ready ? <Walk key={root + (preset?.name ?? "")} root={root} preset={preset?.name ?? ""} place={place} /> : <p>Choose where to start: the picture shows what it leads to and what leads to it, and grows as you open more. Or see <a href="/explore?preset=organisations">which organisations build on whom</a>.</p>}
    </div>
  );
}

/** The fact whose evidence is shown. */
function FieldChoice({ value }: { value: string }): JSX.Element {
  const fields = useAsked<Matrix>("/api/v1/disclosure?limit=1");
  return <Choice late name="property" label="Fact" value={value} options={[["", "choose a field"], ...(fields.data?.fields ?? []).map((f): [string, string] => [f.property, f.label])]} />;
}

interface Found {
  scene: Scene;
  error?: Refusal;
}

function Walk({ root, preset, place }: { root: string; preset: string; place: Place }): JSX.Element {
  const { query } = place;
  const asOf = query.get("asOf") ?? "";
  const property = query.get("property") ?? "";
  const opened = query.getAll("open");
  // who only just came to an entity sees a few of each of its neighbours
  const steps = (opened.length || preset || !root ? opened : [aroundStep(unpacked(root))]).join("\n");
  const hidden = query.getAll("hide").join("\n");
  const chosen = unpacked(query.get("at") ?? "");
  const by = colourOf(query);
  const size = query.get("size") ?? "";
  const day = query.get("versus") ?? "";
  const since = query.get("since") ?? "";
  const sift = siftOf(query);
  const [open, setOpen] = useState(asksForEvidence(sift) || Boolean(sift.licenceClass));
  const evidence = open || asksForEvidence(sift);
  const [found, setFound] = useState<Found>();
  const [facts, setFacts] = useState(new Map<string, Record<string, string>>());
  const pins = query.getAll("pin").join("\n");
  const [dragged, setDragged] = useState(new Map<string, { x: number; y: number }>());
  useEffect(() => setDragged(new Map()), [pins]);
  useEffect(() => {
    let alive = true;
    compared({ root, preset, property, steps: stepsOf(steps.split("\n").filter(Boolean)), chosen: preset ? "" : chosen, asOf, evidence, since }, day).then(
      (scene) => alive && setFound({ scene }),
      (error: unknown) => alive && setFound((before) => ({ scene: before?.scene ?? EMPTY, error: error instanceof Refusal ? error : new Refusal(500, "The page failed", String(error)) })),
    );
    return () => void (alive = false);
  }, [root, preset, property, steps, preset ? "" : chosen, asOf, evidence, since, day]);
  const needed = [by, size, sift.licenceClass ? "class" : ""].filter((fact) => FACTS.has(fact)).join(" ");
  useEffect(() => {
    if (!needed || !found) return;
    let alive = true;
    const wanted = [...found.scene.nodes.values()].filter((n) => n.kind === "model" && needed.split(" ").some((fact) => !n.facts?.[fact])).map((n) => n.iri);
    factsOf(wanted).then((known) => alive && setFacts(known), () => undefined); // without them all is "not known"
    return () => void (alive = false);
  }, [found, needed]);
  const scene = useMemo(() => {
    let made = found?.scene ?? EMPTY;
    if (facts.size) made = { ...made, nodes: new Map([...made.nodes].map(([iri, n]) => [iri, facts.has(iri) ? { ...n, facts: { ...facts.get(iri), ...n.facts } } : n])) };
    for (const iri of hidden.split("\n").filter(Boolean)) made = without(made, unpacked(iri));
    for (const [iri, at] of new Map([...pinsOf(pins.split("\n")), ...dragged])) made = moved(made, iri, at.x, at.y);
    return made;
  }, [found, facts, hidden, pins, dragged]);
  const first = startOf(found?.scene ?? EMPTY, root);
  if (found?.error && !scene.nodes.size) return <Trouble error={found.error} />;
  if (!found) return <Wait what="the picture" />;
  return (
    <>
      {found.error ? <Trouble error={found.error} /> : null}
      {asOf && (OF_NOW.has(preset) || preset === "timeline" || needed) ? <p class="aside">{OF_NOW.has(preset) ? "This picture is of the store as it is now." : "Dates, colours and sizes are of what is accepted now."}</p> : null}
      <Stage scene={scene} first={first} place={place} preset={preset} open={open} onOpen={setOpen} steps={opened.length || preset ? opened : [aroundStep(first)]}
        onMove={(iri, x, y) => setDragged((before) => new Map(before).set(iri, { x, y }))}
        onDrop={(iri) => { const at = dragged.get(iri); if (at) setQuery({ pin: (now) => [...unpinned(now, iri), pinOf(iri, at.x, at.y)] }); }} />
    </>
  );
}

/** What entities are coloured by; the flow of licences is seen by their colours. */
function colourOf(query: URLSearchParams): string {
  return query.get("colour") ?? (query.get("preset") === "licences" ? "licence" : "kind");
}

/** The entity that a scene is about: the one that was asked for, else the one with the most links. */
function startOf(scene: Scene, root: string): string {
  const nodes = [...scene.nodes.values()];
  const asked = root ? nodes.find((n) => n.iri === unpacked(root) || n.id === root) ?? nodes.find((n) => n.column === 0) : undefined;
  if (asked) return asked.iri;
  const degree = new Map<string, number>();
  for (const link of scene.links.values()) for (const iri of [link.subject, link.object]) degree.set(iri, (degree.get(iri) ?? 0) + 1);
  return [...degree].sort((a, b) => b[1] - a[1])[0]?.[0] ?? nodes[0]?.iri ?? "";
}

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

interface StageProps {
  scene: Scene;
  /** Whether the filters are open. */
  open: boolean;
  onOpen: (open: boolean) => void;
  first: string;
  place: Place;
  preset: string;
  steps: string[];
  onMove: (iri: string, x: number, y: number) => void;
  onDrop: (iri: string) => void;
}

function Stage({ scene, first, place, preset, open, onOpen, steps, onMove, onDrop }: StageProps): JSX.Element {
  const { query } = place;
  const canvas = useRef<HTMLCanvasElement>(null);
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
  const together = query.get("group") === "yes";
  const apart = query.getAll("apart").map(unpacked).join("\n");
  const filtered = useMemo(() => sifted(scene, sift, chosen), [scene, sift, chosen]);
  const members = useMemo(() => membersOf(filtered), [filtered]);
  const shown = useMemo(() => (together ? grouped(filtered, new Set(apart.split("\n")), chosen) : filtered), [filtered, together, apart, chosen]);
  const scale = useMemo(() => scaleOf(shown, size), [shown, size]);
  const keys = useMemo(() => (by === "kind" ? [] : keysOf(shown, by)), [shown, by]);
  const colours = useMemo(() => coloursOf(shown, by, keys), [shown, by, keys]);
  const matches = useMemo(() => {
    const needle = find.trim().toLowerCase();
    return new Set(needle ? [...shown.nodes.values()].filter((n) => n.label.toLowerCase().includes(needle) || n.id.toLowerCase().includes(needle)).map((n) => n.iri) : []);
  }, [find, shown]);
  const paint = useCallback(() => {
    const at = canvas.current;
    if (!at) return;
    const looks = palette();
    painter.current.paint(at, shown, view.current, looks, { chosen, edge, matches, colours, sizes: scale?.shares }, () => requestAnimationFrame(again.current));
    if (map.current) drawMap(map.current, shown, view.current, { width: at.clientWidth, height: at.clientHeight }, looks);
  }, [shown, chosen, edge, matches, colours, scale]);
  again.current = paint;
  useEffect(() => void requestAnimationFrame(paint), [paint]);
  const all = scene.nodes.size;
  const folded = [...shown.nodes.keys()].reduce((sum, iri) => sum + (isGroup(iri) ? (members.get(iri)?.length ?? 0) : 0), 0);
  const one = [...shown.nodes.keys()].filter((iri) => !isGroup(iri)).length + folded;
  const fit = useCallback(() => {
    const at = canvas.current;
    if (at) view.current = fitted(shown, at.clientWidth, at.clientHeight);
    requestAnimationFrame(paint);
  }, [shown, paint]);
  useEffect(() => {
    const at = canvas.current;
    if (at) view.current = opening(shown, at.clientWidth, at.clientHeight, shown.nodes.get(first));
    requestAnimationFrame(paint);
  }, [all > 1, first, together]);
  const openAround = (iri: string): void => {
    if (isGroup(iri)) setQuery({ apart: added(packed(iri)), at: packed(members.get(iri)?.[0]?.iri ?? "") });
    else if (iri.startsWith("http") && !steps.includes(aroundStep(iri))) setQuery({ open: [...steps, aroundStep(iri)], at: packed(iri) });
  };
  usePointer(canvas, view, shown, paint, {
    onNode: (iri) => { setEdge(""); setQuery({ at: packed(iri) }, true); },
    onEdge: setEdge,
    onMove,
    onDrop,
    onOpen: openAround,
  });
  const move = (event: KeyboardEvent): void => {
    if (event.key === "Enter") { event.preventDefault(); return openAround(chosen); }
    const next = neighbourBy(shown, chosen, event.key);
    if (!next) return;
    event.preventDefault();
    setQuery({ at: packed(next) }, true);
  };
  const link = edge ? shown.links.get(edge) : undefined;
  const title = `${PRESETS.find((p) => p.name === preset)?.word ?? "Around"} ${preset === "organisations" ? "" : (scene.nodes.get(first)?.label ?? "")}`.trim();
  return (
    <>
      <div class="bar">
        <p role="status"><strong>{number(one)} of {number(all)} entities shown</strong>, {number(shown.links.size)} links{folded ? `; ${number(folded)} stand in groups` : ""}{all >= MOST ? "; no more are opened in one scene" : ""}</p>
        <div class="tools explore-tools">
          <label class="choice"><span>Find</span><input type="search" value={find} onInput={(e) => setFind(e.currentTarget.value)} placeholder="in the picture" /></label>
          {find.trim() ? <span role="status">{matches.size} found</span> : null}
          <Choice name="colour" label="Colour by" value={by} options={COLOURS} />
          <Choice name="size" label="Size by" value={size} options={SIZES} />
          {OF_NOW.has(preset) ? null : <label class="choice"><span>Beside the state of</span><Draft type="date" value={query.get("versus") ?? ""} onDone={(text) => setQuery({ versus: text })} /></label>}
          <button type="button" class="small" aria-pressed={together} onClick={() => setQuery({ group: together ? null : "yes", apart: null })}>Group siblings</button>
          <button type="button" class="small" onClick={fit}>Fit</button>
          <button type="button" class="small" onClick={() => history.back()}>Undo</button>
          <button type="button" class="small" onClick={() => go(withQuery({ open: null, hide: null, at: null, without: null, source: null, basis: null, readFrom: null, readUntil: null, class: null, versus: null, pin: null, group: null, apart: null }))}>Start anew</button>
        </div>
      </div>
      <div class="explore">
        <div class="explore-picture">
          <canvas ref={canvas} tabIndex={0} role="application" aria-label="Picture of the graph; arrow keys move between entities, Enter opens what is around the chosen one, the list beside it opens more" onKeyDown={move} />
          <canvas ref={map} class="minimap" width={150} height={100} aria-hidden="true" />
        </div>
        <aside class="explore-side" aria-label="The chosen entity">
          {link ? <LinkCard link={link} scene={shown} /> : null}
          {chosen ? <Card iri={chosen} scene={scene} place={place} steps={steps} members={isGroup(chosen) ? members.get(chosen) : undefined} /> : null}
        </aside>
      </div>
      <Legend scene={scene} sift={sift} by={by} keys={keys} size={SIZES.find(([key]) => key === size)?.[1] ?? ""} scale={scale} />
      <Filters scene={scene} sift={sift} open={open} onOpen={onOpen} />
      <Save scene={shown} title={title} asOf={query.get("asOf") ?? ""} palette={palette} looks={{ colours, keys, sizes: scale?.shares }} versus={query.get("versus") ?? ""} />
      <Links scene={shown} />
    </>
  );
}
