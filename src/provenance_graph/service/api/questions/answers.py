"""What the routes of stored questions answer."""

from __future__ import annotations

from provenance_graph.core.results import AnswerObject, IdRef


class ParameterAnswer(AnswerObject):
    """A parameter of a stored question."""

    name: str
    kind: str
    description: str
    default: str | None


class QuestionAnswer(AnswerObject):
    """A stored question."""

    id: str
    topic: str
    question: str
    parameters: list[ParameterAnswer]
    sparql: str


TableCell = str | int | float | IdRef | None
"""A cell of a table: text, a number, an entity, or nothing where it is not bound."""


class TableAnswer(AnswerObject):
    """The rows of a question; ``truncated`` says that a limit cut them short."""

    question: str
    columns: list[str]
    rows: list[list[TableCell]]
    truncated: bool
