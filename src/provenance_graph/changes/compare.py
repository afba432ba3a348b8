"""Compares models field by field with their disclosure status, or one model on several days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from provenance_graph import reference
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.evidence.gather import ModelEvidence, levels_of
from provenance_graph.assessment.levels.rules import LevelFinding
from provenance_graph.assessment.rubrics.loader import from_store
from provenance_graph.assessment.rubrics.rubric import Rubric
from provenance_graph.assessment.score import (
    ScoreDifference,
    assess,
    rounded,
    score_differences,
    span,
)
from provenance_graph.assessment.totals import Calculator, Total
from provenance_graph.changes.profiles import profile_of
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import PG
from provenance_graph.store.values import QuadSource

if TYPE_CHECKING:
    from provenance_graph.changes.answers import (
        ComparedField,
        ComparisonAnswer,
        MovedItem,
        ScoreRow,
    )
    from provenance_graph.core.results import Cell
    from provenance_graph.model.answers import FieldAnswer, ProfileAnswer

MAX_SIDES = 6
SAME, DIFFERS, GAP, SILENT = "same", "differs", "not stated for all", "stated for none"
"""The kinds of rows; ``SILENT`` rows are left out of tables."""


@dataclass(frozen=True, slots=True)
class ComparedModel:
    """One model, current or as of a day: its profile and its scores.

    ``findings`` are the findings behind the scores, if days of one model are compared.
    """

    profile: ProfileAnswer
    scores: tuple[tuple[Rubric, Total], ...]
    findings: Mapping[Iri, LevelFinding]

    @property
    def heading(self) -> str:
        """The name, with the day if it is not current."""
        day = f" on {self.profile['asOf']}" if self.profile["asOf"] else ""
        return f"{self.profile['name']}{day}"


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One field of all models."""

    section: str
    cells: tuple[FieldAnswer, ...]

    @property
    def kind(self) -> str:
        """Whether the values are the same, differ, are missing for some, or missing for all."""
        values = [frozenset(map(_identity, cell["values"])) for cell in self.cells]
        if not any(values):
            return SILENT
        if not all(values):
            return GAP
        return SAME if len(set(values)) == 1 else DIFFERS

    @property
    def differs(self) -> bool:
        """Whether a value or a disclosure status in the row differs."""
        return self.kind in (DIFFERS, GAP) or len({cell["status"] for cell in self.cells}) > 1


def _identity(value: Cell) -> object:
    """The comparison key of a value: the IRI of an entity, else the value itself."""
    return value["iri"] if isinstance(value, dict) else value


@dataclass(frozen=True, slots=True)
class Comparison:
    """The compared models and fields; rows in the order of a model page."""

    columns: tuple[ComparedModel, ...]
    rows: tuple[ComparedRow, ...]

    def __repr__(self) -> str:
        models = ", ".join(column.profile["id"] for column in self.columns)
        differing = sum(row.differs for row in self.rows)
        return f"<comparison of {models}: {differing} of {len(self.rows)} fields differ>"

    def to_json(self) -> ComparisonAnswer:
        """The comparison as a JSON answer: columns, scores per rubric, then fields by section."""
        sections: dict[str, list[ComparedField]] = {}
        for row in self.rows:
            sections.setdefault(row.section, []).append(_row(row))
        return {
            "columns": [
                {
                    "iri": c.profile["iri"],
                    "id": c.profile["id"],
                    "name": c.profile["name"],
                    "heading": c.heading,
                    "asOf": c.profile["asOf"],
                    "records": c.profile["records"],
                }
                for c in self.columns
            ],
            "scores": [
                self._score(one) for one in zip(*(c.scores for c in self.columns), strict=True)
            ],
            "sections": [{"name": name, "fields": rows} for name, rows in sections.items()],
            "counts": self.counts(),
            "moved": self._moved(),
        }

    def counts(self) -> dict[str, int]:
        """The number of fields that are the same, differ, are stated for some only, or for none."""
        kinds = [row.kind for row in self.rows]
        return {kind: kinds.count(kind) for kind in (SAME, DIFFERS, GAP, SILENT)}

    def _score(self, scores: Sequence[tuple[Rubric, Total]]) -> ScoreRow:
        rubric = scores[0][0]
        return {
            "rubric": {"iri": rubric.iri, "id": rubric.id, "label": rubric.label},
            "version": rubric.version,
            "maximum": float(rubric.maximum),
            "differs": len({(s.low, s.high) for _, s in scores}) > 1,
            "cells": [
                {
                    "low": rounded(s.low),
                    "high": rounded(s.high),
                    "shown": span(s.low, s.high, rubric),
                    "grade": s.grade or None,
                    "possibleGrade": s.possible_grade or None,
                }
                for _, s in scores
            ],
        }

    def _moved(self) -> list[MovedItem]:
        """Between two days of one model: the items that changed, with the cause."""
        subjects = {column.profile["iri"] for column in self.columns}
        if len(subjects) != 1 or len(self.columns) != 2:
            return []
        return [
            {
                "rubric": rubric.id,
                "item": change.item.iri,
                "label": change.item.label,
                "before": local_name(change.before).removeprefix("Level"),
                "after": local_name(change.after).removeprefix("Level"),
                "points": rounded(change.points, 2),
                "because": [local_name(name) for name in change.because],
            }
            for rubric, change in self._differences(*self.columns)
        ]

    def _differences(
        self, one: ComparedModel, two: ComparedModel
    ) -> Iterator[tuple[Rubric, ScoreDifference]]:
        subject = Iri(one.profile["iri"])
        for rubric, _ in one.scores:
            sides = (
                assess(subject, rubric, c.findings, c.profile["asOf"] or "") for c in (one, two)
            )
            for change in score_differences(*sides):
                yield rubric, change


