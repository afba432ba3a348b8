"""Names repeated in one mapping of a document: the value that is read, and the values dropped.

JSON leaves open what such an object means, and parsers keep the last value; YAML forbids it, and
its parsers keep the last value too. Each dropped value is reported with its location and its text.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import yaml

from provenance_graph.core.claims import Problem

MAX_REPORTED = 100
"""The most repeated names that a document's report lists; all are counted."""

_HINT = "one value under each name, or a list"
_MAX_VALUE = 60


def problem(where: str, name: str, others: Sequence[object], kept: str = "the last") -> Problem:
    """The problem for a name that occurs more than once: its count, and the values not read."""
    text = ", ".join(_brief(value) for value in others[:3])
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    what = f"{name[:80]!r} stands {len(others) + 1} times; {kept} is read, not {text}{more}"
    return Problem(where, what, _HINT, "duplicate")


def bounded(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield the first MAX_REPORTED problems, then one problem with the number of the others."""
    count = 0
    for count, each in enumerate(problems, 1):
        if count <= MAX_REPORTED:
            yield each
    if count > MAX_REPORTED:
        what = f"{count - MAX_REPORTED} more names occur more than once"
        yield Problem("", what, _HINT, "duplicate")


Repeated = dict[int, tuple[dict[str, Any], list[tuple[str, Any]]]]
"""JSON objects with a repeated name, by ``id()``, each with all its members."""


def noting(repeated: Repeated) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    """An ``object_pairs_hook`` that records in ``repeated`` the objects with a repeated name."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) < len(pairs):
            repeated[id(result)] = result, pairs
        return result

    return members


def in_json(whole: Any, repeated: Repeated) -> Iterator[Problem]:
    """Yield problems for the repeated names in a JSON text, with the location of each object."""
    yield from bounded(_placed(whole, repeated))


def _placed(whole: Any, repeated: Repeated) -> Iterator[Problem]:
    """Yield a problem for each repeated name, with its location, by walking the parsed value."""
    waiting = [("", whole)] if repeated else []
    while waiting:
        where, value = waiting.pop()
        if isinstance(value, dict):
            if id(value) in repeated:
                members = repeated[id(value)][1]
                for name, count in Counter(name for name, _ in members).items():
                    if count > 1:
                        values = [each for other, each in members if other == name]
                        yield problem(f"{where}/{step(name)}", name, values[:-1])
            inner = [(f"{where}/{step(str(k))}", v) for k, v in value.items()]
        else:
            inner = [(f"{where}/{n}", v) for n, v in enumerate(value)]
        waiting += [(w, v) for w, v in reversed(inner) if isinstance(v, (dict, list))]


def in_yaml(node: yaml.MappingNode) -> Iterator[Problem]:
    """Yield problems for the repeated names of one YAML mapping, with the line of the last value."""
    names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
    for name, count in Counter(names).items():
        if count > 1 and name != "<<":
            entries = [(k, v) for k, v in node.value if getattr(k, "value", None) == name]
            line = entries[-1][0].start_mark.line + 1
            yield problem(f"L{line}", name, [_plain(value) for _, value in entries[:-1]])


def columns(names: Sequence[str]) -> Iterator[Problem]:
    """Yield problems for the columns of a table that have the same name."""
    for name, count in Counter(names).items():
        if count > 1 and name:
            at = [n for n, each in enumerate(names, 1) if each == name]
            what = (
                f"columns {', '.join(map(str, at[:8]))} are all called {name[:80]!r}; "
                f"column {at[-1]} is read"
            )
            yield Problem(f"L1/{name[:80]}", what, "one name for each column", "duplicate")


def _plain(node: yaml.Node) -> object:
    """The text of a YAML scalar; for a list or mapping, the text of its first element."""
    while not isinstance(node, yaml.ScalarNode):
        if not node.value:
            return ""
        first = node.value[0]
        if isinstance(first, tuple):
            return f"{first[0].value}: …"
        node = first
    return node.value


def _brief(value: object) -> str:
    whole = isinstance(value, (dict, list))
    text = json.dumps(value, default=str, ensure_ascii=False) if whole else str(value)
    return repr(text if len(text) <= _MAX_VALUE else text[: _MAX_VALUE - 1] + "…")


def step(name: str) -> str:
    """A name as one escaped step of a JSON pointer, cut to 120 characters."""
    return name.replace("~", "~0").replace("/", "~1")[:120]
