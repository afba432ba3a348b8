"""``POST /api/v1/flags``: record that a claim is wrong, with the reason."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from provenance_graph.core import iris
from provenance_graph.core.results import RESULT, dump_json
from provenance_graph.service.api.common.reply import api_router
from provenance_graph.service.api.review.identity import WRITING
from provenance_graph.service.backend import Flag
from provenance_graph.service.sparql.update import allow_write, written_headers


@dataclass(frozen=True, config=ConfigDict(**RESULT, extra="forbid"))
class FlagBody:
    """A claim, named as in ``/claims``, or a record, and the reason why it is wrong."""

    claim: Annotated[str, Field(min_length=1, max_length=1000)]
    why: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


@dataclass(frozen=True, config=RESULT)
class Flagged:
    """The flagged claim, the author, the record of the flag, and the store version that has it."""

    claim: str
    record: str
    author: str
    version: str


def router() -> APIRouter:
    """The route of flags."""
    routes = api_router("claims")

    @routes.post("/flags", response_model=None, responses={200: {"model": Flagged}, **WRITING})
    async def flag(request: Request, body: FlagBody) -> Response:
        """Report that a claim or a whole record is wrong; it is kept and shown with the flag.

        Requires a writable service and a token with the scope `write`. The flag is a record of the
        token's holder: ``DELETE /data?graph=RECORD`` withdraws it.
        """
        writer, who = allow_write(request.app.state.service, request)
        claim = iris.record_named(body.claim)
        written = await writer.flag(Flag(claim, body.why.strip()), who)
        answer = Flagged(claim, written.notes[0], who, written.version)
        headers = written_headers(written.version)
        return Response(dump_json(answer), media_type="application/json", headers=headers)

    return routes
