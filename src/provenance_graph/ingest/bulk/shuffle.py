"""The third stage of a build: distributes claims over buckets by their subject.

The bucket of a subject depends on its name alone (CRC-32), so that a reader of the claim table can
find it. Claims about a node that belongs to a model are also copied to the bucket of the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from provenance_graph.ingest.bulk.names import as_identity
from provenance_graph.ingest.bulk.parts import finish, fresh_folder, seal, sealed
from provenance_graph.store import claim_columns as columns
from provenance_graph.store.claim_table import bucket_of

BUCKET_CLAIMS = 250_000
"""The approximate number of claims of one bucket."""
LEAST_BUCKET_CLAIMS = 40_000
"""The least number of claims in a bucket that is made so that no processor is idle."""

BATCH_CLAIMS = 1_000_000
"""The approximate number of claims that one task holds in memory and distributes.

Each task writes one file per bucket: half as many tasks write half as many files.
"""


@dataclass(frozen=True, slots=True)
class ShuffleTask:
    """Parts to distribute over ``buckets`` buckets; ``stage`` holds headers, names and links."""

    number: int
    parts: tuple[str, ...]
    buckets: int
    stage: str


def batches(sizes: Sequence[tuple[str, int]], buckets: int, stage: Path) -> Iterator[ShuffleTask]:
    """Group folders of parts, with their numbers of claims, into tasks."""
    waiting: list[str] = []
    stored = number = 0
    for folder, claims in sizes:
        if waiting and stored + claims > BATCH_CLAIMS:
            yield ShuffleTask(number, tuple(waiting), buckets, str(stage))
            waiting, stored, number = [], 0, number + 1
        waiting.append(folder)
        stored += claims
    if waiting:
        yield ShuffleTask(number, tuple(waiting), buckets, str(stage))


def shuffle(task: ShuffleTask) -> str:
    """Distribute the claims of a task's parts; return the folder, which has one file per bucket."""
    stage = Path(task.stage)
    folder = stage / f"shuffle-{task.number:05d}"
    if sealed(folder) is not None:
        return str(folder)
    aside = fresh_folder(folder)
    for bucket, rows, headers in _distributed(task, stage):
        rows.write_parquet(aside / f"{bucket:05d}.claims.parquet")
        headers.write_parquet(aside / f"{bucket:05d}.headers.parquet")
    seal(aside, {})
    finish(aside, folder)
    return str(folder)


def _distributed(
    task: ShuffleTask, stage: Path
) -> Iterator[tuple[int, pl.DataFrame, pl.DataFrame]]:
    claims = pl.read_parquet([f"{part}/claims.parquet" for part in task.parts])
    numbers = claims.select(pl.col("record").unique())
    first, last = numbers["record"].min(), numbers["record"].max()
    headers = (
        pl.scan_parquet(stage / "headers.parquet")  # sorted by number: reads few row groups
        .filter(pl.col("number").is_between(first, last))
        .join(numbers.lazy(), left_on="number", right_on="record", how="semi")
        .collect()
    )
    rows = placed(claims, headers, pl.read_parquet(stage / "names.parquet"))
    links = pl.read_parquet(stage / "links.parquet")
    below = rows.join(links, left_on="subject", right_on="node", how="inner")
    rows = pl.concat([rows.with_columns(root=pl.lit("")), below.select(*rows.columns, "root")])
    home = pl.when(pl.col("root") == "").then(pl.col("subject")).otherwise(pl.col("root"))
    rows = rows.with_columns(home=home)
    homes = rows["home"].unique()
    numbers_of = pl.DataFrame(
        {"home": homes, "bucket": [bucket_of(name, task.buckets) for name in homes]},
        schema={"home": pl.String, "bucket": pl.UInt32},
    )
    rows = rows.join(numbers_of, on="home").drop("home")
    for (bucket,), stored in rows.partition_by(["bucket"], as_dict=True, include_key=False).items():
        mine = headers.join(stored, left_on="number", right_on="record", how="semi")
        yield int(str(bucket)), stored, mine


def placed(claims: pl.DataFrame, headers: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Join claims with the header columns that acceptance needs, and add canonical names."""
    of_record = headers.select(
        pl.col("number").alias("record"),
        "current",
        "custody",
        "default_basis",
        "collection",
        pl.col("publisher_is").alias("publisher"),
    )
    rows = claims.join(of_record, on="record", maintain_order="left")
    value = as_identity(rows, "value", names)
    return rows.with_columns(
        subject=as_identity(rows, "name", names),
        object=pl.when(pl.col("kind") == columns.IRI).then(value).otherwise(pl.col("value")),
    )
