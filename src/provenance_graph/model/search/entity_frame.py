"""All searchable entities as a data frame: one row per entity, the richest first.

A hub of millions has several entities per model (repository, version, records). The facts about
each arrive quad by quad and are stored in columns, in a fourth of the memory of dictionaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri
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

_MANY = 100_000
"""Rows that are buffered before they are converted to columns."""
MODELS: Mapping[str, Any] = {
    "iri": pl.String,
    "name": pl.String,
    "aliases": pl.List(pl.String),
    "richness": pl.Int64,
    "model": pl.Int64,
}
"""A model's IRI, name, other names, richness, and number in the table of models."""
_KINDS: Mapping[str, Any] = {"iri": pl.String, "place": pl.Int16, "kind": pl.String}
_LABELS: Mapping[str, Any] = {"iri": pl.String, "place": pl.Int16, "label": pl.String}
_LEAST, _RECORD, _SOURCE = -1, 1_000, 1_001
"""Places of kinds: of an entity's kinds the one with the highest place is used."""


class FrameRows:
    """Rows that arrive one by one, stored as columns."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = dict(schema)
        self._rows: list[tuple[object, ...]] = []
        self._frames = [pl.DataFrame(schema=self._schema)]

    def add(self, *row: object) -> None:
        """Add one row."""
        self._rows.append(row)
        if len(self._rows) >= _MANY:
            self._settle()

    def _settle(self) -> None:
        self._frames.append(pl.DataFrame(self._rows, schema=self._schema, orient="row"))
        self._rows.clear()

    def frame(self) -> pl.DataFrame:
        """All rows as one data frame."""
        self._settle()
        return pl.concat(self._frames)


def framed(schema: Mapping[str, Any], rows: Iterable[tuple[object, ...]]) -> pl.DataFrame:
    """Rows as a data frame of a schema."""
    retained = FrameRows(schema)
    for row in rows:
        retained.add(*row)
    return retained.frame()


def entities(snapshot: AcceptedSnapshot, models: pl.DataFrame) -> pl.DataFrame:
    """Every entity with its kind, weight and names; ``models`` has the columns ``MODELS``.

    ``kind`` is null where no fact gives it. ``bits`` are those of the kinds of entities whose names
    are looked up; ``stated`` are the names of these besides those that follow from their IRI.
    """
    kinds = _highest(framed(_KINDS, _kinds(snapshot)), "kind")
    bits = framed({"iri": pl.String, "bits": pl.Int64}, table.kind_bits(snapshot))
    bits = bits.unique().group_by("iri").agg(pl.col("bits").sum())
    frame = kinds.join(bits, on="iri", how="full", coalesce=True)
    weights = framed({"iri": pl.String}, _named(snapshot)).group_by("iri").len("weight")
    labels = _highest(framed(_LABELS, _labels(snapshot)), "label")
    for further in (weights, labels, models, _stated(snapshot, bits)):
        frame = frame.join(further, on="iri", how="left")
    weight = pl.col("weight").fill_null(0).cast(pl.Int64) + pl.col("richness").fill_null(0)
    frame = frame.with_columns(weight=weight, length=pl.col("iri").str.len_chars())
    frame = frame.sort("weight", "length", "iri", descending=[True, False, False])
    names = ("label", "stated", "name", "aliases")
    chosen = ("iri", "kind", "weight", "bits", *names, "model", "record")
    records = pl.Series(map(str, snapshot.records()), dtype=pl.String)
    return frame.with_columns(record=pl.col("iri").is_in(records.implode())).select(chosen)


def _highest(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """For each entity the value with the highest place; of several the least."""
    ordered = rows.sort("place", column, descending=[True, False])
    return ordered.unique("iri", keep="first", maintain_order=True).drop("place")


def _stated(snapshot: AcceptedSnapshot, bits: pl.DataFrame) -> pl.DataFrame:
    """The stated names of the entities in ``bits``, as lists."""
    names = framed({"iri": pl.String, "stated": pl.String}, table.stated_names(snapshot))
    of_kinds = names.join(bits, on="iri", how="semi").unique()
    return of_kinds.group_by("iri").agg(pl.col("stated"))


def _kinds(snapshot: AcceptedSnapshot) -> Iterator[tuple[str, int, str]]:
    """The kinds of each entity, each with a place: the kind with the highest place is used."""
    for publisher in table.publishers(snapshot):
        yield publisher, _LEAST, "organization"
    position = 0
    for relation in (*DERIVATIONS, *INFLUENCES):
        only = "dataset" if relation == PG.trainedOn else "model"
        for _, _, parent, _ in snapshot.quads(predicate=relation):
            if isinstance(parent, Iri):
                yield parent, position, only
        position += 1
    for kind, classes in reversed(table.KINDS.items()):
        for class_ in classes:
            for entity, *_ in snapshot.quads(predicate=RDF.type, object=class_):
                yield entity, position, kind
        position += 1
    for offer, *_ in snapshot.quads(predicate=RDF.type, object=PG.Offer):
        yield offer, position, "offer"
    for record in snapshot.records():
        yield record, _RECORD, "record"
    for source, *_ in snapshot.quads(predicate=RDF.type, object=PG.Collection):
        yield source, _SOURCE, "source"


def _named(snapshot: AcceptedSnapshot) -> Iterator[tuple[str]]:
    """The entities that others name as creator, data, licence, part or parent, once per quad."""
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
                yield (value,)


def _labels(snapshot: AcceptedSnapshot) -> Iterator[tuple[str, int, str]]:
    """The labels of entities, each with the place of its property.

    The label of a record is the title of its document, with the end of its IRI, the day of
    retrieval.
    """
    for position, predicate in enumerate((RDFS.label, SKOS.prefLabel, SCHEMA.name)):
        for subject, _, value, _ in snapshot.quads(predicate=predicate):
            if isinstance(value, Literal):
                yield subject, position, value.lexical
    for record, title in snapshot.titles():
        yield record, _RECORD, f"{title} ({record.rsplit('/', 1)[-1]})"
