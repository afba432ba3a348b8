"""The names of every entity of a snapshot, and tables in which a bare name is looked up.

The table is read from the search index where that is stored beside the store, so that a look-up
takes milliseconds at any size. Without one it is made in memory from the snapshot.
"""

from __future__ import annotations

import re
import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.claims import Literal
from provenance_graph.core.databases import SharedConnection, connect
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import (
    DCTERMS,
    DERIVATIONS,
    INFLUENCES,
    PG,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
)
from provenance_graph.model.naming.folded import fold
from provenance_graph.store.values import WholeListing

KINDS = {
    "model": (PG.Model, PG.ModelVersion, PG.Configuration, PG.OfferedModel),
    "family": (PG.ModelFamily,),
    "dataset": (PG.Dataset,),
    "organization": (PG.Organization,),
    "licence": (PG.Licence,),
    "benchmark": (PG.Benchmark,),
    "rubric": (PG.AssessmentScheme,),
    "system": (PG.Deployment,),
}
"""Kinds of entities and the classes that make an entity one of them."""

SCHEMA_SQL = """
CREATE TABLE called (folded TEXT NOT NULL, number INTEGER NOT NULL, kinds INTEGER NOT NULL,
  name NOT NULL, PRIMARY KEY (folded, number, name)) WITHOUT ROWID;
CREATE TEMP TABLE unsorted_called (folded TEXT, number INTEGER, kinds INTEGER, name);
"""
SORTED_SQL = """
INSERT INTO called SELECT * FROM unsorted_called ORDER BY folded, number, name;
DROP TABLE unsorted_called;
"""
"""Names of the entities of ``KINDS``, whose places are the bits of ``kinds``; ``number`` is the
entity's in the table of all entities. A name that ends the entity's id is told by how many parts of
that it has (``tail_of``). They are written aside, and sorted once all are there."""

_NAMES = (SCHEMA.name, SCHEMA.alternateName, DCTERMS.identifier, SKOS.prefLabel, RDFS.label)
_NEAR = 72
"""The least similarity of a suggested name, of 100."""
_SHARING = 400
"""The most entities compared letter by letter for each piece of a name."""
_FEW = 1_000
"""Entities whose names are looked up one by one; of more, all names are read through."""
_AT_ONCE = 500
"""Values per SQL statement."""
_LONGEST = 60
"""Letters of a name that are compared with similar names."""
_EDITION = re.compile(r"[^a-z0-9.]+v?[0-9][0-9.\-]*")
_MONTH_BEFORE_SIZE = re.compile(
    r"(?<=[A-Za-z0-9])[- ](?:0[1-9]|1[0-2])\d\d(?=[- ]\d+(?:\.\d+)?[bB]\b)"
)
"""Month and year before a size, which people leave out: OLMo-2-1124-7B is "OLMo 2 7B"."""


def is_own(entity: Iri) -> bool:
    """Whether an entity has an IRI of ours, not one in a single source's name space."""
    return not entity.startswith(f"{iris.ID}in/")


def publishers(snapshot: AcceptedSnapshot) -> set[Iri]:
    """The canonical IRIs of the organisations to which records are attributed."""
    return snapshot.cached("publishers", lambda: _publishers(snapshot))


def _publishers(snapshot: AcceptedSnapshot) -> set[Iri]:
    return {
        snapshot.canonical(Iri(who)) for who in set(snapshot.header_values(PROV.wasAttributedTo))
    }


def kinds_of(present: AcceptedSnapshot, kinds: Iterable[str] = ()) -> dict[Iri, int]:
    """Every entity of some kinds, or of all, with the bits of its kinds.

    Entities that are only named as publishers, parents or data are included.
    """
    results: dict[Iri, int] = {}
    for entity, bit in kind_bits(present, kinds):
        results[entity] = results.get(entity, 0) | bit
    return results


def kind_bits(present: AcceptedSnapshot, kinds: Iterable[str] = ()) -> Iterator[tuple[Iri, int]]:
    """Every entity of some kinds, or of all, with the bit of a kind, once per statement."""
    wanted = set(kinds) or set(KINDS)
    for bit, (kind, classes) in enumerate(KINDS.items()):
        if kind not in wanted:
            continue
        for class_ in classes:
            for entity, *_ in present.quads(predicate=RDF.type, object=class_):
                yield entity, 1 << bit
    for kind, entity in _only_named(present, wanted):
        yield entity, 1 << list(KINDS).index(kind)


def listings(kinds: Iterable[str] = ()) -> Iterator[WholeListing]:
    """The listings that are read whole to make the table of some kinds, or of all."""
    wanted = set(kinds) or set(KINDS)
    for kind in wanted:
        yield from (WholeListing(RDF.type, class_) for class_ in KINDS[kind])
    if "organization" in wanted:
        yield WholeListing(PROV.wasAttributedTo, anywhere=True)
    for relation in (*DERIVATIONS, *INFLUENCES):
        if ("dataset" if relation == PG.trainedOn else "model") in wanted:
            yield WholeListing(relation)
    yield from map(WholeListing, _NAMES)


