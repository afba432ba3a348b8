"""What the REST API reads: snapshots of one store, and the indexes made from them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from provenance_graph.acceptance.identity import GRAPH, from_quads
from provenance_graph.acceptance.snapshot import AcceptedSnapshot, day_of
from provenance_graph.conflicts.detect import conflicts
from provenance_graph.conflicts.results import Conflict
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.matching.identify import identify
from provenance_graph.matching.outcome import Pair
from provenance_graph.matching.review_file import decided_pairs
from provenance_graph.model.search_index import Catalogue
from provenance_graph.service.http.problems import refuse
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.opening import derived_folder

KEPT_BYTES = 64 << 20
OVERHEAD = 400
"""Bytes that an answer takes beside its key and body, by estimate."""
MAX_DAYS = 4
"""Days of which a snapshot with its indexes is kept at once."""
PATIENCE = 0.25
"""Seconds to wait for an index of the newest version before the one before it answers."""
MAX_WAITING = 16
"""Requests that may wait for an index at once: fewer than there are threads to answer."""


def ledger(snapshot: AcceptedSnapshot) -> list[Conflict]:
    """Every conflict of a snapshot, worst first; made once."""
    return snapshot.kept("conflicts", lambda: conflicts(snapshot))


def identity_pairs(snapshot: AcceptedSnapshot) -> list[Pair]:
    """Pairs of names that may be one, and those decided before, surest first; made once."""

    def made() -> list[Pair]:
        rows = sorted(from_quads(snapshot.quads(graph=GRAPH)))
        return [*identify(snapshot).pairs, *decided_pairs(rows)]

    return snapshot.kept("identity", made)


MAKERS: Mapping[str, Callable[[AcceptedSnapshot], object]] = MappingProxyType(
    {
        "catalogue": Catalogue.open,
        "lineage": LineageIndex.open,
        "conflicts": ledger,
        "identity": identity_pairs,
    }
)
"""What takes long to make, by name; each keeps what it makes in the snapshot."""


class Access:
    """A store open for reading, always its newest version; safe for several threads.

    Nothing here evaluates a query text: all of it is pattern look-ups and indexes. Indexes
    are made by threads of their own, under no lock that a request takes; meanwhile the
    version before answers. ``today`` gives the present day.
    """

    def __init__(self, root: Path, today: Callable[[], str] | None = None) -> None:
        self.root = root
        self._today = today or (lambda: datetime.now(UTC).date().isoformat())
        self._lock = threading.Lock()
        self._store: EmbeddedStore | None = None
        self._newest: AcceptedSnapshot | None = None
        self._days: OrderedDict[tuple[str, str], AcceptedSnapshot] = OrderedDict()
        self._ready: dict[str, AcceptedSnapshot] = {}
        self._work: dict[tuple[str, int], Future[object]] = {}
        self._builders = ThreadPoolExecutor(len(MAKERS), "index")
        self._waiting = threading.BoundedSemaphore(MAX_WAITING)
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._kept = 0

    def snapshot(self, as_of: str = "") -> AcceptedSnapshot:
        """The newest version, now or as of a day as users type it.

        Raises StoreError, and UsageError for what is no day.
        """
        day = day_of(as_of)
        with self._lock:
            self._store = (
                EmbeddedStore.open(self.root) if self._store is None else self._store.newest()
            )
            today = self._today()
            newest = self._newest
            if newest is None or (newest.version, newest.today) != (self._store.version, today):
                folder = derived_folder(str(self.root))
                newest = AcceptedSnapshot(self._store, folder=folder, today=today)
                self._newest = newest
            return self._of_day(newest, day) if day else newest

    def _of_day(self, newest: AcceptedSnapshot, day: str) -> AcceptedSnapshot:
        key = newest.version, day
        result = self._days.get(key)
        if result is None:
            result = self._days[key] = newest.at(day)
            while len(self._days) > MAX_DAYS:
                self._days.popitem(last=False)
        self._days.move_to_end(key)
        return result

    def prepared(self, name: str, as_of: str = "") -> AcceptedSnapshot:
        """A snapshot for which one of MAKERS is done: the newest, or the one before it.

        Raises RequestRefused (503) where none is ready yet and many wait already.
        """
        snapshot = self.snapshot(as_of)
        with self._lock:
            last = None if as_of else self._ready.get(name)
            if last is snapshot:
                return snapshot
            key = name, id(snapshot)
            work = self._work.get(key)
            if work is None:
                work = self._work[key] = self._builders.submit(MAKERS[name], snapshot)
        if not self._waiting.acquire(blocking=False):
            if last is not None:
                return last
            detail = f"the {name} index is being made; ask again in a few seconds"
            raise refuse(503, "Not ready yet", detail, "unavailable", Retry_After="3")
        try:
            work.result(PATIENCE if last is not None else None)
        except TimeoutError:
            if last is not None and not work.done():
                return last
            raise
        finally:
            self._waiting.release()
            if work.done():
                with self._lock:
                    self._work.pop(key, None)
        if not as_of:
            with self._lock:
                self._ready[name] = snapshot
        return snapshot

    def remembered(self, key: str) -> bytes | None:
        """An answer that was given before; the key names version and day."""
        with self._lock:
            body = self._answers.get(key)
            if body is not None:
                self._answers.move_to_end(key)
            return body

    def remember(self, key: str, body: bytes) -> None:
        """Keep an answer, the least used ones making room."""
        with self._lock:
            if len(body) > KEPT_BYTES // 8 or key in self._answers:
                return
            self._answers[key] = body
            self._kept += len(body) + len(key) + OVERHEAD
            while self._kept > KEPT_BYTES:
                old, dropped = self._answers.popitem(last=False)
                self._kept -= len(dropped) + len(old) + OVERHEAD
