/** The ledger of conflicts: what sources disagree about, worst first. */
import type { JSX } from "preact";
import { useAsked } from "../api";
import { dated } from "../asof";
import { ClaimCard } from "../inspector";
import { Answer, Choice, ModelPicker, useTitle } from "../parts";
import { inPath, setQuery, type Place } from "../router";
import type { Conflict, ConflictPage } from "../types";
import { number, shortId } from "../words";

const KINDS: Record<string, string> = {
  developer: "the developer contradicts itself", sources: "sources of like weight disagree", implausible: "a value that can hardly be",
  apart: "two names kept apart because values differ", variant: "another size, edition, or total against active",
  announcement: "two events: announcement, weights, repository", weaker: "a weaker source says otherwise", outdated: "one side is out of date",
  "provider-limit": "a provider's limit, not the model's", undisclosed: "one says undisclosed, another gives a value",
  unreadable: "words that could not be read", rounding: "one is rounded", naming: "only spelt differently",
};

/** The view; filters stand in the address. */
export default function Conflicts({ place }: { place: Place }): JSX.Element {
  const { query } = place;
  const model = query.get("model") ?? "";
  useTitle(model ? `Conflicts about ${model}` : "Conflicts");
  const kinds = query.getAll("kind");
  const asked = new URLSearchParams({ limit: query.get("limit") ?? "50", severityMin: query.get("severityMin") ?? "0" });
  for (const kind of kinds) asked.append("kind", kind);
  if (model) asked.set("model", model);
  const found = useAsked<ConflictPage>(dated(`/api/v1/conflicts?${asked}`));
  return (
    <div class="page">
      <h1>{model ? <><span class="kind">Conflicts about</span> <bdi>{model}</bdi></> : "Where sources disagree"}</h1>
      <div class="controls">
        <ModelPicker label="Model" initial={model} onPick={(id) => setQuery({ model: id })} />
        <Choice name="severityMin" label="Severity" value={query.get("severityMin") ?? "0"} options={[["0", "all"], ["40", "40 and above"], ["60", "60 and above"], ["80", "80 and above"]]} />
        {model ? <button type="button" onClick={() => setQuery({ model: null })}>All models</button> : null}
      </div>
      <Answer asked={found} what="the conflicts">
        {(ledger) => (
          <>
            <fieldset class="kinds"><legend class="visually-hidden">Kinds of conflict</legend>
              {Object.entries(ledger.kinds).map(([kind, n]) => (
                <label key={kind} class="check"><input type="checkbox" checked={kinds.includes(kind)} onChange={() => setQuery({ kind: kinds.includes(kind) ? kinds.filter((k) => k !== kind) : [...kinds, kind] }, true)} /><span><strong>{kind}</strong> ({number(n)}) <span class="aside">{KINDS[kind] ?? ""}</span></span></label>
              ))}
            </fieldset>
            <p role="status">{number(ledger.shown)} of {number(ledger.total)} conflicts shown, worst first.</p>
            {ledger.total ? null : <div class="empty"><p>No sources that were read disagree here.</p></div>}
            <ol class="ledger">{ledger.items.map((c, n) => <Entry key={n} conflict={c} open={Boolean(model) && ledger.total < 6} />)}</ol>
            {ledger.next && ledger.shown < 500 ? <button type="button" onClick={() => setQuery({ limit: String(Math.min(500, ledger.shown * 2)) }, true)}>Show more</button> : null}
          </>
        )}
      </Answer>
    </div>
  );
}

function Entry({ conflict, open }: { conflict: Conflict; open: boolean }): JSX.Element {
  const id = conflict.subject.id ?? conflict.subject.label;
  return (
    <li class="card">
      <p class="head-line"><a href={`/models/${inPath(id)}?claims=${conflict.property}`}><strong><bdi>{conflict.subject.label}</bdi></strong>: {conflict.label}</a>
        <span class={`badge b-${conflict.severity >= 70 ? "Violation" : conflict.severity >= 40 ? "Warning" : "Info"}`}>{conflict.kind}, severity {conflict.severity}</span></p>
      <p class="aside">{conflict.explanation}</p>
      <div class="sides">
        {conflict.sides.map((side, n) => (
          <div key={n} class={side.accepted ? "side accepted" : "side"}><strong><bdi>{shortId(side.value).replace(/^pg:/, "")}</bdi></strong><span>{side.accepted ? "✓ accepted" : "not accepted"}</span><span class="aside">{[...new Set(side.claims.map((c) => c.publisher.id))].join(", ")}</span></div>
        ))}
      </div>
      <details open={open}><summary>The claims</summary>
        <ol class="claims two">{conflict.sides.flatMap((s) => s.claims).map((c, n) => <ClaimCard key={n} claim={c} />)}</ol>
      </details>
    </li>
  );
}
