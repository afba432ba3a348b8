/** Impact: choose a model or dataset, see who is hit, how far away and by what relation. */
import type { JSX } from "preact";
import { useAsked } from "../api";
import { dated } from "../asof";
import { Answer, AsOf, ModelPicker, ThingLink, useTitle } from "../parts";
import { go, hrefOf, inPath, setQuery, type Place } from "../router";
import type { Impact } from "../types";
import { count, nameOf, number, shortId } from "../words";

/** The view; what is withdrawn stands in the address. */
export default function ImpactView({ place }: { place: Place }): JSX.Element {
  const thing = place.query.get("thing") ?? "";
  useTitle(thing ? `Impact of ${thing}` : "Impact");
  const asked = useAsked<Impact>(thing ? dated(`/api/v1/impact?thing=${encodeURIComponent(thing)}&limit=${place.query.get("limit") ?? "500"}`) : null);
  return (
    <div class="page">
      <h1>{thing ? <><span class="kind">What depends on</span> <bdi>{thing}</bdi></> : "What depends on a model or a dataset?"}</h1>
      <ModelPicker label="Model or dataset" initial={thing} onPick={(id) => go(dated(`/impact?thing=${encodeURIComponent(id)}`))} placeholder="namespace/name, or an IRI" />
      <AsOf id={thing} />
      {thing ? <Answer asked={asked} what="the impact">{(found) => <Found found={found} place={place} />}</Answer> : <p>Choose a model or a dataset: the page lists everything that descends from it or was trained on it, and through which step.</p>}
    </div>
  );
}

function Found({ found, place }: { found: Impact; place: Place }): JSX.Element {
  const distance = place.query.get("distance") ?? "";
  const relation = place.query.get("relation") ?? "";
  const rows = found.nodes.filter((n) => (!distance || String(n.distance) === distance) && (!relation || n.through.relation === relation));
  const most = Math.max(1, ...found.byDistance.map((d) => d.count), ...found.byRelation.map((r) => r.count));
  if (!found.of) return <div class="empty"><p>No model or dataset in the store is recorded as depending on <bdi>{shortId(found.subject.label)}</bdi>. That says what is recorded, not that nothing does: <a href={`/?q=${encodeURIComponent(shortId(found.subject.label))}`}>look for entities of a similar name</a>.</p></div>;
  return (
    <>
      <p role="status" class="score"><strong>{count(found.hit, "model")}</strong> {found.hit === 1 ? "depends" : "depend"} on it{found.datasets ? `, by way of ${count(found.datasets, "dataset")}` : ""}{found.inferredOnly ? ` (${number(found.inferredOnly)} of them only by inference)` : ""}.</p>
      <div class="bars">
        <Bars title="By distance" chosen={distance} name="distance" most={most} rows={found.byDistance.map((d) => [String(d.distance), count(d.distance, "step"), d.count])} />
        <Bars title="By relation" chosen={relation} name="relation" most={most} rows={found.byRelation.map((r) => [r.relation, r.relationLabel, r.count])} />
        <section class="card"><h2>By licence</h2><ul class="plain">{found.byLicence.slice(0, 12).map((l, n) => <li key={n}>{number(l.count)} · {l.licences.length ? l.licences.map((x) => nameOf(x)).join(", ") : "no licence recorded"}</li>)}</ul></section>
      </div>
      <div class="bar"><p role="status">{number(rows.length)} of {number(found.of)} shown{found.truncated ? <> <button type="button" class="link" onClick={() => setQuery({ limit: "5000" }, true)}>show up to 5,000</button></> : null}</p>
        {distance || relation ? <button type="button" class="small" onClick={() => setQuery({ distance: null, relation: null }, true)}>All</button> : null}</div>
      <div class="scroll" tabIndex={0} role="region" aria-label="What depends on it"><table class="list">
        <thead><tr><th>What</th><th class="num">Steps</th><th>Through</th><th>Licence</th><th>Why</th></tr></thead>
        <tbody>
          {rows.slice(0, 1000).map((n) => (
            <tr key={n.iri}>
              <th scope="row"><a href={hrefOf(n.iri)}><bdi>{shortId(n.label)}</bdi></a>{n.kind === "model" ? "" : ` (${n.kind})`}</th>
              <td class="num">{n.distance}</td>
              <td>{n.through.relationLabel} <ThingLink thing={{ iri: n.through.parent, label: shortId(n.through.parent.split("/id/")[1]?.replace(/^model\//, "") ?? "") }} />{n.through.inferred ? " (inferred)" : ""}</td>
              <td>{n.licences.map(nameOf).join(", ") || <span class="missing">none recorded</span>}</td>
              <td>{n.kind === "model" ? <a href={`/lineage/${inPath(n.iri.split("/id/model/")[1] ?? n.label)}?direction=up&influences=yes&edge=${encodeURIComponent(`${n.through.child}|${n.through.relationName}|${n.through.parent}`)}`}>evidence</a> : null}</td>
            </tr>
          ))}
        </tbody>
      </table></div>
    </>
  );
}

function Bars({ title, name, rows, most, chosen }: { title: string; name: string; most: number; chosen: string; rows: [string, string, number][] }): JSX.Element {
  return (
    <section class="card"><h2>{title}</h2>
      <ul class="plain barlist">
        {rows.map(([key, word, n]) => (
          <li key={key}><button type="button" aria-pressed={chosen === key} onClick={() => setQuery({ [name]: chosen === key ? null : key }, true)}>
            <span class="word">{word}</span>
            <svg class="scale" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="sure" width={(100 * n) / most} height="8" /></svg>
            <span class="num">{number(n)}</span>
          </button></li>
        ))}
      </ul>
    </section>
  );
}
