"""``/api/v1/fleet``: the systems stored in the graph, and the findings on them."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.acceptance.snapshot import AcceptedSnapshot, day_of
from provenance_graph.core.errors import UsageError
from provenance_graph.fleet import KINDS, FleetFinding, System, check, systems_of
from provenance_graph.fleet.answers import FleetAnswer, SystemAnswer
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import DIGITS, AsOf, Many
from provenance_graph.service.api.common.reply import api_router
from provenance_graph.service.api.common.tables import (
    CSV,
    MAX_ROWS,
    AnswerTable,
    TableColumn,
    TableQuery,
    table_reply,
)
from provenance_graph.shapes.findings import Severity

COLUMNS: AnswerTable[FleetFinding] = AnswerTable(
    TableColumn(
        "severity",
        lambda f: f.severity.label.lower(),
        True,
        lambda f: int(f.severity),
        [one.label.lower() for one in Severity],
    ),
    TableColumn("system", lambda f: f.system, facet=True),
    TableColumn("model", lambda f: f.model, facet=True),
    TableColumn("kind", lambda f: f.kind, facet=True, values=KINDS),
    TableColumn("finding", lambda f: f.message),
    TableColumn("path", lambda f: " → ".join(f.path)),
    TableColumn("version", lambda f: f.version),
)
"""Findings on the fleet as a table."""


def router(access: Access) -> APIRouter:
    """The route of the fleet over one store."""
    routes = api_router("fleet")

    @routes.get("/fleet", responses={200: {"model": FleetAnswer, **CSV}})
    def fleet(
        request: Request,
        table: TableQuery,
        system: Annotated[list[str], Query(max_length=50, description="Only these, by id.")] = [],
        kind: Annotated[list[str], Query(max_length=20, description="Only these kinds.")] = [],
        severity: Many = [],
        model: Many = [],
        on: Annotated[str, Query(max_length=40, description="The day to check.")] = "",
        limit: Annotated[int, Query(ge=1, le=MAX_ROWS), DIGITS] = 200,
        asOf: AsOf = "",
    ) -> Response:
        """The systems stored with `fleet import`, and the findings on them, each with its path.

        Findings are in the order of the systems, or sorted by a column; as JSON or CSV.
        """
        snapshot = access.prepared("lineage", asOf)
        table_request = table.by(system=system, kind=kind, severity=severity, model=model)

        def findings() -> tuple[str, list[FleetFinding]]:
            day = day_of(on) or snapshot.day
            results: list[FleetFinding] = snapshot.cached(
                f"fleet {day}", lambda: list(check(snapshot, systems_of(snapshot), day))
            )
            return day, results

        def made() -> FleetAnswer:
            systems = _systems(snapshot, system)
            day, results = findings()
            chosen = COLUMNS.chosen(results, table_request)
            part = COLUMNS.part(results, table_request, limit)
            answer: FleetAnswer = {
                "on": day,
                "systems": [system_json(one) for one in systems],
                "findings": [one.to_json() for one in part.rows],
                "kinds": dict(sorted(Counter(one.kind for one in chosen).items())),
                "total": part.total,
                "shown": len(part.rows),
                "next": part.next,
            }
            return answer if part.facets is None else {**answer, "facets": part.facets}

        def rows() -> list[FleetFinding]:
            _systems(snapshot, system)  # an unknown one is refused
            return findings()[1]

        return table_reply(access, request, snapshot, table_request, made, COLUMNS, rows)

    return routes


def _systems(snapshot: AcceptedSnapshot, wanted: list[str]) -> list[System]:
    systems = list(systems_of(snapshot))
    if unknown := set(wanted) - {one.id for one in systems}:
        known = ", ".join(one.id for one in systems[:10]) or "none: `fleet import` stores some"
        raise UsageError(f"no system {min(unknown)[:60]!r}; there are {known}")
    return [one for one in systems if not wanted or one.id in wanted]


def system_json(system: System) -> SystemAnswer:
    """A system as JSON."""
    return {
        "id": system.id,
        "name": system.name,
        "models": list(system.models),
        "uses": list(system.uses),
        "places": list(system.places),
        "since": system.since or None,
    }
