/** The audit report: the very document that the command writes, in a frame, to read or to print. */
import type { JSX } from "preact";
import { Refusal, get, useFetched } from "../api";
import { Draft, Trouble, useTitle } from "../parts";
import { EntityPicker } from "../searchbox";
import { added, inPath, removed, setQuery, type Route } from "../router";
import type { Profile } from "../types";

const MOST = 50;

/** Where the report of some models is. */
export function reportAddress(models: string[], asOf: string, uses: string[]): string {
  const query = new URLSearchParams();
  for (const model of models) query.append("model", model);
  for (const use of uses) query.append("use", use);
  if (asOf) query.set("asOf", asOf);
  return `/api/v1/report?${query.toString().replaceAll("%2F", "/")}`;
}

/** The models of which there is no report, one a line; a refusal in a frame would be a text for machines. */
async function missing(ids: string): Promise<string[]> {
  const requested = await Promise.all(ids.split("\n").map((id) => get<Profile>(`/api/v1/models/${inPath(id)}`).then(() => "", (error: unknown) => {
    if (error instanceof Refusal && error.status === 404) return id;
    throw error;
  })));
  return requested.filter(Boolean);
}

/** The view; the models, the planned uses and the day stand in the address. */
export default function Report({ currentRoute: route }: { currentRoute: Route }): JSX.Element {
  const models = route.query.getAll("model");
  const asOf = route.query.get("asOf") ?? "";
  useTitle(models.length ? `Audit report: ${models.join(", ")}` : "Audit report");
  const absent = useFetched<string[]>(models.length ? models.slice(0, MOST).join("\n") : null, missing);
  const address = reportAddress(models, asOf, route.query.getAll("use"));
  return (
    <div class="page report">
      <h1>Audit report</h1>
      <div class="controls">
        <EntityPicker label={models.length ? "Add a model" : "Model"} onPick={(id) => setQuery({ model: (now) => added(id)(now)?.slice(0, MOST) ?? null })} />
        <label class="choice"><span>As known on</span><Draft type="date" value={asOf} onDone={(text) => setQuery({ asOf: text })} /></label>
        {models.map((id) => <button key={id} type="button" class="small" onClick={() => setQuery({ model: removed(id) })}>Without {id}</button>)}
      </div>
      {absent.error ? <Trouble error={absent.error} retry={absent.retry} /> : null}
      {absent.data?.map((id) => <p key={id} class="trouble" role="alert">There is no model “<bdi>{id}</bdi>” in this store. <a href={`/?q=${encodeURIComponent(id)}`}>Search for it</a>, or take it out of the report.</p>)}
      {models.length > MOST ? <p class="trouble" role="alert">A report holds {MOST} models; the address names {models.length}.</p> : null}
      {models.length && models.length <= MOST && !absent.data?.length ? (
        <>
          <p class="actions"><a class="primary" href={address} target="_blank" rel="noopener">Open to print or save</a> <span class="aside">The same as a file: <code>provenance-graph report {models.join(" ")}{asOf ? ` --as-of ${asOf}` : ""} -o report.html</code></span></p>
          <iframe class="report-frame" src={address} title={`Audit report of ${models.join(", ")}`} />
        </>
      ) : models.length ? null : <p>Choose a model. The report begins with the verdict and every licence problem, holds every fact with its sources, gaps, conflicts, lineage and assessment, and prints.</p>}
    </div>
  );
}
