/** The SPARQL workbench: open queries, stored questions, terms; answers as table, picture or chart. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Refusal, useFetched } from "../api";
import { closed, stored, load, noted, opened, store, textOf, titleOf, written, type Desk } from "../answers/desk";
import type { Editor } from "../editor/editor";
import { terms } from "../editor/terms";
import { formOf, missingPrefixes } from "../editor/text";
import { Copy, Trouble, useTitle } from "../parts";
import { go, withQuery, type Route } from "../router";
import type { Question } from "../types";
import { number } from "../words";
import { ask, askQuestion, type QueryResult } from "../answers/ask";
import { AnswerView } from "../answers/answer";
import { Questions, QuestionForm } from "../answers/questions";
import { Shelf } from "../answers/shelf";

const FIRST = `PREFIX pg: <https://w3id.org/provenance-graph/ns#>
PREFIX schema: <https://schema.org/>

# Models with a stated context length, longest first
SELECT ?model ?name ?tokens WHERE {
  ?model pg:contextLength ?tokens ; schema:name ?name .
}
ORDER BY DESC(?tokens)
LIMIT 20
`;

/** The height of a line of the editor in rem: its room is there before it is. */
const LINE = 1.37;
/** The editor scrolls from this height on (editor.ts); no more room is kept for it. */
const TALLEST = 26;

interface State {
  running: boolean;
  started: number;
  took?: number;
  queryResult?: QueryResult;
  error?: Refusal;
}

/** Parameters of the address that belong to the answer shown. */
const ANSWER = ["view", "chart", "x", "y"];

/** The view; the query, or the question with its parameters, stands in the address; drafts are kept in the browser. */
export default function Workbench({ currentRoute: route }: { currentRoute: Route }): JSX.Element {
  useTitle("SPARQL workbench");
  const { query } = route;
  useEffect(() => void terms().catch(() => []), []); // the editor asks for them too, once it is loaded
  const questions = useFetched<Question[]>("/api/v1/questions");
  const requested = query.get("question");
  const question = questions.data?.find((q) => q.id === requested);
  const given = query.get("query");
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const stop = useRef<AbortController | null>(null);
  const [desk, setDeskState] = useState<Desk>(() => (given === null ? load(FIRST) : opened(load(FIRST), given)));
  const [warnings, setWarnings] = useState<string[]>([]);
  const [state, setState] = useState<State>({ running: false, started: 0 });
  const [placed, setPlaced] = useState(requested === null);
  const deskNow = useRef(desk);
  const setDesk = (next: Desk): void => {
    deskNow.current = next;
    store(next);
    setDeskState(next);
  };
  const text = textOf(desk);
  const show = (next: Desk): void => {
    setDesk(next);
    editor.current?.set(textOf(next));
  };

  const run = async (ready?: Question, values?: Record<string, string>): Promise<void> => {
    stop.current?.abort();
    const control = new AbortController();
    stop.current = control;
    const started = performance.now();
    editor.current?.mark(null);
    setState({ running: true, started });
    try {
      const whole = ready ? ready.sparql : filled();
      const queryResult = ready ? await askQuestion(ready.id, values ?? {}, control.signal) : await ask(whole, control.signal);
      if (!ready) setDesk(noted(deskNow.current, whole, queryResult.rows ?? null, new Date().toISOString()));
      setState({ running: false, started, took: performance.now() - started, queryResult });
    } catch (error) {
      if (control.signal.aborted) {
        setState({ running: false, started, took: performance.now() - started, error: new Refusal(499, "Stopped", "You stopped the query; the service stops it too.") });
        return;
      }
      const refusal = error instanceof Refusal ? error : new Refusal(500, "The page failed", String(error));
      const at = /line (\d+)(?:, column (\d+))?/.exec(refusal.detail);
      if (at && !ready && refusal.status === 400) editor.current?.mark({ line: Number(at[1]), column: Number(at[2] ?? 1), message: refusal.detail });
      setState({ running: false, started, took: performance.now() - started, error: refusal });
    }
  };
  const filled = (): string => {
    const now = textOf(deskNow.current);
    const whole = missingPrefixes(now) + now;
    if (whole !== now) show(written(deskNow.current, whole));
    const here = new URLSearchParams(location.search);
    go(withQuery({ query: whole, run: "yes", ...Object.fromEntries(ANSWER.map((key) => [key, here.get(key)])) }, { path: "/sparql", query: new URLSearchParams() }), true);
    return whole;
  };
  const runNow = useRef(run);
  runNow.current = run;

  useEffect(() => {
    let alive = true;
    void import("../editor/editor").then(({ createEditor }) => {
      if (!alive || !host.current) return;
      editor.current = createEditor(host.current, textOf(deskNow.current), (next) => setDesk(written(deskNow.current, next)), () => void runNow.current(), setWarnings);
    });
    if (given !== null) store(deskNow.current);
    if (given && query.get("run") === "yes") void runNow.current();
    return () => {
      alive = false;
      stop.current?.abort();
      editor.current?.destroy();
      editor.current = null;
    };
  }, []);
  useEffect(() => {
    if (!question) return;
    show(opened(deskNow.current, question.sparql));
    setPlaced(true);
    const values = Object.fromEntries(question.parameters.map((p) => [p.name, query.get(`p.${p.name}`) ?? p.default ?? ""]));
    if (query.get("run") === "yes") void run(question, values);
    else setState({ running: false, started: 0 });
  }, [question?.id]);
  useEffect(() => {
    if (given !== null && given !== textOf(deskNow.current)) {
      show(opened(deskNow.current, given));
      setState({ running: false, started: 0 });
    }
  }, [given]);

  const values = question ? Object.fromEntries(question.parameters.map((p) => [p.name, query.get(`p.${p.name}`) ?? p.default ?? ""])) : {};
  const unchanged = question !== undefined && question.sparql === text;
  const turn = (next: Desk): void => {
    show(next);
    setState({ running: false, started: 0 });
    go("/sparql", true);
  };
  const save = (): void => {
    const name = prompt("Save this query as", titleOf(text))?.trim();
    if (name) setDesk(stored(deskNow.current, name, text));
  };
  return (
    <div class="page workbench">
      <h1>SPARQL workbench</h1>
      <div class="bench">
        <div class="bench-side">
          <Shelf desk={desk} onOpen={(next) => turn(opened(deskNow.current, next))} onDesk={setDesk} onInsert={(word) => editor.current?.insert(word)} />
          <Questions requested={questions} chosen={requested ?? ""} />
        </div>
        <section aria-label="Query">
          {question ? <QuestionForm key={question.id} question={question} values={values} onRun={(next) => {
            go(withQuery({ run: "yes", ...Object.fromEntries(Object.entries(next).map(([k, v]) => [`p.${k}`, v])) }), true);
            void run(question, next);
          }} /> : requested && !questions.data && !questions.error ? <div class="card question" aria-hidden="true" /> : null}
          <Tabs desk={desk} onTurn={turn} />
          <div class="editor" ref={host} style={{ minHeight: `${Math.min(TALLEST, Math.max(15, text.split("\n").length * LINE))}rem` }} />
          {warnings.length ? <ul class="warnings" aria-live="polite">{warnings.map((w) => <li key={w}><span aria-hidden="true">!</span> {w}</li>)}</ul> : null}
          {/* below an editor that still grows to the question nothing is drawn, so nothing jumps */}
          {placed || questions.error || (questions.data && !question) ? <div class="controls">
            {state.running ? (
              <button type="button" onClick={() => stop.current?.abort()}>Stop</button>
            ) : (
              <button type="button" class="primary" onClick={() => void (unchanged && question ? run(question, values) : run())}>Run</button>
            )}
            <Timer state={state} />
            <button type="button" class="small" onClick={save}>Save</button>
            <Copy what={() => curl(text)}>Copy as curl</Copy>
            <Copy what={() => python(text)}>Copy as Python</Copy>
            <Copy what={() => location.origin + withQuery({ query: text }, { path: "/sparql", query: new URLSearchParams() })}>Copy the link</Copy>
          </div> : null}
          <div aria-live="polite">
            {state.error ? <Trouble once error={state.error} retry={() => void run(unchanged ? question : undefined, values)} /> : null}
          </div>
          {state.queryResult ? <AnswerView answer={state.queryResult} currentRoute={route} /> : null}
        </section>
      </div>
    </div>
  );
}

