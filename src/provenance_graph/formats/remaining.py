"""Values under read or kept keys that no claim represents: found after the reading, kept as stated.

A reader takes up the keys of its table one by one, and a value under one of them may have a form
that the reader does not know; a key that is not read yet states something that is to be kept. After
the reading every value under such keys is searched for in the claims, problems and header of the
document. A value found in none of them becomes a ``pg:otherStatement`` of its entity; one under a
key that is read is counted by the ledger as *stated, not understood*. Keys whose values are words
of a code list, units or references are marked ``coded`` in the table.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from urllib.parse import unquote

from provenance_graph.core.claims import Claim, Literal, Problem
from provenance_graph.core.developers import developer_names
from provenance_graph.core.iris import Iri, slug
from provenance_graph.core.terms import PG, RDF
from provenance_graph.formats import coverage
from provenance_graph.formats.coverage import Key, KeyTable, Leaf, Treatment
from provenance_graph.formats.document import Document, Origin, Reader
from provenance_graph.formats.entity_places import EntityPlaces
from provenance_graph.formats.fields.packages import BYTE_UNITS
from provenance_graph.formats.ledger import ReadingLedger
from provenance_graph.formats.statements import scalar_text

SHORTEST = 4
"""Texts shorter than this are codes, sizes and flags, which occur in other texts by chance."""

MAX_WORK = 200_000_000
"""The most characters searched for one document. Beyond it, a value not found at once counts as
read, so that a catalogue of a hundred thousand values does not take minutes."""

LISTED = 1_000
"""The longest text that may be a list of names; longer ones are prose."""

LOOKED_FOR = 250
"""The number of characters of a text that are searched for: claims cut longer texts."""

_IDS = frozenset(("spdxId", "@id", "bom-ref"))
"""Keys of identifiers inside a document; a value equal to such an identifier is a reference."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"\d[\d,_.]{2,}")
_SCIENTIFIC = re.compile(r"\d{1,30}(?:\.\d{1,30})?e[+-]?\d{1,3}", re.IGNORECASE)  # 6e+23
_SCALED = re.compile(r"(\d{1,6}(?:\.\d{1,6})?) ?([kmbt]|[kmgt]i?b)")  # 13.2B, 12 MB
_SCALE = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12, **BYTE_UNITS}
_REVISION = re.compile(r"/(?:resolve|blob|raw)/[^/]+/")
_SHORT_TAG = re.compile(r"[\w-]+:\S{1,3}")  # `license:mit`, `language:en`
_HOST = re.compile(
    r"(?:https?://(?:www\.)?(?:huggingface\.co|hf\.co|spdx\.org)/|(?:huggingface|hf)://|pkg:\w+/)"
    r"(?:datasets/|licenses/)?"
)


class ClaimedTexts:
    """The texts that the reading of a document produced, for searching."""

    def __init__(self, results: Iterable[Claim | Problem], origin: Origin | None = None) -> None:
        """Take the claims and problems of a document, and the origin for its header."""
        self._results = tuple(results)
        self._origin = origin
        self._looked = 0

    @cached_property
    def _values(self) -> list[str]:
        """The values of the claims, as texts."""
        values = [item.value for item in self._results if isinstance(item, Claim)]
        return [v.lexical if isinstance(v, Literal) else v or "None" for v in values]

    @cached_property
    def _exact(self) -> frozenset[str]:
        """The values of the claims unchanged, as a set."""
        return frozenset(self._values)

    @cached_property
    def _kept(self) -> frozenset[str]:
        """The values kept as stated, without their keys."""
        other = (
            str(item.value)
            for item in self._results
            if isinstance(item, Claim) and item.predicate == PG.otherStatement
        )
        return frozenset(text.partition(": ")[2] for text in other)

    @cached_property
    def _text(self) -> str:
        parts: list[str] = list(self._values)
        for item in self._results:
            if isinstance(item, Claim):
                parts += (item.subject, item.as_stated)
            else:
                parts += (item.where, item.what)
        if self._origin is not None:
            o = self._origin
            parts += (
                o.local,
                o.publisher,
                o.title,
                o.licence,
                o.attribution,
                o.url or "",
                o.retrieved,
            )
        text = "\n".join(dict.fromkeys(parts))
        return f"{text}\n{unquote(text)}".casefold()

    @cached_property
    def _whole(self) -> frozenset[str]:
        return frozenset(self._text.split("\n"))

    def is_value(self, text: str) -> bool:
        """Whether a text is the whole value of a claim."""
        return text in self._exact

    def has(self, stated: str) -> bool:
        """Whether the reading produced a text, as itself or within an address."""
        if len(stated) < SHORTEST or stated in self._exact or stated in self._kept:
            return True
        if several := developer_names().together.get(stated.strip()):
            return all(map(self.has, several))
        text = stated.strip().casefold()
        if len(text) < SHORTEST or text in self._whole or self._looked > MAX_WORK:
            return True
        self._looked += len(self._text)
        if text[:LOOKED_FOR] in self._text:
            return True
        if match := _DATE.match(text):
            return match[0] in self._text
        if _SHORT_TAG.fullmatch(text):
            return True
        tail = text.rpartition(":")[2].strip()  # `arxiv:2407.21783`, `dataset:org/name`
        if SHORTEST <= len(tail) < len(text) and tail in self._text:
            return True
        short = _HOST.sub("", text).rstrip("/").partition("@")[0]
        short = _REVISION.sub("/", unquote(short))  # a file's address: its repository and path
        if SHORTEST <= len(short) < len(text) and short in self._text:
            return True
        name = slug(text[:LOOKED_FOR])
        if len(name) >= SHORTEST and name in self._text:
            return True
        if re.sub("[-_ ]", "", text) in self._text:  # SHA-256, `text generation`
            return True
        scaled = _SCALED.fullmatch(text)
        if scaled and str(int(Decimal(scaled[1]) * _SCALE[scaled[2]])) in self._text:
            return True
        if _SCIENTIFIC.fullmatch(text) and f"{Decimal(text).normalize():f}" in self._exact:
            return True
        number = _NUMBER.match(text)
        if number is not None and _digits(number[0]) in self._text:
            return True
        parts = _parts(text)
        return len(parts) > 1 and all(
            self.has(part) if len(part) >= SHORTEST else part.strip("()").isalpha()
            for part in parts
        )


