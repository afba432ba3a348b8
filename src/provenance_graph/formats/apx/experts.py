"""Claims of an APX page about experts: their number without shared ones, and their width."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from provenance_graph.core import literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats.apx.fields import FIELDS, PageField, checked, field_claims
from provenance_graph.formats.apx.page import Labelled

_SHARED = PG.sharedExpertCount
_MULTIPLE = 8
"""The number of routed experts of a layer is a multiple of this."""


def expert_width(fields: list[Labelled]) -> bool:
    """Whether the stated "dense" feed-forward width of a mixture of experts is that of an expert.

    A dense feed-forward layer is at least as wide as the model; an expert mostly is not.
    """
    sizes = {
        str(FIELDS[f.label].prop): number
        for f in fields
        if f.label in FIELDS and (number := literals.number(f.value)) is not None
    }
    experts = sizes.get(str(PG.expertCount), 0)
    inner, hidden = sizes.get(str(PG.feedForwardSize)), sizes.get(str(PG.hiddenSize))
    return experts > 1 and inner is not None and hidden is not None and inner < hidden


def shared_experts(fields: list[Labelled]) -> int:
    """The number of shared experts per layer: as stated, else one, which is the usual number."""
    stated = (f.value for f in fields if f.label in FIELDS and FIELDS[f.label].prop == _SHARED)
    return next((int(number) for value in stated if (number := literals.number(value))), 1)


def routed(model: Iri, labelled: Labelled, shared: int) -> Iterator[Claim | Problem]:
    """Yield a count of experts, reduced by the shared ones where it includes them.

    Routed experts are a multiple of eight: 257 are 256 and a shared one, and 9 active ones are 8.
    """
    number = literals.number(labelled.value)
    counted = 0
    if number is not None and number > _MULTIPLE and number % _MULTIPLE == shared:
        counted = int(number) - shared
    field = FIELDS[labelled.label]
    for claim in checked(field_claims(model, field, labelled.value, labelled.location)):
        if counted and isinstance(claim, Claim) and claim.value is not None:
            claim = replace(
                claim,
                value=literals.integer(counted),
                basis=Basis.INFERENCE,
                as_stated=f"{labelled.label}: {labelled.value}, {shared} shared among them",
            )
        yield claim


def expert_labelled(model: Iri, labelled: Labelled) -> Iterator[Claim | Problem]:
    """Yield a feed-forward width as an expert's, with the page's label, and a problem."""
    row = PageField(PG.expertIntermediateSize, "whole")
    for claim in field_claims(model, row, labelled.value, labelled.location):
        yield replace(claim, basis=Basis.INFERENCE, as_stated=f"{labelled.label}: {labelled.value}")
    yield Problem(
        labelled.location,
        f"{labelled.label!r} {labelled.value} is read as pg:expertIntermediateSize",
        "a dense layer is at least as wide as the model; this is an expert's width",
        "inconsistent",
    )
