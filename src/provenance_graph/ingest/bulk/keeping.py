"""Keeps the columns of a build as the claim table of the version that it made."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from provenance_graph.core.claims import Quad
from provenance_graph.ingest.bulk.pipeline import Compiled
from provenance_graph.store import claim_columns as columns
from provenance_graph.store import claim_table


def keep_table(
    derived: Path, version: str, stage: Path, compiled: Compiled, fixed: Iterable[Quad]
) -> None:
    """Link the Parquet files of the stages into the claim table of a version, below ``derived``.

    ``fixed`` are the quads beside records and views. Those in the default graph are added to the
    bucket of their subject, so that each bucket holds whole subjects.
    """
    own: dict[int, list[Quad]] = {}
    for quad in fixed:
        if quad[3] is None:
            own.setdefault(claim_table.bucket_of(quad[0], compiled.buckets), []).append(quad)
    files: dict[str, Path] = {}
    for one in compiled.resolved:
        folder = Path(one.folder)
        files[f"claims-{one.bucket:05d}.parquet"] = folder / "claims.parquet"
        files[f"facts-{one.bucket:05d}.parquet"] = folder / "facts.parquet"
    for bucket, quads in own.items():
        name = f"facts-{bucket:05d}.parquet"
        files[name] = _with(files.get(name), quads, stage / name)
    files |= {name: stage / name for name in ("headers.parquet", "names.parquet")}
    claim_table.keep(derived, version, compiled.buckets, files)


def _with(file: Path | None, quads: list[Quad], target: Path) -> Path:
    """Merge the facts of a file, if any, with quads, without duplicates, into ``target``."""
    parts = [columns.quad_frame(quads), *([pl.read_parquet(file)] if file else ())]
    ordered = pl.concat(parts).unique().sort(claim_table.FACT_ORDER)
    ordered.write_parquet(target, row_group_size=claim_table.GROUP_ROWS)
    return target
