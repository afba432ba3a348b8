/** Names that may mean one entity: what speaks for it and against, and a person's decision where the service is writable. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Refusal, send, useFetched } from "../api";
import { Answer, Choice, Draft, Trouble, useTitle } from "../parts";
import { hrefOf, setQuery, type Route } from "../router";
import { DataTable } from "../table/table";
import type { Column } from "../table/rows";
import type { Identity } from "../types";
import { number, spaced } from "../words";

type Pair = Identity["items"][number];
const VERDICTS: Record<string, string> = { candidate: "open", barred: "not the same", related: "related, not the same", same: "the same" };
const DECISIONS: [string, string][] = [["accept", "They are the same"], ["reject", "They are not the same"], ["withdraw", "Take the decision back"]];

const RELATIONS: Record<string, string> = { "skos:exactMatch": "the same", "skos:closeMatch": "nearly the same", "skos:broadMatch": "part of it", "skos:narrowMatch": "has it as a part", "skos:relatedMatch": "related" };

/** What a pair would be joined by, in words. */
function relation(code: string): string {
  return RELATIONS[code] ?? spaced(code.replace(/^\w+:/, ""));
}

const COLUMNS: Column<Pair>[] = [
  { key: "name", label: "Name", head: true, value: (p) => p.nameLabel, view: (p) => <><a href={hrefOf(p.name)}><bdi>{p.nameLabel}</bdi></a>{p.nameId === p.nameLabel ? null : <span class="aside"> <bdi>{p.nameId}</bdi></span>}</> },
  { key: "may", label: "May be", value: (p) => p.mayBeLabel, view: (p) => <><a href={hrefOf(p.mayBe)}><bdi>{p.mayBeLabel}</bdi></a>{p.mayBeId === p.mayBeLabel ? null : <span class="aside"> <bdi>{p.mayBeId}</bdi></span>}</> },
  { key: "score", label: "Score", numeric: true, value: (p) => p.score },
  { key: "pro", label: "For it", sentences: true, value: (p) => p.pro.join("; ") },
  { key: "contra", label: "Against it", sentences: true, value: (p) => p.contra.join("; ") },
  { key: "relation", label: "Relation", facet: true, value: (p) => p.relation, word: relation, view: (p) => relation(p.relation) },
  { key: "by", label: "Decided by", facet: true, value: (p) => p.decidedBy },
];

/** The view; filters stand in the address and are those of `/api/v1/identity`. */
export default function IdentityView({ currentRoute: route }: { currentRoute: Route }): JSX.Element {
  const { query } = route;
  useTitle("Names that may be one");
  const verdict = query.get("verdict") ?? "candidate";
  const params = new URLSearchParams({ limit: query.get("limit") ?? "200", verdict });
  for (const key of ["kind", "q", "of"]) if (query.get(key)) params.set(key, query.get(key) ?? "");
  const [turn, setTurn] = useState(0);
  const answer = useFetched<Identity>(`/api/v1/identity?${params}${turn ? `#${turn}` : ""}`);
  const health = useFetched<{ writable: boolean }>("/health");
  return (
    <div class="page">
      <h1>Names that may be one</h1>
      <div class="controls">
        <Choice name="verdict" label="Verdict" value={verdict} options={Object.entries(VERDICTS)} />
        <Choice name="kind" label="Kind" value={query.get("kind") ?? ""} options={[["", "all"], ["model", "models"], ["dataset", "datasets"], ["organization", "organisations"], ["licence", "licences"]]} />
        <label class="choice stacked"><span>Part of a name</span><Draft type="search" value={query.get("q") ?? ""} onDone={(text) => setQuery({ q: text })} /></label>
      </div>
      <p>{health.data?.writable ? "Decide the pairs that you know: a decision enters the accepted view and is recorded with your reason. This list follows once its index is updated." : <>This service only reads. Decisions are taken with <code>provenance-graph identify --review FILE</code>, or here where it runs writable.</>}</p>
      <Answer requested={answer} what="the pairs">
        {(page) => (
          <>
            <p class="aside">{Object.entries(page.counts).map(([key, n]) => `${number(n)} ${VERDICTS[key] ?? key}`).join(" · ")}</p>
            <DataTable label="Pairs of names" rows={page.items} total={page.total} columns={COLUMNS} rowKey={(p) => `${p.name} ${p.mayBe}`} noun={["pair", "pairs"]}
              {...(health.data?.writable ? { detail: (p: Pair) => <Decide pair={p} onDone={() => setTurn((n) => n + 1)} /> } : {})}
              more={page.next ? <button type="button" class="link" onClick={() => setQuery({ limit: "500" }, true)}>load up to 500</button> : null} />
          </>
        )}
      </Answer>
    </div>
  );
}

/** The token stays in the form: nothing of it is kept. */
function Decide({ pair, onDone }: { pair: Pair; onDone: () => void }): JSX.Element {
  const [state, setState] = useState<{ error?: Refusal; done?: string }>({});
  const decide = async (form: HTMLFormElement): Promise<void> => {
    const data = new FormData(form);
    const text = (name: string): string => String(data.get(name) ?? "").trim();
    try {
      const body = JSON.stringify({ name: pair.name, mayBe: pair.mayBe, decision: text("decision"), reason: text("reason") });
      await send("/api/v1/identity/decisions", { method: "POST", body, headers: { "Content-Type": "application/json", Authorization: `Bearer ${text("token")}` } });
      setState({ done: "Decided, and in the accepted view; this list follows once its index is updated." });
      onDone();
    } catch (error) {
      setState({ error: error instanceof Refusal ? error : new Refusal(500, "The page failed", String(error)) });
    }
  };
  return (
    <form class="controls" onSubmit={(e) => { e.preventDefault(); void decide(e.currentTarget); }}>
      <label class="choice stacked"><span>Decision</span><select name="decision">{DECISIONS.map(([key, word]) => <option key={key} value={key}>{word}</option>)}</select></label>
      <label class="choice stacked"><span>Why</span><input type="text" name="reason" required maxLength={2000} /></label>
      <label class="choice stacked"><span>Token to write</span><input type="password" name="token" required autocomplete="off" /></label>
      <button type="submit" class="primary">Decide</button>
      {state.error ? <Trouble once error={state.error} /> : null}
      {state.done ? <p role="status">{state.done}</p> : null}
    </form>
  );
}
