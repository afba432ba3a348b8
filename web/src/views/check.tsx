/** Check a document: problems, licences, missing elements, and what importing it would change; nothing is stored. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Refusal, send, useFetched } from "../api";
import { StateMark, Trouble, useTitle } from "../parts";
import { hrefOf } from "../router";
import { DataTable } from "../table/table";
import type { Column } from "../table/rows";
import type { Checked, Offered } from "../types";
import { count, number, shortId, spaced, stance } from "../words";

const FORMATS: [string, string][] = [
  ["", "recognise it"], ["huggingface", "Hub card or config"], ["cyclonedx", "CycloneDX"], ["spdx3", "SPDX 3"], ["croissant", "Croissant"],
  ["fair4ml", "FAIR4ML"], ["apx", "ApX page"], ["rdf", "RDF of ours"],
];
const LIST_KINDS: [string, string][] = [["elements", "Lists of elements of a bill of materials"], ["form", "Forms"], ["rubric", "Rubrics"]];
const MOST = 16 * 1024 * 1024;
const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;

/** The view. The document goes to the service, is read in a confined process, and is forgotten. */
export default function Check(): JSX.Element {
  useTitle("Check a document");
  const lists = useFetched<Offered[]>("/api/v1/check/lists");
  const [format, setFormat] = useState("");
  const [repository, setRepository] = useState("");
  const [against, setAgainst] = useState("");
  const [state, setState] = useState<{ busy?: string; answer?: Checked; error?: Refusal }>({});
  const [last, setLast] = useState<{ body: Blob | string; name: string }>();
  const [over, setOver] = useState(false);
  const check = async (body: Blob | string, name: string): Promise<void> => {
    setLast({ body, name });
    if (typeof body !== "string" && body.size > MOST) {
      setState({ error: new Refusal(413, "Too large", `${name} has ${number(Math.round(body.size / 1e6))} MB; at most 16 MB are read here`) });
      return;
    }
    setState({ busy: name });
    const query = new URLSearchParams({ name: REPOSITORY.test(repository) ? `${repository}/${name}` : name });
    if (format) query.set("format", format);
    if (against) query.set("against", against);
    try {
      const response = await send(`/api/v1/check?${query}`, { method: "POST", body });
      setState({ answer: (await response.json()) as Checked });
    } catch (error) {
      setState({ error: error instanceof Refusal ? error : new Refusal(500, "The page failed", String(error)) });
    }
  };
  const files = (list: FileList | null | undefined): void => {
    const file = list?.[0];
    if (file) void check(file, file.name);
  };
  return (
    <div class="page">
      <h1>Check a document</h1>
      <p>A model card, a config.json, an SBOM (CycloneDX, SPDX 3) or a Croissant file: what is wrong in it, what the licences of its parents and data require, which elements are missing, and what would change in the graph. It is read and checked; nothing is stored.</p>
      <div class="controls">
        <label class="choice stacked"><span>Repository it is for (namespace/name)</span><input type="text" value={repository} placeholder="mine/My-Model" onInput={(e) => setRepository(e.currentTarget.value.trim())} /></label>
        <label class="choice stacked"><span>Format</span><select value={format} onChange={(e) => setFormat(e.currentTarget.value)}>{FORMATS.map(([key, word]) => <option key={key} value={key}>{word}</option>)}</select></label>
        <label class="choice stacked"><span>List of elements it should cover</span><select class="steady" value={against} onChange={(e) => setAgainst(e.currentTarget.value)}><option value="">none</option>{LIST_KINDS.map(([kind, word]) => <optgroup key={kind} label={word}>{(lists.data ?? []).filter((one) => one.kind === kind).map((one) => <option key={one.id} value={one.id}>{one.title}</option>)}</optgroup>)}</select></label>
        {last ? <button type="button" onClick={() => void check(last.body, last.name)}>Check {last.name} again</button> : null}
      </div>
      <div class={over ? "drop over" : "drop"} onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
        onDrop={(e) => { e.preventDefault(); setOver(false); files(e.dataTransfer?.files); }}>
        <label class="file"><span>Drop a file here, or choose one</span> <input type="file" onChange={(e) => files(e.currentTarget.files)} /></label>
      </div>
      <form class="paste" onSubmit={(e) => { e.preventDefault(); const d = new FormData(e.currentTarget); void check(String(d.get("text")), String(d.get("name") || "README.md")); }}>
        <details><summary>Or paste its text</summary>
          <label>File name <input type="text" name="name" placeholder="README.md" /></label>
          <label class="block"><span>Text</span><textarea name="text" rows={10} spellcheck={false} /></label>
          <button type="submit" class="primary">Check</button>
        </details>
      </form>
      <div aria-live="polite">
        {state.busy ? <p class="wait">Reading {state.busy}…</p> : null}
        {state.error ? <Trouble once error={state.error} /> : null}
        {state.answer ? <Result result={state.answer} /> : null}
      </div>
    </div>
  );
}

type Finding = Checked["findings"][number];
type Problem = Checked["problems"][number];
type Change = Checked["changes"][number];

