/** Beside the picture: the chosen entity with what can be opened, the chosen link, and the files of a scene. */
import type { JSX } from "preact";
import { storeVersion, useFetched } from "../api";
import { InBasket } from "../inbasket";
import { Answer, download } from "../parts";
import { EntityPicker } from "../searchbox";
import { added, hrefOf, inPath, setQuery, type Route } from "../router";
import type { Neighbourhood } from "../types";
import { number, spaced, plural } from "../words";
import { aroundStep, openStep, packed, pathStep, pinOf, pinsOf, unpinned } from "./address";
import { PAGE, aroundOf } from "./load";
import type { Link, Placed, Scene } from "./scene";
import { csv, graphml, mermaid, svg, type Looks, type Palette } from "./write";

/** A link, with where its evidence is. */
export function LinkCard({ link, scene }: { link: Link; scene: Scene }): JSX.Element {
  const [a, b] = [scene.nodes.get(link.subject), scene.nodes.get(link.object)];
  const claims = !link.subject.startsWith("http") ? undefined : a?.kind === "model" ? `${hrefOf(link.subject)}?claims=${encodeURIComponent(link.relation)}` : hrefOf(link.subject);
  return (
    <section class="card"><h2>Link</h2>
      <p><bdi>{a?.label}</bdi> <strong>{link.label}</strong> <bdi>{b?.label}</bdi></p>
      {link.weight ? <p>Weight in the merge: {link.weight}</p> : null}
      {link.inferred ? <p>Inferred: no source states it.</p> : null}
      {link.contested ? <p class="conflict">Sources disagree about it.</p> : null}
      {link.breach ? <p class="trouble">§ {link.breach}</p> : null}
      {link.change ? <p>{link.change === "new" ? "New since then." : "No longer accepted."}</p> : null}
      {link.sources?.length ? <ul class="plain">{link.sources.slice(0, 8).map((s) => <li key={s.record + s.basis}><bdi>{s.publisher}</bdi>, {spaced(s.basis)}, <a href={hrefOf(s.record)}>record of {s.retrieved}</a></li>)}{link.sources.length > 8 ? <li class="aside">8 of {number(link.sources.length)} sources listed</li> : null}</ul> : null}
      {claims && link.relation !== "buildsOn" ? <p><a href={claims}>Who says so</a></p> : null}
    </section>
  );
}

/** An entity and its relations with how many each leads to; what is no entity of the store is only named. */
export function Card({ iri, scene, currentRoute: route, steps, members }: { iri: string; scene: Scene; currentRoute: Route; steps: string[]; members: Placed[] | undefined }): JSX.Element {
  const asOf = route.query.get("asOf") ?? "";
  const here = scene.nodes.get(iri);
  const walkable = iri.startsWith("http");
  const fetched = useFetched<Neighbourhood>(walkable ? aroundOf(iri, asOf) : null);
  const pinned = pinsOf(route.query.getAll("pin")).has(iri);
  const around = aroundStep(iri);
  const open = (step: string): void => setQuery({ open: [...steps, step], at: packed(iri) });
  const close = (step: string): void => setQuery({ open: steps.filter((s) => s !== step) });
  if (members) return <GroupCard iri={iri} members={members} />;
  if (!walkable) return <section class="card"><h2><bdi>{here?.label ?? iri}</bdi></h2><p class="aside">{here?.kind}</p></section>;
  return (
    <Answer requested={fetched} what="its neighbours">
      {({ node, groups }) => (
        <section class="card">
          <h2><bdi>{node.label}</bdi></h2>
          <p class="aside">{node.kind} · <bdi>{node.id}</bdi></p>
          {here?.note ? <p>{here.note}</p> : null}
          <p class="actions"><a href={hrefOf(node.iri)}>Its page</a>{node.kind === "model" ? <><a href={`/lineage/${inPath(node.id)}`}>Lineage</a><InBasket id={node.id} brief /></> : null}
            <button type="button" class="small" onClick={() => setQuery({ hide: added(packed(iri)), at: null })}>Hide</button>
            {here ? <button type="button" class="small" aria-pressed={pinned} onClick={() => setQuery({ pin: (now) => (pinned ? unpinned(now, iri) : [...now, pinOf(iri, here.x, here.y)]) })}>Pin</button> : null}
            {groups.length ? <button type="button" class="small" onClick={() => (steps.includes(around) ? close(around) : open(around))}>{steps.includes(around) ? "Close all" : "Open all"}</button> : null}</p>
          <ul class="plain groups">
            {groups.map((group) => {
              const step = openStep(iri, group.name, group.direction);
              const pages = steps.filter((s) => s === step).length;
              const linked = group.items.filter((item) => scene.links.has(group.direction === "out" ? `${iri}|${group.name}|${item.iri}` : `${item.iri}|${group.name}|${iri}`)).length;
              const left = group.total - Math.max(linked, pages * PAGE);
              const next = Math.min(PAGE, left);
              return (
                <li key={step}>
                  <span>{group.direction === "out" ? "" : "← "}{group.label}{group.direction === "out" ? " →" : ""} <span class="aside">{group.atLeast ? "more than " : ""}{number(group.total)}</span>{group.contested.length ? <strong class="conflict"> sources disagree</strong> : null}</span>
                  {pages ? <button type="button" class="small" onClick={() => close(step)}>Close<span class="visually-hidden"> {group.label}</span></button> : null}
                  {left > 0 ? <button type="button" class="small" onClick={() => open(step)} aria-label={`+${next} open ${group.label}, ${group.direction === "out" ? "from" : "to"} ${node.label}`}>+{next}</button> : null}
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

/** Like neighbours that are drawn as one box. */
function GroupCard({ iri, members }: { iri: string; members: Placed[] }): JSX.Element {
  return (
    <section class="card">
      <h2>{number(members.length)} {plural(members[0]?.kind ?? "entity")} in one box</h2>
      <p class="actions"><button type="button" class="small" onClick={() => setQuery({ apart: added(packed(iri)), at: packed(members[0]?.iri ?? "") })}>Show one by one</button></p>
      <ul class="plain">{members.slice(0, 50).map((one) => <li key={one.iri}>{one.iri.startsWith("http") ? <a href={hrefOf(one.iri)}><bdi>{one.label}</bdi></a> : <bdi>{one.label}</bdi>}</li>)}{members.length > 50 ? <li class="aside">50 of {number(members.length)} listed</li> : null}</ul>
    </section>
  );
}

/** The scene as a file. */
export function Save({ scene, title, asOf, versus, palette, looks }: { scene: Scene; title: string; asOf: string; versus: string; palette: () => Palette; looks: Looks }): JSX.Element {
  const lines = (): string[] => [`${scene.nodes.size} entities, ${scene.links.size} links${asOf ? `, as known on ${asOf}` : ""}${versus ? `, beside the state of ${versus}` : ""}`, `${new Date().toISOString().slice(0, 10)}, store version ${storeVersion()}`];
  const drawing = (): string => svg(scene, title, lines(), palette(), looks);
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
      <button type="button" class="small" onClick={() => download("graph.graphml", graphml(scene, [title, ...lines()]), "application/xml")}>GraphML</button>
      <button type="button" class="small" onClick={() => download("graph.mmd", mermaid(scene, [title, ...lines()]))}>Mermaid</button>
      <button type="button" class="small" onClick={() => download("graph.csv", csv(scene), "text/csv")}>CSV</button>
    </p>
  );
}
