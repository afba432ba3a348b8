"""JSON types of the answers of shape validation."""

from __future__ import annotations

from typing import NotRequired

from provenance_graph.core.results import AnswerObject


class ShapeFinding(AnswerObject):
    """One node that breaks a constraint of a shape."""

    severity: str
    focus: str
    path: str | None
    value: str | None
    datatype: str | None
    message: str
    shape: str
    component: str
    record: str | None
    file: NotRequired[str]
    line: NotRequired[int | None]
