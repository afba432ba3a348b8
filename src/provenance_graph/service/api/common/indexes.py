"""Indexes of a store version that the REST API reads, kept in the folder ``derived``.

Each is made by a process on which no request waits (``processes.indexer``). Where the subjects
changed by the commits since are known, it is made from the index of the version before. The serving
processes only open indexes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provenance_graph.acceptance.columns.wide import in_columns
from provenance_graph.acceptance.identity import GRAPH, from_quads
from provenance_graph.acceptance.policy import report
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.changes import profiles
from provenance_graph.changes.updating import changed_subjects
from provenance_graph.conflicts import stored as stored_conflicts
from provenance_graph.conflicts.number import path_of
from provenance_graph.conflicts.stored import ledger, models_index
from provenance_graph.core import deadline
from provenance_graph.core.files import alone
from provenance_graph.core.iris import Iri
from provenance_graph.licences.breaches_file import breaches_file
from provenance_graph.model.naming.catalogue_file import catalogue_file
from provenance_graph.model.questions import repeats
from provenance_graph.model.search.index import SearchIndex
from provenance_graph.model.stats import Stats, stats
from provenance_graph.service.api.common import checksums

if TYPE_CHECKING:
    from provenance_graph.matching.outcome import Pair

Changed = Collection[Iri] | None
_UNFINISHED: Final = 3_600.0
"""Age in seconds after which a temporary file counts as abandoned by the process that wrote it."""
_WAITED: Final = 900.0
"""Seconds to wait for another process that makes the same index; no index takes as long."""
IDENTITY_FORMAT: Final = "2"
STATS_FORMAT: Final = "2"
"""Format number of the stored file of counts; a file of an earlier format is made again."""


def _no_files(_: Path, __: str) -> list[Path]:
    return []


@dataclass(frozen=True, slots=True)
class Index:
    """One kind of index.

    ``open`` returns it for a snapshot, and makes it where no file holds it. ``exists`` says whether
    a folder has its file for a version. ``make`` writes that file, from the index of the version
    before where possible. ``slow``: making it takes seconds, so the other indexes do not wait for
    it. ``seldom``: it is used so seldom that a build does not wait for it either. ``files`` lists
    the files of a version, and is empty for an index that rests on other indexes.
    """

    open: Callable[[AcceptedSnapshot], object]
    exists: Callable[[Path, str], bool]
    make: Callable[[Path, AcceptedSnapshot, str, Changed], None]
    slow: bool = False
    seldom: bool = False
    files: Callable[[Path, str], list[Path]] = _no_files


def identity_pairs(snapshot: AcceptedSnapshot) -> list[Pair]:
    """Pairs of names, open and decided, the surest first: read from the file, else computed."""
    from provenance_graph.matching.outcome import Pair, PairVerdict

    def opened() -> list[Pair]:
        if snapshot.folder is None or not _has_identity(snapshot.folder, snapshot.version):
            return _identified(snapshot)
        rows = json.loads(_identity_file(snapshot.folder, snapshot.version).read_text("utf-8"))
        return [
            Pair(
                Iri(row["subject"]),
                Iri(row["other"]),
                PairVerdict[row["verdict"]],
                row["rule"],
                row["confidence"],
                tuple(row["pro"]),
                tuple(row["contra"]),
                Iri(row["predicate"]),
                (row["labels"][0], row["labels"][1]),
            )
            for row in rows
        ]

    return snapshot.cached("identity", opened)


def _identified(snapshot: AcceptedSnapshot) -> list[Pair]:
    from provenance_graph.matching.candidates import left_open  # nothing else needs them here
    from provenance_graph.matching.identify import identify
    from provenance_graph.matching.review_file import decided_pairs

    rows = sorted(from_quads(snapshot.quads(graph=GRAPH)))
    return [*left_open(snapshot, identify(snapshot).pairs), *decided_pairs(rows)]


def _identity_file(folder: Path, version: str) -> Path:
    return folder / f"identity-{IDENTITY_FORMAT}-{version}.json"


def _has_identity(folder: Path, version: str) -> bool:
    return _identity_file(folder, version).exists()


def _make_identity(folder: Path, snapshot: AcceptedSnapshot, _: str, __: Changed) -> None:
    rows = [
        {**asdict(pair), "verdict": pair.verdict.name} for pair in _identified(in_columns(snapshot))
    ]
    checksums.put(_identity_file(folder, snapshot.version), rows)


def counts(snapshot: AcceptedSnapshot) -> Stats:
    """The counts of what a snapshot holds: read from the stored file, else counted once."""

    def opened() -> Stats:
        if snapshot.folder is not None and _has_stats(snapshot.folder, snapshot.version):
            text = _stats_file(snapshot.folder, snapshot.version).read_text("utf-8")
            return Stats(**json.loads(text))
        return stats(snapshot)

    return snapshot.cached("stats", opened)


def _stats_file(folder: Path, version: str) -> Path:
    return folder / f"stats-{STATS_FORMAT}-{version}.json"


def _has_stats(folder: Path, version: str) -> bool:
    return _stats_file(folder, version).exists()


def _make_stats(folder: Path, snapshot: AcceptedSnapshot, _: str, __: Changed) -> None:
    checksums.put(_stats_file(folder, snapshot.version), asdict(stats(in_columns(snapshot))))


def policy_counts(snapshot: AcceptedSnapshot) -> tuple[int, dict[str, report.Tally]]:
    """The number of entities, and each policy rule's decisions: read from file, else counted."""

    def opened() -> tuple[int, dict[str, report.Tally]]:
        # a damaged file is an error here, so that the caller drops it
        return report.stored(snapshot) or _policy_counted(snapshot)

    return snapshot.cached("policy counts", opened)


