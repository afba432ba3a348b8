"""Access of the REST API to one store: snapshots of its versions, and their indexes."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provenance_graph.acceptance.snapshot import AcceptedSnapshot, day_of
from provenance_graph.changes.updating import changed_subjects
from provenance_graph.core import clock, deadline
from provenance_graph.core.errors import ProvenanceError, QueryTimeout, StoreError
from provenance_graph.core.iris import Iri
from provenance_graph.core.threads import releasing_frames
from provenance_graph.service.api.common import days, indexes
from provenance_graph.service.api.common.checksums import DAMAGE
from provenance_graph.service.api.common.indexes import INDEXES
from provenance_graph.service.http.cache import ByteBoundedCache
from provenance_graph.service.http.problems import refuse
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.opening import derived_folder
from provenance_graph.store.states import public_root

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CACHE_BYTES = 64 << 20
ALONE_SECONDS = 600.0
"""Seconds to wait for an index that a thread of this process makes; the time limit of the
request is shorter."""
MAX_DAYS = 4
"""Past days whose snapshots, with their indexes, are cached at once."""
MAX_RECENT = 8
"""Number of versions opened last that are searched for an index. Under a stream of writes the
newest version seldom has its indexes yet."""
PATIENCE = 0.03
"""Seconds to wait for an index of the newest version before an earlier version answers."""
LOOK = 0.05
"""Seconds between two checks for an index that another process makes."""
INDEX_SECONDS = 20.0
"""Seconds to wait for an index where no earlier version has one."""
SLOW_SECONDS = 28.0
"""Seconds to wait for a slow index where no earlier version has one; a REST answer may take 30
s."""
DAY_SECONDS = 20.0
"""Seconds to wait for the dataset of a past day where no earlier version has one."""
MAX_WAITING = 16
"""Requests that may wait for an index at once: fewer than the threads that answer requests."""


class Access:
    """Read access to the newest version of a store, with its indexes; safe for several threads.

    No query text is evaluated: all reads are pattern look-ups and indexes. Indexes are made by
    another process (``indexed``) or by separate threads, under no lock that a request takes; until
    they are ready an earlier version answers. ``public`` serves the public state where the store
    has private collections. ``today`` returns the present day. The dataset of a past day must be
    made within ``day_seconds``, or it is given up. ``signing`` is the key that signs exported
    bundles, where the operator gave one.
    """

    def __init__(
        self,
        root: Path,
        today: Callable[[], str] | None = None,
        *,
        indexed: bool = False,
        public: bool = False,
        signing: Ed25519PrivateKey | None = None,
        day_seconds: float = days.SECONDS,
    ) -> None:
        self.root, self._indexed, self._public = root, indexed, public
        self.signing = signing
        self._today = today or clock.today
        self._lock = threading.Lock()
        self._store: EmbeddedStore | None = None
        self._newest: AcceptedSnapshot | None = None
        self._days: OrderedDict[tuple[str, str], AcceptedSnapshot] = OrderedDict()
        self._recent: deque[AcceptedSnapshot] = deque(maxlen=MAX_RECENT)
        self._ready: dict[str, AcceptedSnapshot] = {}
        self._work: dict[tuple[str, int], Future[object]] = {}
        self._builders = ThreadPoolExecutor(len(INDEXES), "index")
        self._waiting = threading.BoundedSemaphore(MAX_WAITING)
        self._days_made = days.DayMaker(aside=indexed, seconds=day_seconds)
        self.answers = ByteBoundedCache[bytes](CACHE_BYTES, len)

    def snapshot(self, as_of: str = "") -> AcceptedSnapshot:
        """The snapshot of the newest version, of now or of a past day as users type it.

        Raises StoreError, and UsageError where ``as_of`` is not a day.
        """
        day = day_of(as_of)
        with self._lock:
            before, self._store = self._store, self._opened_newest()
            if before is not None and before.root != self._store.root:
                self._recent.clear()  # snapshots of another state are not served
                self._ready.clear()
            today = self._today()
            newest = self._newest
            if newest is None or (newest.version, newest.today) != (self._store.version, today):
                folder = derived_folder(str(self._store.root))
                newest = AcceptedSnapshot(self._store, folder=folder, today=today)
                newest.before, newest.after = self._before, self._after
                self._newest = newest
                self._recent.append(newest)
            return self._of_day(newest, day) if day else newest

    @property
    def store(self) -> EmbeddedStore:
        """The newest version of the store itself, for data that a snapshot does not offer."""
        self.snapshot()
        with self._lock:
            assert self._store is not None
            return self._store

    def _opened_newest(self) -> EmbeddedStore:
        """Open the newest version of the state that is served: the public state or the full state.

        Private collections are published only after a public state exists. So a full state that was
        opened while no public state existed, before and after opening, holds nothing private.
        """
        while True:
            root = public_root(self.root) if self._public else self.root
            known = self._store
            store = (
                EmbeddedStore.open(root) if known is None or known.root != root else known.newest()
            )
            if not self._public or public_root(self.root) == root:
                return store

    def _of_day(self, newest: AcceptedSnapshot, day: str) -> AcceptedSnapshot:
        key = newest.version, day
        result = self._days.get(key)
        if result is None or result.folder is None:
            here = result or newest.at(day)
            result = self._days[key] = days.complete(here) or here
            while len(self._days) > MAX_DAYS:
                self._days.popitem(last=False)
        self._days.move_to_end(key)
        return result

    def for_few(self, as_of: str = "") -> AcceptedSnapshot:
        """A snapshot for questions on the lineage of a few entities.

        For the present, the lineage index of the snapshot is ready. For a past day the caller reads
        the lineage near the entities (``part_near``), since the index of that day takes seconds to
        make.
        """
        return self.snapshot(as_of) if as_of else self.prepared("lineage")

    def prepared(self, name: str, as_of: str = "") -> AcceptedSnapshot:
        """A snapshot whose index ``name`` is ready: of the newest version, or of an earlier one.

        ``name`` is a key of INDEXES. An index of the present is made by another process where there
        is one (``indexed``), else by a thread; so is the dataset of a past day. Raises
        RequestRefused (503) where no version has the index and it takes too long to make,
        QueryTooLarge where the store is too large for the dataset of a day.
        """
        snapshot, index = self.snapshot(as_of), INDEXES[name]
        if snapshot.as_of:
            snapshot = self._whole(snapshot)
            index.open(snapshot)
            return snapshot
        if self.at_hand(name, snapshot):
            return snapshot
        last = self._last_indexed(name)
        if last is not None:
            return self._waited(name, snapshot, PATIENCE) or last
        if not self._waiting.acquire(blocking=False):
            raise _not_ready(name)
        patience = SLOW_SECONDS if index.slow else INDEX_SECONDS
        try:
            result = self._waited(name, snapshot, patience if self._indexed else ALONE_SECONDS)
        finally:
            self._waiting.release()
        if result is None:
            raise _not_ready(name)
        return result

    def _whole(self, snapshot: AcceptedSnapshot) -> AcceptedSnapshot:
        """The snapshot of a past day, read from the dataset of that day.

        While the dataset is being made, the snapshot of that day of an earlier version is returned.
        """
        if snapshot.folder is not None or snapshot.nothing_known():
            return snapshot
        day, last = snapshot.as_of, self._last_of_day(snapshot.as_of)
        work = self._days_made.start(self.store.root, snapshot)
        seconds = DAY_SECONDS if self._indexed else ALONE_SECONDS
        if not _done(work, PATIENCE if last else seconds):
            if last is not None or (last := self._last_of_day(day)) is not None:
                return last
            raise refuse(
                503,
                "Not ready yet",
                f"what was known on {day} is being put together; try again in a few seconds",
                "unavailable",
                Retry_After="5",
            )
        try:
            work.result()
        except StoreError:  # it cannot be stored: each request reads the day from the records
            return snapshot
        newest = self.snapshot(day)  # of the newest version, which may be another by now
        return newest if newest.folder is not None else days.complete(snapshot) or last or newest

    def _last_of_day(self, day: str) -> AcceptedSnapshot | None:
        """The latest snapshot of a past day that has a dataset with its indexes, or None.

        It is looked for among the versions opened lately, since the dataset of each may have become
        ready when a later version had been published; then among the cached snapshots.
        """
        with self._lock:
            known = [one for one in self._days.values() if one.as_of == day and one.folder]
        ready = {one.version: one for one in known}
        for recent in self._latest():
            whole = ready.get(recent.version) or days.complete(recent.at(day))
            if whole is not None:
                with self._lock:
                    self._days[recent.version, day] = whole
                return whole
        return known[-1] if known else None

    def open_stored(self, names: Iterable[str]) -> None:
        """Open the stored indexes of the newest version before the first request for them."""
        with suppress(ProvenanceError, OSError):  # the request that needs it reports it
            snapshot = self.snapshot()
            for name in names:
                self.at_hand(name, snapshot)

    def examine_stored(self) -> None:
        """Check every byte of the stored indexes; drop a damaged index, so that it is made again.

        Opening an index checks its size and time only. This takes as long as reading all of them.
        """
        snapshot = self.snapshot()
        folder = snapshot.folder
        if folder is None:
            return
        for name in INDEXES:
            if not indexes.intact_to_the_end(folder, name, snapshot.version):
                indexes.drop(folder, name, snapshot.version)
                with self._lock:  # snapshots that read the damaged file are not served again
                    self._newest = None
                    self._recent.clear()
                    self._ready.clear()

    def _before(
        self, snapshot: AcceptedSnapshot
    ) -> tuple[AcceptedSnapshot, Collection[Iri]] | None:
        """The snapshot opened before whose catalogue is ready, and the entities changed since.

        None where there is no such snapshot, or where too much has changed to be followed.
        """
        last = self._last_indexed("catalogue")
        if last is None or last.version == snapshot.version or snapshot.derived is None:
            return None
        changed = changed_subjects(snapshot.derived.parent, last.version, snapshot.version)
        return None if changed is None else (last, changed)

    def _after(self, snapshot: AcceptedSnapshot) -> AcceptedSnapshot | None:
        """The newest version, where a snapshot is of one before it."""
        with self._lock:
            newest = self._newest
        return None if newest is None or newest.version == snapshot.version else newest

    def _last_indexed(self, name: str) -> AcceptedSnapshot | None:
        """The newest of the snapshots opened lately whose index ``name`` is ready, or None."""
        with self._lock:
            last = self._ready.get(name)
        for candidate in self._latest():
            if candidate is last or self.at_hand(name, candidate):
                return candidate
        return last

    def _waited(
        self, name: str, snapshot: AcceptedSnapshot, seconds: float
    ) -> AcceptedSnapshot | None:
        """The snapshot, or a newer one, whose index becomes ready within ``seconds``; else None."""
        if not self._indexed or snapshot.folder is None:
            return snapshot if self._built(name, snapshot, seconds) else None
        until = time.monotonic() + seconds
        for newest in self._looks(until, min(LOOK, seconds)):
            for candidate in (newest, *self._latest(), snapshot):
                if self.at_hand(name, candidate):
                    return candidate
        return None

    def _latest(self) -> list[AcceptedSnapshot]:
        """The snapshots opened lately, the newest first."""
        with self._lock:
            return list(reversed(self._recent))

    def _looks(self, until: float, pause: float) -> Iterator[AcceptedSnapshot]:
        """Yield the newest snapshot every ``pause`` seconds, until the monotonic time ``until``."""
        while time.monotonic() < until:
            time.sleep(pause)
            deadline.check()
            yield self.snapshot()

    def at_hand(self, name: str, snapshot: AcceptedSnapshot) -> bool:
        """Open an index that is stored on disk and record it as ready; False where there is none.

        A damaged index is dropped and counts as absent.
        """
        with self._lock:
            if self._ready.get(name) is snapshot:
                return True
        folder, index = snapshot.folder, INDEXES[name]
        if folder is None or not index.exists(folder, snapshot.version):
            return False
        try:
            # the first index that this process opens may have been written long ago
            whole = name in self._ready or indexes.intact(folder, name, snapshot.version)
            if whole:
                index.open(snapshot)
        except DAMAGE:
            whole = False
        if not whole:
            indexes.drop(folder, name, snapshot.version)
            return False
        with self._lock:
            self._ready[name] = snapshot
        return True

    def look_at_profiles(self, snapshot: AcceptedSnapshot) -> None:
        """Drop the stored profiles of the present if damaged, so that they are made again."""
        if not snapshot.as_of:
            self.at_hand("profiles", snapshot)

    def _built(self, name: str, snapshot: AcceptedSnapshot, seconds: float) -> bool:
        """Make an index in a thread and wait up to ``seconds``; whether it became ready."""
        key = name, id(snapshot)
        with self._lock:
            work = self._work.get(key)
            if work is None:
                work = self._work[key] = self._builders.submit(
                    releasing_frames(INDEXES[name].open), snapshot
                )
        if not _done(work, seconds):
            return False
        with self._lock:
            self._work.pop(key, None)
        work.result()
        with self._lock:
            self._ready[name] = snapshot
        return True


def _done(work: Future[Any], seconds: float) -> bool:
    """Wait for work up to ``seconds``, within the caller's time limit; whether the work is done."""
    until = time.monotonic() + seconds
    while not work.done():
        left = until - time.monotonic()
        if left <= 0:
            return False
        wait([work], min(left, 1.0))
        try:
            deadline.check()
        except QueryTimeout:  # the work goes on; a later request gets its result
            return False
    return True


def _not_ready(name: str) -> Exception:
    detail = f"the {name} index is being made; try again in a few seconds"
    return refuse(503, "Not ready yet", detail, "unavailable", Retry_After="3")
