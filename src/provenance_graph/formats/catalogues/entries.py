"""The entity of each entry of a catalogue, and the entry's values under keys without a property.

A value under such a key is kept as stated, on the entity of its entry: the values of one key in one
statement, since lists of tags and languages belong together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.catalogues.keys import Leaves
from provenance_graph.formats.coverage import KeyTable, Treatment
from provenance_graph.formats.document import Document, ReaderOutput
from provenance_graph.formats.entity_places import EntityPlaces
from provenance_graph.formats.fields import csv_rows
from provenance_graph.formats.statements import scalar_text

Subjects = Callable[[Document], Mapping[str, Iri]]
Subject = Callable[[Mapping[Any, Any]], Iri | None]
"""A function that returns the entity that an entry describes; None where it names none."""


def whole(subject: Subject) -> Subjects:
    """Entities by location for a document that is one entry (JSON, YAML or TOML)."""

    def places(document: Document) -> Mapping[str, Iri]:
        entry = statements.sanitise(document.features.value, document.text)
        return _subjects_by_pointer([("", entry)], subject)

    return places


def listed_entries(subject: Subject) -> Subjects:
    """Entities by location for a document that is a list of entries."""

    def places(document: Document) -> Mapping[str, Iri]:
        items = statements.sanitise(document.features.value, document.text)
        entries = enumerate(statements.as_list(items))
        return _subjects_by_pointer([(f"/{n}", entry) for n, entry in entries], subject)

    return places


def named(subject: Callable[[str, Mapping[Any, Any]], Iri | None]) -> Subjects:
    """Entities by location for a document that maps names to entries."""

    def places(document: Document) -> Mapping[str, Iri]:
        items = statements.mapping(statements.sanitise(document.features.value, document.text))
        results = {}
        for name, entry in items.items():
            location = "/" + str(name).replace("~", "~0").replace("/", "~1")
            entity = subject(str(name), entry) if isinstance(entry, dict) else None
            if entity is not None:
                results[location] = entity
        return results

    return places


def lines(subject: Subject) -> Subjects:
    """Entities by location for JSON Lines."""

    def places(document: Document) -> Mapping[str, Iri]:
        read = document.lines
        return _subjects_by_pointer(
            [line for line in read if not isinstance(line, Problem)], subject
        )

    return places


def rows(subject: Subject) -> Subjects:
    """Entities by location for the rows of a table."""

    def places(document: Document) -> Mapping[str, Iri]:
        table = [row for row in csv_rows.rows(document) if not isinstance(row, Problem)]
        return _subjects_by_pointer([(f"L{line}", row) for line, row in table], subject)

    return places


def _subjects_by_pointer(entries: list[tuple[str, Any]], subject: Subject) -> Mapping[str, Iri]:
    pairs = ((where, subject(entry)) for where, entry in entries if isinstance(entry, dict))
    return {where: entity for where, entity in pairs if entity is not None}


def with_rest(
    read: Callable[[Document], ReaderOutput], table: KeyTable, leaves: Leaves, subjects: Subjects
) -> Callable[[Document], ReaderOutput]:
    """A ``read`` that also yields the entries' values under keys without a property, as stated."""

    def whole_reading(document: Document) -> ReaderOutput:
        yield from read(document)
        retained: dict[tuple[str, ...], bool] = {}  # few keys, each of many values
        rest = []
        for leaf in leaves(document):
            keep = retained.get(leaf.path)
            if keep is None:
                keep = retained[leaf.path] = table.treatment(leaf.path) in _WITHOUT
            if keep:
                rest.append(leaf)
        if not rest:
            return
        places = EntityPlaces(subjects(document))
        by_key: dict[tuple[Iri, str], list[str]] = {}
        for leaf in rest:
            subject, key = places.of(leaf)
            text = scalar_text(leaf.value)
            if subject is not None and text:
                texts = by_key.setdefault((subject, key), [])
                if text not in texts[-coverage.MAX_TEXT :]:
                    texts.append(text)
        for (subject, key), texts in by_key.items():
            yield from _stated(subject, key, texts)

    return whole_reading


_WITHOUT = frozenset((Treatment.NOT_READ, Treatment.UNKNOWN))


def _stated(subject: Iri, key: str, texts: list[str]) -> Iterator[Claim]:
    """Yield the texts of one key as one statement, or as several where they are long."""
    room = coverage.MAX_TEXT - len(key) - 2
    display_text = ""
    for text in texts:
        if display_text and len(display_text) + len(text) + 2 > room:
            yield coverage.other(subject, key, display_text)
            display_text = ""
        display_text = f"{display_text}, {text}" if display_text else text
    yield coverage.other(subject, key, display_text)
