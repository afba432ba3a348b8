/** The basket: what a reader works on, and everything that can be done over it at once. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Refusal, get, useFetched } from "../api";
import { MOST, addressOf, basket, bounded, fill, idsOf, itemOf, parsed, useBasket, wordOf, type Item } from "../basket";
import { Answer, Copy, ThingLink, Trouble, download, useTitle } from "../parts";
import { EntityPicker } from "../searchbox";
import { ID, modelIdOf } from "../ids";
import { inPath, setQuery, toggled, withQuery, type Route } from "../router";
import { DataTable } from "../table/table";
import type { Column } from "../table/rows";
import type { Impact, Portfolio } from "../types";
import { count, number } from "../words";
import { answerWord } from "./verdict";

/** As many as the service takes at once. */
const AT_ONCE = { compare: 6, report: 50, licences: 50, impact: 200 };
const SHOWS: [string, string][] = [["items", "Items"], ["licences", "Licence matrix"], ["impact", "Impact"]];

/** The view: the items of the address, or where it has none, those kept in this browser. */
export default function BasketView({ currentRoute: route }: { currentRoute: Route }): JSX.Element {
  useTitle("Basket");
  const stored = useBasket();
  const words = route.query.getAll("item");
  const given = bounded(words.map(itemOf).filter((i): i is Item => i !== undefined));
  const foreign = words.length > 0;
  const items = foreign ? given.items : stored;
  const show = route.query.get("show") ?? "items";
  const models = idsOf(items, "model");
  const query = (name: string, limit: number): string => models.slice(0, limit).map((id) => `${name}=${encodeURIComponent(id).replaceAll("%2F", "/")}`).join("&");
  return (
    <div class="page">
      <h1>Basket</h1>
      <p>{items.length ? `${count(models.length, "model")}, ${count(idsOf(items, "dataset").length, "dataset")}, ${count(idsOf(items, "deployment").length, "deployment")}.` : "It is empty. Add models, datasets and deployments from their pages, from lists, or here."}
        {foreign ? <> Read from the address{given.items.length < words.length ? `; ${number(words.length - given.items.length)} entries are unknown, repeated, or beyond the limit of ${number(MOST)}` : ""}. <button type="button" class="small" onClick={() => { fill([...basket(), ...given.items]); setQuery({ item: null }); }}>Add them to the basket of this browser</button></> : null}</p>
      <Fill foreign={foreign} items={items} />
      {items.length ? (
        <>
          <p class="actions">
            {models.length > 1 ? <a class="button" href={`/compare?${query("model", AT_ONCE.compare)}`}>Compare{models.length > AT_ONCE.compare ? ` the first ${AT_ONCE.compare}` : ""}</a> : null}
            {models.length ? <a class="button" href={`/disclosure?basket=yes`}>Heat map</a> : null}
            {models.length ? <a class="button" href={`/report?${query("model", AT_ONCE.report)}`}>Report{models.length > AT_ONCE.report ? ` on the first ${AT_ONCE.report}` : ""}</a> : null}
          </p>
          <nav class="tabs" aria-label="Over the basket">{SHOWS.map(([key, word]) => <a key={key} href={withQuery({ show: key === "items" ? null : key })} aria-current={show === key ? "page" : undefined}>{word}</a>)}</nav>
          {show === "licences" ? <Licences models={models} place={route} /> : show === "impact" ? <ImpactOver items={items} /> : <Items items={items} foreign={foreign} />}
        </>
      ) : null}
    </div>
  );
}

