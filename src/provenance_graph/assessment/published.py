"""Scores that others published, with their scheme, version, date and subject.

An index may have judged a configuration, a version, another model of the same developer, or the
developer alone. The relation is stated with the score, and the distance from ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.rubrics.rubric import Rubric, Rubrics, rubric_id
from provenance_graph.assessment.score import rounded
from provenance_graph.core.claims import Header, Value
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.results import source_ref
from provenance_graph.core.terms import DCTERMS, PG, PROV

if TYPE_CHECKING:
    from provenance_graph.assessment.answers import PublishedTotal
    from provenance_graph.core.results import Ref

SAME, FORM, PARENT, SIBLING, DEVELOPER = (
    "this model",
    "a version or configuration of it",
    "the model it is a version of",
    "another model of the developer",
    "the developer, by no model in particular",
)


@dataclass(frozen=True, slots=True)
class PublishedScores:
    """One published assessment and the entity that it judged.

    ``score`` of ``maximum`` is the publisher's own total; if it gives none, the score is the sum of
    ``added_up`` published results. ``relation`` is the relation of the judged entity to the model
    of the query.
    """

    node: Iri
    scheme: Iri
    subject: Iri
    relation: str
    score: Fraction | None = None
    maximum: Fraction | None = None
    added_up: int = 0
    grade: str = ""
    evaluator: Iri | None = None
    date: str = ""
    version: str = ""
    sources: tuple[Header, ...] = ()

    @property
    def percent(self) -> Fraction | None:
        """The score on a scale to 100, to compare different scales; None without a score."""
        if self.score is None or not self.maximum:
            return None
        return 100 * self.score / self.maximum

    def to_json(self, known: Rubrics, labels: Mapping[Iri, str]) -> PublishedTotal:
        """The assessment as JSON, with labels for IRIs."""
        subject: Ref = {
            "iri": self.subject,
            "id": short_id(self.subject),
            "label": labels[self.subject],
        }
        evaluator = self.evaluator
        return {
            "iri": self.node,
            "scheme": {
                "iri": self.scheme,
                "id": rubric_id(self.scheme),
                "label": known.label(self.scheme),
            },
            "subject": subject,
            "relation": self.relation,
            "sameModel": self.relation in (SAME, FORM),
            "score": None if self.score is None else float(self.score),
            "maximum": None if self.maximum is None else float(self.maximum),
            "percent": None if self.percent is None else rounded(self.percent),
            "addedUpFrom": self.added_up or None,
            "grade": self.grade or None,
            "evaluator": None
            if evaluator is None
            else {"iri": evaluator, "id": short_id(evaluator), "label": labels[evaluator]},
            "date": self.date or None,
            "version": self.version or None,
            "sources": [source_ref(header) for header in self.sources],
        }


def distance(published: PublishedScores, low: Fraction, high: Fraction) -> Fraction | None:
    """Points of 100 between a published score and a range, 0 inside it; None without score."""
    percent = published.percent
    if percent is None:
        return None
    return max(low - percent, percent - high, Fraction(0))


def published(snapshot: AcceptedSnapshot, subject: Iri, known: Rubrics) -> list[PublishedScores]:
    """Every published assessment of a model, its forms, its siblings and its developer.

    Sorted by relation (the model itself first), then by scheme and date.
    """
    subject = snapshot.canonical(subject)
    publisheds: dict[Iri, PublishedScores] = {}
    for relation, entities, link in _relations(snapshot, subject):
        for entity in entities:
            for node, *_ in snapshot.quads(predicate=link, object=entity):
                if node not in publisheds:
                    made = read(snapshot, node, entity, relation, known)
                    if made is not None:
                        publisheds[node] = made
    order = [SAME, FORM, PARENT, SIBLING, DEVELOPER]
    return sorted(
        publisheds.values(), key=lambda p: (order.index(p.relation), p.scheme, p.date, p.node)
    )


def _relations(snapshot: AcceptedSnapshot, subject: Iri) -> Iterator[tuple[str, list[Iri], Iri]]:
    """Yield relation, entities and link property of assessments, the nearest relation first."""
    yield SAME, [subject], PG.assessmentOf
    yield FORM, _closure(snapshot, [subject], down=True), PG.assessmentOf
    yield PARENT, _closure(snapshot, [subject], down=False), PG.assessmentOf
    makers = [o for _, _, o, _ in snapshot.quads(subject, DCTERMS.creator) if isinstance(o, Iri)]
    for maker in makers:
        siblings = {s for s, *_ in snapshot.quads(predicate=DCTERMS.creator, object=maker)}
        yield SIBLING, sorted(siblings - {subject}), PG.assessmentOf
    yield DEVELOPER, makers, PG.assessedSubject


def _closure(snapshot: AcceptedSnapshot, start: Iterable[Iri], *, down: bool) -> list[Iri]:
    iris: list[Iri] = []
    waiting = list(start)
    while waiting:
        here = waiting.pop()
        near: Iterable[Value]
        if down:
            near = [s for s, *_ in snapshot.quads(predicate=PROV.specializationOf, object=here)]
        else:
            near = [o for _, _, o, _ in snapshot.quads(here, PROV.specializationOf)]
        for entity in near:
            if isinstance(entity, Iri) and entity not in iris:
                iris.append(entity)
                waiting.append(entity)
    return sorted(iris)


def read(
    snapshot: AcceptedSnapshot, node: Iri, entity: Iri, relation: str, known: Rubrics
) -> PublishedScores | None:
    """Read one published assessment of an entity; None if it is unknown on the snapshot's day."""
    seen = snapshot.view(node)
    stated: dict[Iri, Value] = {p: o for _, p, o, _ in seen.quads}
    scheme = stated.get(PG.scheme)
    if not isinstance(scheme, Iri):
        return None
    score, maximum = _number(stated.get(PG.score)), _number(stated.get(PG.maxScore))
    added_up = 0
    if score is None:
        score, maximum, added_up = _added(snapshot, node, known.schemes.get(scheme))
    evaluator = stated.get(PG.evaluator)
    headers = {stored.header.record: stored.header for stored in seen.claims}
    return PublishedScores(
        node=node,
        scheme=scheme,
        subject=entity,
        relation=relation,
        score=score,
        maximum=maximum,
        added_up=added_up,
        grade=str(stated.get(PG.grade, stated.get(PG.verdict, ""))),
        evaluator=evaluator if isinstance(evaluator, Iri) else None,
        date=str(stated.get(DCTERMS.date, "")),
        version=str(stated.get(PG.rubricVersion, "")),
        sources=tuple(header for _, header in sorted(headers.items())),
    )


