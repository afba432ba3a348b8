"""The second stage of a build: which records count, and what each name means.

Everything here is small against the claims: one row a record, one row a name that is mapped,
one row a link from a node to what it hangs on.
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
"""How far nodes may hang below one another; a circle of them ends here."""


@dataclass(frozen=True)
class Identity:
    """What the records and mappings say names mean, and which records count.

    ``canonical`` holds the names that mean another name; ``rules`` those that the rule maps, and
    ``repositories`` what it would map if nobody had decided otherwise.
    """

    canonical: dict[Iri, Iri]
    rules: dict[Iri, Iri]
    mapped: frozenset[Iri]
    repositories: Mapping[Iri, Iri]

    def of(self, name: Iri) -> Iri:
        """What a name is."""
        return self.canonical.get(name, name)


def settle(parts: Sequence[RecordPart], rows: Iterable[Row], folder: Path) -> Identity:
    """Write ``headers``, ``names`` and ``links`` as Parquet; raises RecordError on a double name."""
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
        row_group_size=claim_table.GROUP_ROWS,  # whoever needs some parts' reads only those
    )
    _links(claims, names).write_parquet(folder / "links.parquet")
    return result


def decided_by_people(known: Identity, rows: Iterable[Row]) -> Identity:
    """What names mean by the mappings of people and the certain rule alone."""
    return _identity(known.repositories, (row for row in rows if by_hand(row)))


def _headers(parts: Sequence[RecordPart]) -> pl.DataFrame:
    """One row a record, with whether it is the latest reading of its document."""
    concat = pl.concat([pl.read_parquet(f"{part.folder}/headers.parquet") for part in parts])
    double = concat.filter(pl.col("iri").is_duplicated()).sort("number")
    if len(double):
        one, other = double.filter(pl.col("iri") == double["iri"][0])["file"][:2]
        raise RecordError(f"{other}: {double['iri'][0]} occurs also in {one}")
    return columns.with_current(concat)


def _repositories(claims: pl.LazyFrame, current: pl.DataFrame) -> dict[Iri, Iri]:
    """The names whose records state a repository of the hub, with the model that it is."""
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
    """Every node that hangs on something, with all that it hangs on, near and far."""
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
    """A column of names as what they mean, in the frame's order."""
    joined = frame.select(column).join(
        names, left_on=column, right_on="name", how="left", maintain_order="left"
    )
    return joined.select(pl.col("subject").fill_null(pl.col(column)))["subject"]
