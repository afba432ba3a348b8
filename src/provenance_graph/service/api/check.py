"""Checking a document that is not kept; called in a confined process only."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from provenance_graph.core.claims import Problem, Record
from provenance_graph.core.iris import Iri, local_name, said
from provenance_graph.formats.document import Document
from provenance_graph.formats.registry import readers
from provenance_graph.ingest.intake import Options, read
from provenance_graph.shapes import validate_record
from provenance_graph.shapes.reports import as_object

if TYPE_CHECKING:
    from provenance_graph.service.api.schema import CheckAnswer, CheckedRecord, ProblemAnswer

MOST = 500


def check(packed: bytes) -> bytes:
    """Read a document (a line of JSON with name and format stands before it) and judge it."""
    head, _, body = packed.partition(b"\n")
    asked = json.loads(head)
    name = asked["name"] or "document"
    day = datetime.now(UTC).date().isoformat()
    document = Document(Iri(f"urn:checked:{len(body)}"), body, day, name=name)
    found = read(document, readers(), Options(asked["format"]))
    problems = list(found.problems)
    if found.failure is not None:
        problems.insert(0, Problem("", str(found.failure), kind="unreadable"))
    findings = [finding for record in found.records for finding in validate_record(record)]
    answer: CheckAnswer = {
        "format": found.format,
        "name": name,
        "problems": [_problem(p) for p in problems[:MOST]],
        "problemCount": len(problems),
        "findings": [as_object(f) for f in findings[:MOST]],
        "findingCount": len(findings),
        "records": [_record(r) for r in found.records[:50]],
        "recordCount": len(found.records),
    }
    return json.dumps(answer, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace")


def _problem(problem: Problem) -> ProblemAnswer:
    return {
        "where": problem.where,
        "what": problem.what,
        "hint": problem.hint,
        "kind": problem.kind,
    }


def _record(record: Record) -> CheckedRecord:
    return {
        "record": record.header.record,
        "publisher": said(record.header.publisher),
        "basis": record.header.basis.label,
        "claimCount": len(record.claims),
        "claims": [
            {
                "subject": said(c.subject),
                "property": local_name(c.predicate),
                "value": said(c.value) if isinstance(c.value, Iri) else str(c.value or ""),
                "asStated": c.as_stated,
                "stance": c.stance.label,
                "locator": c.locator,
                "unusable": c.unusable,
            }
            for c in record.claims[:MOST]
        ],
    }
