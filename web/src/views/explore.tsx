/** Explorer: start anywhere, walk to neighbours of every kind, and keep the scene in the address. */
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Refusal, get, storeVersion, useAsked } from "../api";
import { openStep, packed, pathStep, stepsOf, unpacked, type Step } from "../explore/address";
import { draw, drawMap, fitted, linkAt, nodeAt, type View } from "../explore/canvas";
import { begin, filtered, moved, withGroup, withLinks, without, type Link, type Scene } from "../explore/scene";
import type { GraphPath, Group, Neighbourhood } from "../types";
import { csv, graphml, mermaid, svg, type Palette } from "../explore/write";
import { Answer, Trouble, download, useTitle } from "../parts";
import { EntityPicker } from "../searchbox";
import { go, hrefOf, setQuery, type Place } from "../router";
import { number } from "../words";

const PAGE = 12;
const MOST = 5000;
const KINDS = ["model", "version", "dataset", "organization", "licence", "benchmark", "record", "document"];

interface Found {
  scene: Scene;
  error?: Refusal;
}

/** The view; where it began and every step stand in the address. */
export default function Explore({ place }: { place: Place }): JSX.Element {
  const root = place.query.get("node") ?? "";
  useTitle(root ? `Explore ${root}` : "Explore the graph");
  return (
    <div class="page wide">
      <h1>{root ? <><span class="kind">Around</span> <bdi>{root.replace(/^~(model\/)?/, "")}</bdi></> : "Explore the graph"}</h1>
      <EntityPicker label="Start at" onPick={(id) => go(`/explore?node=${encodeURIComponent(id)}`)} placeholder="a model, dataset, organisation or IRI" />
      {root ? <Walk key={root} root={root} place={place} /> : <p>Choose where to start: the picture shows what it leads to and what leads to it, and grows as you open more.</p>}
    </div>
  );
}

function Walk({ root, place }: { root: string; place: Place }): JSX.Element {
  const { query } = place;
  const asOf = query.get("asOf") ?? "";
  const steps = query.getAll("open").join("\n");
  const hidden = query.getAll("hide").join("\n");
  const chosen = unpacked(query.get("at") ?? "");
  const [found, setFound] = useState<Found>();
  const [byHand, setByHand] = useState(new Map<string, { x: number; y: number }>());
  useEffect(() => {
    let alive = true;
    replay(root, stepsOf(steps.split("\n").filter(Boolean)), chosen, asOf).then(
      (scene) => alive && setFound({ scene }),
      (error: unknown) => alive && setFound((before) => ({ scene: before?.scene ?? { nodes: new Map(), links: new Map() }, error: error instanceof Refusal ? error : new Refusal(500, "The page failed", String(error)) })),
    );
    return () => void (alive = false);
  }, [root, steps, chosen, asOf]);
  const scene = useMemo(() => {
    let made = found?.scene ?? { nodes: new Map(), links: new Map() };
    for (const iri of hidden.split("\n").filter(Boolean)) made = without(made, unpacked(iri));
    for (const [iri, at] of byHand) made = moved(made, iri, at.x, at.y);
    return made;
  }, [found, hidden, byHand]);
  const first = [...(found?.scene.nodes.keys() ?? [])][0] ?? "";
  if (found?.error && !scene.nodes.size) return <Trouble error={found.error} />;
  return (
    <>
      {found?.error ? <Trouble error={found.error} /> : null}
      <Stage scene={scene} first={first} place={place} onMove={(iri, x, y) => setByHand(new Map(byHand).set(iri, { x, y }))} />
    </>
  );
}

/** The scene that an address describes, step by step. */
async function replay(root: string, steps: Step[], chosen: string, asOf: string): Promise<Scene> {
  const day = asOf ? `&asOf=${encodeURIComponent(asOf)}` : "";
  const around = await get<Neighbourhood>(`/api/v1/graph?node=${encodeURIComponent(unpacked(root))}&limit=${PAGE}${day}`);
  let scene = begin(around.node);
  for (const step of steps) {
    if (scene.nodes.size >= MOST) break;
    if (step.kind === "open") {
      const more = await get<Neighbourhood>(`/api/v1/graph?node=${encodeURIComponent(step.iri)}&relation=${encodeURIComponent(step.relation)}&direction=${step.direction}&limit=${PAGE}&cursor=${step.page * PAGE || ""}${day}`);
      for (const group of more.groups) scene = withGroup(scene, more.node.iri, group);
    } else {
      const path = await get<GraphPath>(`/api/v1/graph/path?start=${encodeURIComponent(step.start)}&end=${encodeURIComponent(step.end)}${day}`);
      for (const hop of path.steps) {
        const forward = scene.nodes.has(hop.subject.iri);
        const group: Group = { relation: hop.relation, name: hop.relation, label: hop.label, direction: forward ? "out" : "in", total: 1, atLeast: false, items: [forward ? hop.object : hop.subject], contested: [], next: null };
        scene = withGroup(scene, forward ? hop.subject.iri : hop.object.iri, group);
      }
    }
  }
  if (chosen && scene.nodes.has(chosen)) {
    const near = await get<Neighbourhood>(aroundOf(chosen, day));
    scene = withLinks(scene, near.node.iri, near.groups);
  }
  return scene;
}

