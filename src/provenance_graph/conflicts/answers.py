"""JSON types of the answers of the conflict routes."""

from __future__ import annotations

from typing import NotRequired

from provenance_graph.core.results import AnswerObject, FacetCount, Ref
from provenance_graph.model.answers import ClaimAnswer


class SideAnswer(AnswerObject):
    """One value of a conflict, with the claims that state it."""

    value: str
    accepted: bool
    claims: list[ClaimAnswer]


class ConflictAnswer(AnswerObject):
    """A conflict: a property of a subject, and the sides on which claims disagree."""

    subject: Ref
    property: str
    label: str
    kind: str
    severity: int
    explanation: str
    sides: list[SideAnswer]


class ConflictList(AnswerObject):
    """The conflicts of one model, worst first; ``kinds`` counts all of them by kind."""

    items: list[ConflictAnswer]
    total: int
    kinds: dict[str, int]


class ConflictPage(AnswerObject):
    """A page of the list of all conflicts, worst first; ``kinds`` counts all of them by kind."""

    items: list[ConflictAnswer]
    total: int
    shown: int
    next: str | None
    kinds: dict[str, int]
    facets: NotRequired[dict[str, list[FacetCount]]]
