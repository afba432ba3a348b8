"""The second stage of a build: which records are current, and the canonical subject of each name.

All tables here are small against the claims: one row per record, one row per mapped name, and one
row per link from a node to an entity that it belongs to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import polars as pl

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.sssom import Mapping as Row
from provenance_graph.assessment.evidence.gather import LINKS
from provenance_graph.core.errors import RecordError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.ingest.bulk.parts import RecordPart
from provenance_graph.ingest.decisions import by_hand
from provenance_graph.store import claim_columns as columns
from provenance_graph.store import claim_table

_MAX_DEPTH = 50
"""The greatest depth of nested nodes that is followed; it also ends cycles."""


@dataclass(frozen=True)
class Identity:
    """The mappings of names to canonical subjects by the records and the mapping rows.

    ``canonical`` holds the names that mean another name. ``rules`` holds the names that the hub
    repository rule maps, ``mapped`` all names with a mapping, and ``repositories`` what the rule
    would map without contrary decisions.
    """

    canonical: dict[Iri, Iri]
    rules: dict[Iri, Iri]
    mapped: frozenset[Iri]
    repositories: Mapping[Iri, Iri]

    def of(self, name: Iri) -> Iri:
        """The canonical subject of a name."""
        return self.canonical.get(name, name)


def settle(parts: Sequence[RecordPart], rows: Iterable[Row], folder: Path) -> Identity:
    """Write the ``headers``, ``names`` and ``links`` tables as Parquet below ``folder``.

    Raises RecordError if two records have the same name.
    """
    headers = _headers(parts)
    current = headers.filter("current").select(pl.col("number").alias("record"))
    claims = pl.scan_parquet([f"{part.folder}/claims.parquet" for part in parts])
    result = _identity(_repositories(claims, current), rows)
    names = pl.DataFrame(
        list(result.canonical.items()),
        schema={"name": pl.String, "subject": pl.String},
        orient="row",
    )
    names.write_parquet(folder / "names.parquet")
    published = as_identity(headers, "publisher", names)
    headers.with_columns(published.alias("publisher_is")).write_parquet(
        folder / "headers.parquet",
        row_group_size=claim_table.GROUP_ROWS,  # readers of some parts read only their row groups
    )
    _links(claims, names).write_parquet(folder / "links.parquet")
    return result


def decided_by_people(known: Identity, rows: Iterable[Row]) -> Identity:
    """Identity by people's mappings and the certain rule alone."""
    return _identity(known.repositories, (row for row in rows if by_hand(row)))


def _headers(parts: Sequence[RecordPart]) -> pl.DataFrame:
    """One row per record; column ``current`` marks the latest reading of each document."""
    concat = pl.concat([pl.read_parquet(f"{part.folder}/headers.parquet") for part in parts])
    double = concat.filter(pl.col("iri").is_duplicated()).sort("number")
    if len(double):
        one, other = double.filter(pl.col("iri") == double["iri"][0])["file"][:2]
        raise RecordError(f"{other}: {double['iri'][0]} occurs also in {one}")
    return columns.with_current(concat)


def _repositories(claims: pl.LazyFrame, current: pl.DataFrame) -> dict[Iri, Iri]:
    """Map names whose current records state a hub repository to the model of that repository."""
    stated = (
        claims.filter((pl.col("property") == PG.hubRepository) & (pl.col("value") != ""))
        .join(current.lazy(), on="record", how="semi")
        .select("name", "value")
        .unique()
        .sort("name", "value")
        .collect()
    )
    repositories: dict[Iri, Iri] = {}
    for name, values in groupby(stated.iter_rows(), key=lambda one: one[0]):
        entity = Iri(name)
        model = identity.repository_model([value for _, value in values])
        if model is not None and model != entity:
            repositories[entity] = model
    return repositories


def _identity(repositories: Mapping[Iri, Iri], rows: Iterable[Row]) -> Identity:
    decided: dict[Iri, Iri] = {}
    different: dict[Iri, set[Iri]] = defaultdict(set)
    for row in sorted(rows):
        if row.merges:
            decided.setdefault(row.subject, row.object)
        elif row.negated:
            different[row.subject].add(row.object)
    rules = {
        entity: model
        for entity, model in repositories.items()
        if model not in different.get(entity, ())
    }
    mapped = {*decided, *rules}
    canonical = {
        name: subject
        for name in mapped
        if (subject := identity.canonical(name, decided.get, rules.get)) != name
    }
    return Identity(canonical, rules, frozenset(mapped), repositories)


def _links(claims: pl.LazyFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Pairs of a node and every entity that it belongs to, directly or through other nodes."""
    direct = (
        claims.filter(pl.col("property").is_in(list(LINKS)) & (pl.col("kind") == columns.IRI))
        .select("name", "value")
        .unique()
        .collect()
    )
    edges = direct.select(
        as_identity(direct, "name", names).alias("node"),
        as_identity(direct, "value", names).alias("root"),
    ).unique()
    edges = edges.filter(pl.col("node") != pl.col("root"))
    reached = fresh = edges
    for _ in range(_MAX_DEPTH):
        further = fresh.join(edges, left_on="root", right_on="node", suffix="_above").select(
            "node", pl.col("root_above").alias("root")
        )
        fresh = further.unique().join(reached, on=["node", "root"], how="anti")
        if not len(fresh):
            break
        reached = pl.concat([reached, fresh])
    return reached.filter(pl.col("node") != pl.col("root"))


def as_identity(frame: pl.DataFrame, column: str, names: pl.DataFrame) -> pl.Series:
    """A column of names replaced by their canonical subjects, in the frame's order."""
    joined = frame.select(column).join(
        names, left_on=column, right_on="name", how="left", maintain_order="left"
    )
    return joined.select(pl.col("subject").fill_null(pl.col(column)))["subject"]