/** The open queries. */
function Tabs({ desk, onTurn }: { desk: Desk; onTurn: (desk: Desk) => void }): JSX.Element {
  return (
    <div class="query-tabs" role="group" aria-label="Open queries">
      {desk.tabs.map((tab) => (
        <span key={tab.id} class={tab.id === desk.at ? "query-tab open" : "query-tab"}>
          <button type="button" aria-pressed={tab.id === desk.at} onClick={() => onTurn({ ...desk, at: tab.id })}><bdi>{titleOf(tab.text)}</bdi></button>
          {desk.tabs.length > 1 ? <button type="button" class="shut" aria-label={`Close ${titleOf(tab.text)}`} onClick={() => onTurn(closed(desk, tab.id, FIRST))}>×</button> : null}
        </span>
      ))}
      <button type="button" class="small" aria-label="New query" onClick={() => onTurn(opened(desk, `# New query\nSELECT * WHERE {\n  ?model a pg:Model .\n}\nLIMIT 20\n`))}>+</button>
    </div>
  );
}

function Timer({ state }: { state: State }): JSX.Element {
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (!state.running) return;
    const timer = setInterval(() => setNow(performance.now()), 100);
    return () => clearInterval(timer);
  }, [state.running]);
  if (state.running) return <span class="timer" role="timer">{(Math.max(0, now - state.started) / 1000).toFixed(1)} s</span>;
  return <span class="timer" role="status">{state.took === undefined ? "" : `${state.queryResult?.rows !== undefined ? `${number(state.queryResult.rows)} ${state.queryResult.kind === "graph" ? "triples" : "rows"} in ` : ""}${number(Math.round(state.took))} ms`}</span>;
}

function accept(query: string): string {
  return ["CONSTRUCT", "DESCRIBE"].includes(formOf(query)) ? "text/turtle" : "application/sparql-results+json";
}

function curl(query: string): string {
  return `curl ${location.origin}/sparql -H 'Accept: ${accept(query)}' --data-urlencode query@- <<'QUERY'\n${query.trim()}\nQUERY`;
}

function python(query: string): string {
  const body = JSON.stringify(query.trim());
  return `import json\nfrom urllib.request import Request, urlopen\n\nquery = ${body}\nrequest = Request(\n    "${location.origin}/sparql",\n    data=query.encode(),\n    headers={"Content-Type": "application/sparql-query", "Accept": "${accept(query)}"},\n)\nwith urlopen(request) as answer:\n    print(${accept(query) === "text/turtle" ? "answer.read().decode()" : "json.load(answer)"})\n`;
}