def _row(row: ComparedRow) -> ComparedField:
    field = row.cells[0]
    return {
        "property": field["property"],
        "iri": field["iri"],
        "label": field["label"],
        "unit": field["unit"],
        "kind": row.kind,
        "differs": row.differs,
        "cells": [
            {
                "values": cell["values"],
                "status": cell["status"],
                "state": cell["state"],
                "contested": cell["contested"],
                "sources": cell["sources"],
                "estimates": [estimate["value"] for estimate in cell["estimates"]],
            }
            for cell in row.cells
        ],
    }


def compare(snapshot: AcceptedSnapshot, subjects: Sequence[Iri]) -> Comparison:
    """Compare two to six different models; raises UsageError for fewer or more."""
    entities = list(dict.fromkeys(snapshot.canonical(subject) for subject in subjects))
    if not 2 <= len(entities) <= MAX_SIDES:
        raise UsageError(
            f"compare takes 2 to {MAX_SIDES} different models, not {len(entities)}; "
            "one model alone is compared with itself on two dates with --as-of"
        )
    return _side_by_side(
        ComparedModel(
            profile_of(snapshot, entity, alone=True),
            _totals(snapshot, entity, levels_of(snapshot, entity)),
            {},
        )
        for entity in entities
    )


def compare_dates(snapshot: AcceptedSnapshot, subject: Iri, days: Sequence[str]) -> Comparison:
    """Compare one model as known on each of the days; an empty day is the present.

    Raises UsageError for fewer than two days or more than MAX_SIDES.
    """
    if not 2 <= len(days) <= MAX_SIDES:
        raise UsageError(f"compare one model on 2 to {MAX_SIDES} dates, not {len(days)}")
    return _side_by_side(_explained(snapshot.at(day), subject) for day in days)


def _side_by_side(columns: Iterable[ComparedModel]) -> Comparison:
    made = tuple(columns)
    sections = zip(*(column.profile["sections"] for column in made), strict=True)
    rows = tuple(
        ComparedRow(section[0]["name"], cells)
        for section in sections
        for cells in zip(*(one["fields"] for one in section), strict=True)
    )
    return Comparison(made, rows)


def _explained(snapshot: AcceptedSnapshot, subject: Iri) -> ComparedModel:
    """A model with the findings behind its levels, from the claims about all nodes of the model."""
    findings = ModelEvidence(snapshot).findings(subject)
    scores = _totals(snapshot, subject, {name: f.level for name, f in findings.items()})
    return ComparedModel(profile_of(snapshot, subject, alone=True), scores, findings)


def _totals(
    snapshot: AcceptedSnapshot, subject: Iri, levels: Mapping[Iri, Iri]
) -> tuple[tuple[Rubric, Total], ...]:
    calculators = reference.parsed(snapshot, _calculators)
    return calculators.totals(snapshot.canonical(subject), levels)


def _calculators(source: QuadSource) -> _Calculators:
    return _Calculators(from_store(source))


class _Calculators:
    """The calculators of all computed rubrics, which reuse partial results between models."""

    def __init__(self, rubrics: Iterable[Rubric]) -> None:
        self._all = [
            (rubric, Calculator(rubric))
            for rubric in sorted((r for r in rubrics if r.is_computed), key=_order)
        ]
        self._lock = Lock()

    def totals(self, subject: Iri, levels: Mapping[Iri, Iri]) -> tuple[tuple[Rubric, Total], ...]:
        """The total of one model under every rubric."""
        looked_at = {k: level for k, level in levels.items() if level != PG.LevelNotAssessed}
        with self._lock:
            return tuple((rubric, one.total(subject, looked_at)) for rubric, one in self._all)


def _order(rubric: Rubric) -> tuple[int, str]:
    kinds = (PG.WeightedScheme, PG.ClassScheme, PG.ChecklistScheme)
    return (kinds.index(rubric.kind), rubric.id)
