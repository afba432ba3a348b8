"""The basis on which each claim of a partition counts, and conversion of rows to claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import polars as pl

from provenance_graph.acceptance.developer import counted, developers
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.core.claims import (
    DEVELOPER_RANK,
    KNOWN_CUSTODY,
    Basis,
    Claim,
    Custody,
    Header,
    SourcedClaim,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS
from provenance_graph.store import claim_columns as columns
from provenance_graph.store.claim_columns import BASIS_CODE, CUSTODY_CODE, NONE

Canonical = Callable[[Iri], Iri]


RANKED = [BASIS_CODE[basis] for basis in DEVELOPER_RANK]
"""The codes of the bases that only the developer has."""


_KNOWN = [CUSTODY_CODE[custody] for custody in KNOWN_CUSTODY]


IRRELEVANT = 0
"""Code in column ``by``: whether the record's publisher developed the subject is not considered."""


DEVELOPER = 1
"""Code in column ``by``: the record's publisher developed the subject."""


OTHER = 2
"""Code in column ``by``: the record's publisher did not develop the subject."""


@dataclass(frozen=True)
class Partition:
    """The claims about some subjects, each subject complete, and the headers of their records.

    ``rows`` has the columns of ``CLAIMS`` and further: ``subject`` and ``object``, the canonical
    IRIs of name and value; ``current``, whether the record is the latest retrieval of its document;
    ``custody``, ``default_basis``, ``collection`` and ``publisher`` (as canonical IRI) of the
    record. ``headers`` are by number of the record.
    """

    rows: pl.DataFrame
    headers: Mapping[int, Header]
    policy: Policy
    canonical: Canonical


def with_counted(partition: Partition) -> pl.DataFrame:
    """The rows with the columns ``stated``, the source's basis, ``by`` and ``counted``.

    ``by`` is IRRELEVANT, DEVELOPER or OTHER; ``counted`` is the basis on which the claim counts.
    """
    rows = partition.rows.with_columns(stated=stated_basis())
    candidates = rows.filter(
        pl.col("current") & pl.col("stated").is_in(RANKED) & pl.col("custody").is_in(_KNOWN)
    )
    known = _developers(rows, candidates["subject"].unique(), partition)
    pairs = pl.DataFrame(
        [(s, org) for s, orgs in known.items() if orgs is not None for org in orgs],
        schema={"subject": pl.String, "publisher": pl.String},
        orient="row",
    ).with_columns(developed=pl.lit(value=True))
    answered = [s for s, orgs in known.items() if orgs is not None]
    rows = rows.join(pairs, on=["subject", "publisher"], how="left", maintain_order="left")
    made = (
        pl.when(pl.col("developed").fill_null(value=False))
        .then(DEVELOPER)
        .when(pl.col("subject").is_in(answered))
        .then(OTHER)
        .otherwise(IRRELEVANT)
        .cast(pl.UInt8)
    )
    rows = rows.with_columns(by=made).drop("developed")
    return rows.join(_bases(), on=["stated", "custody", "by"], how="left", maintain_order="left")


def stated_basis() -> pl.Expr:
    """An expression for the basis that the source gives: the claim's own, else the record's."""
    stated = pl.when(pl.col("basis") == NONE).then(pl.col("default_basis"))
    return stated.otherwise(pl.col("basis"))


def _developers(
    rows: pl.DataFrame, subjects: pl.Series, partition: Partition
) -> dict[str, frozenset[Iri] | None]:
    """The developers of each subject, by the rule that the view of one subject uses."""
    if not len(subjects):
        return {}
    mine = rows.filter(pl.col("subject").is_in(subjects.implode()))
    names: dict[str, list[Iri]] = {}
    for subject, name in mine.select("subject", "name").unique().iter_rows():
        names.setdefault(subject, []).append(Iri(name))
    creators: dict[str, list[SourcedClaim]] = {}
    stated = mine.filter(pl.col("current") & (pl.col("property") == DCTERMS.creator))
    for (subject,), stored in with_items(stated, partition.headers, "subject"):
        creators[subject] = [item for item, *_ in stored]
    policy, canonical = partition.policy, partition.canonical
    return {
        subject: developers(named, creators.get(subject, ()), policy, canonical)
        for subject, named in names.items()
    }


_ORG = Iri("urn:example:organization")


def _bases() -> pl.DataFrame:
    """The basis on which a claim counts, for every stated basis, custody and publisher."""
    results = []
    for custody in Custody:
        header = Header(_ORG, _ORG, _ORG, "", "", custody=custody)
        for basis in Basis:
            item = SourcedClaim(Claim(_ORG, _ORG, None, basis=basis), header, _ORG)
            for by, orgs in ((IRRELEVANT, None), (DEVELOPER, {_ORG}), (OTHER, frozenset[Iri]())):
                basis_now = counted(item, orgs, lambda name: name).basis
                codes = BASIS_CODE[basis], CUSTODY_CODE[custody], by, BASIS_CODE[basis_now]
                results.append(codes)
    names = ("stated", "custody", "by", "counted")
    return pl.DataFrame(results, schema=dict.fromkeys(names, pl.UInt8), orient="row")


_ITEM = (*columns.CLAIMS, "object", "current")


def with_items(
    rows: pl.DataFrame, headers: Mapping[int, Header], *by: str
) -> Iterator[tuple[tuple[str, ...], list[tuple[SourcedClaim, bool, int]]]]:
    """The rows of each key as claims, each with ``current`` and the code in column ``by``.

    ``by`` are the columns of the key, the subject first. Keys come sorted.
    """
    keys = [pl.col(name).alias(f"key {name}") for name in by]
    publisher = "by" if "by" in rows.columns else pl.lit(IRRELEVANT).alias("by")
    wanted = rows.sort(by, maintain_order=True).select(*keys, publisher, *_ITEM)
    width = len(by)
    for key, result in groupby(wanted.iter_rows(), key=lambda row: row[:width]):
        subject = Iri(key[0])
        yield key, [_item(subject, row[width:], headers) for row in result]


def _item(
    subject: Iri, row: Sequence[Any], headers: Mapping[int, Header]
) -> tuple[SourcedClaim, bool, int]:
    by, *stored, resolved, current = row
    claim = columns.claim(stored)
    value = Iri(str(resolved)) if isinstance(claim.value, Iri) else claim.value
    header = headers[stored[-1]]
    return SourcedClaim(claim, header, subject, resolved=value), bool(current), int(by)


def as_counted(item: SourcedClaim, by: int, canonical: Canonical) -> SourcedClaim:
    """A claim with the basis on which it counts, from the code in column ``by``."""
    if by == IRRELEVANT:
        return counted(item, None, canonical)
    known = {canonical(item.header.publisher)} if by == DEVELOPER else frozenset[Iri]()
    return counted(item, known, canonical)