function Fill({ foreign, items }: { foreign: boolean; items: Item[] }): JSX.Element {
  const [reported, setTold] = useState("");
  const add = (more: Item[], unread = 0): void => {
    const left = fill([...basket(), ...more]);
    setTold([left ? `${number(left)} could not be added: a basket holds at most ${number(MOST)}` : "", unread ? `${number(unread)} entries were not understood` : ""].filter(Boolean).join("; "));
  };
  const address = addressOf(items);
  return (
    <>
      <div class="controls">
        {foreign ? null : <EntityPicker label="Add a model or a dataset" onPick={(id) => { const item = pickedItem(id); if (item) add([item]); }} />}
        {items.length && address ? <Copy what={() => location.origin + address}>Copy the link</Copy> : null}
        {items.length ? <button type="button" class="small" onClick={() => download("basket.txt", items.map(wordOf).join("\n") + "\n")}>Save as a list</button> : null}
        {items.length && !foreign ? <button type="button" class="small" onClick={() => fill([])}>Empty it</button> : null}
        {items.length && !address ? <span class="aside">Too many for a link: save the list and paste it elsewhere.</span> : null}
      </div>
      {foreign ? null : (
        <details class="paste"><summary>Add many: paste a list</summary>
          <form onSubmit={(e) => { e.preventDefault(); const answer = parsed(String(new FormData(e.currentTarget).get("list"))); add(answer.items, answer.unread); }}>
            <label class="block"><span>One a line: <code>namespace/name</code>, <code>dataset:name</code> or <code>deployment:name</code></span><textarea name="list" rows={6} spellcheck={false} /></label>
            <button type="submit" class="primary">Add</button>
          </form>
        </details>
      )}
      {reported ? <p role="status" class="trouble">{reported}.</p> : null}
    </>
  );
}

/** The item that a picked id or IRI stands for. */
function pickedItem(id: string): Item | undefined {
  if (id.startsWith(`${ID}dataset/`)) return { kind: "dataset", id: id.slice(ID.length + 8) };
  if (id.startsWith(`${ID}deployment/`)) return { kind: "deployment", id: id.slice(ID.length + 11) };
  const model = modelIdOf(id);
  if (model) return { kind: "model", id: model };
  return id.startsWith(ID) ? undefined : itemOf(id);
}

/** Where an item's page is. */
function hrefOfItem(item: Item): string {
  return item.kind === "model" ? `/models/${inPath(item.id)}` : `/things/${item.kind}/${inPath(item.id)}`;
}

function Items({ items, foreign }: { items: Item[]; foreign: boolean }): JSX.Element {
  const columns: Column<Item>[] = [
    { key: "id", label: "Item", head: true, value: (i) => i.id, view: (i) => <a href={hrefOfItem(i)}><bdi>{i.id}</bdi></a> },
    { key: "kind", label: "Kind", value: (i) => i.kind, facet: true },
  ];
  if (!foreign) columns.push({ key: "out", label: "", value: () => "", view: (i) => <button type="button" class="small" aria-label={`Take out ${i.id}`} onClick={() => fill(items.filter((x) => wordOf(x) !== wordOf(i)))}>Take out</button> });
  return <DataTable label="Basket" rows={items} columns={columns} rowKey={wordOf} noun={["item", "items"]} />;
}

const USES: [string, string][] = [["commercial", "commercial use"], ["distribute", "distribute"], ["modify", "modify"], ["hosted-service", "offer as a service"], ["train-on-outputs", "train on outputs"], ["eu", "use in the EU"]];

const USUAL = ["commercial", "distribute", "modify"];

