"""The values of a document for which a key table alone yields claims; other parts are not walked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from provenance_graph.formats.coverage import MAX_DEPTH, MAX_LEAVES, KeyTable, Leaf, Steps

Rename = Callable[[tuple[str, ...]], tuple[str, ...]]
"""A function that returns the key that a table has for a path in a document."""


def top(table: KeyTable, path: tuple[str, ...], rename: Rename | None = None) -> TableStep:
    """The cached step at a path from which documents are walked."""
    step = table.steps.get((path, rename))
    if not isinstance(step, TableStep):
        step = table.steps[path, rename] = TableStep(path, table, rename)
    return step


def known_leaves(
    value: Any,
    path: tuple[str, ...],
    where: str,
    table: KeyTable,
    without: Sequence[str] = (),
    first: TableStep | None = None,
) -> list[Leaf]:
    """The values for which the key table alone yields a claim, as leaves of ``coverage``.

    A reader needs no other values, and a part that one row of the table closes is not walked.
    ``first`` is the step to start from where the document's keys differ from the table's.
    """
    if without and isinstance(value, dict):
        value = {key: inner for key, inner in value.items() if key not in without}
    results: list[Leaf] = []
    _collect_known(value, top(table, path) if first is None else first, (where,), results)
    return results


class TableStep(dict[str, "TableStep"]):
    """A step of a walk with its key in the table, and whether the table speaks or closes there.

    ``rename`` gives the table's key for a path and leaves the steps above it unchanged.
    """

    __slots__ = ("_below", "_stated", "closed", "depth", "key", "known")

    def __init__(self, stated: tuple[str, ...], table: KeyTable, rename: Rename | None) -> None:
        super().__init__()
        self._stated, self._below = stated, (table, rename)
        self.depth = len(stated)
        self.key = stated if rename is None else rename(stated)
        self.known = table.yields_claim(self.key)
        self.closed: bool | None = None

    def closes(self) -> bool:
        """Whether the table closes everything below this step; called for mappings and lists only."""
        self.closed = self._below[0].closes(self.key)
        return self.closed

    def __missing__(self, name: str) -> TableStep:
        below = self[name] = TableStep((*self._stated, name), *self._below)
        return below


def _collect_known(item: Any, at: TableStep, location: Steps, results: list[Leaf]) -> None:
    """Append the scalars below an item for which the table yields claims, down to MAX_DEPTH."""
    if len(results) >= MAX_LEAVES:
        return
    if isinstance(item, dict):
        if at.depth < MAX_DEPTH:
            for key, inner in item.items():
                below = at[key if type(key) is str else str(key)]
                kind = type(inner)
                if kind is dict or kind is list:
                    closed = below.closed
                    if inner and not (below.closes() if closed is None else closed):
                        _collect_known(inner, below, (location, key), results)
                elif below.known and inner is not None and inner != "":
                    results.append(Leaf(below.key, (location, key), inner))
    elif isinstance(item, list):
        for n, inner in enumerate(item):
            kind = type(inner)
            if kind is dict or kind is list:
                _collect_known(inner, at, (location, n), results)
            elif at.known and inner is not None and inner != "":
                results.append(Leaf(at.key, (location, n), inner))
    elif at.known and item is not None and item != "":
        results.append(Leaf(at.key, location, item))
