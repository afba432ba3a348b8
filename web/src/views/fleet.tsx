/** What we run: systems with their models, and everything in the graph that concerns them. */
import type { JSX } from "preact";
import { useFetched } from "../api";
import { dated } from "../asof";
import { InBasket } from "../inbasket";
import { Answer, AsOf, Draft, ModelLink, useTitle } from "../parts";
import { setQuery, type Route } from "../router";
import { DataTable, servedQuery } from "../table/table";
import type { Column } from "../table/rows";
import type { Fleet } from "../types";
import { spaced } from "../words";

type System = Fleet["systems"][number];
type Finding = Fleet["findings"][number];

const SYSTEMS: Column<System>[] = [
  { key: "name", label: "System", head: true, value: (s) => s.name, view: (s) => <><bdi>{s.name}</bdi> <InBasket kind="deployment" id={s.id} brief /></> },
  { key: "models", label: "Models", value: (s) => s.models, view: (s) => <>{s.models.map((m, n) => <span key={m}>{n ? ", " : ""}<ModelLink id={m} /></span>)}</> },
  { key: "uses", label: "Used for", facet: true, value: (s) => s.uses },
  { key: "places", label: "Where", facet: true, value: (s) => s.places },
  { key: "since", label: "Since", value: (s) => s.since },
];
const FINDINGS: Column<Finding>[] = [
  { key: "severity", label: "Severity", facet: true, value: (f) => f.severity, view: (f) => <span class={`badge b-${f.severity.charAt(0).toUpperCase()}${f.severity.slice(1)}`}>{f.severity}</span> },
  { key: "system", label: "System", facet: true, value: (f) => f.system },
  { key: "model", label: "Model", head: true, facet: true, value: (f) => f.model, view: (f) => <ModelLink id={f.model} /> },
  { key: "kind", label: "Kind", facet: true, value: (f) => f.kind, word: spaced, view: (f) => spaced(f.kind) },
  { key: "finding", label: "Finding", value: (f) => f.finding },
  { key: "path", label: "Path", value: (f) => f.path.join(" → ") },
  { key: "version", label: "Version", value: (f) => f.version },
];

/** The view; the day that counts stands in the address. */
export default function FleetView({ currentRoute: route }: { currentRoute: Route }): JSX.Element {
  const { query } = route;
  useTitle("What we run");
  const path = dated(`/api/v1/fleet?${servedQuery(FINDINGS, query, ["on"])}`);
  const answer = useFetched<Fleet>(path);
  return (
    <div class="page">
      <h1>What we run</h1>
      <div class="controls"><AsOf /> <label class="choice stacked"><span>What concerns us on</span><Draft type="date" value={query.get("on") ?? ""} onDone={(text) => setQuery({ on: text })} /></label></div>
      <Answer requested={answer} what="the fleet">
        {(fleet) => fleet.systems.length ? (
          <>
            <h2>What concerns them on {fleet.on}</h2>
            <DataTable label="Findings on the fleet" rows={fleet.findings} total={fleet.total} columns={FINDINGS} plain={false} service={{ facets: fleet.facets, next: Boolean(fleet.next), path, rowsOf: (a: Fleet) => ({ rows: a.findings, next: a.next }) }} rowKey={(f) => `${f.system} ${f.model} ${f.kind} ${f.finding}`} noun={["finding", "findings"]} empty={<p>Nothing that is recorded concerns these systems.</p>} />
            <h2>Systems</h2>
            <DataTable label="Systems" prefix="s." rows={fleet.systems} columns={SYSTEMS} rowKey={(s) => s.id} noun={["system", "systems"]} />
          </>
        ) : (
          <div class="empty"><p>This store has no deployment on record.</p><p>Write what you run into a file and import it: <code>provenance-graph fleet import fleet.toml</code></p></div>
        )}
      </Answer>
    </div>
  );
}
