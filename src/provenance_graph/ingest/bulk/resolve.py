"""The fourth stage of a build: the accepted view and the evidence levels of one bucket.

It writes the bucket's part of the claim table (the claims, sorted by subject and property, and the
accepted facts), and the bucket's quads as text for an RDF engine to load.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from provenance_graph.acceptance.columns.accept import accept
from provenance_graph.acceptance.columns.basis import Partition
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.assessment.levels.columns import Hanging, LevelColumns
from provenance_graph.core.iris import ID, Iri
from provenance_graph.ingest.bulk.parts import finish, fresh_folder, loads, seal, sealed
from provenance_graph.store import claim_columns as columns
from provenance_graph.store import claim_table


@dataclass(frozen=True, slots=True)
class ResolveTask:
    """One bucket of a stage; ``shuffled`` are the folders that may hold claims of the bucket."""

    bucket: int
    shuffled: tuple[str, ...]
    stage: str
    target: str


@dataclass(frozen=True, slots=True)
class ResolvedGroup:
    """The result of a bucket: its folder, counts, and the files to load with their syntaxes."""

    bucket: int
    folder: str
    subjects: int
    claims: int
    quads: int
    load: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Rules:
    """The acceptance policy and evidence levels that apply to all buckets."""

    policy: Policy
    levels: LevelColumns | None
    level_graph: str


PROFILES = "profiles.parquet"


@dataclass(frozen=True, slots=True)
class Profiles:
    """The file of evidence level profiles, and its number of quads."""

    path: str
    quads: int


def resolve_group(task: ResolveTask, rules: Rules) -> ResolvedGroup:
    """Compute the accepted view and evidence levels of one bucket, unless an earlier run did."""
    folder = Path(task.target) / f"bucket-{task.bucket:05d}"
    done = _done(folder)
    if done is not None:
        return done
    aside = fresh_folder(folder)
    partition, hanging = _gathered(task, rules.policy)
    seen = accept(partition)
    (aside / "view.nq").write_bytes(columns.nquads(seen.quads))
    load, quads = [(str(folder / "view.nq"), "nquads")], len(seen.quads)
    if rules.levels is not None:
        levels = rules.levels.quads(seen, partition, hanging)
        (aside / "levels.nq").write_bytes(columns.nquads(levels.links, rules.level_graph))
        levels.profiles.write_parquet(aside / PROFILES)
        load.append((str(folder / "levels.nq"), "nquads"))
        quads += len(levels.links)
    facts = seen.quads.sort(claim_table.FACT_ORDER)
    facts.write_parquet(aside / "facts.parquet", row_group_size=claim_table.GROUP_ROWS)
    table = seen.rows.select(*claim_table.COLUMNS).sort(claim_table.CLAIM_ORDER)
    table.write_parquet(aside / "claims.parquet", row_group_size=claim_table.GROUP_ROWS)
    subjects = seen.quads["subject"].n_unique()
    resolved = ResolvedGroup(task.bucket, str(folder), subjects, len(table), quads, tuple(load))
    seal(aside, asdict(resolved))
    finish(aside, folder)
    return resolved


def write_profiles(resolved: Iterable[ResolvedGroup], rules: Rules, stage: Path) -> Profiles | None:
    """Write the profiles of evidence levels that models share, without duplicates.

    None if no evidence levels are computed.
    """
    if rules.levels is None:
        return None
    files = [Path(one.folder) / PROFILES for one in resolved]
    profiles = pl.concat([pl.read_parquet(file) for file in files]).unique()
    target = stage / "profiles.nq"
    target.write_bytes(columns.nquads(profiles, rules.level_graph))
    return Profiles(str(target), len(profiles))


def _gathered(task: ResolveTask, policy: Policy) -> tuple[Partition, Hanging]:
    """The claims about subjects of a bucket, and those about nodes that belong to them."""
    name = f"{task.bucket:05d}"
    there = [Path(folder) / f"{name}.claims.parquet" for folder in task.shuffled]
    files = [file for file in there if file.is_file()]
    rows = pl.concat([pl.read_parquet(file) for file in files])
    tables = [pl.read_parquet(file.with_name(f"{name}.headers.parquet")) for file in files]
    headers = columns.LazyHeaders(pl.concat(tables))
    names = pl.read_parquet(Path(task.stage) / "names.parquet")
    named = pl.col("name").is_in(rows["publisher"].unique().implode())
    owners = pl.col("name").str.starts_with(f"{ID}organization/")
    organizations = dict(names.filter(named | owners).iter_rows())

    def canonical(entity: Iri) -> Iri:
        """The canonical subject of a publisher or owner; other names are canonical already."""
        return Iri(organizations.get(entity, entity))

    own = rows.filter(pl.col("root") == "").drop("root")
    hanging = rows.filter(pl.col("root") != "")
    involved = pl.concat([hanging["root"], hanging["subject"]]).unique()
    aliases = names.filter(pl.col("subject").is_in(involved.implode()))
    return Partition(own, headers, policy, canonical), Hanging(hanging, aliases)


def _done(folder: Path) -> ResolvedGroup | None:
    """The result of the bucket that an earlier run finished, or None."""
    made = sealed(folder)
    return None if made is None else ResolvedGroup(**{**made, "load": loads(made)})
