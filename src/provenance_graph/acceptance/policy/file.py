"""An acceptance policy from a file: its statements replace those of the store's policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from itertools import islice

from provenance_graph.acceptance.policy.bounds import BOUNDS
from provenance_graph.acceptance.policy.data import read_policy
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.core.claims import Quad, Value
from provenance_graph.core.errors import PolicyError
from provenance_graph.core.iris import PREFIXES, Iri, local_name, shorten
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
        PG.keepsModelsOfOthers,
        PG.factOfService,
        *(bound.term for bound in BOUNDS.values()),
    }
)
"""The settings of a policy; for one that the file leaves out, the store's value holds."""

MAX_TRIPLES = 5_000
"""Limit of triples in a file, ten times the shipped policy's: each is looked up repeatedly."""

_OF_PROPERTIES = frozenset({PG.guards, PG.supportFirst, PG.factOfService, PG.forProperty})
"""Settings that name properties, or sections of them."""

_RANKS = frozenset(
    {PG.closeness, PG.tier, PG.repeats, PG.researched, PG.keptByProject, PG.listsServices}
)
"""Properties that rank a collection."""


class Overridden:
    """Reference data in which a file's statements replace those of the same subject and property.

    Statements of ``rdf:type`` replace none.
    """

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
        """Quads that match a pattern, those of the file last."""
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
    """The store's policy as changed by the triples of a file.

    The file holds one ``pg:AcceptancePolicy``, and may give collections another closeness. ``day``
    is the policy's day, ``where`` the file's name in errors. Raises PolicyError with the place.
    """
    base = ReferenceReads(source)
    (own,) = {s for s, *_ in base.quads(predicate=RDF.type, object=PG.AcceptancePolicy)}
    triples = ((s, p, o, None) for s, p, o, graph in quads if graph is None)
    given: list[Quad] = list(islice(triples, MAX_TRIPLES + 1))
    if len(given) > MAX_TRIPLES:
        raise PolicyError(
            where, "the file", f"more than {MAX_TRIPLES:,} triples; keep to the policy"
        )
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
    _only_properties(base, given, where)
    _only_collections(base, given, where)
    renamed = [
        (own if s == policy else s, p, o, graph)
        for s, p, o, graph in given
        if not (s == policy and p == RDF.type)
    ]
    try:
        return replace(read_policy(Overridden(base, renamed)), day=day)
    except PolicyError as error:
        at = shorten(policy) if error.where == shorten(own) else error.where
        raise PolicyError(f"{where}, {at}", error.term, error.what) from error


def _only_properties(base: QuadSource, given: Iterable[Quad], where: str) -> None:
    """Raise PolicyError where a setting names neither a property nor a section.

    Known are those of the store and those that the file defines.
    """
    stated = list(given)
    own = {subject for subject, predicate, *_ in stated if predicate == RDF.type}
    for _, predicate, value, _ in stated:
        if predicate in _OF_PROPERTIES and not (
            isinstance(value, Iri)
            and (
                value in own
                or any(base.quads(value, RDF.type))
                or any(base.quads(None, PG.section, value))
            )
        ):
            what = f"{shorten(str(value))} is neither a property nor a section"
            raise PolicyError(where, shorten(predicate), what)


def _only_collections(base: QuadSource, given: Iterable[Quad], where: str) -> None:
    """Raise PolicyError where the file ranks an IRI that is no collection.

    Such a rank would be ignored.
    """
    stated = list(given)
    known = {s for s, *_ in base.quads(predicate=RDF.type, object=PG.Collection)}
    known |= {s for s, p, o, _ in stated if p == RDF.type and o == PG.Collection}
    nodes = {s for s, p, o, _ in stated if p == RDF.type and o == PG.Closeness}
    for subject, predicate, value, _ in stated:
        if predicate not in _RANKS or subject in nodes:
            continue
        named = (subject, value) if predicate == PG.repeats else (subject,)
        for one in named:
            if one not in known:
                by_name = {local_name(collection): collection for collection in known}
                near = get_close_matches(local_name(Iri(str(one))), by_name, 3, 0.6)
                hint = ", ".join(shorten(by_name[name]) for name in near)
                hint = f"did you mean {hint}? " if hint else ""
                why = f"{shorten(str(one))} is not a collection that the policy ranks; {hint}"
                way = "of one of your own state `a pg:Collection` in the same file"
                raise PolicyError(where, shorten(predicate), f"{why}{way}")
