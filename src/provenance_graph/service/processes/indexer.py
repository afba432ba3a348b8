"""The indexer: a process that makes the indexes of each version, so that no request waits.

It watches for a new version, stores the version's indexes in the store's folder ``derived``, and
watches again. Versions that come faster than they can be indexed are skipped. Until an index is
stored, the serving processes answer from an earlier version.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provenance_graph.acceptance.columns.wide import in_columns
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.derived import question_of
from provenance_graph.conflicts.number import FORMAT
from provenance_graph.core.errors import BadRubric, ProvenanceError, StoreError
from provenance_graph.core.threads import check_room
from provenance_graph.service.api.common.checksums import DAMAGE
from provenance_graph.service.api.common.indexes import (
    INDEXES,
    changed_since,
    drop,
    make_all,
    make_one,
    missing,
)
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.opening import derived_folder
from provenance_graph.store.pool.sandbox import die_with_parent
from provenance_graph.store.pool.starting import start
from provenance_graph.store.states import public_root

if TYPE_CHECKING:
    from provenance_graph.store.processes import Engine

_SPAWNED: Final = multiprocessing.get_context("spawn")
"""Start method ``spawn``: Polars, once used in this process, blocks for ever in a forked
process."""
_LOOK: Final = 0.05
_AGAIN: Final = 2.0
_SLOW_AGAIN: Final = 60.0


def run_indexer(root: Path) -> None:
    """Index each new version of a store and of its public state; runs until it is killed."""
    _wait_for_room()
    seen: dict[Path, tuple[int, int]] = {}
    before: dict[Path, str] = {}
    background = _Background()
    while True:
        moved = False
        states = dict.fromkeys((root, public_root(root)))
        background.follow({state: _stamp(state) for state in states}, before)
        for state in states:
            folder, stamp = derived_folder(str(state)), _stamp(state)
            known = before.get(state, "")
            if folder is None or (stamp == seen.get(state) and not missing(folder, known)):
                continue
            moved = True
            try:
                before[state] = index_once(state, folder, known or last_indexed(folder))
                seen[state] = stamp
            except (ProvenanceError, OSError):
                time.sleep(_AGAIN)  # damaged, full or just replaced: the serving process reports it
            except DAMAGE:  # the index to update from is damaged: all are made again
                for name in INDEXES:
                    drop(folder, name, known or last_indexed(folder))
                before.pop(state, None)
                time.sleep(_AGAIN)
        if not moved:
            time.sleep(_LOOK)


def _wait_for_room() -> None:
    """Wait until the system can start the threads of the libraries that make indexes."""
    while True:
        try:
            check_room("these indexes")
        except StoreError:
            time.sleep(_AGAIN)
        else:
            return


class _Background:
    """Makes the slow indexes in a separate process, so that the quick ones follow each commit.

    One version is indexed at a time; of the versions that come meanwhile, only the last is.
    """

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._tried: dict[Path, tuple[int, int]] = {}
        self._started = 0.0

    def follow(self, stamps: Mapping[Path, tuple[int, int]], versions: Mapping[Path, str]) -> None:
        """Start a process for a changed state, unless one is running.

        ``versions`` are the versions whose quick indexes are stored. A slow index that was dropped
        as damaged is made again after _SLOW_AGAIN seconds.
        """
        if self._process is not None and self._process.is_alive():
            return
        self._process = None
        for root, stamp in stamps.items():
            if self._tried.get(root) == stamp and not self._dropped(root, versions.get(root, "")):
                continue
            process = _SPAWNED.Process(target=index_slowly, args=(root, os.getpid()))
            with suppress(
                OSError
            ):  # the system has no room for it now: tried again at the next look
                start(process)
                self._tried[root], self._started = stamp, time.monotonic()
                self._process = process
            return

    def _dropped(self, root: Path, version: str) -> bool:
        folder = derived_folder(str(root))
        waited = time.monotonic() > self._started + _SLOW_AGAIN
        return bool(waited and folder and version and missing(folder, version, slow=True))


def index_slowly(root: Path, parent: int) -> None:
    """Store the slow indexes of a state's newest version; the process ends with its parent."""
    die_with_parent(parent)
    folder = derived_folder(str(root))
    if folder is not None:
        with suppress(ProvenanceError, OSError):  # damaged or full: the serving process reports it
            check_room("these indexes")
            _index_slow_ones(root, folder)


def _index_slow_ones(root: Path, folder: Path, *, seldom: bool = True) -> None:
    with EmbeddedStore.open(root) as store:
        make_all(folder, AcceptedSnapshot(store, folder=folder), slow=True, seldom=seldom)


