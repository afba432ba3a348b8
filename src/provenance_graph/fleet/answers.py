"""Result types of the route ``/api/v1/fleet``."""

from __future__ import annotations

from typing import NotRequired

from provenance_graph.core.results import AnswerObject, FacetCount


class FleetFindingAnswer(AnswerObject):
    """One finding on one model of one system, and the path from the system to its cause."""

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
    """A system: the models it uses, for what, where and since when."""

    id: str
    name: str
    models: list[str]
    uses: list[str]
    places: list[str]
    since: str | None


class FleetAnswer(AnswerObject):
    """The systems of a store and what of the graph concerns them on a day."""

    on: str
    systems: list[SystemAnswer]
    findings: list[FleetFindingAnswer]
    kinds: dict[str, int]
    total: int
    shown: int
    next: str | None
    facets: NotRequired[dict[str, list[FacetCount]]]
