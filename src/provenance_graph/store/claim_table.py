"""The claim table of a store version: claims and facts in Parquet files beside the store.

``derived/claims-<FORMAT>-<version>`` holds, for every bucket of subjects, the accepted facts
(``facts-*.parquet``: the default graph, sorted by property) and the claims (``claims-*.parquet``,
sorted by subject). ``headers.parquet`` has one row for each record, ``names.parquet`` one row for
each name that denotes another entity. ``manifest.json`` has the digest of each file.

A table belongs to one version. A commit does not update it: before an index is made, the table of
the version before is updated (``changes.claim_rows``), as far as the change log reaches. A table
can be deleted at any time; then the store is read instead.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

import polars as pl

from provenance_graph.core.files import alone
from provenance_graph.store import claim_columns as columns

FORMAT = 2
MANIFEST = "manifest.json"
_HEAD = "claims-"
COLUMNS = (*columns.CLAIMS, "subject")
"""Columns of the claims; ``subject`` is the canonical IRI of the claim's name."""
CLAIM_ORDER = ("subject", "property", "name", "record", "value")
FACT_ORDER = ("property", "subject")
"""Sort order of the claims (CLAIM_ORDER) and of the facts."""
GROUP_ROWS = 20_000
"""Rows of one Parquet row group. Each group states its least and greatest values, so that
readers can skip it."""
_log = logging.getLogger(__name__)


def bucket_of(subject: str, buckets: int) -> int:
    """The number of a subject's bucket, the same in every version of this software.

    >>> bucket_of("https://w3id.org/provenance-graph/id/model/a/b", 7)
    0
    """
    return zlib.crc32(subject.encode()) % buckets


def folder_of(derived: Path, version: str) -> Path:
    """The folder of the table of a version."""
    return derived / f"{_HEAD}{FORMAT}-{version}"


def count_claims(derived: Path, version: str) -> int:
    """The number of claims in the table of a version; 0 where there is no table."""
    files = sorted(folder_of(derived, version).glob("claims-*.parquet"))
    return int(pl.scan_parquet(files).select(pl.len()).collect().item()) if files else 0


def versions(derived: Path) -> list[str]:
    """The versions that have a table in this format."""
    head = f"{_HEAD}{FORMAT}-"
    return [one.name.removeprefix(head) for one in derived.glob(f"{head}*") if one.is_dir()]


def keep(
    derived: Path,
    version: str,
    buckets: int,
    files: Mapping[str, Path],
    retained: Collection[str] = (),
) -> None:
    """Make the table of a version from ``files`` (by name in the table), which stay in place.

    Files are hard-linked, or copied where the file system has no links. The table appears as a
    whole or not at all. Tables of other versions are removed, except the ``retained`` ones, which
    may be in use.
    """
    derived.mkdir(exist_ok=True)
    with alone(derived / "claims.lock"):  # else a table in the making would be removed too
        _keep(derived, version, buckets, files, retained)


