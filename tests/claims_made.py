"""Claims made for tests of acceptance, and what is accepted of them."""

from __future__ import annotations

from decimal import Decimal

from provenance_graph.acceptance.policy.bounds import BOUNDS, Plausible, shipped_bounds
from provenance_graph.acceptance.policy.policy import Policy, RankedSource
from provenance_graph.acceptance.resolve import resolve
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import (
    Basis,
    Claim,
    Custody,
    Header,
    SourcedClaim,
    Value,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG

M = iris.model("org/m")
ORDER = (Basis.ARTIFACT, Basis.DEVELOPER, Basis.MEASUREMENT, Basis.THIRD_PARTY, Basis.INFERENCE)
POLICY = Policy(
    basis_order=ORDER,
    never=frozenset({Basis.ESTIMATE}),
    single=frozenset(
        {
            PG.parameterCount,
            PG.contextLength,
            PG.maxOutputTokens,
            DCTERMS.issued,
            PG.knowledgeCutoff,
        }
    ),
    exhaustive=frozenset({PG.inputModality}),
    facts=frozenset(
        {
            PG.parameterCount,
            DCTERMS.issued,
            PG.knowledgeCutoff,
            PG.inputModality,
            PG.trainedOn,
        }
    ),
    plausible=Plausible(
        **{name: float(str(shipped_bounds()[bound.term])) for name, bound in BOUNDS.items()}
    ),
    day="2026-06-01",
    confidence=Decimal("0.5"),
    guarded=frozenset({PG.parameterCount}),
    changing=frozenset({PG.maxOutputTokens}),
    sources={
        iris.mint("collection", "close"): RankedSource(1, 1),
        iris.mint("collection", "far"): RankedSource(8, 4),
        iris.mint("collection", "copy"): RankedSource(5, 3, repeats=iris.mint("collection", "t")),
        iris.mint("collection", "index"): RankedSource(5, 2, researched=True),
        iris.mint("collection", "own"): RankedSource(1, 1, own=True),
    },
)


def held(
    value: Value | None,
    basis: Basis = Basis.THIRD_PARTY,
    day: str = "2025-01-01",
    predicate: Iri = PG.parameterCount,
    **more: object,
) -> SourcedClaim:
    source = str(more.pop("source", "t"))
    header = Header(
        iris.record(source, f"{basis.name}-{value}-{day}".lower(), day),
        Iri("https://example.org/"),
        iris.organization(str(more.pop("publisher", "org"))),
        day,
        "rdf",
        basis,
        custody=more.pop("custody", Custody.ASSERTED),  # type: ignore[arg-type]
        edition=str(more.pop("edition", "")),
    )
    return SourcedClaim(Claim(M, predicate, value, **more), header, M)  # type: ignore[arg-type]


def billions(n: int) -> Value:
    return literals.integer(n * 10**9)


def dated(
    text: str, basis: Basis = Basis.THIRD_PARTY, day: str = "2025-01-01", source: str = "t"
) -> SourcedClaim:
    result = literals.day(text)
    assert result
    return held(
        result.literal, basis, day, DCTERMS.issued, precision=result.precision, source=source
    )


def accepted(*items: SourcedClaim, predicate: Iri = PG.parameterCount) -> list[str]:
    return [str(v) for v in resolve(items, predicate, POLICY).values]
