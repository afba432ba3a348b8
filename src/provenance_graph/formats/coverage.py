"""What a reader does with every key of its standard, and what a document lost: nothing silently.

A reader declares its keys in a ``KeyTable``: *read*, *not provenance* with the reason, or *not read
yet*. What is stated of a model or dataset under a key that is not read yet, or that the standard
does not have, is kept as ``pg:otherStatement``, so that "stated, not understood" is never shown as
"no source covers this". ``count`` is the ledger of one document: how many values each fate met, by
key. The pages of ``docs/formats`` print the same tables.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from provenance_graph.core.claims import Claim, Literal, Problem, Stance
from provenance_graph.core.iris import Iri, shorten
from provenance_graph.core.terms import PG
from provenance_graph.formats import statements
from provenance_graph.formats.key_patterns import fits, fits_below
from provenance_graph.formats.statements import scalar_text

MAX_LEAVES = 500_000
MAX_TEXT = 1_900
"""How much of a text is stored as stated; longer ones are cut, and marked where."""


MAX_DEPTH = 60
_BLANK = re.compile(r"(?:https?://\S+/)?no[ _-]?assertion|NONE|n/?a|-", re.IGNORECASE)


class Fate(Enum):
    """What becomes of a stated value."""

    READ = "read"
    NOT_PROVENANCE = "not provenance"
    NOT_READ = "not read yet"
    UNKNOWN = "unknown key"
    NOT_UNDERSTOOD = "stated, not understood"

    __hash__ = object.__hash__  # members are compared by identity; Enum hashes their names anew


@dataclass(frozen=True, slots=True)
class Key:
    """What is done with the values under one key.

    ``path`` is the key below its entity, steps joined by ``/``; ``*`` is any one step (``rai:*`` any
    that begins so, ``*_id`` any that ends so) and a final ``**`` all below. ``note`` says what is made of it, or why nothing is. ``property`` is set
    where the text alone is the claim. ``coded`` says that values are words of a code, units or
    references, of which a claim makes something that does not hold their text; with ``phrase`` a code may have several words.
    """

    path: str
    fate: Fate
    note: str = ""
    property: Iri | None = None
    coded: bool = False
    phrase: bool = False


def read(note: str, *paths: str) -> tuple[Key, ...]:
    """Keys whose values a reader takes up itself."""
    return tuple(Key(path, Fate.READ, note) for path in paths)


def coded(note: str, *paths: str) -> tuple[Key, ...]:
    """Keys that are read, whose values are words of a code, units or references."""
    return tuple(Key(path, Fate.READ, note, coded=True) for path in paths)


def phrases(note: str, *paths: str) -> tuple[Key, ...]:
    """Keys whose values are a code of one word or several."""
    return tuple(Key(path, Fate.READ, note, coded=True, phrase=True) for path in paths)


def text(property_: Iri, *paths: str) -> tuple[Key, ...]:
    """Keys whose text is the value of a property."""
    return tuple(Key(path, Fate.READ, shorten(property_), property_) for path in paths)


def skip(reason: str, *paths: str) -> tuple[Key, ...]:
    """Keys that say nothing of where a model or dataset comes from."""
    return tuple(Key(path, Fate.NOT_PROVENANCE, reason) for path in paths)


def later(*paths: str) -> tuple[Key, ...]:
    """Keys of the standard that have no property yet; stored as stated."""
    return tuple(Key(path, Fate.NOT_READ, "kept as stated") for path in paths)


_NOT_LOOKED_UP = Key("", Fate.UNKNOWN)
_MAX_PATHS = 20_000
"""How many paths a table remembers; documents with keys of their own bring ever new ones."""


@dataclass(frozen=True)
class KeyTable:
    """Every key of a standard; the first row that fits a path decides."""

    rows: tuple[Key, ...]
    _row_of: dict[tuple[str, ...], Key | None] = field(default_factory=dict, repr=False)
    _closed: dict[tuple[str, ...], bool] = field(default_factory=dict, repr=False)
    steps: dict[object, Any] = field(default_factory=dict, repr=False)
    """The steps of ``spoken``, kept as long as the rows that were looked up."""

    def find(self, path: tuple[str, ...]) -> Key | None:
        """The row of a path, or None where the standard has no such key.

        >>> table = KeyTable(read("its name", "model/name") + later("model/considerations/**"))
        >>> table.find(("model", "considerations", "users")).fate.value
        'not read yet'
        >>> table.find(("model", "colour"))
        """
        row = self._row_of.get(path, _NOT_LOOKED_UP)
        if row is _NOT_LOOKED_UP:
            if len(self._row_of) >= _MAX_PATHS:
                for known in (self._row_of, self._closed, self.steps):
                    known.clear()
            row = next((row for row in self.rows if fits(row.path, path)), None)
            self._row_of[path] = row
        return row

    def speaks(self, path: tuple[str, ...]) -> bool:
        """Whether the table alone says something of a value at a path: a text, or that it is kept.

        >>> table = KeyTable(read("its name", "model/name") + later("model/colour"))
        >>> [table.speaks(("model", key)) for key in ("name", "colour", "weight")]
        [False, True, True]
        """
        row = self.find(path)
        return row is None or row.property is not None or row.fate is Fate.NOT_READ

    def closes(self, path: tuple[str, ...]) -> bool:
        """Whether one row decides all below a path, and the table itself says nothing of it.

        >>> table = KeyTable(later("model/data/secret") + read("its parts", "model/**"))
        >>> table.closes(("model", "parts")), table.closes(("model", "data"))
        (True, False)
        """
        closed = self._closed.get(path)
        if closed is None:
            row = next((row for row in self.rows if fits_below(row.path, path)), None)
            closed = self._closed[path] = (
                row is not None
                and row.path.endswith("/**")
                and fits(row.path, path)
                and row.property is None
                and row.fate is not Fate.NOT_READ
            )
        return closed

    def fate(self, path: tuple[str, ...]) -> Fate:
        """What becomes of values at a path."""
        row = self.find(path)
        return row.fate if row else Fate.UNKNOWN


Place = tuple[Any, ...]
"""A place as its steps, the outermost innermost: ``((("/a",), 0), "b")`` or ``(("/a", 0), "b")``."""


class Leaf(NamedTuple):
    """One stated value: its key below the entity, its place in the document, and itself.

    The place is a text or its steps: of most values nobody asks where they stand.
    """

    path: tuple[str, ...]
    place: str | Place
    value: Any

    @property
    def where(self) -> str:
        """The place as a text."""
        return self.place if isinstance(self.place, str) else _pointer(self.place)

    @property
    def entered(self) -> str:
        """Where that part of the document stands which was entered to find it: its entry's place."""
        steps = self.place
        while not isinstance(steps, str):
            steps = steps[0]
        return steps


