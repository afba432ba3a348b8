"""``/api/v1/fleet``: the systems that the store holds, and what of the graph concerns them."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.acceptance.snapshot import AcceptedSnapshot, day_of
from provenance_graph.core.errors import UsageError
from provenance_graph.fleet import KINDS, FleetFinding, System, check, systems_of
from provenance_graph.fleet.answers import FleetAnswer, SystemAnswer
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import AsOf, Cursor
from provenance_graph.service.api.common.reply import api_router, reply


def router(access: Access) -> APIRouter:
    """The route of the fleet of one store."""
    routes = api_router("fleet")

    @routes.get("/fleet", responses={200: {"model": FleetAnswer}})
    def fleet(
        request: Request,
        system: Annotated[list[str], Query(max_length=50, description="Only these, by id.")] = [],  # noqa: B006
        kind: Annotated[list[str], Query(max_length=20, description="Only these kinds.")] = [],  # noqa: B006
        on: Annotated[str, Query(max_length=40, description="The day that counts.")] = "",
        limit: Annotated[int, Query(ge=1, le=2000)] = 200,
        cursor: Cursor = "",
        asOf: AsOf = "",  # noqa: N803 - the parameter's name
    ) -> Response:
        """Deployments kept with `fleet import`, and the findings on them, each with its path."""
        snapshot = access.prepared("lineage", asOf)

        def made() -> FleetAnswer:
            if unknown := [one for one in kind if one not in KINDS]:
                raise UsageError(f"no kind {unknown[0][:40]!r}; there are {', '.join(KINDS)}")
            day = day_of(on) or snapshot.day
            systems = _systems(snapshot, system)
            findings = snapshot.cached(
                f"fleet {day}", lambda: list(check(snapshot, systems_of(snapshot), day))
            )
            wanted = {one.id for one in systems}
            chosen = [
                one for one in findings if one.system in wanted and (not kind or one.kind in kind)
            ]
            return _answer(day, systems, chosen, limit, cursor)

        return reply(access, request, snapshot, made)

    return routes


def _systems(snapshot: AcceptedSnapshot, wanted: list[str]) -> list[System]:
    systems = list(systems_of(snapshot))
    if unknown := set(wanted) - {one.id for one in systems}:
        known = ", ".join(one.id for one in systems[:10]) or "none: `fleet import` keeps some"
        raise UsageError(f"no system {min(unknown)[:60]!r}; there are {known}")
    return [one for one in systems if not wanted or one.id in wanted]


def _answer(
    day: str, systems: list[System], findings: list[FleetFinding], limit: int, cursor: str
) -> FleetAnswer:
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
        raise UsageError(f"{cursor!r} is not a cursor that this list gave as 'next'")
    start = int(cursor or 0)
    part = findings[start : start + limit]
    end = start + len(part)
    return {
        "on": day,
        "systems": [system_json(one) for one in systems],
        "findings": [one.to_json() for one in part],
        "kinds": dict(sorted(Counter(one.kind for one in findings).items())),
        "total": len(findings),
        "shown": len(part),
        "next": str(end) if part and end < len(findings) else None,
    }


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
