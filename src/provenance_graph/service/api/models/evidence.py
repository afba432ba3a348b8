"""``/api/v1/forms``, receipts and bundles: evidence about a model as documents to pass on."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.core.results import dump_json
from provenance_graph.exchange.registry import exporter
from provenance_graph.formats.bundles.envelope import MEDIA_TYPE
from provenance_graph.formats.bundles.keys import PublicKey
from provenance_graph.formats.forms.definition import Form, form_named, forms
from provenance_graph.forms.answers import FilledForm
from provenance_graph.forms.fill import fill
from provenance_graph.forms.render import MEDIA_TYPES, RENDERERS
from provenance_graph.model.bundles.gather import subject_named
from provenance_graph.model.receipt import ReceiptsOf, receipts_of
from provenance_graph.receipts.make import make
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import AsOf
from provenance_graph.service.api.common.reply import api_router, reply
from provenance_graph.service.api.models.export import Format
from provenance_graph.service.api.models.report import POLICY

_FILLED: dict[int | str, dict[str, Any]] = {
    200: {
        "model": FilledForm | Form,
        "content": {
            kind: {"schema": {"type": "string"}}
            for name, kind in MEDIA_TYPES.items()
            if name != "json"
        },
    }
}
_BUNDLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The bundle's file, signed where the operator gave a key "
        "(serve --signing-key); X-Bundle-Signed-By has the key's id, or none.",
        "content": {MEDIA_TYPE: {"schema": {"type": "object"}}},
    }
}


def router(access: Access) -> APIRouter:
    """The routes of forms, receipts and bundles over one store."""
    routes = api_router("evidence")
    _forms(routes, access)
    _receipts(routes, access)
    return routes


def _forms(routes: APIRouter, access: Access) -> None:
    @routes.get("/forms", responses={200: {"model": list[Form]}})
    def listed(request: Request) -> Response:
        """Every form with its sections and fields, and the property that fills each field."""
        return reply(
            access,
            request,
            access.snapshot(),
            lambda: [_plain(one) for one in forms().values()],
        )

    @routes.get("/forms/{id}", responses=_FILLED)
    def filled(
        request: Request,
        id: str,
        model: Annotated[str, Query(max_length=300, description="Whose form.")] = "",
        format: Literal["json", "html", "md"] = "json",
        asOf: AsOf = "",
    ) -> Response:
        """A form filled for a model or dataset; without `model`, the empty form."""
        form = form_named(id)
        snapshot = access.snapshot(asOf)
        if not model:
            return reply(access, request, snapshot, lambda: _plain(form))

        def made() -> FilledForm:
            return fill(snapshot, subject_named(snapshot, model), form)

        kind = MEDIA_TYPES[format]
        answer = reply(
            access,
            request,
            snapshot,
            made,
            media_type=kind if format == "json" else f"{kind}; charset=utf-8",
            write=dump_json if format == "json" else lambda one: RENDERERS[format](one).encode(),
        )
        if format == "html":
            answer.headers["content-security-policy"] = POLICY
        return answer


def _receipts(routes: APIRouter, access: Access) -> None:
    @routes.get("/models/{name:path}/receipts", responses={200: {"model": list[ReceiptsOf]}})
    def receipts(request: Request, name: str, asOf: AsOf = "") -> Response:
        """The sources of every accepted value of a model or dataset."""
        snapshot = access.snapshot(asOf)
        return reply(
            access,
            request,
            snapshot,
            lambda: receipts_of(snapshot, [subject_named(snapshot, name)]),
        )

    @routes.get("/models/{name:path}/bundle", responses=_BUNDLE, response_class=Response)
    def bundle(
        request: Request,
        name: str,
        format: Annotated[list[Format], Query(max_length=12)] = ["cyclonedx"],
        asOf: AsOf = "",
    ) -> Response:
        """An export with every claim, header and identity row behind it, and the policy."""
        snapshot = access.snapshot(asOf)
        for one in format:
            exporter(one)
        key = access.signing
        answer = reply(
            access,
            request,
            snapshot,
            lambda: make(snapshot, [subject_named(snapshot, name)], list(format), key=key),
            media_type=MEDIA_TYPE,
            write=bytes,
        )
        signed_by = PublicKey(key.public_key()).id if key else "none"
        answer.headers["x-bundle-signed-by"] = signed_by
        return answer


def _plain(form: Form) -> object:
    return json.loads(form.model_dump_json(by_alias=True))