def _number(value: Value | None) -> Fraction | None:
    try:
        return None if value is None else Fraction(str(value))
    except ValueError:
        return None


def _added(
    snapshot: AcceptedSnapshot, node: Iri, rubric: Rubric | None
) -> tuple[Fraction | None, Fraction | None, int]:
    """The sum of the criterion results that an index published, the maximum, and their number.

    A result with a score counts with that score; one with a level counts as that level does in the
    scheme. Criteria without a result count nothing.
    """
    if rubric is None:
        return None, None, 0
    worth = {c.iri: c.maximum for c in rubric.criteria}
    total, count = Fraction(0), 0
    for result, *_ in snapshot.quads(predicate=DCTERMS.isPartOf, object=node):
        results = {p: o for _, p, o, _ in snapshot.view(result).quads}
        criterion = results.get(PG.criterion)
        if not isinstance(criterion, Iri) or criterion not in worth:
            continue
        score, level = _number(results.get(PG.score)), results.get(PG.level)
        if score is None and isinstance(level, Iri) and level in rubric.factors:
            score = worth[criterion] * rubric.factors[level][0]
        if score is not None:
            total, count = total + score, count + 1
    return (total, rubric.maximum, count) if count else (None, None, 0)


def labels(snapshot: AcceptedSnapshot, made: Iterable[PublishedScores]) -> dict[Iri, str]:
    """The labels of the entities that published assessments name."""
    entities = {entity for p in made for entity in (p.subject, p.evaluator) if entity is not None}
    return {entity: label(snapshot, entity) or short_id(entity) for entity in sorted(entities)}
