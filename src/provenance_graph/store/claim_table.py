"""The claim table of a store's version: what a build made in columns, in files beside the store.

``derived/claims-<FORMAT>-<version>`` holds, for every bucket of subjects, its accepted facts
(``facts-*.parquet``: the default graph, sorted by property) and the claims about it
(``claims-*.parquet``, sorted by subject); ``headers.parquet``, one row a record, and
``names.parquet``, one row a name that means another. ``manifest.json`` has the digest of each.

It is of one version and of no other. A commit does not wait for it: whoever makes an index has the
table of the version before brought along first (``changes.claim_rows``), as far as the change log
reaches. It can be deleted at any time; what is made from it is then made from the store.
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
"""The columns of its claims; ``subject`` is what the name means."""
CLAIM_ORDER = ("subject", "property", "name", "record", "value")
FACT_ORDER = ("property", "subject")
"""How its rows are sorted."""
GROUP_ROWS = 20_000
"""Rows of which a file says the least and the greatest values, so that readers pass others over."""
_log = logging.getLogger(__name__)


def bucket_of(subject: str, buckets: int) -> int:
    """The bucket of a subject, the same in every version of this software.

    >>> bucket_of("https://w3id.org/provenance-graph/id/model/a/b", 7)
    0
    """
    return zlib.crc32(subject.encode()) % buckets


def folder_of(derived: Path, version: str) -> Path:
    """Where the table of a version is."""
    return derived / f"{_HEAD}{FORMAT}-{version}"


def versions(derived: Path) -> list[str]:
    """The versions that have a table."""
    head = f"{_HEAD}{FORMAT}-"
    return [one.name.removeprefix(head) for one in derived.glob(f"{head}*") if one.is_dir()]


def keep(
    derived: Path,
    version: str,
    buckets: int,
    files: Mapping[str, Path],
    retained: Collection[str] = (),
) -> None:
    """Make the table of a version of files, by their names in it, which stay where they are.

    It appears whole or not at all, and the tables of other versions are removed but for those
    ``retained``, which somebody may be reading.
    """
    derived.mkdir(exist_ok=True)
    with alone(
        derived / "claims.lock"
    ):  # what another process is making would go with the old ones
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
    """Remove the tables of all versions, but for some folders."""
    for pattern in (f"{_HEAD}*", f".{_HEAD}*-*"):
        for old in derived.glob(pattern):
            own = pattern[0] == "." and old.name.endswith(f".{os.getpid()}")
            if old.is_dir() and not own and old not in but:
                shutil.rmtree(old, ignore_errors=True)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


class ClaimTable:
    """The claim table of one version, whose files are as they were written."""

    def __init__(self, folder: Path, buckets: int) -> None:
        self.folder, self.buckets = folder, buckets

    @classmethod
    def open(cls, derived: Path, version: str) -> ClaimTable | None:
        """The table of a version; None where there is none.

        One whose files are not as they were written is reported, and removed.
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
        """Its files of ``claims`` or ``facts``, in the order of the buckets."""
        return sorted(self.folder.glob(f"{kind}-*.parquet"))

    def facts(self, predicate: str) -> pl.DataFrame:
        """The accepted facts of a property, with columns subject, kind, value, datatype, language."""
        return (
            pl.scan_parquet(self.files("facts"))
            .filter(pl.col("property") == predicate)
            .drop("property")
            .collect()
        )

    def facts_by_subject(self) -> Iterator[pl.DataFrame]:
        """All accepted facts, sorted by subject, bucket by bucket; each has whole subjects."""
        for file in self.files("facts"):
            yield pl.read_parquet(file).sort("subject", maintain_order=True)

    @cached_property
    def claims(self) -> pl.LazyFrame:
        """All claims, with the columns ``COLUMNS``."""
        return pl.scan_parquet(self.files("claims"))

    def buckets_of(self, subjects: Iterable[str]) -> Iterator[tuple[list[str], pl.DataFrame]]:
        """The claims about some subjects, bucket by bucket, each with its subjects."""
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
        """One row a record: the columns of ``claim_columns.HEADERS``, ``file`` and ``current``."""
        return pl.read_parquet(self.headers_file)

    @property
    def headers_file(self) -> Path:
        """The file of the headers, for readers of some of its rows or columns."""
        return self.folder / "headers.parquet"

    @property
    def records(self) -> int:
        """How many records there are."""
        return int(pl.scan_parquet(self.headers_file).select(pl.len()).collect().item())

    def record_names(self, numbers: Iterable[int]) -> list[str]:
        """The records of these numbers, sorted."""
        wanted = pl.col("number").is_in(pl.Series(sorted(numbers), dtype=pl.UInt64).implode())
        rows = pl.scan_parquet(self.headers_file).select("number", "iri").filter(wanted)
        return sorted(rows.collect()["iri"])

    @cached_property
    def names(self) -> dict[str, str]:
        """What each name means that means another."""
        return dict(pl.read_parquet(self.folder / "names.parquet").iter_rows())
