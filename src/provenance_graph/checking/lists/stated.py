"""The statements of a bill of materials by location, independent of its format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Json = Mapping[str, Any]
_BLANKS = frozenset({"", "noassertion", "unknown", "n/a", "none provided", "tbd"})


@dataclass(frozen=True, slots=True)
class Member:
    """A part of a document in which an element is sought: a component, the document itself."""

    name: str
    where: str
    value: Json


@dataclass(frozen=True, slots=True)
class Stated:
    """The texts at one location of a member; ``blank``: it is present without information."""

    texts: tuple[str, ...] = ()
    blank: bool = False
    where: str = ""


NOTHING = Stated()


class BomView(Protocol):
    """The members of a document by scope, and the texts at their locations."""

    def members(self, scope: str, path: str) -> list[Member]:
        """The members of a scope; ``path`` is the type's name for the scope ``type``."""

    def stated(self, member: Member, path: str) -> Stated:
        """The texts at a location of a member."""


def is_blank(text: str) -> bool:
    """Whether a text carries no information, such as NOASSERTION.

    >>> is_blank(" NOASSERTION "), is_blank("MIT")
    (True, False)
    """
    return text.strip().casefold() in _BLANKS


def of_values(values: Iterable[object], where: str) -> Stated:
    """The texts of JSON values, at most eight; mappings and lists count by their contents."""
    texts: list[str] = []
    blank = False
    for value in values:
        matches = list(_texts(value))
        blank = blank or not matches or all(map(is_blank, matches))
        texts += [text for text in matches if not is_blank(text)]
    return Stated(tuple(texts[:8]), blank and not texts, where)


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if depth < 6 and key not in ("type", "@id", "spdxId", "creationInfo"):
                yield from _texts(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value[:50]:
            yield from _texts(inner, depth + 1)
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    elif value is not None:
        yield str(value)[:200]


def follow(value: object, steps: list[str]) -> Iterator[object]:
    """The values at the end of a path through mappings and lists."""
    if isinstance(value, list):
        for inner in value[:1000]:
            yield from follow(inner, steps)
    elif not steps:
        yield value
    elif isinstance(value, Mapping) and steps[0] in value:
        yield from follow(value[steps[0]], steps[1:])