const GRAVITY = ["Violation", "Warning", "Info"];
const FINDINGS: Column<Finding>[] = [
  { key: "severity", label: "Severity", facet: true, value: (f) => f.severity, view: (f) => <span class={`badge b-${f.severity}`}>{f.severity}</span> },
  { key: "message", label: "Finding", value: (f) => f.message },
  { key: "about", label: "About", value: (f) => f.path?.split(/[#/]/).pop() ?? "" },
  { key: "of", label: "Of", facet: true, value: (f) => shortId(f.focus.replace(/^https:\/\/w3id\.org\/provenance-graph\/id\/(model\/)?/, "")) },
  { key: "rule", label: "Rule", facet: true, value: (f) => f.shape.split(/[#/]/).pop() ?? "" },
];
const PROBLEMS: Column<Problem>[] = [
  { key: "where", label: "Where", value: (p) => p.where || "the document", view: (p) => <code>{p.where || "the document"}</code> },
  { key: "what", label: "What", value: (p) => p.what },
  { key: "hint", label: "What would work", value: (p) => p.hint },
];
const OUTCOMES: Record<string, string> = {
  new: "+ new in the graph", replaces: "↻ would replace the value", adds: "+ would be added", agrees: "= states the same value", outweighed: "≠ another source takes precedence", "no value": "no value given",
};
const CHANGES: Column<Change>[] = [
  { key: "subject", label: "Entity", facet: true, value: (c) => shortId(c.subject.id), view: (c) => (c.known ? <a href={hrefOf(c.subject.iri)}><bdi>{shortId(c.subject.id)}</bdi></a> : <><bdi>{shortId(c.subject.id)}</bdi> <span class="aside">new</span></>) },
  { key: "property", label: "Field", head: true, value: (c) => c.label },
  { key: "stated", label: "The document says", value: (c) => c.stated },
  { key: "before", label: "Accepted now", value: (c) => c.before },
  { key: "after", label: "Accepted with it", value: (c) => c.after, view: (c) => (c.after.join() === c.before.join() ? <span class="none">unchanged</span> : <strong><bdi>{c.after.join(", ")}</bdi></strong>) },
  { key: "outcome", label: "Outcome", facet: true, value: (c) => OUTCOMES[c.outcome] ?? c.outcome },
  { key: "reason", label: "Why", value: (c) => c.reason },
];

/** The gravest of all findings, for the headline. */
function worst(answer: Checked): string {
  const all = new Set([...answer.findings, ...answer.upstream, ...answer.missing].map((f) => f.severity));
  return GRAVITY.find((s) => all.has(s as Finding["severity"])) ?? "";
}

function Result({ result: answer }: { result: Checked }): JSX.Element {
  const grave = worst(answer);
  const good = !answer.problemCount && (grave === "" || grave === "Info");
  const sum = [count(answer.problemCount, "problem"), count(answer.findingCount, "finding on its form", "findings on its form"), count(answer.upstreamCount, "finding on licences and lineage", "findings on licences and lineage")];
  if (answer.missingCount) sum.push(count(answer.missingCount, "element left out", "elements left out"));
  return (
    <section aria-labelledby="result-title">
      <h2 id="result-title">{good ? "✓" : "≠"} <bdi>{answer.name}</bdi>: {answer.format ? `read as ${answer.format}` : "not recognised"}; {sum.join(", ")}</h2>
      {answer.upstreamCount ? <><h3>Licences and lineage</h3><DataTable label="Findings on licences and lineage" prefix="up." rows={answer.upstream} total={answer.upstreamCount} columns={FINDINGS} rowKey={(f) => f.message + f.focus} noun={["finding", "findings"]} /></> : answer.judged ? <p>Nothing in the graph contradicts its licence and lineage.</p> : <p class="trouble">It makes more claims than are compared with the graph here; the command <code>provenance-graph check</code> does it.</p>}
      {answer.problemCount ? <><h3>Problems in it</h3><DataTable label="Problems" prefix="p." rows={answer.problems} total={answer.problemCount} columns={PROBLEMS} rowKey={(p) => p.where + p.what} noun={["problem", "problems"]} /></> : <p>Everything in it was read.</p>}
      {answer.findingCount ? <><h3>Form</h3><DataTable label="Findings" prefix="f." rows={answer.findings} total={answer.findingCount} columns={FINDINGS} rowKey={(f) => f.message + f.focus + f.path} noun={["finding", "findings"]} /></> : null}
      {answer.missingCount ? <><h3>Missing elements</h3><DataTable label="Elements left out" prefix="m." rows={answer.missing} total={answer.missingCount} columns={FINDINGS} rowKey={(f) => f.message + f.focus} noun={["element", "elements"]} /></> : null}
      {answer.changeCount ? <><h3>What would change in the graph</h3><DataTable label="What would change" prefix="c." rows={answer.changes} total={answer.changeCount} columns={CHANGES} rowKey={(c) => c.subject.iri + c.property} noun={["field", "fields"]} /></> : null}
      {answer.records.map((record) => <Preview key={record.record} record={record} />)}
    </section>
  );
}

function Preview({ record }: { record: Checked["records"][number] }): JSX.Element {
  const subjects = [...new Set(record.claims.map((c) => c.subject))];
  return (
    <details class="part" open>
      <summary><h3>How it would read <span class="aside">{count(record.claimCount, "claim")}, basis {spaced(record.basis)}</span></h3></summary>
      {subjects.slice(0, 30).map((subject) => (
        <div key={subject} class="card"><h4><bdi>{shortId(subject)}</bdi></h4>
          <table class="list"><thead class="visually-hidden"><tr><th>Field</th><th>Value</th><th>Stance</th><th>Where</th></tr></thead><tbody>
            {record.claims.filter((c) => c.subject === subject).map((c, n) => (
              <tr key={n}><th scope="row">{spaced(c.property)}</th><td><bdi>{shortId(c.value) || c.asStated || "–"}</bdi>{c.unusable ? <span class="conflict"> {c.unusable}</span> : null}</td>
                <td>{c.stance === "Stated" ? <StateMark state="disclosed" /> : stance(c.stance)}</td><td><code>{c.locator}</code></td></tr>
            ))}
          </tbody></table></div>
      ))}
      {subjects.length > 30 ? <p>30 of {number(subjects.length)} subjects shown.</p> : null}
    </details>
  );
}
