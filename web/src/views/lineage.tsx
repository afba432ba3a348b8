/** Lineage of one thing: a picture, a table beside it, and why each edge is there. */
import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { storeVersion, useFetched } from "../api";
import { dated } from "../asof";
import { edgeKey, layOut, type Drawn, type Placed } from "../lineage/layout";
import { PictureView } from "../lineage/picture";
import { savePng, saveSvg, type Caption } from "../lineage/save";
import { atFirst, bounded, fitting, useViewport } from "../lineage/viewport";
import { Why } from "../lineage/why";
import { Answer, Choice, ModelTabs, ThingLink, useTitle } from "../parts";
import { modelIdOf } from "../ids";
import { added, hrefOf, inPath, setQuery, toggled, withQuery, type Route } from "../router";
import type { Lineage, LineageEdge, LineageNode } from "../types";
import { nameOf, number, shortId } from "../words";

const RELATIONS: [string, string][] = [
  ["fineTunedFrom", "fine-tuned"], ["adapterOf", "adapter"], ["quantizedFrom", "quantised"], ["mergedFrom", "merged"],
  ["distilledFrom", "distilled"], ["continuedFrom", "further trained"], ["convertedFrom", "converted"],
  ["prunedFrom", "pruned"], ["postTrainedFrom", "post-trained"],
];
const LIMIT = 1000;

/** The view; every choice stands in the address. */
export default function LineageView({ id, currentRoute: route }: { id: string; currentRoute: Route }): JSX.Element {
  const { query } = route;
  useTitle(`Lineage of ${id}`);
  const fetched = useFetched<Lineage>(dated(`/api/v1/models/${inPath(id)}/lineage?${apiQuery(route)}&evidence=false&limit=${query.get("limit") ?? LIMIT}`));
  const edge = query.get("edge") ?? "";
  return (
    <div class={edge ? "page with-inspector wide" : "page wide"}>
      <h1><span class="kind">Lineage of</span> <bdi>{id}</bdi></h1>
      <ModelTabs id={id} here="lineage" />
      <Controls place={route} />
      <Answer requested={fetched} what="the lineage">
        {(answer) => <QueryResult result={answer} id={id} place={route} />}
      </Answer>
    </div>
  );
}

function apiQuery(route: Route): string {
  const { query } = route;
  const params = new URLSearchParams({ direction: query.get("direction") ?? "both" });
  const depth = query.get("depth");
  if (depth && depth !== "all") params.set("depth", depth);
  if (query.get("influences") === "yes") params.set("influences", "true");
  for (const relation of query.getAll("relation")) params.append("relation", relation);
  return params.toString();
}

function Controls({ place: route }: { place: Route }): JSX.Element {
  const { query } = route;
  const chosen = query.getAll("relation");
  const toggle = (name: string): void =>
    setQuery({ relation: toggled(name) }, true);
  return (
    <div class="controls">
      <Choice name="direction" label="Direction" value={query.get("direction") ?? "both"} options={[["both", "ancestors and descendants"], ["up", "ancestors"], ["down", "descendants"]]} />
      <Choice name="depth" label="Depth" value={query.get("depth") ?? "all"} options={[["1", "1 step"], ["2", "2 steps"], ["3", "3 steps"], ["5", "5 steps"], ["all", "all"]]} />
      <label class="check"><input type="checkbox" checked={query.get("influences") === "yes"} onChange={(e) => setQuery({ influences: e.currentTarget.checked ? "yes" : null }, true)} />Datasets and influences</label>
      <details class="relations">
        <summary>Relations{chosen.length ? ` (${chosen.length})` : ""}</summary>
        <fieldset><legend class="visually-hidden">Only these relations</legend>
          {RELATIONS.map(([name, word]) => <label key={name} class="check"><input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />{word}</label>)}
        </fieldset>
      </details>
    </div>
  );
}

