/** Explorer: start anywhere or with a picture that answers a question, walk to neighbours; the scene stands in the address. */
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Refusal, useAsked } from "../api";
import { packed, stepsOf, unpacked } from "../explore/address";
import { Painter, drawMap, fitted, type View } from "../explore/canvas";
import { Card, LinkCard, Save } from "../explore/cards";
import { coloursOf, keysOf } from "../explore/colours";
import { MOST, PRESETS, factsOf, replay } from "../explore/load";
import { usePointer } from "../explore/pointer";
import { filtered, moved, neighbourBy, without, type Link, type Scene } from "../explore/scene";
import type { Palette } from "../explore/write";
import { Choice, Trouble, useTitle } from "../parts";
import { EntityPicker } from "../searchbox";
import { go, hrefOf, setQuery, withQuery, type Place } from "../router";
import { DataTable } from "../table/table";
import type { Column } from "../table/rows";
import type { Matrix } from "../types";
import { number } from "../words";

const KINDS = ["model", "version", "dataset", "organization", "licence", "benchmark", "record", "document"];
const COLOURS: [string, string][] = [["kind", "kind"], ["licence", "licence"], ["developer", "developer"], ["year", "year of release"]];
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
        <EntityPicker label="Start at" onPick={(id) => go(withQuery({ node: id, open: null, hide: null, at: null, preset: preset?.root ? preset.name : null }))} placeholder="a model, dataset, organisation or IRI" />
        <div class="presets" role="group" aria-label="Pictures">
          {PRESETS.filter((p) => root || !p.root).map((p) => <a key={p.name} class="button" aria-current={p === preset ? "true" : undefined} href={withQuery({ preset: p === preset ? null : p.name, open: null, hide: null, at: null })}>{p.word}</a>)}
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
  const steps = query.getAll("open").join("\n");
  const hidden = query.getAll("hide").join("\n");
  const chosen = unpacked(query.get("at") ?? "");
  const by = query.get("colour") ?? "kind";
  const [found, setFound] = useState<Found>();
  const [facts, setFacts] = useState(new Map<string, Record<string, string>>());
  const [byHand, setByHand] = useState(new Map<string, { x: number; y: number }>());
  useEffect(() => {
    let alive = true;
    replay({ root, preset, property, steps: stepsOf(steps.split("\n").filter(Boolean)), chosen: preset ? "" : chosen, asOf }).then(
      (scene) => alive && setFound({ scene }),
      (error: unknown) => alive && setFound((before) => ({ scene: before?.scene ?? EMPTY, error: error instanceof Refusal ? error : new Refusal(500, "The page failed", String(error)) })),
    );
    return () => void (alive = false);
  }, [root, preset, property, steps, preset ? "" : chosen, asOf]);
  useEffect(() => {
    if (by === "kind" || !found) return;
    let alive = true;
    const wanted = [...found.scene.nodes.values()].filter((n) => n.kind === "model" && !n.facts?.[by]).map((n) => n.iri);
    factsOf(wanted).then((known) => alive && setFacts(known), () => undefined); // without them all is "not known"
    return () => void (alive = false);
  }, [found, by]);
  const scene = useMemo(() => {
    let made = found?.scene ?? EMPTY;
    if (facts.size) made = { ...made, nodes: new Map([...made.nodes].map(([iri, n]) => [iri, facts.has(iri) ? { ...n, facts: { ...facts.get(iri), ...n.facts } } : n])) };
    for (const iri of hidden.split("\n").filter(Boolean)) made = without(made, unpacked(iri));
    for (const [iri, at] of byHand) made = moved(made, iri, at.x, at.y);
    return made;
  }, [found, facts, hidden, byHand]);
  const first = [...(found?.scene.nodes.keys() ?? [])][0] ?? "";
  if (found?.error && !scene.nodes.size) return <Trouble error={found.error} />;
  return (
    <>
      {found?.error ? <Trouble error={found.error} /> : null}
      <Stage scene={scene} first={first} place={place} preset={preset} onMove={(iri, x, y) => setByHand((before) => new Map(before).set(iri, { x, y }))} />
    </>
  );
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
  first: string;
  place: Place;
  preset: string;
  onMove: (iri: string, x: number, y: number) => void;
}