function Licences({ models, place: route }: { models: string[]; place: Route }): JSX.Element {
  const chosen = route.query.getAll("use");
  const uses = chosen.length ? chosen : USUAL;
  const some = models.slice(0, AT_ONCE.licences);
  const query = new URLSearchParams([...some.map((id) => ["model", id]), ...uses.map((use) => ["use", use])]);
  const fetched = useFetched<Portfolio>(some.length ? `/api/v1/portfolio?${query}` : null);
  if (!some.length) return <p>There is no model in the basket.</p>;
  return (
    <>
      <fieldset class="checks"><legend class="visually-hidden">Planned uses</legend>
        {USES.map(([key, word]) => <label key={key} class="check"><input type="checkbox" checked={uses.includes(key)} onChange={() => setQuery({ use: toggled(key, USUAL) })} />{word}</label>)}
      </fieldset>
      {models.length > some.length ? <p class="trouble">{number(some.length)} of {number(models.length)} models: the service takes {AT_ONCE.licences} at once.</p> : null}
      <Answer requested={fetched} what="the licence matrix">
        {(answer) => {
          const cell = (row: Portfolio["models"][number], use: string): Portfolio["models"][number]["cells"][number] | undefined => row.cells.find((c) => c.use === use);
          const columns: Column<Portfolio["models"][number]>[] = [
            { key: "model", label: "Model", head: true, value: (r) => r.model.label, view: (r) => <ThingLink thing={r.model} /> },
            ...answer.uses.map((use): Column<Portfolio["models"][number]> => ({
              key: use, label: USES.find(([key]) => key === use)?.[1] ?? use, facet: true, value: (r) => cell(r, use)?.answer ?? "", word: answerWord,
              view: (r) => { const c = cell(r, use); return c ? <><span class={`badge b-${c.answer}`}>{answerWord(c.answer)}</span> <span class="aside">{c.because}</span></> : null; },
            })),
            { key: "lineage", label: "Lineage", value: (r) => r.lineage, facet: true },
          ];
          return <><DataTable label="Licence matrix" rows={answer.models} columns={columns} rowKey={(r) => r.model.iri} noun={["model", "models"]} plain={false} detail={(r) => <p>{r.sentence}</p>} />{answer.unresolved.map((one) => <p key={one.name} class="trouble">{one.problem}</p>)}<p class="aside">{answer.note}</p></>;
        }}
      </Answer>
    </>
  );
}

interface Hit { item: Item; models: number; datasets: number; inferred: number; error: string }
const AT_A_TIME = 4;

/** What depends on each item, asked a few at a time. */
function ImpactOver({ items }: { items: Item[] }): JSX.Element {
  const some = items.filter((i) => i.kind !== "deployment").slice(0, AT_ONCE.impact);
  const key = some.map(wordOf).join("\n");
  const [state, setState] = useState<{ hits: Hit[]; error?: Refusal }>({ hits: [] });
  useEffect(() => {
    let alive = true;
    const waiting = [...some];
    const hits: Hit[] = [];
    const work = async (): Promise<void> => {
      for (let item = waiting.shift(); item && alive; item = waiting.shift()) {
        try {
          const answer = await get<Impact>(`/api/v1/impact?thing=${encodeURIComponent(item.kind === "dataset" ? `${ID}dataset/${item.id}` : item.id)}&limit=1`);
          hits.push({ item, models: answer.hit, datasets: answer.datasets, inferred: answer.inferredOnly, error: "" });
        } catch (error) {
          hits.push({ item, models: 0, datasets: 0, inferred: 0, error: error instanceof Refusal ? error.detail : String(error) });
        }
        if (alive) setState({ hits: [...hits] });
      }
    };
    for (let n = 0; n < AT_A_TIME; n++) void work();
    return () => void (alive = false);
  }, [key]);
  const columns: Column<Hit>[] = [
    { key: "item", label: "Item", head: true, value: (h) => h.item.id, view: (h) => <a href={`/impact?thing=${encodeURIComponent(h.item.kind === "dataset" ? `${ID}dataset/${h.item.id}` : h.item.id)}`}><bdi>{h.item.id}</bdi></a> },
    { key: "kind", label: "Kind", value: (h) => h.item.kind, facet: true },
    { key: "models", label: "Models that depend on it", numeric: true, value: (h) => h.models },
    { key: "datasets", label: "Datasets on the way", numeric: true, value: (h) => h.datasets },
    { key: "inferred", label: "Only by inference", numeric: true, value: (h) => h.inferred },
    { key: "error", label: "Note", value: (h) => h.error },
  ];
  return (
    <>
      {state.error ? <Trouble once error={state.error} /> : null}
      {items.length > some.length ? <p>{number(some.length)} of {number(items.length)} items are examined here.</p> : null}
      <DataTable label="Impact of the basket" rows={state.hits} columns={columns} rowKey={(h) => wordOf(h.item)} total={some.length} noun={["item", "items"]} />
    </>
  );
}