Step = Callable[[int, int], None]
"""Callback for progress, called with the number of finished tasks and of all tasks."""
Meanwhile = Callable[["Engine"], None]
"""Other work beside the indexes, done with the processes that make them."""
_SIDE_BY_SIDE: Final = (
    ("catalogue",),
    ("conflicts", "identity"),  # both compute which names share a spelling
    ("lineage", "breaches", "profiles"),  # breaches and profiles need lineage
    ("stats", "agreement"),
    ("policy",),
)
"""Tasks that need no index of another task, the longest first."""
_WIDE: Final = frozenset({"catalogue", "conflicts", "identity", "stats", "agreement"})
"""Indexes that read the claim table; a task opens and checks that table once."""


@dataclass(frozen=True, slots=True)
class _Task:
    """Indexes of the newest version of a state that one process makes, one after another."""

    root: Path
    folder: Path
    names: tuple[str, ...]


def index_all(
    root: Path,
    *,
    seldom: bool = True,
    step: Step | None = None,
    meanwhile: Meanwhile | None = None,
) -> None:
    """Store all indexes of a store's newest version, and of its public state if it has one.

    The indexes of a large store are made in parallel, with one process for each core.
    ``seldom=False`` leaves indexes that are seldom used to the service. ``meanwhile`` does other
    work on the store, with the processes that have nothing left to index. Raises StoreError where
    such a process is killed.
    """
    from provenance_graph.store.processes import LocalEngine, uncollected  # not loaded by a service

    with uncollected():
        for state in dict.fromkeys((root, public_root(root))):
            folder = derived_folder(str(state))
            if folder is not None:
                before = last_indexed(folder)
                if _is_large(state, folder, before):
                    other, meanwhile = meanwhile, None
                    _side_by_side(state, folder, seldom=seldom, step=step, meanwhile=other)
                index_once(state, folder, before)  # the remaining indexes; deletes older files
                _index_slow_ones(state, folder, seldom=seldom)
    if meanwhile is not None:
        with LocalEngine() as engine:
            meanwhile(engine)


def _is_large(root: Path, folder: Path, before: str) -> bool:
    """Whether a version has a claim table of many claims and no version to update from."""
    from provenance_graph.store.claim_table import count_claims  # loads Polars

    with EmbeddedStore.open(root) as store:
        version = store.version
    if count_claims(folder, version) < _MANY_CLAIMS:
        return False
    return changed_since(folder, before, version) is None


_MANY_CLAIMS: Final = 100_000
"""Number of claims from which several processes are worth the second that each takes to start."""


def _side_by_side(
    root: Path,
    folder: Path,
    *,
    seldom: bool,
    step: Step | None,
    meanwhile: Meanwhile | None,
) -> None:
    from provenance_graph.store.processes import LocalEngine  # not loaded by a service

    chosen = (
        tuple(name for name in names if seldom or not INDEXES[name].seldom)
        for names in _SIDE_BY_SIDE
    )
    tasks = [_Task(root, folder, names) for names in chosen if names]
    with LocalEngine() as engine:
        making = engine.run(_make_some, tasks)
        if meanwhile is not None:
            meanwhile(engine)
        for done, _ in enumerate(making, 1):
            if step is not None:
                step(done, len(tasks))


def _make_some(task: _Task) -> None:
    with EmbeddedStore.open(task.root) as store:
        snapshot = AcceptedSnapshot(store, folder=task.folder)
        wide = in_columns(snapshot) if _WIDE.intersection(task.names) else snapshot
        for name in task.names:
            make_one(task.folder, wide if name in _WIDE else snapshot, name)


def index_once(root: Path, folder: Path, before: str = "") -> str:
    """Store the quick indexes of the newest version; returns that version."""
    with EmbeddedStore.open(root) as store:
        snapshot = AcceptedSnapshot(store, folder=folder)
        make_all(folder, snapshot, before)
        with suppress(BadRubric):  # the next write reports it
            question_of(snapshot, snapshot.policy, folder)  # the first write needs it
        return store.version


def last_indexed(folder: Path) -> str:
    """The version that was indexed last, or an empty string."""
    head = f"conflicts-{FORMAT}-"
    files = sorted(folder.glob(f"{head}*.sqlite"), key=lambda file: file.stat().st_mtime)
    return files[-1].stem.removeprefix(head) if files else ""


def _stamp(root: Path) -> tuple[int, int]:
    try:
        current = (root / "CURRENT").stat()
    except OSError:
        return 0, 0
    return current.st_ino, current.st_mtime_ns
