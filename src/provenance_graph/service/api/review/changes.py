"""``/api/v1/changes``: what commits changed in the accepted view, as JSON, Atom or a JSON Feed."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.changes import feeds
from provenance_graph.changes.answers import ChangesAnswer
from provenance_graph.changes.log import ChangeLog
from provenance_graph.core.encoding import as_json
from provenance_graph.service.api.common import cited
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import DIGITS
from provenance_graph.service.api.common.reply import api_router, etag_of
from provenance_graph.service.http.cache import is_held
from provenance_graph.service.http.problems import refuse

FORMATS = Literal["", "json", "atom", "jsonfeed"]
MEDIA = {"json": "application/json", "atom": feeds.ATOM, "jsonfeed": feeds.JSON_FEED}


def router(access: Access) -> APIRouter:
    """The route of the change log of one store."""
    routes = api_router("changes")

    @routes.get(
        "/changes",
        response_model=None,
        responses={
            200: {
                "model": ChangesAnswer,
                "content": {feeds.ATOM: {"schema": {"type": "string"}}, feeds.JSON_FEED: {}},
            }
        },
    )
    def changes(
        request: Request,
        since: Annotated[str, Query(max_length=100, description="A version; else the last.")] = "",
        limit: Annotated[int, Query(ge=1, le=1000), DIGITS] = 100,
        format: FORMATS = "",
    ) -> Response:
        """Commits since a version, oldest first; 410 where the log does not reach back to it."""
        snapshot = access.snapshot()
        form = format or _wanted(request)
        if form != "json" and cited.wants(request):
            raise refuse(422, "No receipts here", "a feed carries none; ask for JSON", "parameter")
        headers = {
            "ETag": etag_of(snapshot, form),
            "X-Store-Version": snapshot.version,
            "Cache-Control": "no-cache",
            "Vary": "Accept",
        }
        if is_held(request, headers):
            return Response(status_code=304, headers=headers)
        log = ChangeLog(access.store.root)  # of the state that is served
        commits = (
            log.since(since, snapshot.version, limit=limit)
            if since
            else log.last(snapshot.version, min(limit, 50))
        )
        url = request.app.state.service.url(request, "/api/v1/changes?format=" + form)
        if form == "atom":
            body = feeds.atom(commits, url, snapshot.label)
        elif form == "jsonfeed":
            body = as_json(feeds.json_feed(commits, url, snapshot.label))
        else:
            oldest = log.oldest(snapshot.version)
            page: object = feeds.page(since or oldest, snapshot.version, oldest, commits)
            page = cited.cited(request, snapshot, page) if cited.wants(request) else page
            body = as_json(page)
        return Response(body, headers=headers, media_type=MEDIA[form])

    return routes


def _wanted(request: Request) -> str:
    """The format requested by the Accept header: ``atom`` or ``jsonfeed``, else ``json``."""
    accept = request.headers.get("accept", "")
    for form in ("atom", "jsonfeed"):
        if MEDIA[form] in accept:
            return form
    return "json"
