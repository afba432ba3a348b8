"""Making the index of names: one row an entity, the richest first.

``names`` asks what is made here.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import (
    DCTERMS,
    DERIVATIONS,
    INFLUENCES,
    PG,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
)
from provenance_graph.model.naming import table
from provenance_graph.model.naming.entities import kind_by_name
from provenance_graph.model.naming.folded import fold
from provenance_graph.model.search.manual import entries

SCHEMA_SQL = f"""{table.SCHEMA_SQL}
CREATE TABLE thing (
  number INTEGER PRIMARY KEY, iri TEXT NOT NULL, id TEXT NOT NULL COLLATE NOCASE,
  name TEXT NOT NULL, kind TEXT NOT NULL, weight INTEGER NOT NULL, folded TEXT NOT NULL);
CREATE TABLE kind_of (number INTEGER PRIMARY KEY, kind TEXT NOT NULL);
CREATE TABLE short (start TEXT NOT NULL, kind TEXT NOT NULL, place INTEGER NOT NULL,
  number INTEGER NOT NULL, PRIMARY KEY (start, kind, place)) WITHOUT ROWID;
CREATE TABLE shorts (start TEXT NOT NULL, kind TEXT NOT NULL, total INTEGER NOT NULL,
  PRIMARY KEY (start, kind)) WITHOUT ROWID;
CREATE VIRTUAL TABLE spelling USING fts5(folded, content='', tokenize='trigram', detail='full');
"""
_INDEXES = f"""{table.INDEX_SQL}
CREATE INDEX thing_id ON thing (id);
CREATE INDEX thing_iri ON thing (iri);
CREATE INDEX thing_kind ON thing (kind, weight DESC);
"""
MAX_SHORT = 400
"""Entities stored for each search of one or two letters."""
_MANY = 10_000
"""Rows that are written at once."""


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A model's name, its other names, and how much is known of it."""

    name: str
    aliases: tuple[str, ...]
    weight: int


def fill_names(
    database: sqlite3.Connection, snapshot: AcceptedSnapshot, models: Mapping[Iri, NamedModel]
) -> None:
    """Fill the tables with every entity of a snapshot, and with questions and views after them."""
    records = set(snapshot.records())
    kinds = _kinds(snapshot)
    kinds |= {record: "record" for record in records if kinds.get(record) != "source"}
    bits = table.kinds_of(snapshot)
    known = table.names(snapshot, bits)
    weights = _weights(snapshot, models)
    labels = _labels(snapshot) | _titles(snapshot)
    starts: dict[tuple[str, str], list[int]] = defaultdict(list)
    totals: Counter[tuple[str, str]] = Counter()
    waiting: list[tuple[int, Iri, str, str, str, int, str]] = []
    called: list[tuple[str, str, int, int]] = []
    rows = sorted({*records, *kinds, *bits}, key=lambda iri: (-weights[iri], len(iri), iri))
    for number, iri in enumerate(rows, 1):
        kind = kinds.get(iri) or kind_by_name(iri)
        model, shown = models.get(iri), short_id(iri)
        last = shown.rsplit("/", 1)[-1]
        spellings = known.pop(iri, None)
        if spellings is None:
            spellings = {shown} if iri in records else {shown, last}
        else:
            called += [(word, n, bits[iri], number) for n in spellings if (word := fold(n))]
        name = model.name if model else labels.get(iri) or last
        spellings |= {name, *(model.aliases if model else ())}
        folded = " ".join(sorted({fold(text) for text in spellings} - {""}))
        waiting.append((number, iri, shown, name, kind, weights[iri], folded))
        parts = {word for text in spellings for word in words(text)}
        for start in {word[:1] for word in parts} | {word[:2] for word in parts}:
            for key in ((start, kind), (start, "")):
                totals[key] += 1
                if totals[key] <= MAX_SHORT:  # rows are numbered richest first
                    starts[key].append(number)
        if len(waiting) >= _MANY:
            _write(database, waiting, called)
    for number, entry in enumerate(entries(), len(rows) + 1):  # after what the graph holds
        folded = " ".join(sorted({fold(text) for text in entry.spellings} - {""}))
        waiting.append((number, entry.iri, entry.id, entry.name, entry.kind, 0, folded))
    _write(database, waiting, called)
    database.executemany(
        "INSERT INTO short VALUES (?,?,?,?)",
        (
            (*key, place, number)
            for key in sorted(starts)
            for place, number in enumerate(starts[key])
        ),
    )
    database.executemany(
        "INSERT INTO shorts VALUES (?,?,?)", [(*key, total) for key, total in totals.items()]
    )
    database.executescript(_INDEXES)


