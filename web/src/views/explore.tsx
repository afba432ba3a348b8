/** Explorer: start anywhere or with a picture that answers a question, walk to neighbours; the scene stands in the address. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Refusal, useFetched, useTurn } from "../api";
import { aroundStep, pinOf, pinsOf, stepsOf, unpacked, unpinned, senseless } from "../explore/address";
import { OF_NOW, PRESETS, compared, factsOf } from "../explore/load";
import { moved, without, type Scene } from "../explore/scene";
import { asksForEvidence, siftOf } from "../explore/sift";
import { Stage, colourOf } from "../explore/stage";
import { Choice, Trouble, Wait, useTitle } from "../parts";
import { EntityPicker } from "../searchbox";
import { go, setQuery, withQuery, type Route } from "../router";
import type { Matrix } from "../types";

/** What entities may be coloured, sized or filtered by that is asked for beside the scene. */
const FACTS = new Set(["licence", "class", "developer", "year", "parameters", "context"]);
const EMPTY: Scene = { nodes: new Map(), links: new Map() };

/** The view; where it began, its preset and every step stand in the address. */
export default function Explore({ currentRoute: route }: { currentRoute: Route }): JSX.Element {
  const { query } = route;
  const root = query.get("node") ?? "";
  const preset = PRESETS.find((p) => p.name === query.get("preset"));
  const ready = root || (preset && !preset.root);
  const title = preset ? preset.word : "Around";
  const wrong = senseless(query, PRESETS.map((p) => p.name));
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
      {wrong.length ? <p class="trouble" role="status">{wrong.slice(0, 5).map((text, n) => <>{n ? "; " : "In this address "}<bdi>{text}</bdi></>)}{wrong.length > 5 ? `, and ${wrong.length - 5} more` : ""}. Nothing was made of it.</p> : null}
      {ready ? <Walk key={root + (preset?.name ?? "")} root={root} preset={preset?.name ?? ""} place={route} /> : <p>Choose where to start: the picture shows what it leads to and what leads to it, and grows as you open more. Or see <a href="/explore?preset=organisations">which organisations build on whom</a>.</p>}
    </div>
  );
}

/** The fact whose evidence is shown. */
function FieldChoice({ value }: { value: string }): JSX.Element {
  const fields = useFetched<Matrix>("/api/v1/disclosure?limit=1");
  return <Choice late name="property" label="Fact" value={value} options={[["", "choose a field"], ...(fields.data?.fields ?? []).map((f): [string, string] => [f.property, f.label])]} />;
}

interface QueryResult {
  scene: Scene;
  error?: Refusal;
}

function Walk({ root, preset, place: route }: { root: string; preset: string; place: Route }): JSX.Element {
  const { query } = route;
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
  const [queryResult, setFound] = useState<QueryResult>();
  const turn = useTurn(queryResult?.error);
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
  }, [root, preset, property, steps, preset ? "" : chosen, asOf, evidence, since, day, turn]);
  const needed = [by, size, sift.licenceClass ? "class" : ""].filter((fact) => FACTS.has(fact)).join(" ");
  useEffect(() => {
    if (!needed || !queryResult) return;
    let alive = true;
    const wanted = [...queryResult.scene.nodes.values()].filter((n) => n.kind === "model" && needed.split(" ").some((fact) => !n.facts?.[fact])).map((n) => n.iri);
    factsOf(wanted).then((known) => alive && setFacts(known), () => undefined); // without them all is "not known"
    return () => void (alive = false);
  }, [queryResult, needed]);
  const scene = useMemo(() => {
    let made = queryResult?.scene ?? EMPTY;
    if (facts.size) made = { ...made, nodes: new Map([...made.nodes].map(([iri, n]) => [iri, facts.has(iri) ? { ...n, facts: { ...facts.get(iri), ...n.facts } } : n])) };
    for (const iri of hidden.split("\n").filter(Boolean)) made = without(made, unpacked(iri));
    for (const [iri, at] of new Map([...pinsOf(pins.split("\n")), ...dragged])) made = moved(made, iri, at.x, at.y);
    return made;
  }, [queryResult, facts, hidden, pins, dragged]);
  const first = startOf(queryResult?.scene ?? EMPTY, root);
  if (queryResult?.error && !scene.nodes.size) return <Trouble error={queryResult.error} />;
  if (!queryResult) return <Wait what="the picture" />;
  return (
    <>
      {queryResult.error ? <Trouble error={queryResult.error} /> : null}
      {queryResult.scene.left ? <p role="status" class="aside">{queryResult.scene.left}</p> : null}
      {asOf && (OF_NOW.has(preset) || preset === "timeline" || needed) ? <p class="aside">{OF_NOW.has(preset) ? "This picture is of the store as it is now." : "Dates, colours and sizes are of what is accepted now."}</p> : null}
      <Stage scene={scene} first={first} route={route} preset={preset} open={open} onOpen={setOpen} steps={opened.length || preset ? opened : [aroundStep(first)]}
        onMove={(iri, x, y) => setDragged((before) => new Map(before).set(iri, { x, y }))}
        onDrop={(iri) => { const at = dragged.get(iri); if (at) setQuery({ pin: (now) => [...unpinned(now, iri), pinOf(iri, at.x, at.y)] }); }} />
    </>
  );
}

/** The entity that a scene is about: the one that was asked for, else the one with the most links. */
function startOf(scene: Scene, root: string): string {
  const nodes = [...scene.nodes.values()];
  const requested = root ? nodes.find((n) => n.iri === unpacked(root) || n.id === root) ?? nodes.find((n) => n.column === 0) : undefined;
  if (requested) return requested.iri;
  const degree = new Map<string, number>();
  for (const link of scene.links.values()) for (const iri of [link.subject, link.object]) degree.set(iri, (degree.get(iri) ?? 0) + 1);
  return [...degree].sort((a, b) => b[1] - a[1])[0]?.[0] ?? nodes[0]?.iri ?? "";
}
