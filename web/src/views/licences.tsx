/** Licences of a model: the planned use on top, then every path with its terms, then what to ship. */
import type { JSX } from "preact";
import { select, useFetched } from "../api";
import { dated } from "../asof";
import { lastStep, leftOut, lengthOf } from "../lineage/steps";
import { Answer, Copy, Draft, ModelTabs, ThingLink, useTitle } from "../parts";
import { PathLine, named } from "../pathline";
import { inPath, setQuery, toggled, type Route } from "../router";
import type { Hop, Licence, LicenceFinding, LicenceReport, Reason, Term, UseAnswer } from "../types";
import { clauseOf, count, shortId } from "../words";
import { answerWord } from "./verdict";

const USES = `PREFIX pg: <https://w3id.org/provenance-graph/ns#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?key ?label ?compared WHERE { ?use a pg:PlannedUse ; skos:notation ?key ; skos:prefLabel ?label OPTIONAL { ?use pg:comparedWith ?compared } } ORDER BY ?label`;

/** The view; planned uses stand in the address, so that a plan can be sent to counsel. */
export default function Licences({ id, currentRoute: route }: { id: string; currentRoute: Route }): JSX.Element {
  useTitle(`Licences of ${id}`);
  const uses = route.query.getAll("use");
  const fetched = useFetched<LicenceReport>(dated(`/api/v1/models/${inPath(id)}/licences${uses.length ? `?${uses.map((u) => `use=${encodeURIComponent(u)}`).join("&")}` : ""}`));
  return (
    <div class="page licences">
      <h1><span class="kind">Licences of</span> <bdi>{id}</bdi></h1>
      <ModelTabs id={id} here="licences" />
      <Plan uses={uses} />
      <Answer requested={fetched} what="the licences">{(answer) => <QueryResult content={answer} />}</Answer>
    </div>
  );
}

function Plan({ uses }: { uses: string[] }): JSX.Element {
  const known = useFetched(USES, select);
  const numberOf = (key: string): string | undefined => uses.find((u) => u.startsWith(`${key}=`))?.split("=")[1];
  return (
    <fieldset class="plan card">
      <legend>What do you plan to do with it?</legend>
      <div class="checks">
        {(known.data ?? []).filter((u) => !u["compared"]).map((u) => {
          const key = u["key"] ?? "";
          return (
            <label key={key} class="check">
              <input type="checkbox" checked={uses.includes(key)} onChange={() => setQuery({ use: toggled(key) }, true)} />{u["label"]}
            </label>
          );
        })}
      </div>
      <div class="controls">
        {(known.data ?? []).filter((u) => u["compared"]).map((u) => {
          const key = u["key"] ?? "";
          return (
            <label key={key} class="choice"><span>{u["label"]}</span>
              <Draft type="number" min="0" step="1" value={numberOf(key) ?? ""} onDone={(text) => setQuery({ use: (now) => [...now.filter((u) => !u.startsWith(`${key}=`)), ...(text ? [`${key}=${text}`] : [])] }, true)} />
            </label>
          );
        })}
      </div>
      {uses.length ? null : <p class="aside">Showing five common uses.</p>}
    </fieldset>
  );
}

function QueryResult({ content: result }: { content: LicenceReport }): JSX.Element {
  const answer = result.answers.at(-1);
  return (
    <>
      <section aria-labelledby="answers-title">
        {result.sentence ? <p class="sentence">{result.sentence}</p> : null}
        <h2 id="answers-title">Answers{answer ? <span class="aside"> for {answer.day}</span> : null}</h2>
        {answer?.uses.map((use) => <UseCard key={use.use + use.number} use={use} />)}
      </section>
      <Paths found={result} />
      <Findings findings={result.findings} />
      <Declared found={result} />
      <Notices found={result} />
      <p class="aside">{result.note}</p>
    </>
  );
}