def _write(
    database: sqlite3.Connection,
    rows: list[tuple[int, Iri, str, str, str, int, str]],
    called: list[tuple[str, str, int, int]],
) -> None:
    database.executemany("INSERT INTO thing VALUES (?,?,?,?,?,?,?)", rows)
    database.executemany("INSERT INTO kind_of VALUES (?,?)", [(row[0], row[4]) for row in rows])
    database.executemany(
        "INSERT INTO spelling(rowid, folded) VALUES (?,?)", [(row[0], row[-1]) for row in rows]
    )
    database.executemany("INSERT INTO called VALUES (?,?,?,?)", called)
    rows.clear()
    called.clear()


def _kinds(snapshot: AcceptedSnapshot) -> dict[Iri, str]:
    """What each entity but records is, the plainest word first."""
    results: dict[Iri, str] = {}
    for relation in (*DERIVATIONS, *INFLUENCES):
        only = "dataset" if relation == PG.trainedOn else "model"
        for _, _, parent, _ in snapshot.quads(predicate=relation):
            if isinstance(parent, Iri):
                results[parent] = only
    for kind, classes in reversed(table.KINDS.items()):
        for class_ in classes:
            for entity, *_ in snapshot.quads(predicate=RDF.type, object=class_):
                results[entity] = kind
    for offer, *_ in snapshot.quads(predicate=RDF.type, object=PG.Offer):
        results[offer] = "offer"
    for source, *_ in snapshot.quads(predicate=RDF.type, object=PG.Collection):
        results[source] = "source"
    for publisher in table.publishers(snapshot):
        results.setdefault(publisher, "organization")
    return results


def _weights(snapshot: AcceptedSnapshot, models: Mapping[Iri, NamedModel]) -> Counter[Iri]:
    """How rich an entity is: records of a model, entities that name it as maker, data, licence, parent."""
    counter: Counter[Iri] = Counter()
    for predicate in (
        DCTERMS.creator,
        DCTERMS.license,
        DCTERMS.isPartOf,
        PG.provider,
        *DERIVATIONS,
        *INFLUENCES,
    ):
        for _, _, value, _ in snapshot.quads(predicate=predicate):
            if isinstance(value, Iri):
                counter[value] += 1
    for iri, model in models.items():
        counter[iri] += model.weight
    return counter


def _titles(snapshot: AcceptedSnapshot) -> dict[Iri, str]:
    """Records by the title of what was read, and the day of reading, which their name ends with."""
    return {record: f"{title} ({record.rsplit('/', 1)[-1]})" for record, title in snapshot.titles()}


def _labels(snapshot: AcceptedSnapshot) -> dict[Iri, str]:
    results: dict[Iri, str] = {}
    for predicate in (RDFS.label, SKOS.prefLabel, SCHEMA.name):
        named: dict[Iri, str] = {}
        for subject, _, value, _ in snapshot.quads(predicate=predicate):
            if isinstance(value, Literal):
                named[subject] = min(named.get(subject, value.lexical), value.lexical)
        results |= named
    return results


_SEPARATORS = {ord(c): " " for c in " \t\n\r\f\v\x1c\x1d\x1e\x1f/_-"}
_WORDS = {code: None for code in range(128) if not chr(code).isalnum()} | _SEPARATORS
"""What separates the words of a name of ASCII, and what is left out of them."""


def words(text: str) -> list[str]:
    """The words of a name, folded.

    >>> words("Claude_Haiku 4.5")
    ['claude', 'haiku', '45']
    """
    if text.isascii():
        return text.lower().translate(_WORDS).split()
    return [word for part in re.split(r"[\s/_-]+", text) if (word := fold(part))]