function QueryResult({ result: answer, id, place: route }: { result: Lineage; id: string; place: Route }): JSX.Element {
  const { query } = route;
  const opened = query.getAll("open").join("\n");
  const picture = useMemo(() => layOut(answer, new Set(opened.split("\n").filter(Boolean))), [answer, opened]);
  const conflicts = useMemo(() => conflictsOf(answer), [answer]);
  const [find, setFind] = useState("");
  const [scale, setScale] = useState(1);
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => { // before it is painted: nothing jumps
    const box = frame.current;
    if (!box) return;
    setScale(atFirst({ width: box.clientWidth - 4, height: Math.max(innerHeight * 0.68, 240) }, picture));
    requestAnimationFrame(() => centre(frame.current));
  }, [picture]);
  useViewport(frame, scale, setScale);
  const onNode = (box: Placed): void => {
    if (box.members.length > 1) setQuery({ open: added(box.key) });
    else setQuery({ node: box.key === query.get("node") ? null : box.key, edge: null });
  };
  const onEdge = (line: Drawn): void => setQuery({ edge: line.key, node: null });
  const svg = (): SVGSVGElement | null => frame.current?.querySelector("svg") ?? null;
  const name = `lineage-${id.replaceAll("/", "-")}`;
  const caption = (): Caption => ({
    title: `Lineage of ${id}`,
    lines: [`${number(answer.shown)} of ${number(answer.of)} shown${query.get("asOf") ? `, as known on ${query.get("asOf")}` : ""}`, `${new Date().toISOString().slice(0, 10)}, store version ${storeVersion()}`],
    legend: LEGEND.map(([, sign, words]) => `${sign}  ${words}`),
  });
  const chosen = answer.edges.find((e) => edgeKey(e) === query.get("edge"));
  const node = answer.nodes.find((n) => n.iri === query.get("node"));
  const matches = find.trim() ? answer.nodes.filter((n) => n.label.toLowerCase().includes(find.trim().toLowerCase())).length : 0;
  const folded = picture.boxes.filter((b) => b.members.length > 1);
  if (!answer.edges.length) return <Alone content={answer} currentRoute={route} />;
  return (
    <>
      <div class="bar">
        <p role="status" class="shown">
          <strong>{number(answer.shown)} of {number(answer.of)} shown</strong>
          {folded.length ? `, ${number(folded.reduce((n, b) => n + b.members.length, 0))} of them folded into ${folded.length} ${folded.length === 1 ? "box" : "boxes"}` : ""}
          {answer.generation ? ` · ${answer.generation} ${answer.generation === 1 ? "step" : "steps"} from a base model` : ""}
          {answer.unresolved.length ? ` · ${answer.unresolved.length} ${answer.unresolved.length === 1 ? "parent" : "parents"} named but not identified` : ""}
          {answer.cycles.length ? ` · ${answer.cycles.length} cycle` : ""}
          {answer.truncated ? <> <button type="button" class="link" onClick={() => setQuery({ limit: "5000" }, true)}>show up to 5,000</button></> : null}
        </p>
        <div class="tools">
          <label class="choice"><span>Find</span><input type="search" value={find} onInput={(e) => setFind(e.currentTarget.value)} placeholder="in the picture" /></label>
          {find.trim() ? <span role="status">{matches} found</span> : null}
          <button type="button" class="small" onClick={() => setScale(bounded(scale / 1.3))} aria-label="Smaller">−</button>
          <button type="button" class="small" onClick={() => setScale(bounded(scale * 1.3))} aria-label="Larger">+</button>
          <button type="button" class="small" onClick={() => { const f = frame.current; if (f) setScale(fitting({ width: f.clientWidth - 4, height: innerHeight * 0.68 }, picture)); }}>Fit</button>
          {opened ? <button type="button" class="small" onClick={() => setQuery({ open: null })}>Fold</button> : null}
        </div>
      </div>
      <div class="stage">
      <div class="frame" ref={frame} tabIndex={-1}>
        <PictureView back picture={picture} scale={scale} chosenNode={query.get("node") ?? ""} chosenEdge={query.get("edge") ?? ""} find={find} conflicts={conflicts} onNode={onNode} onEdge={onEdge} />
      </div>
      {node ? <NodeCard node={node} edges={answer.edges} onClose={() => setQuery({ node: null })} /> : null}
      </div>
      <Legend />
      <p class="actions">
        Save: <button type="button" class="small" onClick={() => { const s = svg(); if (s) saveSvg(s, name, caption()); }}>SVG</button>
        <button type="button" class="small" onClick={() => { const s = svg(); if (s) void savePng(s, name, caption()); }}>PNG</button>
        <a href={dated(`/api/v1/models/${inPath(id)}/lineage?${apiQuery(route)}&limit=${query.get("limit") ?? LIMIT}&format=graphml`)} download={`${name}.graphml`}>GraphML</a>
        <a href={dated(`/api/v1/models/${inPath(id)}/lineage?${apiQuery(route)}&limit=${query.get("limit") ?? LIMIT}&format=mermaid`)} download={`${name}.mmd`}>Mermaid</a>
        <a href={dated(`/api/v1/models/${inPath(id)}/lineage?${apiQuery(route)}&limit=${query.get("limit") ?? LIMIT}`)}>JSON</a>
      </p>
      <EdgeTable content={answer} conflicts={conflicts} />
      {chosen ? <Why edge={chosen} conflict={conflicts.get(edgeKey(chosen))} /> : null}
    </>
  );
}

