"""Scores that models.dev lists for a model, with the evaluator as far as it is stated."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.formats import statements
from provenance_graph.formats.catalogues import common
from provenance_graph.formats.document import ReaderOutput

SOURCE = "modelsdev"


def with_problem(claim: Claim) -> ReaderOutput:
    """Yield a claim, preceded by a problem where its value is unusable."""
    if claim.unusable and claim.unusable != "after the release date":
        yield Problem(
            claim.locator, f"{claim.as_stated[:60]!r}: {claim.unusable}", kind="impossible"
        )
    yield claim


def scores(raw: dict[str, Any], subject: Iri, local: str) -> ReaderOutput:
    """Yield the evaluations of an entry, each a node with its score, setup and evaluator."""
    seen: set[Iri] = set()
    for index, entry in enumerate(statements.as_list(raw.get("benchmarks"))):
        stated = statements.mapping(entry)
        where = f"/benchmarks/{index}"
        name = statements.scalar_text(stated.get("name"))
        score = statements.score(stated.get("score"))
        if not name or score is None:
            what = f"{common.brief(stated.get('score'))} is not a score" if name else "no name"
            yield Problem(where, what, "name and score")
            continue
        version = statements.scalar_text(stated.get("version"))
        bench = f"{name} {version}".strip()
        metric = statements.scalar_text(stated.get("metric"))
        setup = ", ".join(
            f"{key} {text}"
            for key in ("variant", "dataset")
            if (text := statements.scalar_text(stated.get(key)))
        )
        harness = statements.scalar_text(stated.get("harness"))
        parts = [iris.slug(part)[:80] for part in (bench, metric, setup, harness) if part]
        node = iris.mint("in", SOURCE, "evaluation", local, *parts)
        number = 2
        while node in seen:
            node = iris.mint("in", SOURCE, "evaluation", local, *parts, str(number))
            number += 1
        seen.add(node)
        percent = metric.casefold().startswith("percent")
        highest = literals.decimal(100) if percent else None
        yield from common.result(
            node, subject, bench, score, metric=metric, setup=setup, highest=highest
        )
        if percent:
            yield Claim(node, PG.metricUnit, literals.text("percent"))
        if harness:
            yield Claim(node, PG.harness, literals.text(harness[:120]))
        if (date := stated.get("date")) is not None:
            yield from with_problem(statements.dated(node, DCTERMS.date, date, f"{where}/date"))
        source = statements.scalar_text(stated.get("source"))
        if source:
            yield statements.link(node, DCTERMS.source, source, f"{where}/source")
        yield from evaluated(node, source, local.partition("/")[0])


_EVALUATORS = MappingProxyType(
    {
        "artificialanalysis.ai": "Artificial Analysis",
        "aider.chat": "Aider",
        "labs.scale.com": "Scale AI",
        "livebench.ai": "LiveBench",
        "lmarena.ai": "LMArena",
        "arcprize.org": "ARC Prize",
    }
)
"""The evaluators behind sites that publish evaluations; sites that only repeat scores are
absent."""


def evaluated(node: Iri, source: str, developer: str) -> ReaderOutput:
    """Yield the evaluator that the score's page shows: a leaderboard, or the developer."""
    host = (urlsplit(source).hostname or "").removeprefix("www.")
    own = iris.slug(developer)
    labels = host.split(".")[:-1]
    repository = hub.address(source)
    if evaluator := _EVALUATORS.get(host):
        yield Claim(node, PG.evaluator, literals.text(evaluator), basis=Basis.INFERENCE)
        yield Claim(node, PG.independence, PG.Independent, basis=Basis.INFERENCE)
    elif own and (own in labels or (repository and iris.slug(repository.owner) == own)):
        yield Claim(node, PG.independence, PG.SelfReported, basis=Basis.INFERENCE)
    else:
        yield Claim(node, PG.independence, PG.IndependenceUnknown)
