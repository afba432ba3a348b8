"""Gathers the evidence about a model: its own claims and those about nodes that belong to it.

Results, versions, aliases and files belong to a model as nodes of their own; claims about them are
evidence about the model. The resulting levels are stored as triples in one graph, so that a query
can add them up: ``<model> pg:evidenceProfile ?profile`` and ``?profile pg:evidenceDisclosed
pg:parameterCount``. Models with the same levels share a profile, which is named by a digest of its
levels: levels stored per model would be an eighth of all quads of a large store.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Protocol

from provenance_graph.acceptance.evidence import NamedStatements, Overlay, Statements
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.versions import Counting
from provenance_graph.assessment.levels.rules import LevelFinding, LevelQuestion, findings
from provenance_graph.assessment.rubrics import loader as rubric_loader
from provenance_graph.assessment.rubrics.rubric import Rubrics
from provenance_graph.core import graph_names
from provenance_graph.core.claims import Quad, Record, SourcedClaim
from provenance_graph.core.iris import ID, Iri
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.store.values import ANY, QuadSource

GRAPH = graph_names.ASSESSMENT

LINKS = (
    PROV.specializationOf,
    PG.evaluationOf,
    PG.artifactOf,
    PG.resolvesTo,
)
"""Properties by which a node states that it belongs to a model."""

LEVEL_PROPERTIES: dict[Iri, Iri] = {
    PG.LevelVerified: PG.evidenceVerified,
    PG.LevelDisclosed: PG.evidenceDisclosed,
    PG.LevelPartial: PG.evidencePartial,
    PG.LevelEstimate: PG.evidenceEstimate,
    PG.LevelUndisclosed: PG.evidenceUndisclosed,
    PG.LevelContradicted: PG.evidenceContradicted,
    PG.LevelNotApplicable: PG.evidenceNotApplicable,
    PG.LevelUnmet: PG.evidenceUnmet,
}
"""The property for each level; "not assessed" is the absence of all of them."""

MODELS = f"{ID}model/"
PROFILES = f"{ID}evidence-profile/"


class Links(Protocol):
    """Finds the nodes that state a link to a name."""

    def below(self, name: Iri) -> Iterable[Iri]:
        """The nodes with a claim, in any record, that links them to the name."""


class RecordLinks:
    """Links among records in memory, for a full build."""

    def __init__(self, records: Iterable[Record], links: Collection[Iri] = LINKS) -> None:
        self._below: dict[Iri, set[Iri]] = defaultdict(set)
        for record in records:
            for claim in record.claims:
                if claim.predicate in links and isinstance(claim.value, Iri):
                    self._below[claim.value].add(claim.subject)

    def below(self, name: Iri) -> Iterable[Iri]:
        """The nodes with a claim that links them to the name."""
        return self._below.get(name, ())


class SourceLinks:
    """Links in a snapshot or a store, with pending changes applied."""

    def __init__(
        self, source: QuadSource, pending: Overlay | None = None, links: Collection[Iri] = LINKS
    ) -> None:
        self._source, self._links = source, links
        self._dropped = pending.dropped if pending else frozenset[Iri]()
        self._added = RecordLinks(pending.added.values() if pending else (), links)

    def below(self, name: Iri) -> Iterable[Iri]:
        """The nodes with a claim that links them to the name."""
        return {*self._plain(name), *self._annotated(name), *self._added.below(name)}

    def _plain(self, name: Iri) -> Iterator[Iri]:
        for link in self._links:
            for node, _, _, graph in self._source.quads(predicate=link, object=name, graph=ANY):
                if graph not in self._dropped:
                    yield node

    def _annotated(self, name: Iri) -> Iterator[Iri]:
        quads = self._source.quads(predicate=PG.value, object=name, graph=ANY)
        for claim, _, _, graph in list(quads):
            if graph is None or graph in self._dropped:
                continue
            stated = {p: o for _, p, o, _ in self._source.quads(subject=claim, graph=graph)}
            about = stated.get(PG.about)
            if stated.get(PG.property) in self._links and isinstance(about, Iri):
                yield about


def below(
    subject: Iri, statements: NamedStatements, latest: Counting, links: Links
) -> Iterator[SourcedClaim]:
    """Yield the current claims about all nodes linked to a subject, directly or through nodes."""
    seen: set[Iri] = set(statements.names_of(subject))
    waiting = sorted(seen)
    while waiting:
        for result in sorted(links.below(waiting.pop())):
            if result in seen:
                continue
            node = statements.canonical(result)
            for name in statements.names_of(node):
                if name in seen:
                    continue
                seen.add(name)
                stated = [
                    SourcedClaim(claim, header, node)
                    for claim, header in statements.about(name)
                    if latest.known(header) and latest.counts(header)
                ]
                if stated:
                    yield from stated
                    waiting.append(name)


def roots(subjects: Iterable[Iri], statements: Statements) -> set[Iri]:
    """Some subjects and all entities to which they are linked: those whose evidence may change."""
    iris: set[Iri] = set()
    waiting = [statements.canonical(subject) for subject in subjects]
    while waiting:
        here = waiting.pop()
        if here in iris:
            continue
        iris.add(here)
        waiting.extend(
            statements.canonical(claim.value)
            for name in statements.names_of(here)
            for claim, _ in statements.about(name)
            if claim.predicate in LINKS and isinstance(claim.value, Iri)
        )
    return iris


def is_model(subject: Iri, claims: Iterable[SourcedClaim]) -> bool:
    """Whether a subject is a model, by its IRI or by a stated type."""
    return subject.startswith(MODELS) or any(
        stored.claim.predicate == RDF.type and stored.claim.value == PG.Model for stored in claims
    )


def level_quads(
    subject: Iri,
    claims: Iterable[SourcedClaim],
    statements: NamedStatements,
    latest: Counting,
    links: Links,
    question: LevelQuestion,
) -> list[Quad]:
    """The evidence levels of one subject as quads of GRAPH; empty if it is not a model.

    ``claims`` are those of the subject's own view; without them there are no levels either. A full
    build and an update both use this function.
    """
    own = list(claims)
    if not own or not is_model(subject, own):
        return []
    result = findings([*own, *below(subject, statements, latest, links)], question, subject)
    return as_quads(subject, result)


def as_quads(subject: Iri, result: Mapping[Iri, LevelFinding]) -> list[Quad]:
    """Findings as quads of GRAPH: the subject's profile, and the levels of the profile."""
    levels = [
        (LEVEL_PROPERTIES[finding.level], name)
        for name, finding in sorted(result.items())
        if finding.level in LEVEL_PROPERTIES
    ]
    if not levels:
        return []
    stated = "\n".join(f"{level} {name}" for level, name in levels)
    profile = Iri(f"{PROFILES}{hashlib.sha256(stated.encode()).hexdigest()[:16]}")
    return [
        (subject, PG.evidenceProfile, profile, GRAPH),
        *((profile, level, name, GRAPH) for level, name in levels),
    ]


