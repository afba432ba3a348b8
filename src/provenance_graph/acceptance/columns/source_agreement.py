"""How often publishers give equal values of the same entities, counted over a claim table."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal, InvalidOperation

import polars as pl

from provenance_graph.acceptance.snapshot import SourceAgreement
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import NUMERIC_TYPES, PG, XSD
from provenance_graph.store import claim_columns as columns
from provenance_graph.store.claim_table import ClaimTable


def source_agreement(table: ClaimTable, properties: Collection[Iri]) -> list[SourceAgreement]:
    """For each property and pair of publishers, how many entities both give and how many alike.

    Claims of all records count, accepted or not; values are equal as SPARQL's ``=`` compares them.
    """
    stated = _stated_values(table, properties)
    mentioned = stated.select("property", "model", "publisher").unique()
    both = _pairs(mentioned, ["property", "model"]).group_by("property", "publisher", "other").len()
    same = _pairs(stated, ["property", "model", "same"]).unique(
        ["property", "model", "publisher", "other"]
    )
    agreed = same.group_by("property", "publisher", "other").len("agreed")
    counted = both.join(agreed, on=["property", "publisher", "other"], how="left")
    rows = counted.with_columns(pl.col("agreed").fill_null(0)).sort(
        "property", "publisher", "other"
    )
    return [
        SourceAgreement(Iri(prop), Iri(one), Iri(other), models, equal)
        for prop, one, other, models, equal in rows.iter_rows()
    ]


def _stated_values(table: ClaimTable, properties: Collection[Iri]) -> pl.DataFrame:
    """The distinct values that each publisher gives of each property of each entity.

    Columns: ``property``, ``model`` (the canonical IRI), ``publisher``, and ``same``, a key that
    equal values share.
    """
    wanted = pl.col("property").is_in(list(map(str, properties)))
    claims = table.claims.filter(wanted & (pl.col("kind") != columns.NO_VALUE))
    rows = claims.select("property", "name", "kind", "value", "datatype", "language", "record")
    known = table.facts(PG.describedAs).select(pl.col("subject").alias("model"), name="value")
    publishers = table.headers.select("publisher", record="number")
    value = ("kind", "value", "datatype", "language")
    stated = (
        rows.collect()
        .join(publishers, on="record")
        .select("property", "name", "publisher", *value)
        .unique()
        .join(known, on="name", how="left")
        .with_columns(pl.coalesce("model", "name").alias("model"))
    )
    values = stated.select(value).unique()
    same = pl.Series("same", [_same(*row) for row in values.iter_rows()], dtype=pl.String)
    keyed = stated.join(values.with_columns(same), on=value)
    return keyed.select("property", "model", "publisher", "same").unique()


def _pairs(rows: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """The rows that two publishers have in common by the columns ``on``, each pair once."""
    other = rows.select(*on, other="publisher")
    return rows.join(other, on=on).filter(pl.col("publisher") < pl.col("other"))


def _same(kind: int, text: str, datatype: str, language: str) -> str:
    """A key that equal values share: of numbers their value, else the whole term."""
    if kind == columns.LITERAL and datatype in NUMERIC_TYPES:
        try:
            number = Decimal(repr(float(text)) if datatype == XSD.double else text)
        except (InvalidOperation, ValueError):
            number = Decimal("nan")
        if number.is_finite():
            return f"{number.normalize():f}"
    return "\t".join((str(kind), text, datatype, language))
