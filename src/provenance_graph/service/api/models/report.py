"""``/api/v1/report``: the audit report, the same document that the command writes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.model.naming.resolve import resolve
from provenance_graph.report.facts import USES, report
from provenance_graph.report.html import html
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import AsOf
from provenance_graph.service.api.common.reply import api_router, reply

MAX_MODELS = 50
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups"
)
"""Content security policy of a report: it runs and loads nothing; our own page may frame it."""


def router(access: Access) -> APIRouter:
    """The route of the report over one store."""
    routes = api_router("report")

    @routes.get(
        "/report",
        response_class=Response,
        responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
    )
    def audit_report(
        request: Request,
        model: Annotated[list[str], Query(min_length=1, max_length=MAX_MODELS)],
        use: Annotated[list[str], Query(max_length=20)] = [],
        on: Annotated[str, Query(max_length=40, description="Licence texts of that day.")] = "",
        asOf: AsOf = "",
    ) -> Response:
        """A printable, self-contained audit report of some models."""
        snapshot = access.for_few(asOf)

        def made() -> object:
            subjects = list(dict.fromkeys(resolve(snapshot, name) for name in model))
            return html(report(snapshot, subjects, uses=use or USES, day=on))

        result = reply(
            access,
            request,
            snapshot,
            made,
            media_type="text/html; charset=utf-8",
            write=lambda text: text.encode("utf-8", "backslashreplace"),
        )
        result.headers["content-security-policy"] = POLICY
        return result

    return routes