def _keep(
    derived: Path,
    version: str,
    buckets: int,
    files: Mapping[str, Path],
    retained: Collection[str],
) -> None:
    target = folder_of(derived, version)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    for name, file in files.items():
        try:
            (aside / name).hardlink_to(file)
        except OSError:  # a file system without links
            shutil.copyfile(file, aside / name)
    sums = {name: _digest(aside / name) for name in sorted(files)}
    manifest = {"version": version, "buckets": buckets, "files": sums}
    (aside / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    forget(derived, {folder_of(derived, one) for one in retained})
    try:
        aside.replace(target)
    except OSError:
        if not (target / MANIFEST).is_file():  # else another process was first
            raise
        shutil.rmtree(aside, ignore_errors=True)


def forget(derived: Path, but: Collection[Path] = ()) -> None:
    """Remove the tables of all versions, except the folders in ``but``."""
    for pattern in (f"{_HEAD}*", f".{_HEAD}*-*"):
        for old in derived.glob(pattern):
            own = pattern[0] == "." and old.name.endswith(f".{os.getpid()}")
            if old.is_dir() and not own and old not in but:
                shutil.rmtree(old, ignore_errors=True)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


class ClaimTable:
    """The claim table of one version, with verified files."""

    def __init__(self, folder: Path, buckets: int) -> None:
        self.folder, self.buckets = folder, buckets

    @classmethod
    def open(cls, derived: Path, version: str) -> ClaimTable | None:
        """The table of a version; None where there is none.

        A table whose files do not match the manifest is logged and removed.
        """
        folder = folder_of(derived, version)
        if not folder.is_dir():
            return None
        try:
            manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
            buckets, files = int(manifest["buckets"]), dict(manifest["files"])
            wrong = [name for name, sum_ in files.items() if _digest(folder / name) != sum_]
        except (OSError, ValueError, KeyError, TypeError) as error:
            wrong, buckets = [f"{MANIFEST} ({error})"], 0
        if wrong:
            _log.warning(
                "%s: %s was changed after it was written; the claim table is removed, and indexes are made "
                "from the store (the next build makes it anew)",
                folder,
                wrong[0],
            )
            shutil.rmtree(folder, ignore_errors=True)
            return None
        return cls(folder, buckets)

    def files(self, kind: str) -> list[Path]:
        """The files of a kind (``claims`` or ``facts``) in bucket order."""
        return sorted(self.folder.glob(f"{kind}-*.parquet"))

    def facts(self, predicate: str) -> pl.DataFrame:
        """The accepted facts of a property: subject, kind, value, datatype, language."""
        return (
            pl.scan_parquet(self.files("facts"))
            .filter(pl.col("property") == predicate)
            .drop("property")
            .collect()
        )

    def facts_by_subject(self) -> Iterator[pl.DataFrame]:
        """Yield a frame for each bucket: its accepted facts, sorted by subject.

        All facts of a subject are in one frame.
        """
        for file in self.files("facts"):
            yield pl.read_parquet(file).sort("subject", maintain_order=True)

    @cached_property
    def claims(self) -> pl.LazyFrame:
        """All claims, with the columns ``COLUMNS``."""
        return pl.scan_parquet(self.files("claims"))

    def buckets_of(self, subjects: Iterable[str]) -> Iterator[tuple[list[str], pl.DataFrame]]:
        """Yield, for each bucket of ``subjects``, its subjects and the claims about them."""
        by_bucket: dict[int, list[str]] = {}
        for subject in subjects:
            by_bucket.setdefault(bucket_of(subject, self.buckets), []).append(subject)
        for bucket, chosen in sorted(by_bucket.items()):
            file = self.folder / f"claims-{bucket:05d}.parquet"
            wanted = pl.col("subject").is_in(pl.Series(chosen, dtype=pl.String).implode())
            if file.is_file():
                yield chosen, pl.scan_parquet(file).filter(wanted).collect()
            else:
                yield chosen, self.claims.clear().collect()

    @cached_property
    def headers(self) -> pl.DataFrame:
        """One row for each record: columns of ``claim_columns.HEADERS``, ``file``, ``current``."""
        return pl.read_parquet(self.headers_file)

    @property
    def headers_file(self) -> Path:
        """The file of the headers, for readers of some of its rows or columns."""
        return self.folder / "headers.parquet"

    @property
    def records(self) -> int:
        """The number of records."""
        return int(pl.scan_parquet(self.headers_file).select(pl.len()).collect().item())

    def record_names(self, numbers: Iterable[int]) -> list[str]:
        """The sorted IRIs of the records with these numbers."""
        wanted = pl.col("number").is_in(pl.Series(sorted(numbers), dtype=pl.UInt64).implode())
        rows = pl.scan_parquet(self.headers_file).select("number", "iri").filter(wanted)
        return sorted(rows.collect()["iri"])

    @cached_property
    def names(self) -> dict[str, str]:
        """The canonical IRI of each name that denotes another entity."""
        return dict(pl.read_parquet(self.folder / "names.parquet").iter_rows())
