"""Check a document without storing it; runs in a confined process only."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from provenance_graph.core import clock
from provenance_graph.core.claims import Problem, Record
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.rdf import write_trig
from provenance_graph.formats.document import Document
from provenance_graph.formats.registry import readers
from provenance_graph.ingest.intake import Options, read
from provenance_graph.shapes import validate_record
from provenance_graph.shapes.reports import as_object

if TYPE_CHECKING:
    from provenance_graph.service.api.documents.answers import (
        CheckAnswer,
        CheckedRecord,
        ProblemAnswer,
    )

MAX_LISTED = 500
_LOCATION = re.compile(r"((?:line|row|byte|page) \d+(?:,? (?:column|byte) \d+)?): (.+)", re.DOTALL)


def prepare() -> None:
    """Load readers and shapes once, before the first document is checked."""
    check(b'{"format": "huggingface", "name": "README.md"}\n---\nlicense: mit\n---\n# A card\n')


def check(packed: bytes) -> bytes:
    """Read a document and check it: a line of JSON (CheckAnswer), then the records as TriG.

    ``packed`` is a line of JSON with ``name``, ``format`` and optionally ``keep``, then the
    document. The records follow only with ``keep``, for further checks.
    """
    answer, records = _checked(packed)
    keep = json.loads(packed.partition(b"\n")[0]).get("keep", False)
    return _line(answer) + (b"\n" + write_trig(records) if keep and records else b"")


def _line(answer: CheckAnswer) -> bytes:
    return json.dumps(answer, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace")


def _checked(packed: bytes) -> tuple[CheckAnswer, list[Record]]:
    head, _, body = packed.partition(b"\n")
    request = json.loads(head)
    name = request["name"] or "document"
    day = clock.today()
    document = Document(Iri(f"urn:checked:{len(body)}"), body, day, name=name)
    result = read(document, readers(), Options(request["format"]))
    problems = [_named(problem, document.url, name) for problem in result.problems]
    if result.failure is not None:
        problems.insert(0, _stopped(str(result.failure), document.url, name))
    findings = [finding for record in result.records for finding in validate_record(record)]
    answer: CheckAnswer = {
        "format": result.format,
        "name": name,
        "problems": [_problem(p) for p in problems[:MAX_LISTED]],
        "problemCount": len(problems),
        "findings": [as_object(f) for f in findings[:MAX_LISTED]],
        "findingCount": len(findings),
        "records": [_record(r) for r in result.records[:50]],
        "recordCount": len(result.records),
    }
    return answer, list(result.records)


def _named(problem: Problem, address: Iri, name: str) -> Problem:
    """The problem, with the internal address of the document replaced by its sender's name."""
    where, what = problem.where.replace(address, name), problem.what.replace(address, name)
    return replace(problem, where=where, what=what)


def _stopped(message: str, address: Iri, name: str) -> Problem:
    """The problem for an error that ended the reading, with its place in the document.

    >>> _stopped("urn:checked:9: line 1: no JSON", Iri("urn:checked:9"), "a.json").where
    'line 1'
    """
    what = message.replace(address, name).removeprefix(f"{name}: ")
    match = _LOCATION.fullmatch(what)
    where, what = match.groups() if match else ("", what)
    return Problem(where, what, kind="unreadable")


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
        "publisher": short_id(record.header.publisher),
        "basis": record.header.basis.label,
        "claimCount": len(record.claims),
        "claims": [
            {
                "subject": short_id(c.subject),
                "property": local_name(c.predicate),
                "value": short_id(c.value) if isinstance(c.value, Iri) else str(c.value or ""),
                "asStated": c.as_stated,
                "stance": c.stance.label,
                "locator": c.locator,
                "unusable": c.unusable,
            }
            for c in record.claims[:MAX_LISTED]
        ],
    }