/** The request for what is around an entity; the same text as the card's, so that it is asked once. */
function aroundOf(iri: string, day: string): string {
  return `/api/v1/graph?node=${encodeURIComponent(iri)}&limit=${PAGE}${day}`;
}

function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    paper: colour("--card"), ink: colour("--ink"), soft: colour("--soft"), line: colour("--line-strong"), warn: colour("--focus"),
    kinds: { model: colour("--accent"), version: colour("--accent"), dataset: colour("--violet"), organization: colour("--good"), licence: colour("--bad"), benchmark: colour("--warn"), record: colour("--soft"), document: colour("--soft") },
  };
}

function Stage({ scene, first, place, onMove }: { scene: Scene; first: string; place: Place; onMove: (iri: string, x: number, y: number) => void }): JSX.Element {
  const { query } = place;
  const canvas = useRef<HTMLCanvasElement>(null);
  const map = useRef<HTMLCanvasElement>(null);
  const view = useRef<View>({ x: 0, y: 0, scale: 1 });
  const [kinds, setKinds] = useState(new Set<string>());
  const [find, setFind] = useState("");
  const chosen = unpacked(query.get("at") ?? "") || first;
  const [edge, setEdge] = useState("");
  const shown = useMemo(() => filtered(scene, kinds, new Set(), chosen), [scene, kinds, chosen]);
  const matches = useMemo(() => {
    const needle = find.trim().toLowerCase();
    return new Set(needle ? [...shown.nodes.values()].filter((n) => n.label.toLowerCase().includes(needle) || n.id.toLowerCase().includes(needle)).map((n) => n.iri) : []);
  }, [find, shown]);
  const paint = useCallback(() => {
    const at = canvas.current;
    if (!at) return;
    const colours = palette();
    draw(at, shown, view.current, colours, { chosen, edge, matches });
    if (map.current) drawMap(map.current, shown, view.current, { width: at.clientWidth, height: at.clientHeight }, colours);
  }, [shown, chosen, edge, matches]);
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
    onOpen: (iri) => setQuery({ at: packed(iri) }, true),
    onMove,
  });
  const used = [...new Set([...scene.nodes.values()].map((n) => n.kind))].sort((a, b) => KINDS.indexOf(a) - KINDS.indexOf(b));
  const move = (event: KeyboardEvent): void => {
    const next = neighbourBy(shown, chosen, event.key);
    if (!next) return;
    event.preventDefault();
    setQuery({ at: packed(next) }, true);
  };
  const link = edge ? scene.links.get(edge) : undefined;
  return (
    <>
      <div class="bar">
        <p role="status"><strong>{number(shown.nodes.size)} of {number(size)} entities shown</strong>, {number(shown.links.size)} links{size >= MOST ? "; no more are opened in one scene" : ""}</p>
        <div class="tools">
          <label class="choice"><span>Find</span><input type="search" value={find} onInput={(e) => setFind(e.currentTarget.value)} placeholder="in the picture" /></label>
          {find.trim() ? <span role="status">{matches.size} found</span> : null}
          <button type="button" class="small" onClick={fit}>Fit</button>
          <button type="button" class="small" onClick={() => history.back()}>Undo</button>
          <button type="button" class="small" onClick={() => go(`/explore?node=${encodeURIComponent(packed(first))}`)}>Start anew</button>
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
        {used.map((kind) => (
          <li key={kind}><label class="check"><input type="checkbox" checked={!kinds.has(kind)} onChange={() => { const next = new Set(kinds); if (!next.delete(kind)) next.add(kind); setKinds(next); }} /><span class={`sample kind-${kind}`} aria-hidden="true" /> {kind}</label></li>
        ))}
        <li><span class="sample contested" aria-hidden="true" /> sources disagree</li>
      </ul>
      <Save scene={shown} title={`Around ${scene.nodes.get(first)?.label ?? ""}`} asOf={query.get("asOf") ?? ""} />
      <Table scene={shown} />
    </>
  );
}