def _parts(text: str) -> list[str]:
    """The members of a list written as one text: ``en, de``, ``a/b; c/d``."""
    parts = [part.strip() for part in re.split("[,;]", text)] if len(text) < LISTED else []
    return [part for part in parts if part] if all(len(p) < LOOKED_FOR for p in parts) else []


def _digits(text: str) -> str:
    """A number without separators between its digits and without a zero fraction."""
    return re.sub(r"\.0*$", "", re.sub(r"[,_]", "", text))


def remaining(
    reader: Reader, document: Document, results: Iterable[Claim | Problem], ledger: ReadingLedger
) -> Iterator[Claim]:
    """Yield a ``pg:otherStatement`` for each value that no claim has; count all values in ``ledger``."""
    if reader.keys is None or reader.leaves is None:
        return
    results = tuple(results)
    with_header = any(
        isinstance(item, Claim) for item in results
    )  # without a claim there is no record
    results_read = ClaimedTexts(results, reader.origin(document) if with_header else None)
    ids: Counter[str] = Counter()
    unseen: list[tuple[Leaf, tuple[Treatment, str], str]] = []
    looked: dict[str, bool] = {}
    for leaf, kind in _under_kept_keys(reader.leaves(document), reader.keys, ledger, ids):
        text = scalar_text(leaf.value)
        known = looked.get(text)
        if known is None:
            known = looked[text] = results_read.has(text) or _says_nothing(text)
        if not known:
            unseen.append((leaf, kind, text))
    if refused := _Refused(results):
        refused.count(list(reader.leaves(document)), reader.keys, results_read, ledger)
    places: EntityPlaces | None = None
    done: set[tuple[Iri, str, str]] = set()
    for leaf, kind, text in unseen:
        if ids[text] > (leaf.path[-1] in _IDS):
            continue
        if places is None:
            every = reader.subjects(document) if reader.subjects is not None else _only(results)
            places = EntityPlaces(every)
        subject, key = places.of(leaf)
        if kind[0] is Treatment.READ:
            ledger.values[kind] -= 1
            ledger.values[Treatment.NOT_UNDERSTOOD, kind[1]] += 1
        if subject is not None and (subject, key, text) not in done:
            done.add((subject, key, text))
            yield coverage.other(subject, key, text)


