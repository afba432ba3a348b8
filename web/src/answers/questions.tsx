/** Stored questions as examples, with forms for what they want to know. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Fetched } from "../api";
import { Trouble } from "../parts";
import type { Question } from "../types";
import { spaced } from "../words";

/** The list of questions by topic. */
export function Questions({ requested: fetched, chosen }: { requested: Fetched<Question[]>; chosen: string }): JSX.Element {
  const [wide] = useState(() => matchMedia("(min-width: 900px)").matches);
  const topics = new Map<string, Question[]>();
  for (const question of fetched.data ?? []) topics.set(question.topic, [...(topics.get(question.topic) ?? []), question]);
  return (
    <nav class="questions" aria-label="Stored questions">
      <details open={wide || undefined}>
        <summary><h2>Questions</h2></summary>
        {fetched.error ? <Trouble error={fetched.error} retry={fetched.retry} /> : null}
        {[...topics].map(([topic, list]) => (
          <section key={topic}><h3>{spaced(topic)}</h3>
            <ul class="plain">
              {list.map((q) => <li key={q.id}><a href={`/sparql?question=${encodeURIComponent(q.id)}${q.parameters.length ? "" : "&run=yes"}`} aria-current={q.id === chosen ? "true" : undefined}>{q.question}</a></li>)}
            </ul>
          </section>
        ))}
      </details>
    </nav>
  );
}

/** A form for the parameters of one question. */
export function QuestionForm({ question, values, onRun }: { question: Question; values: Record<string, string>; onRun: (values: Record<string, string>) => void }): JSX.Element {
  return (
    <form class="card question" onSubmit={(e) => {
      e.preventDefault();
      const data = new FormData(e.currentTarget);
      onRun(Object.fromEntries(question.parameters.map((p) => [p.name, String(data.get(p.name) ?? "")])));
    }}>
      <p><strong>{question.question}</strong></p>
      <div class="controls">
        {question.parameters.map((p) => (
          <label key={p.name} class="choice stacked"><span>{p.name} <small>({p.kind}){p.description ? ` ${p.description}` : ""}</small></span>
            <input type={p.kind === "integer" ? "number" : p.kind === "date" ? "date" : "text"} name={p.name} defaultValue={values[p.name] ?? p.default ?? ""} placeholder={p.default ?? ""} />
          </label>
        ))}
        <button type="submit" class="primary">Ask</button>
      </div>
    </form>
  );
}