function Stage({ scene, first, place, preset, onMove }: StageProps): JSX.Element {
  const { query } = place;
  const canvas = useRef<HTMLCanvasElement>(null);
  const map = useRef<HTMLCanvasElement>(null);
  const view = useRef<View>({ x: 0, y: 0, scale: 1 });
  const painter = useRef(new Painter());
  const again = useRef<() => void>(() => undefined);
  const without_ = query.getAll("without");
  const off = useMemo(() => ({ kinds: new Set(without_.filter((w) => !w.startsWith("r:"))), relations: new Set(without_.filter((w) => w.startsWith("r:")).map((w) => w.slice(2))) }), [without_.join("\n")]);
  const [find, setFind] = useState("");
  const chosen = unpacked(query.get("at") ?? "") || first;
  const [edge, setEdge] = useState("");
  const by = query.get("colour") ?? "kind";
  const shown = useMemo(() => filtered(scene, off.kinds, off.relations, chosen), [scene, off, chosen]);
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
    painter.current.paint(at, shown, view.current, looks, { chosen, edge, matches, colours }, () => requestAnimationFrame(again.current));
    if (map.current) drawMap(map.current, shown, view.current, { width: at.clientWidth, height: at.clientHeight }, looks);
  }, [shown, chosen, edge, matches, colours]);
  again.current = paint;
  useEffect(() => void requestAnimationFrame(paint), [paint]);
  const size = scene.nodes.size;
  const fit = useCallback(() => {
    const at = canvas.current;
    if (at) view.current = fitted(shown, at.clientWidth, at.clientHeight);
    requestAnimationFrame(paint);
  }, [shown, paint]);
  useEffect(fit, [size > 1, first]);
  usePointer(canvas, view, shown, paint, {
    onNode: (iri) => { setEdge(""); setQuery({ at: packed(iri) }, true); },
    onEdge: setEdge,
    onMove,
  });
  const tally = (values: Iterable<string>): [string, number][] => {
    const counts = new Map<string, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts];
  };
  const used = tally([...scene.nodes.values()].map((n) => n.kind)).sort((a, b) => KINDS.indexOf(a[0]) - KINDS.indexOf(b[0]));
  const relations = tally([...scene.links.values()].map((l) => l.relation)).sort((a, b) => b[1] - a[1]);
  const words = new Map([...scene.links.values()].map((l) => [l.relation, l.relation === "buildsOn" ? "built on" : l.label]));
  const toggle = (name: string): void => setQuery({ without: without_.includes(name) ? without_.filter((w) => w !== name) : [...without_, name] });
  const move = (event: KeyboardEvent): void => {
    const next = neighbourBy(shown, chosen, event.key);
    if (!next) return;
    event.preventDefault();
    setQuery({ at: packed(next) }, true);
  };
  const link = edge ? scene.links.get(edge) : undefined;
  const title = `${PRESETS.find((p) => p.name === preset)?.word ?? "Around"} ${preset === "organisations" ? "" : (scene.nodes.get(first)?.label ?? "")}`.trim();
  return (
    <>
      <div class="bar">
        <p role="status"><strong>{number(shown.nodes.size)} of {number(size)} entities shown</strong>, {number(shown.links.size)} links{size >= MOST ? "; no more are opened in one scene" : ""}</p>
        <div class="tools">
          <label class="choice"><span>Find</span><input type="search" value={find} onInput={(e) => setFind(e.currentTarget.value)} placeholder="in the picture" /></label>
          {find.trim() ? <span role="status">{matches.size} found</span> : null}
          <Choice name="colour" label="Colour by" value={by} options={COLOURS} />
          <button type="button" class="small" onClick={fit}>Fit</button>
          <button type="button" class="small" onClick={() => history.back()}>Undo</button>
          <button type="button" class="small" onClick={() => go(withQuery({ open: null, hide: null, at: null, without: null }))}>Start anew</button>
        </div>
      </div>
      <div class="explore">
        <div class="explore-picture">
          <canvas ref={canvas} tabIndex={0} role="application" aria-label="Picture of the graph; arrow keys move between entities, the list beside it opens more" onKeyDown={move} />
          <canvas ref={map} class="minimap" width={150} height={100} aria-hidden="true" />
        </div>
        <aside class="explore-side" aria-label="The chosen entity">
          {link ? <LinkCard link={link} scene={scene} /> : null}
          {chosen ? <Card iri={chosen} scene={scene} place={place} /> : null}
        </aside>
      </div>
      <ul class="legend" aria-label="Kinds shown">
        {used.map(([kind, n]) => (
          <li key={kind}><label class="check"><input type="checkbox" checked={!off.kinds.has(kind)} onChange={() => toggle(kind)} />{by === "kind" ? <span class={`sample kind-${kind.replace(" ", "-")}`} aria-hidden="true" /> : null} {kind} <span class="aside">{number(n)}</span></label></li>
        ))}
        {keys.map((k) => <li key={k.value}><svg width="14" height="12" aria-hidden="true"><rect x="1" y="1" width="12" height="10" rx="3" fill={k.colour} /></svg> {k.value} <span class="aside">{number(k.count)}</span></li>)}
        <li><span class="sample contested" aria-hidden="true" /> sources disagree</li>
        <li><span class="sample inferred-line" aria-hidden="true" /> inferred</li>
        <li><span class="sample sign" aria-hidden="true">§</span> a licence problem starts here</li>
      </ul>
      {relations.length > 1 ? (
        <ul class="legend" aria-label="Relations shown">
          {relations.map(([name, n]) => <li key={name}><label class="check"><input type="checkbox" checked={!off.relations.has(name)} onChange={() => toggle(`r:${name}`)} /> {words.get(name)} <span class="aside">{number(n)}</span></label></li>)}
        </ul>
      ) : null}
      <Save scene={shown} title={title} asOf={query.get("asOf") ?? ""} palette={palette} />
      <Links scene={shown} />
    </>
  );
}