def leaves(
    value: Any,
    path: tuple[str, ...],
    where: str,
    without: Sequence[str] = (),
    names: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Leaf]:
    """Every scalar below a value.

    ``without`` names keys of the top level that are not entered, ``names`` gives others of these the
    name that the standard has for them.
    """
    if without and isinstance(value, dict):
        value = {key: inner for key, inner in value.items() if key not in without}
    results: list[Leaf] = []
    _collect(value, _paths().top(path, tuple(names.items())), (where,), results)
    return iter(results if len(results) <= MAX_LEAVES else results[:MAX_LEAVES])


class _Paths:
    """The paths that values of documents had so far, forgotten once there are too many."""

    def __init__(self) -> None:
        self.made = 0
        self._tops: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], _Step] = {}

    def top(self, path: tuple[str, ...], names: tuple[tuple[str, str], ...]) -> _Step:
        """The step from which values are entered."""
        if self.made > _MAX_PATHS:
            self._tops.clear()
            self.made = 0
        top = self._tops.get((path, names))
        if top is None:
            top = self._tops[path, names] = _Step(path, self)
            top.update((name, _Step((*path, right), self)) for name, right in names)
        return top


class _Step(dict[str, "_Step"]):
    """A path, and the steps below it by name, made when they are first met.

    Values under one key share one path, whichever document they stand in.
    """

    __slots__ = ("_among", "path")

    def __init__(self, path: tuple[str, ...], among: _Paths) -> None:
        super().__init__()
        self.path, self._among = path, among
        among.made += 1

    def __missing__(self, name: str) -> _Step:
        below = self[name] = _Step((*self.path, name), self._among)
        return below


