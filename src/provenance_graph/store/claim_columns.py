"""Claims and record headers as columns, for the claim table and for the parts of a build.

A row of ``CLAIMS`` is one claim, with the number of its record. A row of ``HEADERS`` is one record.
Codes are stored as their position in the enumeration of :mod:`core.claims`. The conversion is
lossless: :func:`claim` and :func:`header` restore the original objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import polars as pl

from provenance_graph.core.claims import (
    Basis,
    Claim,
    Code,
    Custody,
    Header,
    Literal,
    Precision,
    Record,
    Stance,
    Value,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import XSD

NO_VALUE, IRI, LITERAL = 0, 1, 2
"""Kinds of values in the column ``kind``."""

NONE = 255
"""Code for a basis or precision that a claim does not have."""

CLAIMS: Mapping[str, type[pl.DataType]] = {
    "name": pl.String,
    "property": pl.String,
    "kind": pl.UInt8,
    "value": pl.String,
    "datatype": pl.String,
    "language": pl.String,
    "stance": pl.UInt8,
    "basis": pl.UInt8,
    "as_stated": pl.String,
    "locator": pl.String,
    "confidence": pl.String,
    "precision": pl.UInt8,
    "valid_from": pl.String,
    "valid_until": pl.String,
    "unusable": pl.String,
    "record": pl.UInt64,
}
HEADERS: Mapping[str, type[pl.DataType]] = {
    "number": pl.UInt64,
    "iri": pl.String,
    "document": pl.String,
    "publisher": pl.String,
    "retrieved": pl.String,
    "reader": pl.String,
    "default_basis": pl.UInt8,
    "title": pl.String,
    "digest": pl.String,
    "licence": pl.String,
    "attribution": pl.String,
    "reader_version": pl.String,
    "custody": pl.UInt8,
    "of_document": pl.String,
    "collection": pl.String,
    "revision": pl.UInt64,
    "edition": pl.String,
    "exported_from": pl.String,
    "content": pl.UInt64,
}
"""Columns of a header; ``content`` is the record's contribution to the digest of a store."""

C = TypeVar("C", bound=Code)


def _codes(kind: type[C]) -> dict[C, int]:
    return {code: position for position, code in enumerate(kind)}


STANCES, BASES, PRECISIONS, CUSTODIES = (
    tuple(Stance),
    tuple(Basis),
    tuple(Precision),
    tuple(Custody),
)
STANCE_CODE, BASIS_CODE = _codes(Stance), _codes(Basis)
BASIS_OF_IRI = {basis.value: code for basis, code in BASIS_CODE.items()}
PRECISION_CODE, CUSTODY_CODE = _codes(Precision), _codes(Custody)


