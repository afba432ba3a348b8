"""Writes commits to the change log of their store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from provenance_graph.changes.log import ChangeLog, Commit, fact_changes
from provenance_graph.core.claims import Quad, Record
from provenance_graph.core.clock import now
from provenance_graph.core.errors import StoreError
from provenance_graph.core.iris import Iri
from provenance_graph.store.base import WritableStore
from provenance_graph.store.embedded import EmbeddedStore, EmbeddedWriter


def note(
    store: WritableStore,
    digest: str,
    kind: str,
    *,
    added: Mapping[Iri, Record] | Iterable[Iri] = (),
    dropped: Iterable[Iri] = (),
    subjects: Iterable[Iri] = (),
    out: Iterable[Quad] = (),
    into: Iterable[Quad] = (),
    log: ChangeLog | None = None,
) -> None:
    """Append the commit that is about to be made to the change log.

    ``digest`` is the digest of the new version. A store on disk has its log in its folder; a store
    in memory has none unless ``log`` is given. Raises StoreError if the log cannot be written.
    """
    if log is None:
        if not isinstance(store, EmbeddedWriter):
            return
        log = ChangeLog(store.root)
    facts = tuple(fact_changes(out, into))
    log.append(
        Commit(
            version=store.next_version(digest),
            before=store.version,
            at=now(),
            kind=kind,
            added=tuple(sorted(added)),
            dropped=tuple(sorted(dropped)),
            subjects=tuple(sorted(subjects)),
            facts=facts,
            fact_count=len(facts),
        )
    )


class ViewBefore:
    """The accepted view of a store before a new build, to compare with the view after it."""

    def __init__(self, where: Path) -> None:
        self._store: EmbeddedStore | None = None
        with suppress(StoreError):  # no store, or one of another format: the log begins anew
            self._store = EmbeddedStore.open(where)

    def note_build(self, where: Path, version: str, views: Iterable[set[Quad]]) -> None:
        """Append a published build to the change log, with every accepted fact that it changed.

        ``views`` are the sets of quads of the new default graph. The quads of a subject are in one
        set, and some may be in the first; so only the first set and the changes are in memory at
        once. Without a store before, the entry begins the log. Raises StoreError if the log cannot
        be written.
        """
        out: set[Quad] = set()
        new: set[Quad] = set()
        before = ""
        if self._store is not None:
            before = self._store.version
            out, new = self._difference(self._store, views)
        facts = tuple(fact_changes(out, new))
        subjects = tuple(sorted({fact.subject for fact in facts}))
        entry = Commit(
            version, before, now(), "build", subjects=subjects, facts=facts, fact_count=len(facts)
        )
        ChangeLog(where).append(entry)

    @staticmethod
    def _difference(
        store: EmbeddedStore, views: Iterable[set[Quad]]
    ) -> tuple[set[Quad], set[Quad]]:
        """The removed and the added quads; the quads of a licence may be in two views."""
        out: set[Quad] = set()
        new: set[Quad] = set()
        seen: set[Iri] = set()
        first: set[Quad] = set()
        looked = 0
        for view in views:
            subjects = {quad[0] for quad in view}
            old = {quad for subject in subjects for quad in store.quads(subject)}
            looked += sum(quad[0] not in seen for quad in old)
            seen |= subjects
            out -= view
            out |= old - view - first
            new |= view - old
            first = first or view
        if looked < _count(store):  # some subjects were removed: scan all quads for them
            out.update(quad for quad in store.quads() if quad[0] not in seen)
        return out, new

    def close(self) -> None:
        """Close the store before the build."""
        if self._store is not None:
            self._store.close()


def _count(store: EmbeddedStore) -> int:
    """The number of quads of the default graph, counted by the engine."""
    ((count,),) = store.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows
    return int(str(count))