function UseCard({ use }: { use: UseAnswer }): JSX.Element {
  const first = use.reasons.find((r) => r.effect === use.answer) ?? use.reasons[0];
  return (
    <details class={`card use answer-${use.answer}`} open={use.answer !== "allowed"}>
      <summary><strong>{use.label}{use.number !== null ? `: ${use.number.toLocaleString("en")}` : ""}</strong> <span class={`badge b-${use.answer}`}>{answerWord(use.answer)}</span>{first ? <span class="aside"> {first.text}</span> : null}</summary>
      {use.weights ? <Parts use={use} /> : null}
      {use.reasons.length ? (
        <ul class="reasons">{use.reasons.map((r, n) => <ReasonLine key={n} reason={r} />)}</ul>
      ) : <p>Nothing on any path forbids it.</p>}
    </details>
  );
}

/** The three answers: the weights and what they derive from, the training data, the contract. */
export function Parts({ use }: { use: UseAnswer }): JSX.Element {
  const parts: [string, typeof use.weights][] = [["weights and what they derive from", use.weights], ["rights in the training data", use.trainingData], ["contract or terms of service", use.contract]];
  return (
    <dl class="parts-of">
      {parts.map(([word, part]) => part ? (
        <div key={word}><dt>{word}</dt><dd>{part.applies ? <span class={`badge b-${part.answer}`}>{answerWord(part.answer)}</span> : <span class="none">does not apply</span>}</dd></div>
      ) : null)}
    </dl>
  );
}

function ReasonLine({ reason }: { reason: Reason }): JSX.Element {
  return (
    <li>
      <span class={`badge b-${reason.effect}`}>{answerWord(reason.effect)}</span> {reason.text}
      {reason.licence ? <> – <LicenceLink licence={reason.licence} />{reason.clause ? `, ${clauseOf(reason.clause)}` : ""}</> : null}
      <PathLine path={reason.path} />
    </li>
  );
}

function LicenceLink({ licence }: { licence: Licence }): JSX.Element {
  return <ThingLink thing={{ iri: licence.iri, label: licence.label || licence.id }} />;
}

interface Way {
  path: Hop[];
  terms: Term[];
  findings: LicenceFinding[];
  unknown: string[];
}

/** Terms and findings by the path that they come over. */
function waysOf(result: LicenceReport): Way[] {
  const ways = new Map<string, Way>();
  const way = (path: Hop[]): Way => {
    const key = path.map((h) => ("leftOut" in h ? leftOut(h) : `${h.child.iri} ${h.relation} ${h.parent.iri}`)).join(" ");
    let made = ways.get(key);
    if (!made) ways.set(key, (made = { path, terms: [], findings: [], unknown: [] }));
    return made;
  };
  way([]);
  const answer = result.answers.at(-1);
  for (const term of [...(answer?.duties ?? []), ...(answer?.restrictions ?? [])]) way(term.path).terms.push(term);
  for (const unknown of answer?.unknowns ?? []) way(unknown.path).unknown.push(unknown.why);
  for (const finding of result.findings) if (finding.name !== "unknown") way(finding.path).findings.push(finding);
  return [...ways.values()].sort((a, b) => lengthOf(a.path) - lengthOf(b.path));
}

