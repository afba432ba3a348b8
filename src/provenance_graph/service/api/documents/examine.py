"""``POST /api/v1/check`` and ``/validate``: check a document by format, shapes and store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.checking import spelling
from provenance_graph.checking.against import Offered, checker_named, offered
from provenance_graph.checking.documents import Checker, Examined
from provenance_graph.checking.fleets import FleetDocuments
from provenance_graph.checking.preview import PreviewChange, preview
from provenance_graph.checking.upstream import Upstream
from provenance_graph.core import rdf
from provenance_graph.core.claims import Record, Value
from provenance_graph.core.encoding import as_json
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.results import dump_json
from provenance_graph.formats.document import Document
from provenance_graph.model.receipt import cited
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.body import DOCUMENT_BODY, document_name, limited_body
from provenance_graph.service.api.common.parameters import Many
from provenance_graph.service.api.common.reply import api_router, reply
from provenance_graph.service.api.documents import answers
from provenance_graph.service.http.threads import in_thread
from provenance_graph.shapes.findings import Finding, Severity, order
from provenance_graph.shapes.reports import as_object

MAX_CLAIMS = 5_000
"""Maximum number of claims of a document that is checked against the store; the command checks
larger ones."""
MAX_CHANGES = 500
MAX_FINDINGS = 500
MAX_MODELS = 200
"""Maximum number of models of a fleet that are checked over HTTP; the command checks larger
fleets."""
READER = "provenance_graph.service.api.documents.check:check"


def router(access: Access) -> APIRouter:
    """The routes that check documents against one store."""
    routes = api_router("check")

    @routes.get("/check/lists", response_model=None, responses={200: {"model": list[Offered]}})
    def listed(request: Request) -> Response:
        """The values of ``against``: lists of elements, forms and rubrics, by id."""
        snapshot = access.snapshot()
        return reply(access, request, snapshot, lambda: offered(snapshot), write=dump_json)

    @routes.post(
        "/check",
        responses={200: {"model": answers.CitedExaminedAnswer}},
        openapi_extra=DOCUMENT_BODY,
    )
    async def check(
        request: Request,
        format: Annotated[str, Query(max_length=40, description="The format, if known.")] = "",
        name: Annotated[
            str, Query(max_length=200, description="File, or owner/repository/file.")
        ] = "",
        against: Many = [],
        receipts: Annotated[bool, Query(description="Also receipts of what it names.")] = False,
    ) -> Response:
        """Check a document against licences, lineage and lists of elements; nothing is stored.

        The answer has everything that ``/validate`` answers, and also: findings from what the store
        knows of the document's parents and data, the elements that are missing of the lists in
        ``against``, and the changes that importing the document would make.
        """
        body = await limited_body(request)
        options = {"format": format, "name": document_name(name), "keep": True}
        head = json.dumps(options).encode()
        read = await request.app.state.service.backend.run(READER, head + b"\n" + body)
        snapshot = await in_thread(access.prepared, "lineage", "")
        answer = await in_thread(examined, access, snapshot, read, against, body)
        written = as_json(answer)
        if receipts:
            reported = [*answer["upstream"], *answer["missing"], *answer["findings"]]
            others = await in_thread(cited, snapshot, [one["focus"] for one in reported])
            written = as_json({**answer, **others})
        headers = {"Cache-Control": "no-store", "X-Store-Version": snapshot.version}
        return Response(written, media_type="application/json", headers=headers)

    _validation(routes)
    return routes


def _validation(routes: APIRouter) -> None:
    @routes.post(
        "/validate", responses={200: {"model": answers.CheckAnswer}}, openapi_extra=DOCUMENT_BODY
    )
    async def validate(
        request: Request,
        format: Annotated[str, Query(max_length=40, description="The format, if known.")] = "",
        name: Annotated[str, Query(max_length=200, description="The file's name.")] = "",
    ) -> Response:
        """Parse a document in any import format and list its problems; nothing is stored.

        The document is parsed in a confined process that is then discarded.
        """
        body = await limited_body(request)
        head = json.dumps({"format": format, "name": Path(name).name}).encode()
        backend = request.app.state.service.backend
        result = await backend.run(READER, head + b"\n" + body)
        return Response(
            result, media_type="application/json", headers={"Cache-Control": "no-store"}
        )


def examined(
    access: Access,
    snapshot: AcceptedSnapshot,
    read: bytes,
    against: list[str],
    body: bytes = b"",
) -> answers.ExaminedAnswer:
    """The answer of ``/check`` for a document; raises NotFound for an unknown list in ``against``.

    ``read`` is the result of ``check.check`` in a confined process; ``body`` is the document
    itself.
    """
    store = access.store
    head, _, graphs = read.partition(b"\n")
    checked: answers.CheckAnswer = json.loads(head)
    records = rdf.read_trig(graphs) if graphs else []
    elements = [checker_named(rubric, store, snapshot) for rubric in against]
    document = Document(Iri("urn:checked"), body, snapshot.day, name=checked["name"])
    if fleet := FleetDocuments(snapshot, snapshot.day, MAX_MODELS)(document, checked["name"]):
        return _of_fleet(checked["name"], fleet)
    claims = sum(len(record.claims) for record in records)
    upstream: list[Finding] = []
    missing: list[Finding] = []
    changes: list[PreviewChange] = []
    if 0 < claims <= MAX_CLAIMS:
        checkers = Upstream(store, snapshot)
        upstream = [finding for result in checkers(records) for finding in result]
        upstream += [finding for record in records for finding in spelling.licences(record)]
        missing = [
            finding
            for checker in elements
            for finding in _missing(checker, document, checked["format"] or "", records)
            if finding.severity > Severity.INFO
        ]
        changes = preview(store, snapshot, records)
    upstream = order(dict.fromkeys(upstream))
    return {
        **checked,
        "upstream": [as_object(finding) for finding in upstream[:MAX_FINDINGS]],
        "upstreamCount": len(upstream),
        "missing": [as_object(finding) for finding in missing[:MAX_FINDINGS]],
        "missingCount": len(missing),
        "changes": [_change(change, snapshot) for change in changes[:MAX_CHANGES]],
        "changeCount": len(changes),
        "judged": claims <= MAX_CLAIMS,
    }


def _of_fleet(name: str, fleet: Examined) -> answers.ExaminedAnswer:
    """The answer for a document that holds a fleet: its findings, or why it could not be read."""
    problems: list[answers.ProblemAnswer] = [
        {"where": f"line {one.line}", "what": one.message, "hint": "", "kind": "unreadable"}
        for one in fleet.findings
        if not fleet.read
    ]
    findings = order(fleet.findings) if fleet.read else []
    return {
        "format": "fleet",
        "name": name,
        "problems": problems,
        "problemCount": len(problems),
        "findings": [],
        "findingCount": 0,
        "records": [],
        "recordCount": 0,
        "upstream": [as_object(one) for one in findings[:MAX_FINDINGS]],
        "upstreamCount": len(findings),
        "missing": [],
        "missingCount": 0,
        "changes": [],
        "changeCount": 0,
        "judged": fleet.read,
    }


def _missing(
    checker: Checker, document: Document, format: str, records: list[Record]
) -> list[Finding]:
    if callable(checker):
        return [finding for result in checker(records) for finding in result]
    return checker.of_document(document, format, records)


def _change(change: PreviewChange, snapshot: AcceptedSnapshot) -> answers.ChangePreview:
    return {
        "subject": {"iri": change.subject, "id": short_id(change.subject)},
        "known": change.known,
        "property": local_name(change.predicate),
        "label": label(snapshot, change.predicate),
        "stated": [_text(snapshot, value) for value in change.stated],
        "before": [_text(snapshot, value) for value in change.before],
        "after": [_text(snapshot, value) for value in change.after],
        "outcome": change.outcome,
        "reason": change.reason,
    }


def _text(snapshot: AcceptedSnapshot, value: Value) -> str:
    return label(snapshot, value) if isinstance(value, Iri) else str(value)