@cache
def _paths() -> _Paths:
    """Those of this process."""
    return _Paths()


def _pointer(steps: Place) -> str:
    parts: list[str] = []
    while len(steps) == 2:
        steps, last = steps
        parts.append(str(last))
    return "/".join((*steps, *reversed(parts)))


def _collect(item: Any, at: _Step, place: Place, results: list[Leaf]) -> None:
    """Add every scalar below an item, down to MAX_DEPTH."""
    if len(results) >= MAX_LEAVES:
        return
    new, add = tuple.__new__, results.append  # half the cost of calling the class
    kind = type(item)
    if kind is dict:
        if len(at.path) < MAX_DEPTH:
            for key, inner in item.items():
                below = at[key if type(key) is str else str(key)]
                kind = type(inner)
                if kind is dict or kind is list:
                    _collect(inner, below, (place, key), results)
                elif inner or (inner is not None and inner != ""):
                    add(new(Leaf, (below.path, (place, key), inner)))
    elif kind is list:
        path = at.path
        for n, inner in enumerate(item):
            kind = type(inner)
            if kind is dict or kind is list:
                _collect(inner, at, (place, n), results)
            elif inner or (inner is not None and inner != ""):
                add(new(Leaf, (path, (place, n), inner)))
    elif item is not None and item != "":
        add(Leaf(at.path, place, item))


def claims(subject: Iri, leafs: Iterable[Leaf], table: KeyTable) -> Iterator[Claim]:
    """What the table alone can say of a subject: plain texts, and what is stored as stated."""
    for leaf in leafs:
        row = table.find(leaf.path)
        if row is not None and row.property is not None:
            yield stated(subject, row.property, scalar_text(leaf.value), leaf.where)
        elif row is None or row.fate is Fate.NOT_READ:
            key = ".".join(leaf.path[1:]) or leaf.path[0]
            yield other(subject, key, scalar_text(leaf.value))


def stated(subject: Iri, property_: Iri, shown: str, where: str) -> Claim:
    """A text as the value of a property; NOASSERTION and its like as a field left blank.

    ``NONE`` says that there is no value, as SPDX has it, and leaves nothing blank.
    """
    if shown.casefold() == "none":
        return statements.not_given(subject, property_, Stance.DECLARED_EMPTY, shown, where)
    if _BLANK.fullmatch(shown):
        return statements.not_given(subject, property_, Stance.NOT_STATED, shown, where)
    return Claim(subject, property_, brief(shown))


def is_blank(shown: str) -> bool:
    """Whether a text says that nothing is stated: NOASSERTION, n/a and their like."""
    return bool(_BLANK.fullmatch(shown))


def other(subject: Iri, key: str, shown: str) -> Claim:
    """A statement for which there is no property: the key and the text, as they stand."""
    return Claim(subject, PG.otherStatement, brief(f"{key}: {shown}"))


def brief(shown: str) -> Literal:
    """A text as a value; one that is longer than MAX_TEXT is cut, and the cut is marked."""
    if len(shown) > MAX_TEXT:
        shown = shown[: MAX_TEXT - 2] + " …"
    return Literal(statements.clean(shown))


def unknown(leafs: Iterable[Leaf], table: KeyTable, standard: str) -> Iterator[Problem]:
    """Keys that the standard does not have, once each, with the first place and a count."""
    first: dict[tuple[str, ...], str] = {}
    counts: Counter[tuple[str, ...]] = Counter()
    find = table.find
    for leaf in leafs:
        if find(leaf.path) is None:
            first.setdefault(leaf.path, leaf.where)
            counts[leaf.path] += 1
    for path, where in first.items():
        times = f" ({counts[path]} times)" if counts[path] > 1 else ""
        key = "/".join(path)[:120]
        what = f"{key!r} is not a key of {standard}{times}"
        yield Problem(where, what, "kept as stated where it speaks of a model or dataset", "key")
