"""Asking stored questions: of now or of a day, whole or of the first entities that lineage leads to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Value
from provenance_graph.core.iris import Iri
from provenance_graph.model.questions import stored
from provenance_graph.model.questions.reach import REACHED, Part, QuestionRows, Reach
from provenance_graph.store.values import Bindings, Limits, Rows, Selects

_OF_LINEAGE: Final = frozenset({"circles", "unlicensed-ancestors"})
"""Questions about the lineage of the whole store, which its index answers where it is stored."""


def ask(
    snapshot: AcceptedSnapshot,
    name: str,
    given: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    *,
    data: Selects | None = None,
    limit: int = REACHED,
) -> QuestionRows:
    """Answer a stored question.

    ``data`` is the dataset that it is asked of (of a day, what ``ingest.day.dataset``
    makes); what the snapshot accepts where none is given. ``limit`` bounds the entities of an
    answer on all that lineage leads to, 0 does not.
    """
    question = stored.find(name)
    bound = stored.bind(snapshot, question, given or {})
    if data is None:
        snapshot.assure()
        if (answer := known(snapshot, question, bound, make=True)) is not None:
            return QuestionRows(answer.names, answer.rows, answer.truncated)
    reached = part(snapshot, question.reach, bound, limit)
    return reached.answered(
        _selected(data or snapshot, put(question, reached), reached.bound, limits)
    )


def known(
    snapshot: AcceptedSnapshot,
    question: stored.Question,
    bound: Mapping[str, Value],
    *,
    make: bool = False,
) -> Rows | None:
    """A question's answer from what is kept beside the store, in order; None where the engine tells.

    With ``make`` counts of claims are made and kept where there are none; an index never is.
    """
    if question.name not in _OF_LINEAGE:
        return stored.known(snapshot, question, bound, make=make)
    from provenance_graph.lineage import whole_questions  # few questions need arrays
    from provenance_graph.lineage.index import LineageIndex

    index = LineageIndex.stored(snapshot)
    if index is None:
        return None
    return question.in_order(whole_questions.ANSWERS[question.name](index, snapshot))


def _selected(
    source: Selects, question: stored.Question, bound: Bindings, limits: Limits | None
) -> Rows:
    if question.unordered:
        rows = source.select(question.unordered, bound, limits)
        result = None if rows.truncated else question.in_order(rows)
        if result is not None:
            return result
    return source.select(question.text, bound, limits)


def put(question: stored.Question, part: Part) -> stored.Question:
    """The question as it is put to an engine for a part of its answer."""
    return question if part.of is None else question.bounded


def whole(_: AcceptedSnapshot, reach: Reach | None, bound: Mapping[str, Value], limit: int) -> Part:
    """A question to be asked as it stands, for an answer that shows at most ``limit`` entities."""
    return Part(bound, reach, limit)


def part(
    snapshot: AcceptedSnapshot, reach: Reach | None, bound: Mapping[str, Value], limit: int
) -> Part:
    """The part of a question to ask for: at most ``limit`` entities that it reaches, 0 for all.

    It is asked as it stands where no index is stored: making one takes longer than a question.
    """
    start = bound[reach.parameter] if reach is not None else None
    if reach is None or not limit or not isinstance(start, Iri):
        return whole(snapshot, reach, bound, limit)
    from provenance_graph.lineage.index import LineageIndex  # few questions need arrays
    from provenance_graph.lineage.reach import first_names, path, reached

    index = LineageIndex.stored(snapshot)
    if index is None:
        return whole(snapshot, reach, bound, limit)
    nodes = reached(index, start, path(reach.path))
    if reach.exclude_start:
        nodes = nodes[nodes != index.names.find(start)]
    if len(nodes) <= limit:
        return whole(snapshot, reach, bound, limit)
    first = tuple(first_names(index, nodes, limit))
    return Part({**bound, reach.variable: first}, reach, limit, len(nodes))