def _only_named(present: AcceptedSnapshot, wanted: set[str]) -> Iterator[tuple[str, Iri]]:
    """Entities that the view may not describe: publishers of records, parents, training data."""
    if "organization" in wanted:
        yield from (("organization", one) for one in publishers(present))
    for relation in (*DERIVATIONS, *INFLUENCES):
        only = "dataset" if relation == PG.trainedOn else "model"
        if only in wanted:
            for _, _, parent, _ in present.quads(predicate=relation):
                if isinstance(parent, Iri):
                    yield only, parent


def names(present: AcceptedSnapshot, entities: Iterable[Iri]) -> dict[Iri, set[str]]:
    """The names of entities: id, the part that a source uses, its last part, and labels."""
    stated: dict[Iri, set[str]] = {entity: set() for entity in entities}
    whole = present.expect_whole(map(WholeListing, _NAMES)) or len(stated) > _FEW
    few = None if whole else list(stated)
    for entity, name in stated_names(present, few):
        if (known := stated.get(entity)) is not None:
            known.add(name)
    return {entity: names_of(entity, known) for entity, known in stated.items()}


def stated_names(
    present: AcceptedSnapshot, entities: Iterable[Iri] | None = None
) -> Iterator[tuple[Iri, str]]:
    """The accepted names of some entities, or of all."""
    for predicate in _NAMES:
        quads = (
            present.quads(predicate=predicate)
            if entities is None
            else chain.from_iterable(present.quads(entity, predicate) for entity in entities)
        )
        for entity, _, value, _ in quads:
            if isinstance(value, Literal):
                yield entity, value.lexical


def names_of(entity: Iri, stated: Iterable[str]) -> set[str]:
    """All names of an entity: its id, parts of it, and the stated names."""
    id_ = short_id(entity)
    known = {id_, id_.rsplit("/", 1)[-1], local_name(entity), *stated}
    if not is_own(entity):  # ``source/kind/org/name``: documents and people say ``org/name``
        known.add(id_.split("/", 2)[-1])
    return known | {
        _MONTH_BEFORE_SIZE.sub("", name) for name in known if _MONTH_BEFORE_SIZE.search(name)
    }


def tail_of(name: str, id_: str) -> str | int:
    """The number of an id's last parts that equal a name; the name itself if none do.

    >>> tail_of("model-7b", "org/model-7b"), tail_of("org/model-7b", "org/model-7b"), tail_of("M", "o/m")
    (1, 2, 'M')
    """
    at = len(id_) - len(name)
    if id_.endswith(name) and (at == 0 or id_[at - 1] == "/"):
        return name.count("/") + 1
    return name


def _whole_name(stored: str | int, id_: str) -> str:
    if isinstance(stored, str):
        return stored
    return "/".join(id_.split("/")[-stored:])


class NameTable(Protocol):
    """Look-up of entities by name."""

    def by_name(self, name: str) -> list[Iri]:
        """Entities of a name, compared without case and punctuation."""

    def editions(self, name: str) -> list[Iri]:
        """Entities of a name followed by a version: ``mistral-7b`` for ``Mistral-7B-v0.1``.

        ``DeepSeek-V2.5`` is no edition of ``DeepSeek-V2``.
        """

    def near(self, name: str, limit: int = 5) -> list[str]:
        """Ids whose names are similar to one that was not found, best first."""


def _order(entity: Iri) -> tuple[bool, int, Iri]:
    return not is_own(entity), len(entity), entity


def _is_edition(name: str, folded: str, sought: str) -> bool:
    """Whether a name is the sought one followed by a version."""
    return fold(name) == folded and any(
        fold(name[:start]) == sought and _EDITION.fullmatch(name.casefold(), start)
        for start in range(1, len(name))
        if not name[start].isalnum()
    )


class NamesInMemory:
    """A name table in memory, for a snapshot without a search index."""

    def __init__(self, known: dict[Iri, set[str]]) -> None:
        self._known = known
        self._by_fold: dict[str, list[Iri]] = {}
        for iri in sorted(known, key=_order):
            for folded in sorted(set(map(fold, known[iri]))):
                self._by_fold.setdefault(folded, []).append(iri)
        self._folded = sorted(self._by_fold)

    def by_name(self, name: str) -> list[Iri]:
        """Entities of that name (see ``NameTable``)."""
        sought = fold(name)
        return list(self._by_fold.get(sought, ())) if sought else []

    def editions(self, name: str) -> list[Iri]:
        """Entities of that name with a version (see ``NameTable``)."""
        sought = fold(name)
        results: dict[Iri, None] = {}
        for folded in self._folded[bisect_left(self._folded, sought) :] if sought else ():
            if not folded.startswith(sought):
                break
            for iri in self._by_fold[folded]:
                if is_own(iri) and any(_is_edition(n, folded, sought) for n in self._known[iri]):
                    results[iri] = None
        return list(results)

    def near(self, query: str, limit: int = 5) -> list[str]:
        """Similar names (see ``NameTable``)."""
        wanted = fold(query)
        if not wanted:
            return []
        inside = sorted((name for name in self._folded if wanted in name), key=_shortest)
        near = [*_alike(wanted, self._folded, limit), *inside]
        return list(dict.fromkeys(short_id(self._by_fold[name][0]) for name in near))[:limit]