class _Refused:
    """Places where a problem says that the value there was refused as a whole."""

    KINDS = frozenset(("missing", "shape", "repeat", "reference"))

    def __init__(self, results: Iterable[Claim | Problem]) -> None:
        self._places = {
            item.where
            for item in results
            if isinstance(item, Problem) and item.kind in self.KINDS and item.where[:1] in ("", "/")
        }
        self._missing = {
            item.where
            for item in results
            if isinstance(item, Problem) and item.kind == "missing" and item.where
        }

    def __bool__(self) -> bool:
        return bool(self._places)

    def count(
        self, leaves: list[Leaf], table: KeyTable, results_read: ClaimedTexts, ledger: ReadingLedger
    ) -> None:
        """Count codes, flags and short texts below a refused location as not understood.

        Longer texts are searched for wherever they stand; short ones occur in other texts by
        chance.
        """
        # a missing value has no location: the object that should hold it was refused
        absent = self._missing - _places_of(_near(leaves, self._missing), self._missing)
        self._places |= {where.rpartition("/")[0] for where in absent}
        for leaf in _near(leaves, self._places):
            row = table.find(leaf.path)
            if row is None or row.treatment is not Treatment.READ or not self._below(leaf.where):
                continue
            text = scalar_text(leaf.value)
            code = len(text) < SHORTEST or (row.coded and _is_code(leaf.value, row))
            unseen = isinstance(leaf.value, bool) or (code and not results_read.is_value(text))
            path = "/".join(leaf.path)
            if unseen and ledger.values[Treatment.READ, path] > 0:
                ledger.values[Treatment.READ, path] -= 1
                ledger.values[Treatment.NOT_UNDERSTOOD, path] += 1

    def _below(self, where: str) -> bool:
        while where and where not in self._places:
            where = where.rpartition("/")[0]
        return where in self._places


def _near(leaves: list[Leaf], places: set[str]) -> Iterator[Leaf]:
    """Yield the values of the entries that contain one of the locations or lie below one."""
    holders = {holder for place in places for holder in _upwards(place)}
    known: dict[str, bool] = {}
    for leaf in leaves:
        entry = leaf.entered
        near = known.get(entry)
        if near is None:
            near = entry in holders or any(each in places for each in _upwards(entry))
            known[entry] = near
        if near:
            yield leaf


def _upwards(location: str) -> Iterator[str]:
    """Yield a location and every location above it, innermost first; the empty one is last."""
    yield location
    while location:
        location = location.rpartition("/")[0]
        yield location


def _places_of(leaves: Iterable[Leaf], pointers: set[str]) -> set[str]:
    """The given locations that have a value at them or below them."""
    stated: set[str] = set()
    for leaf in leaves:
        where = leaf.where
        while where and where not in stated:
            if where in pointers:
                stated.add(where)
            where = where.rpartition("/")[0]
    return stated


def _under_kept_keys(
    leaves: Iterable[Leaf], table: KeyTable, ledger: ReadingLedger, ids: Counter[str]
) -> Iterator[tuple[Leaf, tuple[Treatment, str]]]:
    """Yield the values that the reading should have produced, each with its key; count every value.

    ``ids`` collects the identifiers that the document gives its own parts.
    """
    known: dict[tuple[str, ...], _Met] = {}
    for leaf in leaves:
        path, _, value = leaf
        met = known.get(path)
        if met is None:
            met = known[path] = _Met(path, table.find(path))
        met.count += 1
        if met.names and isinstance(value, str):
            ids[value] += 1
        coded = isinstance(value, bool) if met.codes is None else _is_code(value, met.codes)
        if met.is_kept and not coded:
            yield leaf, met.kind
    for met in known.values():
        ledger.values[met.kind] += met.count


class _Met:
    """One key of a document: its treatment and the number of its values."""

    __slots__ = ("codes", "count", "is_kept", "kind", "names")

    def __init__(self, path: tuple[str, ...], row: Key | None) -> None:
        treatment = Treatment.UNKNOWN if row is None else row.treatment
        self.kind = treatment, "/".join(path)
        self.is_kept = treatment in (Treatment.READ, Treatment.NOT_READ)
        self.codes = row if row is not None and row.coded else None
        self.names = path[-1] in _IDS
        self.count = 0


def _is_code(value: object, row: Key) -> bool:
    """Whether a value may be a code, unit or reference: one word, or any text for ``phrase``."""
    return row.phrase or not isinstance(value, str) or " " not in value.strip()


def _says_nothing(text: str) -> bool:
    """Whether a text is a placeholder, or an identifier inside the document."""
    return coverage.is_blank(text) or text.startswith(("#", "_:"))


def _only(results: Iterable[Claim | Problem]) -> Mapping[str, Iri]:
    """The one model (else dataset) of a document, for every location; empty if there are several."""
    classes = {PG.Model: 0, PG.Dataset: 1}
    described: dict[Iri, list[Iri]] = {}
    for item in results:
        if isinstance(item, Claim) and item.predicate == RDF.type and item.value in classes:
            described.setdefault(Iri(str(item.value)), []).append(item.subject)
    for kind in classes:
        subjects = list(dict.fromkeys(described.get(kind, ())))
        if subjects:
            return {"": subjects[0]} if len(subjects) == 1 else {}
    return {}
