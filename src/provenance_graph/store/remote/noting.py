"""What an answer names, by the kind of look-up that asks about it: so much is asked together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from provenance_graph.core.claims import Quad
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV
from provenance_graph.store.remote import lookups
from provenance_graph.store.remote.lookups import Fetched, LookUp


def note(fetched: Fetched, kind: LookUp, quads: Iterable[Quad]) -> None:
    """Note what an answer names, by the kind of look-up that asks about it."""
    named = fetched.named
    for quad in quads:
        subject, predicate, value, graph = quad
        _note_spelling(fetched, kind, quad)
        if kind is lookups.FACTS:  # its label and its unit
            named[lookups.FACTS][predicate,] = None
        if kind is lookups.OFFERS:
            named[lookups.FACTS][subject,] = None
        if kind is lookups.NAMES:  # of an entity whose claims are asked for under all its names
            for name in (subject, Iri(str(value))):
                for other in lookups.OF_NAME:
                    named[other][name,] = None
            named[lookups.NODE][subject, lookups.KEYS] = None
        if kind in (lookups.STATED, lookups.ABOUT, lookups.READINGS) and graph is not None:
            named[lookups.HEADER][graph,] = None
        if kind is lookups.ABOUT and graph is not None:
            named[lookups.NODE][subject, graph] = None
        if not isinstance(value, Iri) or value.startswith("_:"):
            continue
        if kind is lookups.HEADER and predicate == PG.ofDocument:
            named[lookups.READINGS][value,] = None
        if kind in (lookups.STATED, lookups.NODE) or (
            kind is lookups.HEADER and predicate in lookups.HEADER_NAMES
        ):
            named[lookups.MAPPED][value,] = None
        if (
            kind in (lookups.FACTS, lookups.STATED, lookups.NODE)
            or predicate in lookups.HEADER_NAMES
        ):
            named[lookups.FACTS][value,] = None


def _note_spelling(fetched: Fetched, kind: LookUp, quad: Quad) -> None:
    """Note who shares a spelling with a name, and what these are."""
    subject, _, value, graph = quad
    if graph == lookups.KEYS and str(value).startswith(lookups.SPELLING):
        fetched.named[lookups.HOLDERS][value, graph] = None
    if kind is lookups.HOLDERS:
        _note_namesake(fetched, subject)
    named = kind in (lookups.MAPPED, lookups.NAMES) and isinstance(value, Iri)
    if named and not fetched.namesakes.isdisjoint((subject, value)):
        _note_namesake(fetched, subject if kind is lookups.NAMES else Iri(str(value)))


def _note_namesake(fetched: Fetched, name: Iri) -> None:
    """Note what is asked about a name that shares a spelling, by each of its names."""
    if name not in fetched.namesakes:
        fetched.namesakes.add(name)
        for kind in lookups.OF_NAMESAKE:
            fetched.named[kind][name,] = None
        fetched.named[lookups.NODE][name, lookups.KEYS] = None


def note_leading(fetched: Fetched, links: Sequence[Quad] | None) -> None:
    """Note what leads to a name, where it is little.

    Versions above all are asked about next, and assessments, whose parts lead to them.
    """
    versions = [s for s, p, _, _ in links or () if p in (PROV.specializationOf, PG.assessmentOf)]
    few = (
        [s for s, *_ in links or ()]
        if links and len(links) <= lookups.FOLLOWED
        else versions[: lookups.FEW]
    )
    for subject in few:
        fetched.named[lookups.FACTS][subject,] = None
        fetched.named[lookups.STATED][subject,] = None
    for subject in versions[: lookups.FEW]:
        fetched.named[lookups.OFFERS][subject,] = None
        if subject not in fetched.leading[lookups.LEADING]:
            fetched.expected[lookups.LEADING][subject] = None