function Links({ scene }: { scene: Scene }): JSX.Element {
  const [open, setOpen] = useState(false);
  const columns = useMemo((): Column<Link>[] => {
    const label = (iri: string): string => scene.nodes.get(iri)?.label ?? iri;
    const name = (iri: string): JSX.Element => (iri.startsWith("http") ? <a href={hrefOf(iri)}><bdi>{label(iri)}</bdi></a> : <bdi>{label(iri)}</bdi>);
    return [
      { key: "what", label: "What", value: (l) => label(l.subject), view: (l) => name(l.subject) },
      { key: "relation", label: "Relation", facet: true, value: (l) => l.label },
      { key: "to", label: "To", value: (l) => label(l.object), view: (l) => name(l.object) },
      { key: "agreement", label: "Agreement", facet: true, value: (l) => (l.contested ? "sources disagree" : "not contested"), view: (l) => (l.contested ? <strong>sources disagree</strong> : "not contested") },
      { key: "basis", label: "Evidence", facet: true, value: (l) => (l.inferred ? "inferred" : "stated by a source") },
      { key: "breach", label: "Licence problem", value: (l) => l.breach ?? "" },
    ];
  }, [scene]);
  return (
    <details class="part" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary><h2>The same as a table ({number(scene.links.size)})</h2></summary>
      {open ? <DataTable label="Links" prefix="t." rows={[...scene.links.values()]} columns={columns} rowKey={(l) => l.key} noun={["link", "links"]} /> : null}
    </details>
  );
}
