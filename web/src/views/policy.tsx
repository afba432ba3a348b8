/** The acceptance policy in words, and what each of its rules decided over the store, with examples that lead to the claims. */
import type { JSX } from "preact";
import { useFetched } from "../api";
import { dated } from "../asof";
import { modelIdOf } from "../ids";
import { Answer, useTitle } from "../parts";
import { hrefOf, type Route } from "../router";
import { DataTable } from "../table/table";
import type { Column } from "../table/rows";
import type { Policy } from "../types";
import { count, inWords, number, shortId, spaced } from "../words";

type Rule = Policy["rules"][number];
type Example = Rule["examples"][number];

/** Where the claims about a decided fact stand: for a model beside its page, else on the entity's own. */
export function evidenceOf(example: Example): string {
  const href = hrefOf(example.iri);
  return modelIdOf(example.iri) ? `${href}?claims=${encodeURIComponent(example.property)}` : href;
}

const COLUMNS: Column<Rule>[] = [
  { key: "rule", label: "Decided by", head: true, value: (r) => r.rule },
  { key: "facts", label: "Facts", numeric: true, value: (r) => r.count, view: (r) => number(r.count) },
  { key: "examples", label: "Examples", sentences: true, value: (r) => r.examples.map((e) => `${e.id} ${e.property}`), view: (r) => (
    <ul class="plain">{r.examples.map((e) => <li key={`${e.iri} ${e.property}`}><a href={dated(evidenceOf(e))}><bdi>{shortId(e.id)}</bdi>: {spaced(e.property)}</a></li>)}</ul>
  ) },
];

/** The view; of the day that the address names. */
export default function PolicyView(_: { currentRoute: Route }): JSX.Element {
  useTitle("What the policy decided");
  const fetched = useFetched<Policy>(dated("/api/v1/policy"));
  return (
    <div class="page">
      <h1>What the policy decided</h1>
      <p>Which of the values that sources give is accepted follows from rules, which are data of the store. They are listed here in words, with the number of facts that each one decided; an example links to the claims about it. What another policy would change: <code>provenance-graph policy --policy FILE</code>.</p>
      <Answer requested={fetched} what="what the rules decided">
        {(answer) => (
          <>
            <h2>What each rule decided</h2>
            <p>Over {count(answer.entities, "model, dataset or family", "models, datasets and families")}.</p>
            <DataTable label="Rules" rows={answer.rules} columns={COLUMNS} rowKey={(r) => r.rule} noun={["rule", "rules"]} />
            <h2>The policy in words</h2>
            <ul class="policy">{answer.policy.map((sentence) => <li key={sentence}>{inWords(sentence)}</li>)}</ul>
          </>
        )}
      </Answer>
    </div>
  );
}
