"""``/api/v1/impact``: the entities affected if a model or dataset is withdrawn."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.fleet import impact as affected
from provenance_graph.lineage.answers import ImpactAnswer, ImpactNode
from provenance_graph.model.naming.resolve import resolve
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

COLUMNS: AnswerTable[ImpactNode] = AnswerTable(
    TableColumn("what", lambda n: n["label"]),
    TableColumn("kind", lambda n: n["kind"], facet=True),
    TableColumn("distance", lambda n: n["distance"], facet=True),
    TableColumn("relation", lambda n: n["through"]["relationName"], facet=True),
    TableColumn("through", lambda n: short_id(n["through"]["parent"]), facet=True),
    TableColumn("licence", lambda n: [_licence(one["label"]) for one in n["licences"]], facet=True),
    TableColumn("iri", lambda n: n["iri"]),
)
"""The table of affected entities."""


def _licence(label: str) -> str:
    """The label of a licence without its namespace: ``llama-3.1``, ``MIT``."""
    return label.removeprefix("id:").removeprefix("licence/").removeprefix("licence:")


def router(access: Access) -> APIRouter:
    """The route over one store."""
    routes = api_router("store")
    _impact(routes, access)
    return routes


def _impact(routes: APIRouter, access: Access) -> None:
    @routes.get("/impact", responses={200: {"model": ImpactAnswer, **CSV}})
    def impact(
        request: Request,
        thing: Annotated[str, Query(max_length=300, description="A model or a dataset.")],
        table: TableQuery,
        kind: Many = [],
        distance: Many = [],
        relation: Many = [],
        through: Many = [],
        licence: Many = [],
        limit: Annotated[int, Query(ge=1, le=MAX_ROWS), DIGITS] = 200,
        asOf: AsOf = "",
    ) -> Response:
        """Entities affected if a model or dataset is withdrawn, with our deployments and offers.

        Nearest first, or sorted by a column; as JSON, or the affected entities as CSV.
        """
        snapshot = access.for_few(asOf)
        table_request = table.by(
            kind=kind, distance=distance, relation=relation, through=through, licence=licence
        )

        def read(maximum: int) -> ImpactAnswer:
            return affected(snapshot, entity_named(snapshot, thing), limit=maximum).to_json()

        def made() -> ImpactAnswer:
            if table_request.first_only:
                return read(limit)
            answer = read(MAX_ROWS)
            part = COLUMNS.part(answer["nodes"], table_request, limit)
            answer |= {
                "nodes": list(part.rows),
                "shown": len(part.rows),
                "of": part.total,
                "truncated": answer["truncated"] or part.next is not None,
                "next": part.next,
            }
            return answer if part.facets is None else {**answer, "facets": part.facets}

        return table_reply(
            access, request, snapshot, table_request, made, COLUMNS, lambda: read(MAX_ROWS)["nodes"]
        )


def entity_named(snapshot: AcceptedSnapshot, text: str) -> Iri:
    """The model or dataset that a user's text denotes; raises NotFound, Ambiguous."""
    return resolve(snapshot, text, "described")
