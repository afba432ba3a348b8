"""Result types of the routes that check a document."""

from __future__ import annotations

from typing import Literal, NotRequired

from provenance_graph.core.results import AnswerObject, IdRef
from provenance_graph.model.receipt import ReceiptsOf
from provenance_graph.shapes.answers import ShapeFinding


class ProblemAnswer(AnswerObject):
    """What is wrong in a document, and where."""

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
    """What a document that was only checked holds and breaks; lists are cut, counts are whole."""

    format: str | None
    name: str
    problems: list[ProblemAnswer]
    problemCount: int
    findings: list[ShapeFinding]
    findingCount: int
    records: list[CheckedRecord]
    recordCount: int


class ChangePreview(AnswerObject):
    """A property with a claim in a document, and what importing the document would change of it."""

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
    """A checked document and what the store makes of it.

    ``judged`` is false where the document is too large to be looked at beside the store.
    """

    upstream: list[ShapeFinding]
    upstreamCount: int
    missing: list[ShapeFinding]
    missingCount: int
    changes: list[ChangePreview]
    changeCount: int
    judged: bool


class CitedExaminedAnswer(ExaminedAnswer):
    """A checked document, with receipts for the values in its findings where they are requested."""

    receipts: NotRequired[list[ReceiptsOf]]
    receiptsOf: NotRequired[int]
