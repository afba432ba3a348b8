"""Paths of lineage from a model up to the origin of a term, as JSON and in words."""

from __future__ import annotations

from provenance_graph.core.iris import local_name, short_id
from provenance_graph.licences.answers import HopAnswer, StepAnswer
from provenance_graph.lineage.results import Edge, named
from provenance_graph.lineage.words import saying

LONGEST = 40
"""Steps of a path that are written out; of a longer path the middle is left out."""


def path_json(path: tuple[Edge, ...]) -> list[HopAnswer]:
    """A path from the model up to the origin of a term, as JSON.

    In a path longer than ``LONGEST`` the middle is one entry that says how many steps are left out.
    """
    head, left_out, tail = _cut(path)
    steps: list[HopAnswer] = [_step(edge) for edge in head]
    if left_out:
        steps.append({"leftOut": left_out, "of": len(path)})
    return [*steps, *(_step(edge) for edge in tail)]


def _cut(path: tuple[Edge, ...]) -> tuple[tuple[Edge, ...], int, tuple[Edge, ...]]:
    if len(path) <= LONGEST:
        return path, 0, ()
    half = LONGEST // 2
    return path[:half], len(path) - 2 * half, path[-half:]


def _step(edge: Edge) -> StepAnswer:
    return {
        "child": named(edge.child),
        "relation": local_name(edge.relation),
        "relationLabel": saying(edge.relation),
        "parent": named(edge.parent),
        "inferred": edge.inferred,
    }


def path_text(path: tuple[Edge, ...]) -> str:
    """A path in words: ``a → fine-tuned from b → quantised from c``."""
    if not path:
        return ""
    head, left_out, tail = _cut(path)
    middle = f" → … {left_out:,} of {len(path):,} steps left out …" if left_out else ""
    return short_id(path[0].child) + _path_text(head) + middle + _path_text(tail)


def _path_text(path: tuple[Edge, ...]) -> str:
    return "".join(f" → {saying(edge.relation)} {short_id(edge.parent)}" for edge in path)
