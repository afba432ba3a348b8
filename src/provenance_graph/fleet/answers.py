"""Result types of the route ``/api/v1/fleet``."""

from __future__ import annotations

from typing import NotRequired

from provenance_graph.core.results import AnswerObject, FacetCount


class FleetFindingAnswer(AnswerObject):
    """A finding on one model of one system, with the path from the system to the cause."""

    system: str
    model: str
    iri: str | None
    kind: str
    severity: str
    finding: str
    path: list[str]
    version: str | None
    new: bool


class SystemAnswer(AnswerObject):
    """A system: the models it uses, the planned uses, the places, and its first day."""

    id: str
    name: str
    models: list[str]
    uses: list[str]
    places: list[str]
    since: str | None


class FleetAnswer(AnswerObject):
    """The systems of a store, and the findings on them on a day."""

    on: str
    systems: list[SystemAnswer]
    findings: list[FleetFindingAnswer]
    kinds: dict[str, int]
    total: int
    shown: int
    next: str | None
    facets: NotRequired[dict[str, list[FacetCount]]]
