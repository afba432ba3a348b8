"""Claims that the readers of catalogues share: modalities, limits, offers, scores."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Literal, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF, SCHEMA, XSD
from provenance_graph.formats import statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields.modalities import modalities as modality_names

DATED = re.compile(r"(?P<base>.+?)[-@](?P<date>20\d{6}|20\d\d-\d\d-\d\d|\d\d-20\d\d|\d{4})")
"""A model's API name that ends in the day, month or number of its release."""


def version_of(model: Iri, developer: str, base: str, date: str) -> ReaderOutput:
    """Yield that a dated name is a version of the model offered under the name without the date."""
    yield Claim(model, RDF.type, PG.ModelVersion)
    yield Claim(model, SCHEMA.version, literals.text(date))
    undated = iris.model(f"{developer}/{base}")
    yield Claim(undated, RDF.type, PG.OfferedModel)
    yield from statements.made_by(undated, developer)
    yield Claim(model, PROV.specializationOf, undated)


def tokens(
    subject: Iri, predicate: Iri, stated: Any, where: str, kind: str = "a number of tokens"
) -> tuple[Claim | Problem, ...]:
    """The claim of a limit in tokens or another count; zero means "none given" in these catalogues."""
    if type(stated) is int and 0 < stated < 1 << 63:
        return (Claim(subject, predicate, Literal(str(stated), XSD.integer)),)
    if stated is None or (isinstance(stated, (int, float)) and stated == 0):
        return ()
    literal = None
    if isinstance(stated, (int, float, str)) and not isinstance(stated, bool):
        literal = literals.whole(stated)
    if literal is not None and not literal.lexical.startswith("-"):
        return (Claim(subject, predicate, literal),)
    claim = Claim(
        subject,
        predicate,
        None,
        as_stated=statements.clean(str(stated))[: statements.MAX_STATED],
        locator=where,
        unusable=f"not {kind}",
    )
    return Problem(where, f"{brief(stated)} is not {kind}"), claim


def modalities(subject: Iri, predicate: Iri, stated: Any, where: str) -> ReaderOutput:
    """Yield modalities of content, each as a concept of the code list."""
    for index, item in enumerate(statements.as_list(stated)):
        known = modality_names().get(item.casefold()) if isinstance(item, str) else None
        if known:
            yield Claim(subject, predicate, known)
        else:
            yield Problem(f"{where}/{index}", f"{brief(item)} is not a modality of the code list")


def price(
    subject: Iri, predicate: Iri, stated: Any, where: str, *, million: bool = False
) -> tuple[Claim | Problem, ...]:
    """A price in US dollars for a million tokens; ``million``: the stated price is for one token."""
    if stated is None:
        return ()
    literal = dollars(stated, scale=6 if million else 0)
    if literal is None:
        return (Problem(where, f"{brief(stated)} is not a price"),)
    return (Claim(subject, predicate, literal),)


def dollars(stated: Any, scale: int) -> Literal | None:
    """A price as xsd:decimal, multiplied by 10 to the power ``scale``; None if it is no price.

    >>> dollars(2.5e-06, 6).lexical
    '2.5'
    """
    if isinstance(stated, bool) or not isinstance(stated, (int, float, str)):
        return None
    return _dollars(stated, scale) if len(str(stated)) < 40 else None


@lru_cache(maxsize=4096, typed=True)
def _dollars(stated: float | str, scale: int) -> Literal | None:
    try:
        text = repr(stated) if isinstance(stated, float) else str(stated)
        number = Decimal(text).scaleb(scale)
        return literals.decimal(number) if number >= 0 else None
    except (InvalidOperation, ValueError):
        return None


organization = lru_cache(maxsize=4096)(iris.organization)
"""The IRI of an organization, cached: the same few names occur thousands of times."""


def offer(
    node: Iri, of: Iri, provider: str, model_id: str, known: set[str] | None = None
) -> ReaderOutput:
    """Yield the claims of an offer: the model offered, the provider, the provider's name for it.

    ``known`` holds the providers that the document has described already, and is added to.
    """
    who = organization(provider)
    yield Claim(node, RDF.type, PG.Offer)
    yield Claim(node, PG.offerOf, of)
    yield Claim(node, PG.provider, who)
    yield Claim(node, PG.providerModelId, literals.text(model_id[: statements.MAX_STATED]))
    if known is None or provider not in known:
        yield from statements.is_a(who, PG.Organization, provider)
    if known is not None:
        known.add(provider)


def result(
    node: Iri,
    of: Iri,
    benchmark: str,
    score: Literal,
    *,
    basis: Basis | None = None,
    metric: str = "",
    setup: str = "",
    highest: Literal | None = None,
) -> ReaderOutput:
    """Yield a score as an evaluation result, on a benchmark with one IRI for all sources."""
    bench = iris.mint("benchmark", iris.slug(benchmark)[:120])
    yield Claim(node, RDF.type, PG.EvaluationResult)
    yield Claim(node, PG.evaluationOf, of)
    yield Claim(node, PG.benchmark, bench)
    yield Claim(node, PG.score, score, basis=basis)
    if highest is not None:
        yield Claim(node, PG.maxScore, highest)
    if metric:
        yield Claim(node, PG.metric, literals.text(metric[:120]))
    if setup:
        yield Claim(node, PG.setup, literals.text(setup[:200]))
    yield from statements.is_a(bench, PG.Benchmark, benchmark[:200])


def brief(value: Any) -> str:
    """A value as a message shows it, cut to 60 characters."""
    text = statements.clean(repr(value)) if not isinstance(value, int) else str(value)[:60]
    return text if len(text) <= 60 else text[:59] + "…"
