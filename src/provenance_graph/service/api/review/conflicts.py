"""``/api/v1/conflicts`` and ``/stats``: what is cached for each version, loaded first at a start."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.conflicts.answers import ConflictPage
from provenance_graph.conflicts.kinds import DEFAULT, KINDS
from provenance_graph.conflicts.selection import chosen, summary
from provenance_graph.conflicts.stored import ledger
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.model.answers import StatsAnswer
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.indexes import counts
from provenance_graph.service.api.common.parameters import AsOf, Cursor, Limit
from provenance_graph.service.api.common.reply import api_router, reply


def router(access: Access) -> APIRouter:
    """The ledger of conflicts and the counts of one store."""
    routes = api_router("store")
    _ledger(routes, access)
    _counts(routes, access)
    return routes


def _ledger(routes: APIRouter, access: Access) -> None:
    @routes.get("/conflicts", responses={200: {"model": ConflictPage}})
    def all_conflicts(
        request: Request,
        kind: Annotated[list[str], Query(max_length=20)] = [],  # noqa: B006
        field: Annotated[list[str], Query(max_length=20)] = [],  # noqa: B006
        developer: Annotated[list[str], Query(max_length=20)] = [],  # noqa: B006
        all: Annotated[
            bool, Query(description="Every kind; without it those that accuse.")
        ] = False,
        severityMin: Annotated[int, Query(ge=0, le=100)] = 0,  # noqa: N803
        model: Annotated[str, Query(max_length=300)] = "",
        limit: Limit = 50,
        cursor: Cursor = "",
        asOf: AsOf = "",  # noqa: N803
    ) -> Response:
        """The ledger of conflicts, worst first."""
        snapshot = access.prepared("conflicts", asOf)

        def made() -> ConflictPage:
            subject = resolve(snapshot, model, "anything") if model else None
            results = [
                c for c in ledger(snapshot)
                if c.severity >= severityMin and (subject is None or subject in c.about())
            ]  # fmt: skip
            makers = [resolve(snapshot, name, "organization") for name in developer]
            every = chosen(results, (), field, makers, snapshot=snapshot, every=True)
            kinds = summary(every)
            if unknown := [name for name in kind if name not in KINDS]:
                raise NotFound(unknown[0], "kind of conflict", KINDS)
            shown = set(kind) or (set(KINDS) if all else set(DEFAULT))
            wanted = [c for c in every if c.kind in shown]
            start = _offset(cursor)
            part = wanted[start : start + limit]
            end = start + len(part)
            return {
                "items": [c.to_json() for c in part],
                "total": len(wanted),
                "shown": len(part),
                "next": str(end) if part and end < len(wanted) else None,
                "kinds": {name: kinds[name] for name in KINDS if kinds[name]},
            }

        return reply(access, request, snapshot, made)


def _offset(cursor: str) -> int:
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
        raise UsageError(f"{cursor!r} is not a cursor that this list gave as 'next'")
    return int(cursor or 0)


def _counts(routes: APIRouter, access: Access) -> None:
    @routes.get("/stats", responses={200: {"model": StatsAnswer}})
    def store_counts(request: Request, asOf: AsOf = "") -> Response:  # noqa: N803
        """What the store holds, by kind, and when anything was last retrieved."""
        snapshot = access.prepared("stats", asOf)
        return reply(access, request, snapshot, lambda: counts(snapshot).to_json())