function LinkCard({ link, scene }: { link: Link; scene: Scene }): JSX.Element {
  const [a, b] = [scene.nodes.get(link.subject), scene.nodes.get(link.object)];
  const claims = a?.kind === "model" ? `${hrefOf(link.subject)}?claims=${encodeURIComponent(link.relation)}` : hrefOf(link.subject);
  return (
    <section class="card"><h2>Link</h2>
      <p><bdi>{a?.label}</bdi> <strong>{link.label}</strong> <bdi>{b?.label}</bdi></p>
      {link.contested ? <p class="conflict">Sources disagree about it.</p> : null}
      <p><a href={claims}>Who says so</a></p>
    </section>
  );
}

function Card({ iri, scene, place }: { iri: string; scene: Scene; place: Place }): JSX.Element {
  const asOf = place.query.get("asOf") ?? "";
  const asked = useAsked<Neighbourhood>(`/api/v1/graph?node=${encodeURIComponent(iri)}&limit=${PAGE}${asOf ? `&asOf=${asOf}` : ""}`);
  const open = (step: string): void => setQuery({ open: [...place.query.getAll("open"), step], at: packed(iri) });
  return (
    <Answer asked={asked} what="its neighbours">
      {({ node, groups }) => (
        <section class="card">
          <h2><bdi>{node.label}</bdi></h2>
          <p class="aside">{node.kind} · <bdi>{node.id}</bdi></p>
          <p class="actions"><a href={hrefOf(node.iri)}>Its page</a>{node.kind === "model" ? <a href={`/lineage/${node.id}`}>Lineage</a> : null}
            <button type="button" class="small" onClick={() => setQuery({ hide: [...place.query.getAll("hide"), packed(iri)], at: null })}>Hide</button></p>
          <ul class="plain groups">
            {groups.map((group) => {
              const step = openStep(iri, group.name, group.direction);
              const pages = place.query.getAll("open").filter((s) => s === step).length;
              const seen = group.items.filter((item) => scene.nodes.has(item.iri)).length;
              const left = group.total - Math.max(seen, pages * PAGE);
              return (
                <li key={step}>
                  <span>{group.direction === "out" ? "" : "← "}{group.label}{group.direction === "out" ? " →" : ""} <span class="aside">{group.atLeast ? "more than " : ""}{number(group.total)}</span>{group.contested.length ? <strong class="conflict"> sources disagree</strong> : null}</span>
                  {pages ? <button type="button" class="small" onClick={() => setQuery({ open: place.query.getAll("open").filter((s) => s !== step && !s.startsWith(`${step}|`)) })}>Close</button> : null}
                  {left > 0 || !pages ? <button type="button" class="small" onClick={() => open(step)} aria-label={`+${Math.min(PAGE, Math.max(left, 1))} open ${group.label}, ${group.direction === "out" ? "from" : "to"} ${node.label}`}>+{Math.min(PAGE, Math.max(left, 1))}</button> : null}
                </li>
              );
            })}
          </ul>
          <EntityPicker label="Shortest path to" onPick={(id) => open(pathStep(iri, id))} />
        </section>
      )}
    </Answer>
  );
}