function Paths({ found: answer }: { found: LicenceReport }): JSX.Element {
  const ways = waysOf(answer);
  const firstBad = ways.find((w) => w.findings.some((f) => f.severity !== "Info"));
  return (
    <section aria-labelledby="paths-title">
      <h2 id="paths-title">The path, hop by hop</h2>
      <ol class="hops">
        {ways.map((way, n) => {
          const hop = lastStep(way.path);
          const here = hop ? hop.parent : answer.subject;
          const bad = way === firstBad;
          return (
            <li key={n} class={bad ? "hop card breach" : "hop card"}>
              <h3>{n ? named(here) : <bdi>{answer.subject.label}</bdi>} <span class="aside">{hop ? `${count(lengthOf(way.path), "step")} up: ${hop.relationLabel}${hop.inferred ? ", inferred" : ""}` : "itself"}</span></h3>
              {way.path.length > 1 ? <p class="aside"><PathLine path={way.path} /></p> : null}
              {bad ? <p class="first-breach"><span aria-hidden="true">§</span> The first hop with a conflict</p> : null}
              {way.findings.map((f, m) => <p key={m}><span class={`badge b-${f.severity}`}>{f.severity}</span> {f.message}{f.clause ? ` (${clauseOf(f.clause)})` : ""}</p>)}
              {way.unknown.map((why, m) => <p key={m}><span class="badge b-unknown">unknown</span> {why}</p>)}
              {way.terms.length ? <Terms terms={way.terms} /> : way.findings.length + way.unknown.length ? null : <p class="aside">No licence term passes over this hop.</p>}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Terms({ terms }: { terms: Term[] }): JSX.Element {
  return (
    <ul class="terms">
      {terms.map((t, n) => (
        <li key={n}>
          <span class="type">{t.type === "duty" ? "must" : "must not / limit"}</span> {t.label}
          <span class="aside"> {t.licence.label}{t.clause ? `, ${clauseOf(t.clause)}` : ""}{t.condition ? ` – ${t.condition}` : ""}{t.binding === "binds" ? "" : ` – ${t.binding}`}</span>
        </li>
      ))}
    </ul>
  );
}

function Findings({ findings }: { findings: LicenceFinding[] }): JSX.Element | null {
  if (!findings.length) return null;
  return (
    <section aria-labelledby="findings-title">
      <h2 id="findings-title">Findings ({findings.length})</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Findings"><table class="list">
        <thead><tr><th>Rule</th><th>Severity</th><th>What</th><th>How to fix</th><th>Note</th></tr></thead>
        <tbody>
          {findings.map((f, n) => (
            <tr key={n}><th scope="row">{f.rule} {f.name}</th><td><span class={`badge b-${f.severity}`}>{f.severity}</span></td><td>{f.message}<div class="aside"><PathLine path={f.path} /></div></td><td>{f.fix}</td><td class="aside">{f.caveat}</td></tr>
          ))}
        </tbody>
      </table></div>
    </section>
  );
}

function Declared({ found: answer }: { found: LicenceReport }): JSX.Element {
  return (
    <section aria-labelledby="declared-title">
      <h2 id="declared-title">Declared licences</h2>
      {answer.labels.length ? (
        <ul class="plain">
          {answer.labels.map((l) => (
            <li key={l.iri}><LicenceLink licence={l} /> <span class={l.accepted ? "badge b-Accepted" : "badge b-Alternative"}>{l.accepted ? "accepted" : "not accepted"}</span> <span class="aside">{l.family}, {l.openness}, stated by {l.sources.map((s) => shortId(s.label)).join(", ")}</span></li>
          ))}
        </ul>
      ) : <p>No source that was read gives it a licence. Without a licence, no rights are granted.</p>}
      {answer.contested ? <p class="conflict">Sources disagree about the licence. <a href={`/models/${inPath(answer.subject.label)}?claims=license`}>See the claims</a></p> : null}
    </section>
  );
}

function Notices({ found: answer }: { found: LicenceReport }): JSX.Element | null {
  if (!answer.notices.length) return null;
  const lines = (): string => answer.notices.map((n) => `- [${n.kind}] ${n.text} (${n.licence.label}${n.clause ? `, ${clauseOf(n.clause)}` : ""})`).join("\n");
  return (
    <section aria-labelledby="notices-title">
      <div class="bar"><h2 id="notices-title">To ship with it</h2><Copy what={lines}>Copy the list</Copy></div>
      <ul class="notices">
        {answer.notices.map((n, i) => <li key={i}><span class="type">{n.kind}</span> <bdi>{n.text}</bdi> <span class="aside">{n.licence.label}{n.clause ? `, clause ${n.clause}` : ""}, for {shortId(n.holder.label)}</span></li>)}
      </ul>
    </section>
  );
}
