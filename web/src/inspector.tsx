/** The claim inspector: everything that sources say about one property of one model. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Refusal, send, useFetched } from "./api";
import { dated } from "./asof";
import { Answer, Copy, Out, QueryLink, Trouble, ValueView } from "./parts";
import { hrefOf, inPath, setQuery } from "./router";
import type { Claim, ClaimsAnswer, FieldState } from "./types";
import { count, inWords, isThing, spaced, stance, standing, text } from "./words";

const ORDER = ["Accepted", "Alternative", "Rejected", "Superseded"];

/** Open the inspector by the address: `?claims=property`. */
export function inspect(property: string): void {
  setQuery({ claims: property });
}

interface Props {
  model: string;
  property: string;
  field?: Pick<FieldState, "label" | "reason"> | undefined;
}

/** The side panel. Escape and the close button lead back to where the reader was. */
export function Inspector({ model, property, field }: Props): JSX.Element {
  const fetched = useFetched<ClaimsAnswer>(
    dated(`/api/v1/models/${inPath(model)}/claims?property=${encodeURIComponent(property)}`),
  );
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef<Element | null>(null);
  useEffect(() => {
    before.current = document.activeElement;
    heading.current?.focus();
    return () => {
      const back = document.querySelector(`[data-inspects="${CSS.escape(property)}"]`) ?? before.current;
      if (back instanceof HTMLElement) back.focus({ preventScroll: true });
    };
  }, [property, model]);
  const close = (): void => setQuery({ claims: null, of: null });
  return (
    <aside class="inspector" aria-labelledby="inspector-title" onKeyDown={(e) => e.key === "Escape" && close()}>
      <header>
        <h2 id="inspector-title" tabIndex={-1} ref={heading}>
          {field?.label ?? spaced(property)}
        </h2>
        <button type="button" class="close" aria-label="Close the claims" onClick={close}>×</button>
      </header>
      <Answer requested={fetched} what="claims">
        {(answer) => <Claims result={answer} model={model} />}
      </Answer>
    </aside>
  );
}

function Claims({ result: answer, model }: { result: ClaimsAnswer; model: string }): JSX.Element {
  const claims = [...answer.claims].sort((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing));
  const sides = sidesOf(claims);
  const first = claims[0];
  if (!first)
    return <p>No source that was read states this for <bdi>{answer.id}</bdi>. No search is on record.</p>;
  return (
    <>
      <p class="aside">
        {count(claims.length, "claim")} about <bdi>{model}</bdi>
        {answer.asOf ? `, as known on ${answer.asOf}` : ""}
        {sides.length > 1 ? "; sources differ" : ""}
      </p>
      {sides.length > 1 ? <Sides sides={sides} /> : null}
      <ol class="claims">
        {claims.map((claim, n) => <ClaimCard key={n} claim={claim} />)}
      </ol>
      <p class="aside"><QueryLink query={evidenceQuery(answer.iri, first.propertyIri)}>The same as SPARQL</QueryLink> · <a href={dated("/policy")}>What the policy decides by</a></p>
    </>
  );
}

/** Values that sources give, each with how many give it; those not superseded. */
export function sidesOf(claims: Claim[]): { value: Claim["value"]; claims: Claim[] }[] {
  const sides = new Map<string, { value: Claim["value"]; claims: Claim[] }>();
  for (const claim of claims) {
    if (claim.value === null || claim.standing === "Superseded") continue;
    const key = isThing(claim.value) ? claim.value.iri : String(claim.value);
    const side = sides.get(key) ?? { value: claim.value, claims: [] };
    side.claims.push(claim);
    sides.set(key, side);
  }
  return [...sides.values()];
}

function Sides({ sides }: { sides: ReturnType<typeof sidesOf> }): JSX.Element {
  return (
    <div class="sides" aria-label="Values side by side">
      {sides.map((side, n) => {
        const accepted = side.claims.some((c) => c.standing === "Accepted");
        return (
          <div key={n} class={accepted ? "side accepted" : "side"}>
            <strong><ValueView value={side.value} /></strong>
            <span>{accepted ? "✓ accepted" : "not accepted"}</span>
            <span class="aside">{side.claims.map((c) => c.publisher.id).filter((id, i, all) => all.indexOf(id) === i).join(", ")}</span>
          </div>
        );
      })}
    </div>
  );
}