def _policy_counted(snapshot: AcceptedSnapshot) -> tuple[int, dict[str, report.Tally]]:
    return report.tallied(in_columns(snapshot), lambda _: nullcontext(deadline.check))


def _has_agreement(folder: Path, version: str) -> bool:
    """Whether the counts of agreeing sources are stored, or there is no claim table to count in."""
    table = next(folder.glob(f"claims-*-{version}"), None)
    return table is None or repeats.counts_file(folder, version).exists()


def _make_agreement(folder: Path, snapshot: AcceptedSnapshot, _: str, __: Changed) -> None:
    repeats.store_counts(folder, snapshot)


def _has_policy(folder: Path, version: str) -> bool:
    return report.counts_file(folder, version).exists()


def _make_policy(_: Path, snapshot: AcceptedSnapshot, __: str, ___: Changed) -> None:
    _policy_counted(snapshot)


def _has_catalogue(folder: Path, version: str) -> bool:
    return catalogue_file(folder, version).exists()


def _has_conflicts(folder: Path, version: str) -> bool:
    return path_of(folder, version).exists()


def _make_catalogue(_: Path, snapshot: AcceptedSnapshot, __: str, ___: Changed) -> None:
    SearchIndex.open(snapshot)


def _has_lineage(folder: Path, version: str) -> bool:
    try:
        meta = json.loads((folder / "lineage" / "index.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(meta, dict) and meta.get("version") == version


def _open_lineage(snapshot: AcceptedSnapshot) -> object:
    from provenance_graph.lineage.index import (
        LineageIndex,
    )  # loads numpy, which a search does not need

    return LineageIndex.open(snapshot)


def _make_lineage(folder: Path, snapshot: AcceptedSnapshot, before: str, changed: Changed) -> None:
    from provenance_graph.lineage.index import LineageIndex

    known = LineageIndex.load(folder / "lineage")
    if changed is not None and known is not None and known.version == before:
        known.update(snapshot, changed).save(folder / "lineage")
    else:
        LineageIndex.open(snapshot)


def _make_breaches(folder: Path, snapshot: AcceptedSnapshot, _: str, __: Changed) -> None:
    """Store the licence findings of a version, if the lineage index is of the same version.

    Another process makes the lineage index, so it is never written here; the findings are tried again.
    """
    from provenance_graph.licences.graph import LicenceGraph  # loads numpy, as lineage does
    from provenance_graph.licences.rules.stored import store_basis
    from provenance_graph.lineage.index import LineageIndex

    known = LineageIndex.load(folder / "lineage")
    if known is not None and known.version == snapshot.version:
        store_basis(folder, LicenceGraph(snapshot, known))


def _made_of_parts(_: Path, __: AcceptedSnapshot, ___: str, ____: Changed) -> None:
    """Make nothing: the list of models rests on two indexes that are made before it."""


INDEXES: Final[Mapping[str, Index]] = MappingProxyType(
    {
        "stats": Index(
            counts, _has_stats, _make_stats, files=lambda folder, v: [_stats_file(folder, v)]
        ),
        "lineage": Index(
            _open_lineage,
            _has_lineage,
            _make_lineage,
            files=lambda folder, _: sorted((folder / "lineage").glob("*.*")),
        ),
        "catalogue": Index(
            SearchIndex.open,
            _has_catalogue,
            _make_catalogue,
            files=lambda folder, v: [catalogue_file(folder, v)],
        ),
        "conflicts": Index(
            ledger,
            _has_conflicts,
            stored_conflicts.store_conflicts,
            files=lambda folder, v: [path_of(folder, v)],
        ),
        "models": Index(
            models_index,
            lambda folder, version: (
                _has_catalogue(folder, version) and _has_conflicts(folder, version)
            ),
            _made_of_parts,
        ),
        "identity": Index(
            identity_pairs,
            _has_identity,
            _make_identity,
            slow=True,
            files=lambda folder, v: [_identity_file(folder, v)],
        ),
        "breaches": Index(
            lambda _: None,
            lambda folder, version: breaches_file(folder, version).exists(),
            _make_breaches,
            slow=True,
            files=lambda folder, v: [breaches_file(folder, v)],
        ),
        "profiles": Index(
            profiles.StoredProfiles.open,
            lambda folder, version: profiles.profiles_file(folder, version).exists(),
            lambda folder, snapshot, _, __: profiles.keep(folder, snapshot),
            slow=True,
            files=lambda folder, v: [profiles.profiles_file(folder, v)],
        ),
        "agreement": Index(
            lambda _: None,
            _has_agreement,
            _make_agreement,
            slow=True,
            files=lambda folder, v: [repeats.counts_file(folder, v)],
        ),
        "policy": Index(
            policy_counts,
            _has_policy,
            _make_policy,
            slow=True,
            seldom=True,
            files=lambda folder, v: [report.counts_file(folder, v)],
        ),
    }
)
"""Indexes by name, those made quickest first. ``open`` of breaches and agreement does nothing."""


def missing(folder: Path, version: str, *, slow: bool = False) -> bool:
    """Whether any of the quick indexes of a version, or of the ``slow`` ones, is not stored."""
    return any(
        index.slow is slow and not index.exists(folder, version) for index in INDEXES.values()
    )


def intact(folder: Path, name: str, version: str) -> bool:
    """Whether an index matches its recorded checksums, by size and time first; True without any."""
    return checksums.match_checksums(folder, name, version, INDEXES[name].files(folder, version))


def intact_to_the_end(folder: Path, name: str, version: str) -> bool:
    """Whether every byte of an index matches its recorded checksums; True without any."""
    return checksums.hold_to_the_end(folder, name, version, INDEXES[name].files(folder, version))


def drop(folder: Path, name: str, version: str) -> None:
    """Delete the files of a damaged index and its checksums, so that it is made again."""
    for file in (*INDEXES[name].files(folder, version), checksums.file_of(folder, name)):
        with suppress(OSError):
            file.unlink()


def _drop_unfinished(folder: Path) -> None:
    """Delete temporary files unchanged for an hour: the process that wrote them was killed."""
    long_ago = time.time() - _UNFINISHED
    for file in folder.glob(".*"):
        with suppress(OSError):  # deleted or renamed meanwhile
            if file.is_file() and file.stat().st_mtime < long_ago:
                file.unlink()


def changed_since(folder: Path, before: str, version: str) -> Changed:
    """The entities that commits changed since the version ``before``; None if not known."""
    return changed_subjects(folder.parent, before, version) if before else None


def make_one(
    folder: Path, snapshot: AcceptedSnapshot, name: str, before: str = "", changed: Changed = None
) -> None:
    """Store one index of a snapshot unless it is stored; from the index of ``before`` if possible.

    A build and the service of the store that it rebuilt may both make an index. The second one
    waits for a limited time; making a file twice does no harm, since it is replaced as a whole.
    """
    index = INDEXES[name]
    if index.exists(folder, snapshot.version):
        return
    with alone(folder / f"{name}.lock", _WAITED):
        if not index.exists(folder, snapshot.version):
            index.make(folder, snapshot, before, changed)
            checksums.note(folder, name, snapshot.version, index.files(folder, snapshot.version))


def make_all(
    folder: Path,
    snapshot: AcceptedSnapshot,
    before: str = "",
    *,
    slow: bool = False,
    seldom: bool = True,
) -> None:
    """Store the quick indexes of a snapshot, or the ``slow`` ones, that are not stored yet.

    Files of older versions are deleted, except those of the version ``before``. ``seldom=False``
    leaves out indexes that are seldom used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _drop_unfinished(folder)
    changed = changed_since(folder, before, snapshot.version)
    if missing(folder, snapshot.version, slow=slow) and any(folder.glob("claims-*")):
        from provenance_graph.changes.claim_rows import update_table  # loads Polars

        update_table(folder.parent, snapshot)
    for name, index in INDEXES.items():
        if index.seldom and not seldom:
            continue
        if index.slow is slow:
            make_one(folder, snapshot, name, before, changed)
    keep = {snapshot.version, before}
    old = (
        ("identity-*.json", "breaches-*.npz", "profiles-*.sqlite", "agreement-*.json")
        if slow
        else ("conflicts-*.sqlite", "stats-*.json")
    )
    for file in [file for pattern in old for file in folder.glob(pattern)]:
        if not any(version and file.stem.endswith(version) for version in keep):
            file.unlink(missing_ok=True)