class ColumnWriter:
    """Collects records and returns them as a frame of claims and a frame of headers."""

    def __init__(self, first: int = 0) -> None:
        self._claims: list[tuple[object, ...]] = []
        self._headers: list[tuple[object, ...]] = []
        self._next = first

    def __len__(self) -> int:
        return len(self._claims)

    def add(self, record: Record, content: int) -> None:
        """Add the claims and header of a record; ``content`` is its part in the store's digest."""
        number, self._next = self._next, self._next + 1
        self._headers.append(header_row(record.header, number, content))
        self._claims.extend(claim_row(claim, number) for claim in record.claims)

    def frames(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The frames of claims and of headers collected so far."""
        return claim_frame(self._claims), header_frame(self._headers)


def claim_frame(rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    """A frame of rows made by :func:`claim_row`."""
    return pl.DataFrame(rows, schema=dict(CLAIMS), orient="row")


def header_frame(rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    """A frame of rows made by :func:`header_row`."""
    return pl.DataFrame(rows, schema=dict(HEADERS), orient="row")


def with_current(headers: pl.DataFrame) -> pl.DataFrame:
    """Headers with a column ``current``: whether a record is its document's latest reading."""
    order = headers.select("number", "of_document", "collection", "revision", "retrieved", "iri")
    latest = (
        order.sort("revision", "retrieved", "iri")
        .unique(["of_document", "collection"], keep="last", maintain_order=True)
        .select("number", current=pl.lit(value=True))
    )
    joined = headers.join(latest, on="number", how="left", maintain_order="left")
    return joined.with_columns(pl.col("current").fill_null(value=False))


def claim_row(claim: Claim, record: int) -> tuple[object, ...]:
    """A claim as a row of ``CLAIMS``."""
    value = claim.value
    if value is None:
        value_key: tuple[object, ...] = (NO_VALUE, "", "", "")
    elif isinstance(value, Iri):
        value_key = (IRI, value, "", "")
    else:
        value_key = (LITERAL, value.lexical, value.datatype, value.language)
    return (
        claim.subject,
        claim.predicate,
        *value_key,
        STANCE_CODE[claim.stance],
        NONE if claim.basis is None else BASIS_CODE[claim.basis],
        claim.as_stated,
        claim.locator,
        "" if claim.confidence is None else str(claim.confidence),
        NONE if claim.precision is None else PRECISION_CODE[claim.precision],
        claim.valid_from,
        claim.valid_until,
        claim.unusable,
        record,
    )


def header_row(header: Header, number: int, content: int) -> tuple[object, ...]:
    """A header as a row of ``HEADERS``."""
    return (
        number,
        header.record,
        header.document,
        header.publisher,
        header.retrieved,
        header.reader,
        BASIS_CODE[header.basis],
        header.title,
        header.digest,
        header.licence,
        header.attribution,
        header.reader_version,
        CUSTODY_CODE[header.custody],
        header.of_document,
        header.collection,
        header.revision,
        header.edition,
        header.exported_from,
        content,
    )


def value_of(kind: int, text: str, datatype: str, language: str) -> Value | None:
    """The value in the columns kind, value, datatype and language; None for no value."""
    if kind == IRI:
        return Iri(text)
    if kind == LITERAL:
        return Literal(text, XSD.string if datatype == XSD.string else Iri(datatype), language)
    return None


def claims(frame: pl.DataFrame) -> Iterator[Claim]:
    """Yield the claims of a frame in row order."""
    for row in frame.select(*CLAIMS).iter_rows():
        yield claim(row)


def claim(row: Sequence[Any]) -> Claim:
    """The claim in a row with the columns of ``CLAIMS``."""
    (
        name,
        predicate,
        kind,
        text,
        datatype,
        language,
        stance,
        basis,
        as_stated,
        locator,
        confidence,
        precision,
        valid_from,
        valid_until,
        unusable,
        _,
    ) = row
    return Claim(
        Iri(name),
        Iri(predicate),
        value_of(kind, text, datatype, language),
        STANCES[stance],
        None if basis == NONE else BASES[basis],
        as_stated,
        locator,
        Decimal(confidence) if confidence else None,
        None if precision == NONE else PRECISIONS[precision],
        valid_from,
        valid_until,
        unusable,
    )


def headers(frame: pl.DataFrame) -> dict[int, Header]:
    """The headers of a frame by record number."""
    return {row["number"]: header(row) for row in frame.iter_rows(named=True)}


def header(row: Mapping[str, object]) -> Header:
    """The header in a row, given by column name."""

    def text(column: str) -> str:
        return str(row[column])

    return Header(
        record=Iri(text("iri")),
        document=Iri(text("document")),
        publisher=Iri(text("publisher")),
        retrieved=text("retrieved"),
        reader=text("reader"),
        basis=BASES[int(text("default_basis"))],
        title=text("title"),
        digest=text("digest"),
        licence=text("licence"),
        attribution=text("attribution"),
        reader_version=text("reader_version"),
        custody=CUSTODIES[int(text("custody"))],
        of_document=Iri(text("of_document")),
        collection=Iri(text("collection")),
        revision=int(text("revision")),
        edition=text("edition"),
        exported_from=Iri(text("exported_from")),
    )


class LazyHeaders(dict[int, Header]):
    """Headers by record number, each made from its row at first access."""

    def __init__(self, frame: pl.DataFrame) -> None:
        super().__init__()
        self._frame = frame
        self._position = {number: position for position, number in enumerate(frame["number"])}

    def __missing__(self, number: int) -> Header:
        row = self._frame.row(self._position[number], named=True)
        made = self[number] = header(row)
        return made


def plain() -> pl.Expr:
    """Expression: whether one triple states the whole claim, as ``Claim.plain`` defines."""
    texts = ("confidence", "as_stated", "locator", "unusable", "valid_from", "valid_until")
    return pl.all_horizontal(
        pl.col("kind") != NO_VALUE,
        pl.col("stance") == STANCE_CODE[Stance.STATED],
        pl.col("basis") == NONE,
        pl.col("precision") == NONE,
        *(pl.col(text) == "" for text in texts),
    )


def records(claim_rows: pl.DataFrame, header_rows: pl.DataFrame) -> Iterator[Record]:
    """Yield the records in a frame of claims and a frame of headers, by record number."""
    stated: dict[int, list[Claim]] = {}
    for row in claim_rows.select(*CLAIMS).iter_rows():
        stated.setdefault(row[-1], []).append(claim(row))
    for number, made in sorted(headers(header_rows).items()):
        yield Record(made, tuple(stated.get(number, ()))).sort()


_ESCAPES = (["\\", '"', "\n", "\r"], ["\\\\", '\\"', "\\n", "\\r"])
_XSD_STRING = str(XSD.string)


def nquads(frame: pl.DataFrame, graph: str = "") -> bytes:
    """N-Quads of a frame with the columns of ``QUADS``, in ``graph`` or the default graph."""
    text = pl.col("value").str.replace_many(*_ESCAPES)
    literal = pl.concat_str(
        pl.lit('"'),
        text,
        pl.when(pl.col("language") != "")
        .then(pl.concat_str(pl.lit('"@'), pl.col("language")))
        .when(pl.col("datatype") == _XSD_STRING)
        .then(pl.lit('"'))
        .otherwise(pl.concat_str(pl.lit('"^^<'), pl.col("datatype"), pl.lit(">"))),
    )
    iri = pl.concat_str(pl.lit("<"), pl.col("value"), pl.lit(">"))
    end = f" <{graph}> .\n" if graph else " .\n"
    lines = frame.select(
        pl.concat_str(
            pl.lit("<"),
            pl.col("subject"),
            pl.lit("> <"),
            pl.col("property"),
            pl.lit("> "),
            pl.when(pl.col("kind") == IRI).then(iri).otherwise(literal),
            pl.lit(end),
        ).alias("line")
    )
    return "".join(lines["line"].to_list()).encode()


def quad_rows(quads: Iterable[tuple[Iri, Iri, Value, Iri | None]]) -> list[tuple[object, ...]]:
    """Rows of subject, property, kind, value, datatype and language; the graph is left out."""
    rows: list[tuple[object, ...]] = []
    for subject, predicate, value, _ in quads:
        if isinstance(value, Iri):
            rows.append((subject, predicate, IRI, value, "", ""))
        else:
            rows.append(
                (subject, predicate, LITERAL, value.lexical, value.datatype, value.language)
            )
    return rows


QUADS: Mapping[str, type[pl.DataType]] = {
    "subject": pl.String,
    "property": pl.String,
    "kind": pl.UInt8,
    "value": pl.String,
    "datatype": pl.String,
    "language": pl.String,
}


def quad_frame(quads: Iterable[tuple[Iri, Iri, Value, Iri | None]]) -> pl.DataFrame:
    """A frame of quads with the columns of ``QUADS``; the graph is left out."""
    return pl.DataFrame(quad_rows(quads), schema=dict(QUADS), orient="row")
