"""The key tables of readers: what a reader does with each key of its standard.

A reader declares its keys in a ``KeyTable``: *read*, *not provenance* with the reason, or *not read
yet*. A value stated of a model or dataset under a key that is not read yet, or that the standard
does not have, is kept as ``pg:otherStatement``, so that "stated, not understood" is never shown as
"no source covers this". The ledger of a document (``ledger.count``) counts its values by treatment and
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
"""The most characters of a text that are stored as stated; a longer text is cut, and the cut is
marked."""


MAX_DEPTH = 60
_BLANK = re.compile(r"(?:https?://\S+/)?no[ _-]?assertion|NONE|n/?a|-", re.IGNORECASE)


class Treatment(Enum):
    """What a reader does with a stated value."""

    READ = "read"
    NOT_PROVENANCE = "not provenance"
    NOT_READ = "not read yet"
    UNKNOWN = "unknown key"
    NOT_UNDERSTOOD = "stated, not understood"

    __hash__ = object.__hash__  # members are compared by identity; Enum hashes their names anew


@dataclass(frozen=True, slots=True)
class Key:
    """One row of a key table: which keys it matches, and what the reader does with their values.

    ``path`` is the key below its entity, steps joined by ``/``. ``*`` matches any one step
    (``rai:*`` any step that begins with ``rai:``, ``*_id`` any that ends with ``_id``) and a final
    ``**`` matches everything below. ``note`` says which claims are made of the values, or why none
    are. ``property`` is set where the text alone is the value of the claim. ``coded`` says that the
    values are words of a code list, units or references, which a claim represents without their
    text; with ``phrase`` such a value may have several words.
    """

    path: str
    treatment: Treatment
    note: str = ""
    property: Iri | None = None
    coded: bool = False
    phrase: bool = False


def read(note: str, *paths: str) -> tuple[Key, ...]:
    """Rows for keys whose values the reader itself turns into claims; ``note`` says which."""
    return tuple(Key(path, Treatment.READ, note) for path in paths)


def coded(note: str, *paths: str) -> tuple[Key, ...]:
    """Rows for keys that are read and whose values are words of a code list, units or references."""
    return tuple(Key(path, Treatment.READ, note, coded=True) for path in paths)


def phrases(note: str, *paths: str) -> tuple[Key, ...]:
    """Rows for keys that are read and whose values are codes of one word or several."""
    return tuple(Key(path, Treatment.READ, note, coded=True, phrase=True) for path in paths)


def text(property_: Iri, *paths: str) -> tuple[Key, ...]:
    """Rows for keys whose text is stored as the value of a property."""
    return tuple(Key(path, Treatment.READ, shorten(property_), property_) for path in paths)


def skip(reason: str, *paths: str) -> tuple[Key, ...]:
    """Rows for keys that state nothing about the provenance of a model or dataset, with the reason."""
    return tuple(Key(path, Treatment.NOT_PROVENANCE, reason) for path in paths)


def later(*paths: str) -> tuple[Key, ...]:
    """Rows for keys of the standard that have no property yet; their values are kept as stated."""
    return tuple(Key(path, Treatment.NOT_READ, "kept as stated") for path in paths)


_NOT_LOOKED_UP = Key("", Treatment.UNKNOWN)
_MAX_PATHS = 20_000
"""The most paths that a table caches; documents with free-form keys keep adding new ones."""


@dataclass(frozen=True)
class KeyTable:
    """The rows for every key of a standard; the first row that matches a path applies."""

    rows: tuple[Key, ...]
    _row_of: dict[tuple[str, ...], Key | None] = field(default_factory=dict, repr=False)
    _closed: dict[tuple[str, ...], bool] = field(default_factory=dict, repr=False)
    steps: dict[object, Any] = field(default_factory=dict, repr=False)
    """The steps of ``table_leaves``, cached as long as the rows that were looked up."""

    def find(self, path: tuple[str, ...]) -> Key | None:
        """The row that matches a path, or None where the standard has no such key.

        >>> table = KeyTable(read("its name", "model/name") + later("model/considerations/**"))
        >>> table.find(("model", "considerations", "users")).treatment.value
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

    def yields_claim(self, path: tuple[str, ...]) -> bool:
        """Whether the table alone yields a claim for a path: a text, or a value kept as stated.

        >>> table = KeyTable(read("its name", "model/name") + later("model/colour"))
        >>> [table.yields_claim(("model", key)) for key in ("name", "colour", "weight")]
        [False, True, True]
        """
        row = self.find(path)
        return row is None or row.property is not None or row.treatment is Treatment.NOT_READ

    def closes(self, path: tuple[str, ...]) -> bool:
        """Whether one row applies to everything below a path and the table yields no claim there.

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
                and row.treatment is not Treatment.NOT_READ
            )
        return closed

    def treatment(self, path: tuple[str, ...]) -> Treatment:
        """The treatment of values at a path; ``UNKNOWN`` where no row matches."""
        row = self.find(path)
        return row.treatment if row else Treatment.UNKNOWN


Steps = tuple[Any, ...]
"""Nested pairs of a location's steps: ``((("/a",), 0), "b")`` or ``(("/a", 0), "b")`` for
``/a/0/b``."""


class Leaf(NamedTuple):
    """One scalar value of a document: its key path below the entity, its location and the value.

    ``location`` is a JSON pointer, or a tuple of steps that ``where`` turns into one when asked:
    the locations of most values are never read.
    """

    path: tuple[str, ...]
    location: str | Steps
    value: Any

    @property
    def where(self) -> str:
        """The location as a JSON pointer."""
        return self.location if isinstance(self.location, str) else _pointer(self.location)

    @property
    def entered(self) -> str:
        """The location of the part of the document from which the walk to this value started."""
        steps = self.location
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
    """Yield every scalar below a value, at most MAX_LEAVES of them.

    Top-level keys in ``without`` are skipped. ``names`` maps top-level keys of the document to the
    keys that the standard has for them.
    """
    if without and isinstance(value, dict):
        value = {key: inner for key, inner in value.items() if key not in without}
    results: list[Leaf] = []
    _collect(value, _paths().top(path, tuple(names.items())), (where,), results)
    return iter(results if len(results) <= MAX_LEAVES else results[:MAX_LEAVES])


class _Paths:
    """Cache of the paths met in documents so far; emptied when it exceeds _MAX_PATHS."""

    def __init__(self) -> None:
        self.made = 0
        self._tops: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], _Step] = {}

    def top(self, path: tuple[str, ...], names: tuple[tuple[str, str], ...]) -> _Step:
        """The step for the path at which a walk starts, with top-level keys renamed by ``names``."""
        if self.made > _MAX_PATHS:
            self._tops.clear()
            self.made = 0
        top = self._tops.get((path, names))
        if top is None:
            top = self._tops[path, names] = _Step(path, self)
            top.update((name, _Step((*path, right), self)) for name, right in names)
        return top


class _Step(dict[str, "_Step"]):
    """A path with the steps below it by name, created when they are first met.

    Values under one key share one path tuple, in whichever document they stand.
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
    """The cache of paths of this process."""
    return _Paths()


