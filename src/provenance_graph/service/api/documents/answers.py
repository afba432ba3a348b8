"""Result types of the routes that check a document."""

from __future__ import annotations

from typing import Literal, NotRequired

from provenance_graph.core.results import AnswerObject, IdRef
from provenance_graph.model.receipt import ReceiptsOf
from provenance_graph.shapes.answers import ShapeFinding


class ProblemAnswer(AnswerObject):
    """A problem in a document: its place, its description, a hint, and its kind."""

    where: str
    what: str
    hint: str
    kind: str


class CheckedClaim(AnswerObject):
    """A claim that was read from a document."""

    subject: str
    property: str
    value: str
    asStated: str
    stance: str
    locator: str
    unusable: str


class CheckedRecord(AnswerObject):
    """A record that was read from a document, with the first of its claims."""

    record: str
    publisher: str
    basis: str
    claimCount: int
    claims: list[CheckedClaim]


class CheckAnswer(AnswerObject):
    """Problems, findings and records of a checked document; lists are cut, counts complete."""

    format: str | None
    name: str
    problems: list[ProblemAnswer]
    problemCount: int
    findings: list[ShapeFinding]
    findingCount: int
    records: list[CheckedRecord]
    recordCount: int


class ChangePreview(AnswerObject):
    """A property with a claim in a document, and its values before and after an import."""

    subject: IdRef
    known: bool
    property: str
    label: str
    stated: list[str]
    before: list[str]
    after: list[str]
    outcome: Literal["new", "replaces", "adds", "agrees", "outweighed", "no value"]
    reason: str


class ExaminedAnswer(CheckAnswer):
    """A checked document, with findings and changes in comparison with the store.

    ``judged`` is false where the document is too large to be compared with the store.
    """

    upstream: list[ShapeFinding]
    upstreamCount: int
    missing: list[ShapeFinding]
    missingCount: int
    changes: list[ChangePreview]
    changeCount: int
    judged: bool


class CitedExaminedAnswer(ExaminedAnswer):
    """A checked document, with receipts for the entities in its findings where requested."""

    receipts: NotRequired[list[ReceiptsOf]]
    receiptsOf: NotRequired[int]
