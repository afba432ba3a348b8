"""Evidence levels as derived triples, stored so that queries can use them.

The caller passes them to ``ingest``, which knows the protocol but not the analysis. A commit needs
only the properties and facets that the rubrics use. These are stored, so that the next process need
not parse the rubrics, which takes several times as long as the commit itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provenance_graph import reference
from provenance_graph.acceptance.evidence import Overlay, Statements
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.acceptance.versions import CurrentVersions
from provenance_graph.assessment.evidence.gather import (
    GRAPH,
    RecordLinks,
    SourceLinks,
    level_quads,
    roots,
)
from provenance_graph.assessment.levels.rules import LevelQuestion
from provenance_graph.assessment.rubrics import loader, rubric
from provenance_graph.assessment.rubrics.rubric import Facet
from provenance_graph.core.claims import Quad, Record, SourcedClaim
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.store.values import QuadSource

if TYPE_CHECKING:
    from provenance_graph.assessment.levels.columns import LevelColumns


class EvidenceLevels:
    """The derivation of evidence levels, whose quads are in a graph of their own.

    ``folder`` is the folder in which a process stores the properties and facets of the rubrics for
    the next process.
    """

    graph = GRAPH

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def in_columns(self, reference: QuadSource, policy: Policy) -> LevelColumns:
        """The columnar form of the derivation, for a full build in parts."""
        from provenance_graph.assessment.levels.columns import LevelColumns  # polars: builds alone

        return LevelColumns(question_of(reference, policy))

    def over_records(
        self, reference: QuadSource, policy: Policy, records: Iterable[Record]
    ) -> Levels:
        """The derivation over records, for a full build in memory."""
        return Levels(question_of(reference, policy), RecordLinks(records))

    def over_store(self, store: QuadSource, policy: Policy, pending: Overlay) -> Levels:
        """The derivation over a store with pending changes, for an update before its commit."""
        return Levels(question_of(store, policy, self._folder), SourceLinks(store, pending))


class Levels:
    """Evidence levels over one state of the records."""

    def __init__(self, question: LevelQuestion, links: RecordLinks | SourceLinks) -> None:
        self._question, self._links = question, links

    def quads(
        self,
        subject: Iri,
        claims: Iterable[SourcedClaim],
        statements: Statements,
        latest: CurrentVersions,
    ) -> list[Quad]:
        """The evidence level quads of one subject, given the claims of its view."""
        return level_quads(subject, claims, statements, latest, self._links, self._question)

    def shared(
        self, store: QuadSource, out: Iterable[Quad], into: Iterable[Quad]
    ) -> tuple[set[Quad], set[Quad]]:
        """Quads of profiles: those that no model uses any more, and those already stored."""
        links = [{q for q in quads if q[1] == PG.evidenceProfile} for quads in (out, into)]
        taken, given = links
        leaving = {subject for subject, *_ in taken}
        known: set[Quad] = set()
        unused: set[Quad] = set()
        for _, _, profile, _ in given:
            assert isinstance(profile, Iri)
            known.update(store.quads(profile, graph=GRAPH))
        for profile in {q[2] for q in taken} - {q[2] for q in given}:
            assert isinstance(profile, Iri)
            having = store.quads(predicate=PG.evidenceProfile, object=profile, graph=GRAPH)
            if all(subject in leaving for subject, *_ in having):
                unused.update(store.quads(profile, graph=GRAPH))
        return unused, known

    def reach(self, subjects: Iterable[Iri], statements: Statements) -> set[Iri]:
        """Every subject whose evidence levels may change if these subjects change."""
        return roots(subjects, statements)


def question_of(source: QuadSource, policy: Policy, folder: Path | None = None) -> LevelQuestion:
    """The properties and facets that the rubrics of a store use; raises BadRubric.

    They are cached in ``folder``, if given, for the next process.
    """
    form = reference.StoredForm(folder, "levels", _stamp(), _dump, _load)
    uses, facets = reference.parsed(source, _used_properties, form)
    return LevelQuestion(uses, facets, policy.single)


RubricProperties = tuple[frozenset[Iri], dict[Iri, Facet]]


def _used_properties(source: QuadSource) -> RubricProperties:
    known = loader.read_rubrics(source)
    return known.uses, dict(known.facets)


@cache
def _stamp() -> str:
    """A digest of the code whose results are stored."""
    whole = hashlib.blake2b(digest_size=6)
    for name in (__file__, loader.__file__, rubric.__file__):
        whole.update(Path(name).read_bytes())
    return whole.hexdigest()


def _dump(properties: RubricProperties) -> Any:
    uses, facets = properties
    stated = [asdict(one) for one in facets.values()]
    for row in stated:
        row["values"], row["bases"] = sorted(row["values"]), sorted(row["bases"])
    return [sorted(uses), stated]


def _load(content: Any) -> RubricProperties:
    uses, stated = content
    facets = [
        Facet(
            Iri(row["iri"]),
            row["label"],
            tuple(map(Iri, row["properties"])),
            frozenset(row["values"]),
            tuple(row["prefixes"]),
            frozenset(map(Iri, row["bases"])),
            row["unmet_otherwise"],
            row["must_agree"],
        )
        for row in stated
    ]
    return frozenset(map(Iri, uses)), {facet.iri: facet for facet in facets}