function Alone({ content: answer, currentRoute: route }: { content: Lineage; currentRoute: Route }): JSX.Element {
  return (
    <div class="empty">
      <p><strong>0 of {number(answer.of)} shown.</strong> No lineage is recorded for <bdi>{shortId(answer.subject.label)}</bdi> with these choices.</p>
      {answer.versions.length ? <p>Its versions: {answer.versions.map((v, i) => <span key={v.iri}>{i ? ", " : ""}<a href={`/lineage/${inPath(v.label)}`}>{v.label}</a> ({v.of ? `${number(v.of)} in its lineage` : "none recorded"})</span>)}</p> : null}
      <p><a href={`/explore?node=${encodeURIComponent(answer.subject.iri)}`}>Its developer, family and all else around it</a></p>
      {route.query.get("influences") !== "yes" ? <p><a href={withQuery({ influences: "yes" })}>Look at datasets and influences too</a></p> : <p>No source on record states what it derives from, or that anything derives from it.</p>}
    </div>
  );
}

function centre(frame: HTMLElement | null): void {
  const self = frame?.querySelector<SVGGElement>(".side-self");
  if (!frame || !self) return;
  const at = self.getBoundingClientRect();
  const box = frame.getBoundingClientRect();
  frame.scrollLeft += at.left - box.left - (box.width - at.width) / 2;
  frame.scrollTop += at.top - box.top - (box.height - at.height) / 2;
}

/** Edges on which a licence conflict starts, with what is in breach: also those of descendants. */
function conflictsOf(answer: Lineage): Map<string, string> {
  const marks = new Map<string, string>();
  for (const edge of answer.edges) {
    const grave = edge.breaches.filter((b) => b.severity !== "Info").map((b) => `${b.rule} ${b.message}`);
    if (grave.length) marks.set(edgeKey(edge), grave.join("; "));
  }
  return marks;
}

/** Class of the sample line, the sign in a saved picture, and what it means. */
const LEGEND: [string, string, string][] = [
  ["line derivation arrow", "←", "an arrow leads to what it was made from"],
  ["line derivation", "——", "weights passed on"],
  ["line influence", "—— (violet)", "influence: data, judge, reward model"],
  ["line derivation inferred", "- - -", "inferred, stated by no source"],
  ["line derivation contested", "═══ ?", "sources disagree about it"],
  ["hollow", "dashed box", "named but not identified"],
  ["round", "round box", "dataset"],
  ["sign", "§", "a licence conflict starts here"],
];

