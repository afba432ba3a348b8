/** What changed in the store, commit by commit: records added and dropped, accepted facts before and after. */
import type { JSX } from "preact";
import { useFetched } from "../api";
import { Answer, Draft, useTitle } from "../parts";
import { hrefOf, setQuery, type Route } from "../router";
import { DataTable } from "../table/table";
import type { Column } from "../table/rows";
import type { Changes } from "../types";
import { count, shortId } from "../words";

type Fact = Changes["items"][number]["facts"][number] & { commit: string; at: string };
const COLUMNS: Column<Fact>[] = [
  { key: "subject", label: "Entity", head: true, value: (f) => shortId(f.subject.id), view: (f) => <a href={hrefOf(f.subject.iri)}><bdi>{shortId(f.subject.id)}</bdi></a> },
  { key: "property", label: "Field", facet: true, value: (f) => f.property },
  { key: "before", label: "Was", value: (f) => f.was },
  { key: "after", label: "Is", value: (f) => f.now },
  { key: "commit", label: "Version", facet: true, value: (f) => f.commit },
  { key: "at", label: "When", value: (f) => f.at },
];

/** The view; the version since which stands in the address. */
export default function ChangesView({ currentRoute: route }: { currentRoute: Route }): JSX.Element {
  const since = route.query.get("since") ?? "";
  useTitle("What changed");
  const fetched = useFetched<Changes>(`/api/v1/changes?limit=1000${since ? `&since=${encodeURIComponent(since)}` : ""}`);
  return (
    <div class="page">
      <h1>What changed in the store</h1>
      <div class="controls">
        <label class="choice stacked"><span>Since version</span><Draft type="text" value={since} placeholder="the last commits" onDone={(text) => setQuery({ since: text.trim() })} /></label>
        <p class="actions"><a href="/api/v1/changes?format=atom">Atom feed</a> <a href={`/explore?preset=changes${since ? `&since=${encodeURIComponent(since)}` : ""}`}>As a picture</a> <a href="/compare">Compare a model on two days</a></p>
      </div>
      <Answer requested={fetched} what="the changes">
        {(answer) => {
          const facts = answer.items.flatMap((c) => c.facts.map((f): Fact => ({ ...f, commit: c.version, at: c.at })));
          const cut = answer.items.filter((c) => c.cut).length;
          return (
            <>
              <p>{count(answer.items.length, "commit")} since version <code>{answer.since}</code>; the present one is <code>{answer.version}</code>. The log goes back to <code>{answer.oldest}</code> and covers {answer.retentionDays} days.{cut ? ` Of ${count(cut, "commit")} only the first facts are listed.` : ""}</p>
              {answer.items.length ? (
                <>
                  <ul class="plain">{answer.items.map((c) => <li key={c.version}><code>{c.version}</code> <time dateTime={c.at}>{c.at}</time> {c.kind}: {count(c.recordsAdded.length, "record")} added, {c.recordsDropped.length} dropped, {count(c.factCount, "fact")} changed</li>)}</ul>
                  <DataTable label="Changed facts" rows={facts} columns={COLUMNS} rowKey={(f) => `${f.commit} ${f.subject.iri} ${f.property}`} noun={["fact", "facts"]} />
                </>
              ) : <div class="empty"><p>Nothing has changed since.</p></div>}
            </>
          );
        }}
      </Answer>
    </div>
  );
}
