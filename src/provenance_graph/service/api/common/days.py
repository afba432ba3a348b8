"""Datasets of past days, with their indexes: made outside requests and kept for later requests.

A list or a search of a past day needs the accepted view of every entity on that day. The service
has it made in a process with limits (``processes.whole_day``).
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import (
    QueryCrashed,
    QueryTimeout,
    QueryTooLarge,
    StoreError,
)
from provenance_graph.core.threads import releasing_frames
from provenance_graph.ingest.day import BUILD_BYTES, at_hand, whole
from provenance_graph.service.api.common.indexes import INDEXES
from provenance_graph.store.pool.spawner import revive
from provenance_graph.store.pool.starting import no_process

DAY_INDEXES: Final = ("lineage", "catalogue", "conflicts")
"""Indexes made with the dataset of a day; lists and searches read them."""
_MAKER: Final = "provenance_graph.service.processes.whole_day"
SECONDS: Final = 180.0
"""Time limit, in seconds, of the process that makes the dataset of a day."""
_MAX_STORED: Final = 64
"""Days remembered at once that are being made or are too large to be made."""


def complete(snapshot: AcceptedSnapshot) -> AcceptedSnapshot | None:
    """The snapshot of a past day over its stored dataset; None if that or an index is missing."""
    stored = at_hand(snapshot)
    if stored is None or stored.folder is None:
        return None
    there = all(INDEXES[name].exists(stored.folder, stored.version) for name in DAY_INDEXES)
    return stored if there else None


def make(snapshot: AcceptedSnapshot) -> None:
    """Make the dataset of a snapshot's day and its indexes in this process.

    Raises QueryTooLarge, and StoreError where nothing can be stored beside the store.
    """
    made = whole(snapshot)
    if made.folder is None:
        raise StoreError(f"no dataset of {snapshot.as_of} can be stored beside the store")
    for name in DAY_INDEXES:
        INDEXES[name].open(made)


class DayMaker:
    """Makes the datasets of past days one after another.

    With ``aside`` each is made in a process with limits, else in a thread. ``seconds`` is the time
    limit of the process.
    """

    def __init__(self, *, aside: bool, seconds: float = SECONDS) -> None:
        self._aside, self._seconds = aside, seconds
        self._lock = threading.Lock()
        self._work: OrderedDict[tuple[Path, str, str], Future[None]] = OrderedDict()
        self._threads = ThreadPoolExecutor(1, "day")

    def start(self, root: Path, snapshot: AcceptedSnapshot) -> Future[None]:
        """The running or finished work on a day's dataset; started here unless it is known.

        ``root`` is the folder of the store. Work that failed is started again, unless the day is
        too large.
        """
        key = root, snapshot.version, snapshot.as_of
        with self._lock:
            work = self._work.get(key)
            if work is None or _is_over(work):
                task: Callable[[], None] = (
                    (lambda: self._made_aside(root, snapshot))
                    if self._aside
                    else (lambda: make(snapshot))
                )
                work = self._work[key] = self._threads.submit(releasing_frames(task))
            while len(self._work) > _MAX_STORED:
                self._work.popitem(last=False)
            return work

    def _made_aside(self, root: Path, snapshot: AcceptedSnapshot) -> None:
        day = snapshot.as_of
        command = [sys.executable, "-m", _MAKER, str(root), day, str(BUILD_BYTES)]
        try:
            ended = subprocess.run(  # noqa: S603 - our own interpreter and module
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self._seconds,
                # the only folder where the confined process may write; read when SQLite is loaded
                env={**os.environ, "SQLITE_TMPDIR": str(snapshot.derived)},
                check=False,
            )
        except OSError as error:
            raise no_process(f"the dataset of {day}", error) from error
        except subprocess.TimeoutExpired:
            raise QueryTimeout(
                f"the dataset of {day} was not made within {self._seconds:g} s"
            ) from None
        if ended.returncode == 1 and ended.stdout.startswith(b"["):
            raise revive(ended.stdout)
        if ended.returncode != 0:
            raise QueryCrashed(f"the dataset of {day} could not be made")


def _is_over(work: Future[None]) -> bool:
    """Whether work ended, with any result except that the day is too large."""
    return work.done() and not isinstance(work.exception(), QueryTooLarge)
