"""``/api/v1/models/…/export/…``: models as documents in the formats of other tools."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri, short_id, shorten
from provenance_graph.exchange.ledger import Exported, Loss
from provenance_graph.exchange.registry import export, exporter, exporters
from provenance_graph.model.bundles.gather import bundle, subject_named
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import AsOf
from provenance_graph.service.api.common.reply import answer_key, api_router, reply

if TYPE_CHECKING:
    Format = str
else:
    Format = Literal[tuple(exporters())]
    """The names of the export formats, as the OpenAPI description lists them."""
DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The document; X-Export-Losses counts what it cannot hold.",
        "content": {
            media_type: {"schema": {} if "json" in media_type else {"type": "string"}}
            for media_type in sorted({one.media_type for one in exporters().values()})
        },
    }
}


class LossAnswer(BaseModel):
    """An accepted property that a document of a format cannot hold, with the reason."""

    property: str
    iri: str
    reason: str
    subjects: list[str]


class LossesAnswer(BaseModel):
    """All accepted properties of a model that a document of a format cannot hold."""

    id: str
    format: str
    losses: list[LossAnswer]


class ExportFormat(BaseModel):
    """A format to which models can be exported, and the place of each property in it."""

    format: str
    title: str
    mediaType: str
    suffix: str
    describesOne: str | None
    holds: dict[str, str]
    otherwise: str


def router(access: Access) -> APIRouter:
    """The routes of exports over one store."""
    routes = api_router("export")

    _formats(routes, access)
    _losses(routes, access)
    _document(routes, access)
    return routes


def _formats(routes: APIRouter, access: Access) -> None:
    @routes.get("/exports", responses={200: {"model": list[ExportFormat]}})
    def formats(request: Request) -> Response:
        """The formats to which models can be exported, with the properties that each holds."""

        def listed() -> object:
            return [
                {
                    "format": one.format,
                    "title": one.title,
                    "mediaType": one.media_type,
                    "suffix": one.suffix,
                    "describesOne": one.alone or None,
                    "holds": {shorten(p): location for p, location in sorted(one.terms.items())},
                    "otherwise": one.otherwise,
                }
                for one in exporters().values()
            ]

        return reply(access, request, access.snapshot(), listed)


def _losses(routes: APIRouter, access: Access) -> None:
    @routes.get(
        "/models/{name:path}/export/{format}/losses", responses={200: {"model": LossesAnswer}}
    )
    def losses(request: Request, name: str, format: Format, asOf: AsOf = "") -> Response:
        """The properties of a model that a document of the format cannot hold, with reasons."""
        snapshot = access.snapshot(asOf)

        def listed() -> object:
            subject, exported = _exported(snapshot, name, format)
            return {
                "id": short_id(subject),
                "format": format,
                "losses": [loss_json(loss) for loss in exported.losses],
            }

        return reply(access, request, snapshot, listed)


def _document(routes: APIRouter, access: Access) -> None:
    @routes.get("/models/{name:path}/export/{format}", responses=DOCUMENT, response_class=Response)
    def document(request: Request, name: str, format: Format, asOf: AsOf = "") -> Response:
        """A model or a dataset with its lineage, as a document in the format."""
        snapshot = access.snapshot(asOf)
        counted = f"losses of {answer_key(request, snapshot)}"

        def written() -> Exported:
            _, exported = _exported(snapshot, name, format)
            access.answers.keep(counted, str(len(exported.losses)).encode())
            return exported

        writer = exporter(format)
        answer = reply(
            access,
            request,
            snapshot,
            written,
            media_type=writer.media_type,
            write=lambda exported: exported.text.encode(),
        )
        if answer.status_code == 200:
            count = access.answers.find(counted) or str(len(written().losses)).encode()
            answer.headers["X-Export-Losses"] = count.decode()
            answer.headers["Content-Disposition"] = (
                f'attachment; filename="{_file(name)}.{writer.suffix}"'
            )
        return answer


def _exported(snapshot: AcceptedSnapshot, name: str, format: str) -> tuple[Iri, Exported]:
    subject = subject_named(snapshot, name)
    return subject, export(bundle(snapshot, [subject]), format)


def loss_json(loss: Loss) -> dict[str, object]:
    """A loss as JSON."""
    return {
        "property": shorten(loss.property),
        "iri": loss.property,
        "reason": loss.reason,
        "subjects": [short_id(subject) for subject in loss.subjects],
    }


def _file(name: str) -> str:
    """A file name from the name of a model: letters, digits, dots and dashes only, at most 80.

    >>> _file("anthropic/claude-haiku-4-5"), _file("../é")
    ('claude-haiku-4-5', 'model')
    """
    return re.sub(r"[^A-Za-z0-9.-]+", "-", name.rsplit("/", 1)[-1]).strip("-.")[:80] or "model"
