"""Answer stored questions, now or as of a day, completely or for the first entities reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Value
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.model.questions import stored
from provenance_graph.model.questions.reach import REACHED, Part, QuestionRows, Reach
from provenance_graph.store.values import Bindings, Limits, Rows, Selects

_OF_LINEAGE: Final = frozenset({"circles", "unlicensed-ancestors"})
"""Questions about the lineage of the whole store, which are answered from its index if that is
stored."""


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

    ``data`` is the dataset that is queried (for a past day, the result of ``ingest.day.dataset``);
    by default the snapshot. ``limit`` is the maximum number of entities in an answer on everything
    that lineage reaches; 0 means no maximum. Raises UsageError for a negative one.
    """
    if limit < 0:
        raise UsageError(f"limit is 0 (all) or more, not {limit}")
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
    """The answer from data stored beside the store, in order; None where the engine must answer.

    With ``make``, counts of claims are made and stored where there are none; an index is never
    made.
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
    """The question for the engine; its bounded form if only a part of the answer is requested."""
    return question if part.of is None else question.bounded


def whole(_: AcceptedSnapshot, reach: Reach | None, bound: Mapping[str, Value], limit: int) -> Part:
    """The part of a question that is asked unchanged; at most ``limit`` entities are shown."""
    return Part(bound, reach, limit)


def part(
    snapshot: AcceptedSnapshot, reach: Reach | None, bound: Mapping[str, Value], limit: int
) -> Part:
    """The part of a question to ask: at most ``limit`` of the entities that it reaches, 0 for all.

    The question is asked unchanged where no lineage index is stored: making one takes longer than a
    question.
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