def _pointer(steps: Steps) -> str:
    parts: list[str] = []
    while len(steps) == 2:
        steps, last = steps
        parts.append(str(last))
    return "/".join((*steps, *reversed(parts)))


def _collect(item: Any, at: _Step, location: Steps, results: list[Leaf]) -> None:
    """Append every scalar below an item to ``results``, down to MAX_DEPTH."""
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
                    _collect(inner, below, (location, key), results)
                elif inner or (inner is not None and inner != ""):
                    add(new(Leaf, (below.path, (location, key), inner)))
    elif kind is list:
        path = at.path
        for n, inner in enumerate(item):
            kind = type(inner)
            if kind is dict or kind is list:
                _collect(inner, at, (location, n), results)
            elif inner or (inner is not None and inner != ""):
                add(new(Leaf, (path, (location, n), inner)))
    elif item is not None and item != "":
        add(Leaf(at.path, location, item))


def claims(subject: Iri, leafs: Iterable[Leaf], table: KeyTable) -> Iterator[Claim]:
    """Yield the claims that the table alone gives a subject: plain texts and values kept as stated."""
    for leaf in leafs:
        row = table.find(leaf.path)
        if row is not None and row.property is not None:
            yield stated(subject, row.property, scalar_text(leaf.value), leaf.where)
        elif row is None or row.treatment is Treatment.NOT_READ:
            key = ".".join(leaf.path[1:]) or leaf.path[0]
            yield other(subject, key, scalar_text(leaf.value))


def stated(subject: Iri, property_: Iri, text: str, where: str) -> Claim:
    """The claim of a text as the value of a property; without a value for a placeholder text.

    ``NOASSERTION`` and similar placeholders have the stance "not stated"; ``NONE`` has the stance
    "declared empty", which is its meaning in SPDX.
    """
    if text.casefold() == "none":
        return statements.not_given(subject, property_, Stance.DECLARED_EMPTY, text, where)
    if _BLANK.fullmatch(text):
        return statements.not_given(subject, property_, Stance.NOT_STATED, text, where)
    return Claim(subject, property_, brief(text))


def is_blank(text: str) -> bool:
    """Whether a text is a placeholder for a value not stated: NOASSERTION, n/a and similar."""
    return bool(_BLANK.fullmatch(text))


def other(subject: Iri, key: str, text: str) -> Claim:
    """The claim ``pg:otherStatement`` for a key without a property: key and text as stated."""
    return Claim(subject, PG.otherStatement, brief(f"{key}: {text}"))


def brief(text: str) -> Literal:
    """A text as a literal, cut to MAX_TEXT characters; an ellipsis marks the cut."""
    if len(text) > MAX_TEXT:
        text = text[: MAX_TEXT - 2] + " …"
    return Literal(statements.clean(text))


def unknown(leafs: Iterable[Leaf], table: KeyTable, standard: str) -> Iterator[Problem]:
    """Yield one problem per key that the standard lacks, with its first location and its count."""
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