function Save({ scene, title, asOf }: { scene: Scene; title: string; asOf: string }): JSX.Element {
  const lines = (): string[] => [`${scene.nodes.size} entities, ${scene.links.size} links${asOf ? `, as known on ${asOf}` : ""}`, `${new Date().toISOString().slice(0, 10)}, store version ${storeVersion()}`];
  const drawing = (): string => svg(scene, title, lines(), palette());
  const png = async (): Promise<void> => {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing())}`;
    await image.decode();
    const scale = Math.min(2, 16000 / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(image.width * scale);
    canvas.height = Math.ceil(image.height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
    if (blob) download("graph.png", blob);
  };
  return (
    <p class="actions">
      Save: <button type="button" class="small" onClick={() => download("graph.svg", drawing(), "image/svg+xml")}>SVG</button>
      <button type="button" class="small" onClick={() => void png()}>PNG</button>
      <button type="button" class="small" onClick={() => download("graph.graphml", graphml(scene), "application/xml")}>GraphML</button>
      <button type="button" class="small" onClick={() => download("graph.mmd", mermaid(scene))}>Mermaid</button>
      <button type="button" class="small" onClick={() => download("graph.csv", csv(scene), "text/csv")}>CSV</button>
    </p>
  );
}

function Table({ scene }: { scene: Scene }): JSX.Element {
  const [most, setMost] = useState(100);
  const links = [...scene.links.values()];
  const name = (iri: string): JSX.Element => <a href={hrefOf(iri)}><bdi>{scene.nodes.get(iri)?.label ?? iri}</bdi></a>;
  return (
    <details class="part">
      <summary><h2>The same as a table ({number(links.length)})</h2></summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="Links"><table class="list">
        <thead><tr><th>What</th><th>Relation</th><th>To</th><th>Agreement</th></tr></thead>
        <tbody>{links.slice(0, most).map((l) => <tr key={l.key}><td>{name(l.subject)}</td><td>{l.label}</td><td>{name(l.object)}</td><td>{l.contested ? <strong>sources disagree</strong> : "not contested"}</td></tr>)}</tbody>
      </table></div>
      {links.length > most ? <p>{number(most)} of {number(links.length)} rows shown. <button type="button" onClick={() => setMost(most * 4)}>Show more</button></p> : null}
    </details>
  );
}

/** The nearest entity in the direction of an arrow key. */
function neighbourBy(scene: Scene, from: string, key: string): string {
  const here = scene.nodes.get(from);
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!here || !way) return "";
  let [best, least] = ["", Infinity];
  for (const node of scene.nodes.values()) {
    const [dx, dy] = [node.x - here.x, node.y - here.y];
    const along = dx * (way[0] as number) + dy * (way[1] as number);
    const aside = Math.abs(dx * (way[1] as number)) + Math.abs(dy * (way[0] as number));
    if (along > 5 && along + 2 * aside < least) [best, least] = [node.iri, along + 2 * aside];
  }
  return best;
}

interface Acts {
  onNode: (iri: string) => void;
  onEdge: (key: string) => void;
  onOpen: (iri: string) => void;
  onMove: (iri: string, x: number, y: number) => void;
}

/** Drag moves the picture or an entity, the wheel and two fingers zoom, a press chooses. */
function usePointer(canvas: { current: HTMLCanvasElement | null }, view: { current: View }, scene: Scene, paint: () => void, acts: Acts): void {
  const now = useRef({ scene, paint, acts });
  now.current = { scene, paint, acts };
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const down = new Map<number, { x: number; y: number }>();
    let [held, movedFar, spread] = ["", false, 0];
    const at = (e: MouseEvent): { x: number; y: number } => { const box = element.getBoundingClientRect(); return { x: e.clientX - box.left, y: e.clientY - box.top }; };
    const zoom = (factor: number, x: number, y: number): void => {
      const scale = Math.min(3, Math.max(0.04, view.current.scale * factor));
      const by = scale / view.current.scale;
      view.current = { scale, x: x - (x - view.current.x) * by, y: y - (y - view.current.y) * by };
      requestAnimationFrame(now.current.paint);
    };
    const wheel = (e: WheelEvent): void => { e.preventDefault(); const p = at(e); zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.0015)), p.x, p.y); };
    const press = (e: PointerEvent): void => {
      const p = at(e);
      down.set(e.pointerId, p);
      element.setPointerCapture(e.pointerId);
      held = nodeAt(now.current.scene, view.current, p.x, p.y)?.iri ?? "";
      movedFar = false;
      spread = gap(down);
    };
    const drag = (e: PointerEvent): void => {
      const last = down.get(e.pointerId);
      if (!last) return;
      const p = at(e);
      const [dx, dy] = [p.x - last.x, p.y - last.y];
      if (!movedFar && Math.abs(dx) + Math.abs(dy) < 4) return;
      movedFar = true;
      down.set(e.pointerId, p);
      if (down.size === 2) {
        const wide = gap(down);
        if (spread) zoom(wide / spread, p.x, p.y);
        spread = wide;
      } else if (held) {
        const node = now.current.scene.nodes.get(held);
        if (node) now.current.acts.onMove(held, node.x + dx / view.current.scale, node.y + dy / view.current.scale);
      } else {
        view.current = { ...view.current, x: view.current.x + dx, y: view.current.y + dy };
        requestAnimationFrame(now.current.paint);
      }
    };
    const release = (e: PointerEvent): void => {
      const p = at(e);
      if (down.delete(e.pointerId) && !movedFar) {
        if (held) now.current.acts.onNode(held);
        else now.current.acts.onEdge(linkAt(now.current.scene, view.current, p.x, p.y));
      }
      held = "";
    };
    const resize = new ResizeObserver(() => requestAnimationFrame(now.current.paint));
    resize.observe(element);
    element.addEventListener("wheel", wheel, { passive: false });
    element.addEventListener("pointerdown", press);
    element.addEventListener("pointermove", drag);
    element.addEventListener("pointerup", release);
    element.addEventListener("pointercancel", release);
    return () => {
      resize.disconnect();
      element.removeEventListener("wheel", wheel);
      element.removeEventListener("pointerdown", press);
      element.removeEventListener("pointermove", drag);
      element.removeEventListener("pointerup", release);
      element.removeEventListener("pointercancel", release);
    };
  }, [canvas, view]);
}

function gap(down: Map<number, { x: number; y: number }>): number {
  const [a, b] = [...down.values()];
  return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
}
