/** Check a document: problems, findings and a preview; nothing is stored. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Refusal, send } from "../api";
import { StateMark, Trouble, useTitle } from "../parts";
import type { Checked } from "../types";
import { count, number, shortId, spaced, stance } from "../words";

const FORMATS: [string, string][] = [
  ["", "recognise it"], ["huggingface", "Hub card or config"], ["cyclonedx", "CycloneDX"], ["spdx3", "SPDX 3"], ["croissant", "Croissant"],
  ["fair4ml", "FAIR4ML"], ["apx", "ApX page"], ["rdf", "RDF of ours"],
];
const MOST = 16 * 1024 * 1024;

/** The view. The document goes to the service, is read in a confined process, and is forgotten. */
export default function Check(): JSX.Element {
  useTitle("Check a document");
  const [format, setFormat] = useState("");
  const [state, setState] = useState<{ busy?: string; found?: Checked; error?: Refusal; body?: string; name?: string }>({});
  const [over, setOver] = useState(false);
  const check = async (body: Blob | string, name: string): Promise<void> => {
    if (typeof body !== "string" && body.size > MOST) {
      setState({ error: new Refusal(413, "Too large", `${name} has ${number(Math.round(body.size / 1e6))} MB; at most 16 MB are read here`) });
      return;
    }
    setState({ busy: name });
    try {
      const response = await send(`/api/v1/validate?name=${encodeURIComponent(name)}${format ? `&format=${format}` : ""}`, { method: "POST", body });
      setState({ found: (await response.json()) as Checked });
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
      <p>A model card, a config.json, an SBOM (CycloneDX, SPDX 3) or a Croissant file. It is read, judged and forgotten; nothing is stored.</p>
      <div class={over ? "drop over" : "drop"} onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
        onDrop={(e) => { e.preventDefault(); setOver(false); files(e.dataTransfer?.files); }}>
        <label class="file"><span>Drop a file here, or choose one</span> <input type="file" onChange={(e) => files(e.currentTarget.files)} /></label>
        <label class="choice"><span>Format</span><select value={format} onChange={(e) => setFormat(e.currentTarget.value)}>{FORMATS.map(([key, word]) => <option key={key} value={key}>{word}</option>)}</select></label>
      </div>
      <form class="paste" onSubmit={(e) => { e.preventDefault(); const d = new FormData(e.currentTarget); void check(String(d.get("text")), String(d.get("name") || "document")); }}>
        <details><summary>Or paste its text</summary>
          <label>File name <input type="text" name="name" placeholder="README.md" /></label>
          <label class="block"><span>Text</span><textarea name="text" rows={10} spellcheck={false} /></label>
          <button type="submit" class="primary">Check</button>
        </details>
      </form>
      <div aria-live="polite">
        {state.busy ? <p class="wait">Reading {state.busy}…</p> : null}
        {state.error ? <Trouble error={state.error} /> : null}
        {state.found ? <Result found={state.found} /> : null}
      </div>
    </div>
  );
}

function Result({ found }: { found: Checked }): JSX.Element {
  const good = !found.problemCount && !found.findings.some((f) => f.severity !== "Info");
  return (
    <section aria-labelledby="result-title">
      <h2 id="result-title">{good ? "✓" : "≠"} <bdi>{found.name}</bdi>: {found.format ? `read as ${found.format}` : "not recognised"}, {count(found.problemCount, "problem")}, {count(found.findingCount, "finding")}</h2>
      {found.problems.length ? (
        <div class="scroll" tabIndex={0} role="region" aria-label="Problems"><table class="list">
          <thead><tr><th>Where</th><th>What</th><th>What would work</th></tr></thead>
          <tbody>{found.problems.map((p, n) => <tr key={n}><td><code>{p.where || "the document"}</code></td><td><bdi>{p.what}</bdi></td><td>{p.hint}</td></tr>)}</tbody>
        </table></div>
      ) : <p>Everything in it was understood.</p>}
      {found.problems.length < found.problemCount ? <p>{number(found.problems.length)} of {number(found.problemCount)} problems shown.</p> : null}
      {found.findings.length ? (
        <div class="scroll" tabIndex={0} role="region" aria-label="Findings"><table class="list">
          <thead><tr><th>Severity</th><th>Finding</th><th>About</th></tr></thead>
          <tbody>{found.findings.map((f, n) => <tr key={n}><td><span class={`badge b-${f.severity}`}>{f.severity}</span></td><td>{f.message}</td><td><code>{f.path?.split(/[#/]/).pop() ?? ""}</code></td></tr>)}</tbody>
        </table></div>
      ) : null}
      {found.records.map((record) => <Preview key={record.record} record={record} />)}
    </section>
  );
}

function Preview({ record }: { record: Checked["records"][number] }): JSX.Element {
  const subjects = [...new Set(record.claims.map((c) => c.subject))];
  return (
    <section>
      <h3>How it would read <span class="aside">{count(record.claimCount, "claim")}, basis {spaced(record.basis)}</span></h3>
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
    </section>
  );
}
