"""Result types of the routes of stored questions."""

from __future__ import annotations

from typing import NotRequired

from provenance_graph.core.results import AnswerObject, IdRef


class ParameterAnswer(AnswerObject):
    """A parameter of a stored question; `default` is null where the parameter is required."""

    name: str
    kind: str
    description: str
    default: str | None


class QuestionAnswer(AnswerObject):
    """A stored question with its parameters and its SPARQL text."""

    id: str
    topic: str
    question: str
    parameters: list[ParameterAnswer]
    sparql: str


TableCell = str | int | float | IdRef | None
"""A cell of a table: text, a number, an entity, or None where the variable is not bound."""


class ShareAnswer(AnswerObject):
    """The number of a column's entities that an answer shows, the first by name, of how many."""

    column: str
    shown: int
    of: int


class TableAnswer(AnswerObject):
    """The rows of a question; ``truncated``: a limit cut them short.

    ``share`` is given where that is the limit on entities.
    """

    question: str
    columns: list[str]
    rows: list[list[TableCell]]
    truncated: bool
    share: NotRequired[ShareAnswer]
