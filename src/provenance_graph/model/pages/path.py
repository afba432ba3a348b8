"""Shortest paths of links between two entities."""

from __future__ import annotations

from dataclasses import field

from pydantic.dataclasses import dataclass

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.results import RESULT
from provenance_graph.model.pages.neighbours import Entity, entity, links, relation_label

MAX_VISITED = 20_000
"""The most entities that a search for a path visits."""

_Reached = dict[Iri, tuple[Iri, Iri, str] | None]
"""The entities reached from one end, each with its predecessor, relation and direction."""


@dataclass(frozen=True, config=RESULT)
class Step:
    """One link of a path, in the direction in which it is stated."""

    subject: Entity
    relation: str
    label: str
    object: Entity


@dataclass(frozen=True, config=RESULT)
class Path:
    """A shortest path between two entities; without steps where none was found.

    ``exhausted`` is false where the search stopped at its bound, so that a path may exist.
    """

    start: Entity
    end: Entity
    steps: list[Step] = field(default_factory=list)
    exhausted: bool = True


def path(snapshot: AcceptedSnapshot, start: Iri, end: Iri, *, depth: int = 6) -> Path:
    """A shortest path of links between two entities, whatever their direction.

    The search is breadth-first from both ends at once, so that an entity with many links (a
    licence, a developer) is met from either side without reading its links. At most ``depth`` links
    long and ``MAX_VISITED`` entities wide. Records are not followed, since the record of a
    catalogue would join everything.
    """
    reached: tuple[_Reached, _Reached] = ({start: None}, {end: None})
    fronts = [[start], [end]]
    meeting = start if start == end else None
    for _ in range(depth):
        if meeting is not None or not all(fronts) or _too_wide(reached):
            break
        side = 0 if len(fronts[0]) <= len(fronts[1]) else 1
        fronts[side], meeting = _next_frontier(snapshot, fronts[side], reached, side)
    steps: list[Step] = []
    if meeting is not None:
        to_start, to_end = (_walked(snapshot, one, meeting) for one in reached)
        steps = [*reversed(to_start), *to_end]
    ends = entity(snapshot, start), entity(snapshot, end)
    return Path(*ends, steps, exhausted=not _too_wide(reached))


def _too_wide(reached: tuple[_Reached, _Reached]) -> bool:
    return sum(map(len, reached)) > MAX_VISITED


def _next_frontier(
    snapshot: AcceptedSnapshot, front: list[Iri], reached: tuple[_Reached, _Reached], side: int
) -> tuple[list[Iri], Iri | None]:
    """The entities one link further from an end, and the first that the other end has reached."""
    own, others, result = reached[side], reached[1 - side], list[Iri]()
    for direction in ("out", "in"):  # an entity has few outgoing links, which are read at once
        for here in front:
            for predicate, way, other in links(snapshot, here, records=False, direction=direction):
                if other in own:
                    continue
                own[other] = (here, Iri(predicate), way)
                if other in others:
                    return result, other
                result.append(other)
            if _too_wide(reached):
                return result, None
    return result, None


def _walked(snapshot: AcceptedSnapshot, reached: _Reached, at: Iri) -> list[Step]:
    """The links by which an entity was reached, from the entity back to that end."""
    steps = []
    while (link := reached[at]) is not None:
        before, predicate, way = link
        pair = (before, at) if way == "out" else (at, before)
        subject, object_ = (entity(snapshot, name) for name in pair)
        steps.append(
            Step(subject, local_name(predicate), relation_label(snapshot, predicate), object_)
        )
        at = before
    return steps
