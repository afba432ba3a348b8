/** Why is this edge there? Its claims, for and against. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useFetched } from "../api";
import { dated } from "../asof";
import { Answer, Out, ThingLink } from "../parts";
import { modelIdOf } from "../ids";
import { hrefOf, inPath, setQuery } from "../router";
import type { Lineage, LineageEdge, Source } from "../types";
import { shortId, spaced, stance } from "../words";
import { edgeKey } from "./layout";

/** The side panel of an edge. */
export function Why({ edge, conflict }: { edge: LineageEdge; conflict: string | undefined }): JSX.Element {
  const child = modelIdOf(edge.child) ?? edge.child;
  const fetched = useFetched<Lineage>(
    dated(`/api/v1/models/${inPath(child)}/lineage?direction=up&depth=1&influences=true&evidence=true&limit=500&relation=${edge.relationName}`),
  );
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [edge]);
  const close = (): void => setQuery({ edge: null });
  const name = (iri: string): JSX.Element => <ThingLink thing={{ iri, label: shortId(iri.split("/id/")[1]?.replace(/^model\//, "") ?? iri) }} />;
  return (
    <aside class="inspector" aria-labelledby="why-title" onKeyDown={(e) => e.key === "Escape" && close()}>
      <header>
        <h2 id="why-title" tabIndex={-1} ref={heading}>Why this edge?</h2>
        <button type="button" class="close" aria-label="Close the evidence" onClick={close}>×</button>
      </header>
      <p>{name(edge.child)} <strong>{edge.relationLabel}</strong> {name(edge.parent)}{edge.inferred ? " – inferred: no source states it" : ""}</p>
      {edge.weight ? <p>Weight in the merge: {edge.weight}</p> : null}
      {edge.method ? <p>Method: {edge.method}</p> : null}
      {conflict ? <p class="trouble"><strong>A licence conflict starts here.</strong> {conflict}</p> : null}
      <Answer requested={fetched} what="the evidence">
        {(answer) => {
          const full = answer.edges.find((e) => edgeKey(e) === edgeKey(edge));
          return (
            <>
              {full?.evidence.length ? <ol class="claims">{full.evidence.map((s, n) => <Statement key={n} source={s} />)}</ol> : <p>No statement of its own is recorded; it follows from another.</p>}
              {full?.contradictedBy.length ? (
                <><h3>Against it</h3><ol class="claims">{full.contradictedBy.map((s, n) => <Statement key={n} source={s} against />)}</ol></>
              ) : null}
            </>
          );
        }}
      </Answer>
    </aside>
  );
}

function Statement({ source, against }: { source: Source; against?: boolean }): JSX.Element {
  return (
    <li class={against ? "claim st-Rejected" : "claim st-Accepted"}>
      <p class="said"><strong>{shortId(source.publisher.label)}</strong> {stance(source.stance)} {source.says ? <>another parent: <ThingLink thing={source.says} /></> : against ? "" : "it"}{source.asStated ? <>: <q><bdi>{source.asStated}</bdi></q></> : null}</p>
      <dl>
        <dt>Source</dt><dd><Out href={source.document} />{source.locator ? <> at <code>{source.locator}</code></> : null}</dd>
        <dt>Basis</dt><dd>{spaced(source.basis)}</dd>
        <dt>Retrieved</dt><dd><time dateTime={source.retrieved}>{source.retrieved}</time> <a href={hrefOf(source.record)}>record</a></dd>
      </dl>
    </li>
  );
}