def _shortest(name: str) -> tuple[int, str]:
    """A sort key of names that contain a text, the same in every process: shortest first."""
    return len(name), name


def _alike(wanted: str, folded: Iterable[str], limit: int) -> list[str]:
    from rapidfuzz import fuzz, process  # loading it takes a moment

    close = process.extract(wanted, folded, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=limit)
    return [name for name, *_ in close]


_ENTITIES = "FROM called c JOIN thing t ON t.number = c.number WHERE c.kinds & ? AND "


class StoredNames:
    """The name table in a search index; read-only, usable from several threads."""

    def __init__(self, database: sqlite3.Connection, kinds: Iterable[str]) -> None:
        wanted = set(kinds) or set(KINDS)
        self._bits = sum(1 << bit for bit, kind in enumerate(KINDS) if kind in wanted)
        self._shared, self._database = SharedConnection(database), database

    @classmethod
    def open(cls, file: Path, kinds: Iterable[str]) -> StoredNames:
        """The name table in a search index."""
        return cls(connect(file), kinds)

    def by_name(self, name: str) -> list[Iri]:
        """Entities of that name (see ``NameTable``)."""
        sought = fold(name)
        return self._of_name(sought) if sought else []

    def _of_name(self, folded: str) -> list[Iri]:
        rows = self._database.execute(
            f"SELECT DISTINCT t.iri {_ENTITIES} c.folded = ?", (self._bits, folded)
        )
        return sorted((Iri(iri) for (iri,) in rows), key=_order)

    def editions(self, wanted: str) -> list[Iri]:
        """Entities of that name with a version (see ``NameTable``)."""
        sought = fold(wanted)
        if not sought:
            return []
        matches: list[tuple[str, Iri]] = []
        for head in (sought, f"{sought}v"):  # a digit must follow
            rows = self._database.execute(
                f"SELECT c.folded, t.iri, c.name, t.id {_ENTITIES} c.folded >= ? AND c.folded < ?",
                (self._bits, f"{head}0", f"{head}:"),
            )
            matches += [
                (folded, Iri(iri))
                for folded, iri, name, id_ in rows
                if is_own(Iri(iri)) and _is_edition(_whole_name(name, id_), folded, sought)
            ]
        ordered = sorted(matches, key=lambda one: (one[0], _order(one[1])))
        return list(dict.fromkeys(iri for _, iri in ordered))

    def near(self, query: str, limit: int = 5) -> list[str]:
        """Similar names (see ``NameTable``)."""
        wanted = fold(query)
        if not wanted:
            return []
        folded = self._folded_of(sharing(self._database, wanted))
        inside = sorted((name for name in folded if wanted in name), key=_shortest)
        results: dict[str, None] = {}
        for name in (*_alike(wanted, sorted(folded), limit), *inside):
            results.update({short_id(iri): None for iri in self._of_name(name)[:1]})
        return list(results)[:limit]

    def _folded_of(self, numbers: Iterable[int]) -> set[str]:
        rows = rows_among(self._database, "SELECT folded FROM thing WHERE number IN", numbers)
        words = sorted({word for (folded,) in rows for word in folded.split(" ")})
        query = "SELECT DISTINCT folded FROM called WHERE kinds & ? AND folded IN"
        return {folded for (folded,) in rows_among(self._database, query, words, self._bits)}


def rows_among(
    database: sqlite3.Connection, query: str, values: Iterable[int | str], *given: int
) -> Iterator[tuple[Any, ...]]:
    """The rows of a query that ends with ``IN``, for many values in few statements."""
    waiting = list(values)
    for start in range(0, len(waiting), _AT_ONCE):
        some = waiting[start : start + _AT_ONCE]
        yield from database.execute(f"{query} ({','.join('?' * len(some))})", (*given, *some))


def sharing(database: sqlite3.Connection, word: str) -> list[int]:
    """The numbers of entities with a name that contains a third of a folded word, sorted.

    A name with one or two typing errors contains one third of the word unchanged. Of each piece the
    richest entities are taken, so that common pieces cost no more than rare ones.
    """
    word = word[:_LONGEST]
    width = max(3, len(word) // 3)
    pieces = {word[at : at + width] for at in range(len(word) - width + 1)}
    query = "SELECT rowid FROM spelling WHERE spelling MATCH ? LIMIT ?"
    return sorted(
        {
            number
            for piece in (sorted(pieces) if len(word) >= width else ())
            for (number,) in database.execute(query, (f'"{piece}"', _SHARING))
        }
    )
