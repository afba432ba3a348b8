"""``/api/v1/conflicts`` and ``/stats``: answers from stored indexes; loaded first at a start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.conflicts.answers import ConflictAnswer, ConflictPage
from provenance_graph.conflicts.kinds import DEFAULT, KINDS
from provenance_graph.conflicts.results import Conflict
from provenance_graph.conflicts.selection import chosen, summary
from provenance_graph.conflicts.stored import StoredConflict, StoredConflicts, ledger
from provenance_graph.core.errors import NotFound
from provenance_graph.model.answers import StatsAnswer
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.indexes import counts
from provenance_graph.service.api.common.parameters import DIGITS, AsOf, Limit, Many
from provenance_graph.service.api.common.reply import api_router, reply
from provenance_graph.service.api.common.tables import (
    CSV,
    AnswerTable,
    TableColumn,
    TableQuery,
    table_reply,
)

COLUMNS: AnswerTable[ConflictAnswer] = AnswerTable(
    TableColumn("subject", lambda c: c["subject"]["label"], facet=True),
    TableColumn("property", lambda c: c["label"], facet=True),
    TableColumn("accepted", lambda c: [s["value"] for s in c["sides"] if s["accepted"]]),
    TableColumn("others", lambda c: [s["value"] for s in c["sides"] if not s["accepted"]]),
    TableColumn("severity", lambda c: c["severity"]),
    TableColumn("what", lambda c: c["kind"], facet=True),
    TableColumn("sources", lambda c: _sources(c), facet=True),
    TableColumn("why", lambda c: c["explanation"]),
)
"""The table of conflicts."""


def _by_kind(counted: Counter[str]) -> dict[str, int]:
    return {name: counted[name] for name in KINDS if counted[name]}


def _sources(conflict: ConflictAnswer) -> list[str]:
    claims = (claim for side in conflict["sides"] for claim in side["claims"])
    return sorted({claim["publisher"]["id"] for claim in claims})


def router(access: Access) -> APIRouter:
    """The routes of the conflict ledger and the counts of one store."""
    routes = api_router("store")
    _ledger(routes, access)
    _counts(routes, access)
    return routes


def _ledger(routes: APIRouter, access: Access) -> None:
    @routes.get("/conflicts", responses={200: {"model": ConflictPage, **CSV}})
    def all_conflicts(
        request: Request,
        table: TableQuery,
        kind: Annotated[list[str], Query(max_length=20)] = [],
        field: Annotated[list[str], Query(max_length=20)] = [],
        developer: Annotated[list[str], Query(max_length=20)] = [],
        all: Annotated[
            bool, Query(description="Every kind; without it those that accuse.")
        ] = False,
        severityMin: Annotated[int, Query(ge=0, le=100), DIGITS] = 0,
        model: Annotated[str, Query(max_length=300)] = "",
        subject: Many = [],
        property: Many = [],
        sources: Many = [],
        limit: Limit = 50,
        asOf: AsOf = "",
    ) -> Response:
        """The conflicts in the store, worst first or sorted by a column; as JSON or CSV."""
        snapshot = access.prepared("conflicts", asOf)
        table_request = table.by(subject=subject, property=property, sources=sources)

        def wanted() -> tuple[Sequence[Conflict | StoredConflict], dict[str, int]]:
            if unknown := [name for name in kind if name not in KINDS]:
                raise NotFound(unknown[0], "kind of conflict", KINDS)
            chosen_kinds = set(kind) or (set(KINDS) if all else set(DEFAULT))
            conflicts = ledger(snapshot)
            if isinstance(conflicts, StoredConflicts) and not (
                severityMin or model or field or developer
            ):  # in a large store only the conflicts shown are read
                return conflicts.of_kinds(chosen_kinds), _by_kind(conflicts.kinds)
            about = resolve(snapshot, model, "anything") if model else None
            results = [
                c
                for c in conflicts
                if c.severity >= severityMin and (about is None or about in c.about())
            ]
            makers = [resolve(snapshot, name, "organization") for name in developer]
            every = chosen(results, (), field, makers, snapshot=snapshot, every=True)
            return [c for c in every if c.kind in chosen_kinds], _by_kind(summary(every))

        def made() -> ConflictPage:
            results, kinds = wanted()
            part = COLUMNS.made(results, lambda c: c.to_json(), table_request, limit)
            answer: ConflictPage = {
                "items": list(part.rows),
                "total": part.total,
                "shown": len(part.rows),
                "next": part.next,
                "kinds": kinds,
            }
            if part.facets is not None:
                answer["facets"] = part.facets
            return answer

        def rows() -> list[ConflictAnswer]:
            return [c.to_json() for c in wanted()[0]]

        return table_reply(access, request, snapshot, table_request, made, COLUMNS, rows)


def _counts(routes: APIRouter, access: Access) -> None:
    @routes.get("/stats", responses={200: {"model": StatsAnswer}})
    def store_counts(request: Request, asOf: AsOf = "") -> Response:
        """Counts of what the store holds, by kind, and the day of the last retrieval."""
        snapshot = access.prepared("stats", asOf)
        return reply(access, request, snapshot, lambda: counts(snapshot).to_json())
