"""The accepted view of one subject: a pure function of the claims about it.

Both a full build and an incremental update call it, so that they cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from provenance_graph.acceptance import disclosure
from provenance_graph.acceptance.policy import (
    Policy,
    Resolution,
    after_release,
    by_predicate,
    resolve,
    unusable,
)
from provenance_graph.core import terms
from provenance_graph.core.claims import (
    AcceptanceStatus,
    Literal,
    Quad,
    SourcedClaim,
    Stance,
    Value,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA

CUTOFFS = (PG.knowledgeCutoff, PG.trainingDataCutoff)
_DERIVATIONS = frozenset(terms.DERIVATIONS)
_INFLUENCES = frozenset(terms.INFLUENCES)


@dataclass(frozen=True, slots=True)
class View:
    """What the default graph says about one subject, and how each claim fared."""

    subject: Iri
    quads: tuple[Quad, ...]
    claims: tuple[SourcedClaim, ...]
    statuses: dict[Iri, Iri]


def view_of(
    subject: Iri,
    held: Iterable[SourcedClaim],
    names_of_it: Iterable[Iri],
    policy: Policy,
    *,
    retired: Iterable[SourcedClaim] = (),
    as_of: str = "",
) -> View:
    """Judge every claim about a subject.

    ``held`` are claims of current records (values already in our names), ``retired`` those
    of records that a later retrieval of the same document replaced.
    """
    groups = by_predicate(held)
    _mark_late_cutoffs(groups, policy, as_of)
    quads: set[Quad] = set()
    claims: list[SourcedClaim] = []
    statuses: dict[Iri, Iri] = {}
    for predicate, items in groups.items():
        judged = resolve(items, predicate, policy, as_of)
        claims.extend(
            replace(item, standing=standing, reason=reason)
            for item, standing, reason in judged.claims
        )
        quads.update(_facts(subject, predicate, judged))
        if predicate in policy.facts:
            statuses[predicate] = disclosure.status(items, predicate, policy, as_of)
            said = terms.DISCLOSURES.get(statuses[predicate])
            if said is not None:
                quads.add((subject, said, predicate, None))
            elif not judged.values and any(i.claim.stance is Stance.NOT_STATED for i in items):
                quads.add((subject, PG.leftBlank, predicate, None))
            if disclosure.contested(items, predicate, policy, as_of):
                quads.add((subject, PG.contested, predicate, None))
    for entity in names_of_it:
        if entity != subject:
            quads.add((subject, PG.describedAs, entity, None))
    claims.extend(
        replace(
            item,
            standing=AcceptanceStatus.SUPERSEDED,
            reason="a later retrieval replaced it",
        )
        for item in retired
    )
    return View(subject, tuple(sorted(quads, key=quad_key)), tuple(claims), statuses)


def _facts(subject: Iri, predicate: Iri, judged: Resolution) -> Iterable[Quad]:
    for value in judged.values:
        if value == subject and predicate != SCHEMA.sameAs and _links(predicate):
            continue  # identity made both ends one thing: no model descends from itself
        yield subject, predicate, value, None
        if predicate in _DERIVATIONS:
            yield subject, PROV.wasDerivedFrom, value, None
        elif predicate in _INFLUENCES:
            yield subject, PROV.wasInfluencedBy, value, None


def _links(predicate: Iri) -> bool:
    return (
        predicate in _DERIVATIONS
        or predicate in _INFLUENCES
        or predicate
        in (PROV.specializationOf, PROV.wasDerivedFrom, DCTERMS.isPartOf, DCTERMS.replaces)
    )


def _mark_late_cutoffs(groups: dict[Iri, list[SourcedClaim]], policy: Policy, as_of: str) -> None:
    """A model cannot know what came after its release: such a cutoff is never accepted."""
    released = _released(
        resolve(groups.get(DCTERMS.issued, ()), DCTERMS.issued, policy, as_of).values
    )
    for predicate in CUTOFFS:
        items = groups.get(predicate, [])
        for position, why in after_release(items, released).items():
            items[position] = unusable(items[position], why)


def _released(values: tuple[Value, ...]) -> date | None:
    for value in values:
        if isinstance(value, Literal):
            try:
                return date.fromisoformat(value.lexical)
            except ValueError:
                return None
    return None


def quad_key(quad: Quad) -> tuple[str, ...]:
    """A total order over quads."""
    subject, predicate, value, graph = quad
    if isinstance(value, Iri):
        return (subject, predicate, value, "", "", graph or "")
    return (subject, predicate, value.lexical, value.datatype, value.language, graph or "")


def resolver(canonical: Callable[[Iri], Iri]) -> Callable[[Value | None], Value | None]:
    """A function that names a value's thing as identity does; literals stay."""

    def resolve(value: Value | None) -> Value | None:
        return canonical(value) if isinstance(value, Iri) else value

    return resolve