class ModelEvidence:
    """The findings about models of one snapshot, current or as of a day."""

    def __init__(self, snapshot: AcceptedSnapshot, known: Rubrics | None = None) -> None:
        self.snapshot, self.as_of = snapshot, snapshot.as_of
        self.rubrics = known or rubric_loader.from_store(self.snapshot)
        self._links = SourceLinks(snapshot)
        self._latest = snapshot.latest
        self.question = LevelQuestion.of(self.rubrics, self.snapshot.policy.single)

    def claims(self, subject: Iri) -> list[SourcedClaim]:
        """Every claim that counts as evidence about a model."""
        subject = self.snapshot.canonical(subject)
        own = self.snapshot.claims(subject)
        if not own:
            return []
        return [*own, *below(subject, self.snapshot.statements, self._latest, self._links)]

    def findings(self, subject: Iri) -> dict[Iri, LevelFinding]:
        """The findings by property and facet that any rubric uses."""
        return findings(self.claims(subject), self.question, self.snapshot.canonical(subject))


_LEVEL_OF = {prop: level for level, prop in LEVEL_PROPERTIES.items()}


def stored_levels(snapshot: AcceptedSnapshot) -> dict[Iri, dict[Iri, Iri]]:
    """The evidence levels of every model: stored ones, or computed for a past day."""
    return _levels(level_graph(snapshot))


def levels_of(snapshot: AcceptedSnapshot, subject: Iri) -> dict[Iri, Iri]:
    """The evidence levels of one entity: stored ones, else computed.

    They are computed for a past day, and for entities without stored levels.
    """
    subject = snapshot.canonical(subject)
    retained = [] if snapshot.as_of else list(snapshot.quads(subject, graph=GRAPH))
    for _, predicate, profile, _ in list(retained):
        if predicate == PG.evidenceProfile and isinstance(profile, Iri):
            retained += snapshot.quads(profile, graph=GRAPH)
    if known := _levels(retained).get(subject):
        return known
    findings = ModelEvidence(snapshot).findings(subject)
    return _levels(as_quads(subject, findings)).get(subject, {})


def _levels(quads: Iterable[Quad]) -> dict[Iri, dict[Iri, Iri]]:
    levels: dict[Iri, dict[Iri, Iri]] = defaultdict(dict)
    profiles: dict[Iri, Iri] = {}
    for subject, predicate, name, _ in quads:
        if not isinstance(name, Iri):
            continue
        if predicate == PG.evidenceProfile:
            profiles[subject] = name
        elif level := _LEVEL_OF.get(predicate):
            levels[subject][name] = level
    # A store that an earlier version built has levels at the models themselves.
    own = {one: findings for one, findings in levels.items() if not one.startswith(PROFILES)}
    return own | {model: levels[profile] for model, profile in profiles.items()}


def level_graph(snapshot: AcceptedSnapshot) -> Iterator[Quad]:
    """Yield the quads of GRAPH: stored ones, or computed for a past day."""
    if not snapshot.as_of:
        yield from snapshot.quads(graph=GRAPH)
        return
    gathered = ModelEvidence(snapshot)
    for model in snapshot.related(RDF.type, PG.Model):
        yield from as_quads(model, gathered.findings(model))