/** One claim with everything that is known of it. */
export function ClaimCard({ claim }: { claim: Claim }): JSX.Element {
  const visible = text(claim.value);
  const silent = claim.value === null && !claim.unusable && claim.standing !== "Superseded";
  const badge = silent ? "Superseded" : claim.standing;
  const verbatim = claim.asStated && claim.asStated !== visible ? claim.asStated : null;
  return (
    <li class={`claim st-${silent ? "Silent" : claim.standing}`}>
      <p class="said">
        <span class={`badge b-${badge}`}>{silent ? "no value" : standing(claim.standing)}</span>{" "}
        {claim.value === null ? <em>{claim.unusable ? "a value that cannot be used" : stance(claim.stance)}</em> : <strong><ValueView value={claim.value} /></strong>}
        {verbatim ? <> stated as <q><bdi>{verbatim}</bdi></q></> : null}
      </p>
      <dl>
        <dt>Source</dt>
        <dd><Out href={claim.document} />{claim.locator ? <span class="locator"> at <code>{claim.locator}</code></span> : null}</dd>
        <dt>Stated by</dt>
        <dd><a href={hrefOf(claim.publisher.iri)}><bdi>{claim.publisher.id}</bdi></a></dd>
        <dt>Basis</dt>
        <dd>{spaced(claim.basis)}{claim.confidence !== null ? `, confidence ${claim.confidence}` : ""}</dd>
        {claim.custody ? <><dt>Custody</dt><dd>{CUSTODY[claim.custody] ?? spaced(claim.custody)}</dd></> : null}
        <dt>Stance</dt>
        <dd>{stance(claim.stance)}{claim.precision ? `, to the ${spaced(claim.precision)}` : ""}</dd>
        {claim.validFrom || claim.validUntil ? <><dt>In force</dt><dd>{claim.validFrom ?? "…"} to {claim.validUntil ?? "now"}</dd></> : null}
        {claim.edition ? <><dt>Edition</dt><dd>{claim.edition}</dd></> : null}
        {claim.restsOn ? <><dt>Source that it cites</dt><dd><bdi>{claim.restsOn}</bdi></dd></> : null}
        <dt>Retrieved</dt>
        <dd><time dateTime={claim.retrieved}>{claim.retrieved}</time> <a href={hrefOf(claim.record)}>record</a></dd>
        {silent ? null : <><dt>{claim.standing === "Accepted" ? "Accepted" : "Why not"}</dt><dd>{claim.unusable ?? inWords(claim.reason)}</dd></>}
        {claim.flags?.length ? <><dt>Flagged</dt><dd><ul class="plain">{claim.flags.map((why) => <li key={why} class="conflict"><bdi>{why}</bdi></li>)}</ul></dd></> : null}
        <dt>Wrong?</dt><dd><FlagIt claim={claim.claim} /></dd>
        {claim.attribution ? <><dt>Credit</dt><dd><bdi>{claim.attribution}</bdi></dd></> : null}
      </dl>
    </li>
  );
}

/** Say that a claim is wrong: here where the service is writable, else by the command. */
function FlagIt({ claim }: { claim: string }): JSX.Element {
  const health = useFetched<{ writable: boolean }>("/health");
  const [state, setState] = useState<{ error?: Refusal; done?: string }>({});
  if (!health.data?.writable) return <Copy what={() => `provenance-graph claim flag '${claim}' --why ''`}>Copy the command that flags it</Copy>;
  const send_ = async (form: HTMLFormElement): Promise<void> => {
    const data = new FormData(form);
    const text = (name: string): string => String(data.get(name) ?? "").trim();
    try {
      const response = await send("/api/v1/flags", { method: "POST", body: JSON.stringify({ claim, why: text("why") }), headers: { "Content-Type": "application/json", Authorization: `Bearer ${text("token")}` } });
      const { record } = (await response.json()) as { record: string };
      setState({ done: record });
    } catch (error) {
      setState({ error: error instanceof Refusal ? error : new Refusal(500, "The page failed", String(error)) });
    }
  };
  if (state.done) return <p role="status">Flagged in <a href={hrefOf(state.done)}>a record of yours</a>; the claim stays, with your reason next to it.</p>;
  return (
    <details><summary>Flag it</summary>
      <form class="controls" onSubmit={(e) => { e.preventDefault(); void send_(e.currentTarget); }}>
        <label class="choice stacked"><span>What is wrong with it</span><input type="text" name="why" required maxLength={2000} /></label>
        <label class="choice stacked"><span>Token to write</span><input type="password" name="token" required autocomplete="off" /></label>
        <button type="submit" class="primary">Flag it</button>
        {state.error ? <Trouble once error={state.error} /> : null}
      </form>
    </details>
  );
}

/** How it is known that the source said this. */
const CUSTODY: Record<string, string> = {
  Verified: "verified: fetched from the publisher's own address, or signed",
  Asserted: "asserted by whoever imported it",
  Assumed: "assumed from a file's name or path",
  Derived: "derived from prose by a program",
};

/** The query that finds the evidence of one fact. */
export function evidenceQuery(subject: string, property: string): string {
  return `PREFIX pg: <https://w3id.org/provenance-graph/ns#>
SELECT ?record ?value ?asStated ?stance ?locator WHERE {
  { BIND(<${subject}> AS ?e) } UNION { <${subject}> pg:describedAs ?e }
  GRAPH ?record {
    { ?e <${property}> ?value }
    UNION
    { ?c pg:about ?e ; pg:property <${property}> ; pg:stance ?stance .
      OPTIONAL { ?c pg:value ?value } OPTIONAL { ?c pg:valueAsStated ?asStated }
      OPTIONAL { ?c pg:locator ?locator } }
  }
}`;
}
