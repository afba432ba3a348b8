"""Reader of evaluation results on the Hub: ``model-index`` and ``.eval_results/*.yaml``."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS
from provenance_graph.formats import statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.huggingface.configs.lookup import brief
from provenance_graph.formats.huggingface.names import SOURCE, NamedRepository

MAX_RESULTS = 20_000


def read_model_index(repo: NamedRepository, index: Any, location: str) -> ReaderOutput:
    """Yield the results of a card's ``model-index``: a list, or the mapping that some cards have."""
    if isinstance(index, dict):
        yield Problem(location, "model-index is a mapping", "a list of one mapping", kind="shape")
        if "results" not in index:
            index = [{"name": name, **statements.mapping(m)} for name, m in index.items()]
    entries = statements.as_list(index)
    seen: set[Iri] = set()
    for number, entry in enumerate(entries):
        at = f"{location}/{number}"
        if not isinstance(entry, dict):
            yield Problem(at, f"{brief(entry)} is not a mapping", kind="shape")
            continue
        results = entry.get("results")
        if results is not None and not isinstance(results, list):
            yield Problem(f"{at}/results", "results is not a list", kind="shape")
        for row, result in enumerate(statements.as_list(results)):
            if len(seen) >= MAX_RESULTS:
                yield Problem(
                    at, f"more than {MAX_RESULTS:,} results; the rest is left", kind="size"
                )
                return
            yield from _result(repo, result, f"{at}/results/{row}", seen)


def _result(repo: NamedRepository, result: Any, at: str, seen: set[Iri]) -> ReaderOutput:
    if not isinstance(result, dict):
        yield Problem(at, f"{brief(result)} is not a mapping", kind="shape")
        return
    dataset = statements.mapping(result.get("dataset"))
    named = statements.scalar_text(dataset.get("name")) or statements.scalar_text(
        dataset.get("type")
    )
    if not named:
        yield Problem(
            f"{at}/dataset", "a result without a dataset", "name and type", kind="missing"
        )
        return
    source = statements.mapping(result.get("source"))
    metrics = statements.as_list(result.get("metrics"))
    if not metrics:
        yield Problem(f"{at}/metrics", "a result without a metric", kind="missing")
    for number, metric in enumerate(metrics):
        where = f"{at}/metrics/{number}"
        if not isinstance(metric, dict):
            yield Problem(where, f"{brief(metric)} is not a mapping", kind="shape")
            continue
        kind = statements.scalar_text(metric.get("name")) or statements.scalar_text(
            metric.get("type")
        )
        setup = [
            f"{key} {text}"
            for key in ("config", "split")
            if (text := statements.scalar_text(dataset.get(key)))
        ]
        yield from evaluation(
            repo,
            benchmark=named,
            metric=kind,
            setup=", ".join(setup),
            value=metric.get("value"),
            source=source,
            where=f"{where}/value",
            seen=seen,
            hub=statements.scalar_text(dataset.get("type")),
        )


def read_eval_results(repo: NamedRepository, rows: Any, location: str) -> ReaderOutput:
    """Yield the results of one ``.eval_results`` file."""
    seen: set[Iri] = set()
    for number, row in enumerate(statements.as_list(rows)[:MAX_RESULTS]):
        at = f"{location}/{number}"
        dataset = statements.mapping(statements.mapping(row).get("dataset"))
        named = statements.scalar_text(dataset.get("id"))
        if not named:
            yield Problem(f"{at}/dataset/id", "a result without a dataset", kind="missing")
            continue
        task = statements.scalar_text(dataset.get("task_id"))
        yield from evaluation(
            repo,
            benchmark=f"{named} {task}".strip(),
            metric="",
            setup=statements.scalar_text(row.get("notes")),
            value=row.get("value"),
            source=statements.mapping(row.get("source")),
            where=f"{at}/value",
            seen=seen,
            date=row.get("date"),
            hub=named,
        )


def evaluation(
    repo: NamedRepository,
    *,
    benchmark: str,
    metric: str,
    setup: str,
    value: Any,
    source: dict[str, Any],
    where: str,
    seen: set[Iri],
    date: Any = None,
    hub: str = "",
) -> ReaderOutput:
    """Yield one score as an evaluation node, whose IRI names benchmark, metric and setup."""
    parts = [iris.slug(part)[:60] for part in (benchmark, metric, setup) if part]
    node = iris.mint("in", SOURCE, "evaluation", repo.local, *parts)
    count = 2
    while node in seen:
        node = iris.mint("in", SOURCE, "evaluation", repo.local, *parts, str(count))
        count += 1
    number = statements.score(statements.without_percent(value))
    if number is None:
        yield Problem(where, f"{brief(value)} is not a score")
        if not statements.scalar_text(value):
            return
    seen.add(node)
    bench = iris.mint("benchmark", iris.slug(benchmark)[:120])
    yield Claim(node, RDF.type, PG.EvaluationResult)
    yield Claim(node, PG.evaluationOf, repo.subject)
    yield Claim(node, PG.benchmark, bench)
    if number is None:
        stated = statements.clean(statements.scalar_text(value))[: statements.MAX_STATED]
        yield Claim(node, PG.score, None, as_stated=stated, locator=where, unusable="not a number")
    else:
        yield Claim(node, PG.score, number)
    if metric:
        yield Claim(node, PG.metric, literals.text(metric[:120]))
    if setup:
        yield Claim(node, PG.setup, literals.text(setup[:200]))
    yield from statements.is_a(bench, PG.Benchmark, benchmark[:200])
    if hub.count("/") == 1:
        yield Claim(bench, RDFS.seeAlso, _page(hub))
    if date is not None:
        yield statements.dated(node, DCTERMS.date, date, where.removesuffix("/value") + "/date")
    yield from _evaluator(repo, node, source, where)


def _page(hub: str) -> Iri:
    return statements.hub_page("datasets/" + quote(hub, safe="/"))


def _evaluator(
    repo: NamedRepository, node: Iri, source: dict[str, Any], where: str
) -> ReaderOutput:
    """Yield who ran an evaluation: the source named in the result, else the card's publisher."""
    if not source:
        yield Claim(node, PG.independence, PG.SelfReported)
        return
    name = next(
        (w for key in ("org", "user", "name") if (w := statements.scalar_text(source.get(key)))), ""
    )
    if name:
        yield Claim(node, PG.evaluator, literals.text(name[:200]))
    if name and repo.owner and name.casefold() != repo.owner.casefold():
        yield Claim(node, PG.independence, PG.Independent, basis=Basis.INFERENCE)
    else:
        own = bool(name) and name.casefold() == repo.owner.casefold()
        yield Claim(node, PG.independence, PG.SelfReported if own else PG.IndependenceUnknown)
    if address := statements.scalar_text(source.get("url")):
        at = where.rpartition("/")[0] + "/source/url"
        yield statements.link(node, DCTERMS.source, address, at)
