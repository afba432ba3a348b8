/** The audit report: the very document that the command writes, in a frame, to read or to print. */
import type { JSX } from "preact";
import { Draft, useTitle } from "../parts";
import { EntityPicker } from "../searchbox";
import { added, removed, setQuery, type Place } from "../router";

const MOST = 50;

/** Where the report of some models is. */
export function reportAddress(models: string[], asOf: string, uses: string[]): string {
  const query = new URLSearchParams();
  for (const model of models) query.append("model", model);
  for (const use of uses) query.append("use", use);
  if (asOf) query.set("asOf", asOf);
  return `/api/v1/report?${query.toString().replaceAll("%2F", "/")}`;
}

/** The view; the models, the planned uses and the day stand in the address. */
export default function Report({ place }: { place: Place }): JSX.Element {
  const models = place.query.getAll("model");
  const asOf = place.query.get("asOf") ?? "";
  useTitle(models.length ? `Audit report: ${models.join(", ")}` : "Audit report");
  const address = reportAddress(models, asOf, place.query.getAll("use"));
  return (
    <div class="page report">
      <h1>Audit report</h1>
      <div class="controls">
        <EntityPicker label={models.length ? "Add a model" : "Model"} onPick={(id) => setQuery({ model: (now) => added(id)(now)?.slice(0, MOST) ?? null })} />
        <label class="choice"><span>As known on</span><Draft type="date" value={asOf} onDone={(text) => setQuery({ asOf: text })} /></label>
        {models.map((id) => <button key={id} type="button" class="small" onClick={() => setQuery({ model: removed(id) })}>Without {id}</button>)}
      </div>
      {models.length ? (
        <>
          <p class="actions"><a class="primary" href={address} target="_blank" rel="noopener">Open to print or save</a> <span class="aside">The same as a file: <code>provenance-graph report {models.join(" ")}{asOf ? ` --as-of ${asOf}` : ""} -o report.html</code></span></p>
          <iframe class="report-frame" src={address} title={`Audit report of ${models.join(", ")}`} />
        </>
      ) : <p>Choose a model. The report begins with the verdict and every licence problem, holds every fact with its sources, gaps, conflicts, lineage and assessment, and prints.</p>}
    </div>
  );
}