function Legend(): JSX.Element {
  return (
    <ul class="legend" aria-label="Signs">
      {LEGEND.map(([kind, , words]) => (
        <li key={kind}>
          {kind.startsWith("line ") ? (
            <svg width="34" height="12" aria-hidden="true" class="picture"><g class={kind}>{kind.includes("contested") ? <path class="doubt" d="M2 6H32" /> : null}<path class="stroke" d="M2 6H32" />{kind.includes("arrow") ? <path class="tip" d="M10 2 2 6 10 10z" /> : null}</g></svg>
          ) : (
            <span class={`sample ${kind}`} aria-hidden="true">{kind === "sign" ? "§" : ""}</span>
          )} {words}
        </li>
      ))}
    </ul>
  );
}

function NodeCard({ node, edges, onClose }: { node: LineageNode; edges: LineageEdge[]; onClose: () => void }): JSX.Element {
  const near = edges.filter((e) => e.child === node.iri || e.parent === node.iri);
  return (
    <section class="card node-card" aria-label={`About ${node.label}`}>
      <button type="button" class="small close" onClick={onClose} aria-label="Close">×</button>
      <h2><bdi>{node.label}</bdi></h2>
      <p>{node.kind === "unresolved" ? "A source names this parent; it cannot be identified, so its licence is unknown." : node.kind}{node.licences.length ? <> · licence {node.licences.map((l, n) => <>{n ? ", " : ""}<ThingLink thing={{ ...l, label: nameOf(l) }} /></>)}</> : " · no licence recorded"}</p>
      {node.kind === "model" ? <p class="actions"><a href={hrefOf(node.iri)}>Profile</a><a href={`/lineage/${inPath(modelIdOf(node.iri) ?? node.label)}`}>Its lineage</a><a href={`/licences/${inPath(modelIdOf(node.iri) ?? node.label)}`}>Licences</a></p> : <p class="actions"><a href={hrefOf(node.iri)}>Its page</a></p>}
      <p class="aside">{near.length} edges in this picture</p>
    </section>
  );
}

function EdgeTable({ content: answer, conflicts }: { content: Lineage; conflicts: Map<string, string> }): JSX.Element {
  const [open, setOpen] = useState(answer.edges.length <= 60);
  const [limit, setMost] = useState(200);
  const labels = useMemo(() => new Map(answer.nodes.map((n) => [n.iri, n])), [answer]);
  const thing = (iri: string): JSX.Element => {
    const node = labels.get(iri);
    const label = node?.label ?? iri;
    return node?.kind === "unresolved" ? <em><bdi>“{label}”</bdi></em> : <a href={hrefOf(iri)}><bdi>{shortId(label)}</bdi></a>;
  };
  return (
    <details class="part" open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary><h2>The same as a table ({number(answer.edges.length)})</h2></summary>
      {open ? (
        <>
          <div class="scroll" tabIndex={0} role="region" aria-label="Edges"><table class="list">
            <thead><tr><th>What</th><th>Relation</th><th>To</th><th>Evidence</th><th>Sources</th></tr></thead>
            <tbody>
              {answer.edges.slice(0, limit).map((e) => {
                const conflict = conflicts.get(edgeKey(e));
                return (
                  <tr key={edgeKey(e)}>
                    <td>{thing(e.child)}</td><td>{e.relationLabel}</td><td>{thing(e.parent)}</td>
                    <td>{e.inferred ? "inferred" : "stated by a source"}{e.contested || e.contradictedBy.length ? <strong> · sources disagree</strong> : null}{conflict ? <span class="conflict" title={conflict}> § licence conflict</span> : null}</td>
                    <td><button type="button" class="small" data-inspects={edgeKey(e)} onClick={() => setQuery({ edge: edgeKey(e), node: null })}>Why?<span class="visually-hidden"> {e.relationLabel} {labels.get(e.parent)?.label}</span></button></td>
                  </tr>
                );
              })}
            </tbody>
          </table></div>
          {answer.edges.length > limit ? <p>{number(limit)} of {number(answer.edges.length)} rows shown. <button type="button" onClick={() => setMost(limit * 4)}>Show more</button></p> : null}
        </>
      ) : null}
    </details>
  );
}
