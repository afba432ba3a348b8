"""What the REST API reads: one open store and, per version, the indexes made from it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from provenance_graph.acceptance.evidence import Evidence, day_of
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.lineage.places import index_folder
from provenance_graph.model.search_index import Catalogue
from provenance_graph.store.embedded import EmbeddedStore

T = TypeVar("T")
KEPT_BYTES = 64 << 20


class Access:
    """A store open for reading, always its newest version; safe for several threads.

    Nothing here evaluates a query text: all of it is pattern look-ups and indexes.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.RLock()
        self._store: EmbeddedStore | None = None
        self._made: dict[str, Any] = {}
        self._version = ""
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._kept = 0

    @property
    def store(self) -> EmbeddedStore:
        """The store at its newest version; raises StoreError."""
        with self._lock:
            if self._store is None:
                self._store = EmbeddedStore.open(self.root)
            else:
                self._store.refresh()
            if self._store.version != self._version:
                self._version = self._store.version
                self._made.clear()
                self._answers.clear()
                self._kept = 0
            return self._store

    def evidence(self, as_of: str = "") -> Evidence:
        """The claims, now or as of a day; made per request, since its caches would grow."""
        return Evidence(self.store, as_of=day_of(as_of))

    def catalogue(self) -> Catalogue:
        """The table of models."""
        return self._once("catalogue", lambda s: Catalogue.open(s, self._derived()))

    def lineage(self) -> LineageGraph:
        """The lineage of all models."""
        return self._once("lineage", lambda s: LineageGraph(s, self._index(s)))

    def licences(self) -> LicenceGraph:
        """The licences along all lineage."""
        return self._once("licences", lambda s: LicenceGraph(s, self._index(s)))

    def kept(self, name: str, make: Callable[[], T]) -> T:
        """Something costly, made once per version."""
        return self._once(name, lambda _: make())

    def _index(self, store: EmbeddedStore) -> LineageIndex:
        return self._once("index", lambda _: LineageIndex.open(store, index_folder(str(self.root))))

    def _derived(self) -> Path:
        return self.root / "derived"

    def _once(self, name: str, make: Callable[[EmbeddedStore], T]) -> T:
        store = self.store
        with self._lock:
            if name not in self._made:
                self._made[name] = make(store)
            found: T = self._made[name]
            return found

    def remembered(self, key: str) -> bytes | None:
        """An answer that this version gave before."""
        with self._lock:
            body = self._answers.get(key)
            if body is not None:
                self._answers.move_to_end(key)
            return body

    def remember(self, version: str, key: str, body: bytes) -> None:
        """Keep an answer, the least used ones making room."""
        with self._lock:
            if version != self._version or len(body) > KEPT_BYTES // 8 or key in self._answers:
                return
            self._answers[key] = body
            self._kept += len(body)
            while self._kept > KEPT_BYTES:
                self._kept -= len(self._answers.popitem(last=False)[1])
