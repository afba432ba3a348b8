"""Another acceptance policy, from a file: what it states goes over what the store's states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from provenance_graph.acceptance.policy.data import read_policy
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.core.claims import Quad, Value
from provenance_graph.core.errors import PolicyError
from provenance_graph.core.iris import PREFIXES, Iri, shorten
from provenance_graph.core.terms import PG, RDF
from provenance_graph.reference import ReferenceReads
from provenance_graph.store.values import AnyGraph, QuadSource

_SETTINGS = frozenset(
    {
        PG.basisOrder,
        PG.neverAccepted,
        PG.tieBreak,
        PG.tieBreakOfChangingFacts,
        PG.leastConfidence,
        PG.guards,
        PG.supportFirst,
        PG.namesNothing,
    }
)
"""What a policy may set; whatever the file leaves out stays as the store has it."""


class Overridden:
    """Reference data in which the statements of a file replace those on the same property."""

    def __init__(self, base: QuadSource, further: Iterable[Quad]) -> None:
        self._base, self._further = base, list(further)
        self._replaced = {(s, p) for s, p, *_ in self._further if p != RDF.type}

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        """Quads that match, those of the file last."""
        for quad in self._base.quads(subject, predicate, object, graph):
            if quad[:2] not in self._replaced:
                yield quad
        for quad in self._further:
            if (
                subject in (None, quad[0])
                and predicate in (None, quad[1])
                and object in (None, quad[2])
            ):
                yield quad


def policy_of(source: QuadSource, quads: Iterable[Quad], day: str, where: str) -> Policy:
    """The policy that the triples of a file make of the store's; raises PolicyError with the place.

    The file holds one ``pg:AcceptancePolicy``, and may give collections another closeness.
    """
    base = ReferenceReads(source)
    (own,) = {s for s, *_ in base.quads(predicate=RDF.type, object=PG.AcceptancePolicy)}
    given = [(s, p, o, None) for s, p, o, graph in quads if graph is None]
    policies = {s for s, p, o, _ in given if p == RDF.type and o == PG.AcceptancePolicy}
    if len(policies) != 1:
        raise PolicyError(where, "pg:AcceptancePolicy", f"{len(policies)} policies; give one")
    (policy,) = policies
    for subject, predicate, *_ in given:
        if (
            subject == policy
            and predicate.startswith(PREFIXES["pg"])
            and predicate not in _SETTINGS
        ):
            known = ", ".join(sorted(map(shorten, _SETTINGS)))
            raise PolicyError(where, shorten(predicate), f"no policy sets it; there are {known}")
    renamed = [
        (own if s == policy else s, p, o, graph)
        for s, p, o, graph in given
        if not (s == policy and p == RDF.type)
    ]
    try:
        return replace(read_policy(Overridden(base, renamed)), day=day)
    except PolicyError as error:
        raise PolicyError(f"{where}, {error.where}", error.term, error.what) from error
