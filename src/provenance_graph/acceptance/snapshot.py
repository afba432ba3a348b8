"""The accepted snapshot: the one source that analysis reads, now or as of a day.

``AcceptedSnapshot(store)`` reads what the store has accepted now; ``AcceptedSnapshot(store,
"2026-05-31")`` answers the same questions from the records that had been retrieved by then.
Profiles, lineage, licences, assessments, exports, reports and the service take a snapshot and do
not read the store otherwise, so that an as-of day applies to all of them.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from provenance_graph.acceptance.evidence import StoreStatements, VersionStatements, is_record, view
from provenance_graph.acceptance.reads import AcceptedReads
from provenance_graph.acceptance.versions import Counting, CurrentVersions
from provenance_graph.acceptance.view import View
from provenance_graph.core import clock, literals
from provenance_graph.core.claims import Header, SourcedClaim, Stance
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PAV, PG, RDF
from provenance_graph.store.base import Store
from provenance_graph.store.values import ANY

T = TypeVar("T")
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

Before = Callable[["AcceptedSnapshot"], "tuple[AcceptedSnapshot, Collection[Iri]] | None"]

MAX_VIEWS = 256
"""Views of now cached at once: a page, its claims and its report read the same views."""


@dataclass(frozen=True, slots=True)
class SourceAgreement:
    """How often two publishers give equal values of a property of the same entities.

    ``models`` is the number of entities for which both give the property, ``equal`` the number of
    those for which they give an equal value.
    """

    property: Iri
    one: Iri
    other: Iri
    models: int
    equal: int


class AcceptedSnapshot(AcceptedReads):
    """One version of a store, now or as of a day.

    ``as_of`` is an ISO day or empty for now. ``folder`` is where indexes of the store's present
    version may be stored; indexes of a past day are stored with its dataset (``over``). ``today``
    is the ISO day that "now" means, by default the clock's day when the snapshot is made.
    """

    def __init__(
        self, store: Store, as_of: str = "", *, folder: Path | None = None, today: str = ""
    ) -> None:
        super().__init__(store, as_of)
        self.derived = folder
        self.folder = None if as_of else folder
        self.today = today or clock.today()
        self.before: Before = lambda _: None
        """Called with this snapshot: an earlier version whose indexes can be read while those of
        this one are made, and the entities that commits have changed since; or None."""
        self.after: Callable[[AcceptedSnapshot], AcceptedSnapshot | None] = lambda _: None
        """Called with this snapshot: a later version whose indexes are being made while this one
        answers; or None."""
        self._cache: dict[str, object] = {}
        self._views: dict[Iri, View] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    @property
    def day(self) -> str:
        """The ISO day of the snapshot: ``as_of``, else today."""
        return self.as_of or self.today

    # ---- records, and claims of all of them ---------------------------------------------

    def records(self) -> Iterable[Iri]:
        """The IRIs of all records: the graphs that state of themselves that they are one."""
        quads = self.quads(predicate=RDF.type, object=PG.SourceRecord, graph=ANY)
        return {record for record, _, _, graph in quads if record == graph}

    def titles(self) -> Iterator[tuple[Iri, str]]:
        """Each record whose header has a title, with the title of the document."""
        for subject, _, value, graph in self.quads(predicate=DCTERMS.title, graph=ANY):
            if subject == graph and is_record(subject):
                yield subject, str(value)

    def header_values(self, predicate: Iri) -> Iterator[str]:
        """The value of a property in the header of each record, in no order."""
        for subject, _, value, graph in self.quads(predicate=predicate, graph=ANY):
            if subject == graph and is_record(subject):
                yield str(value)

    def last_retrieved(self) -> str:
        """The ISO day on which a record was last retrieved; empty without records."""
        return max((day[:10] for day in self.header_values(PAV.retrievedOn)), default="")

    def counts(self, record: Iri) -> bool:
        """Whether a record is the latest retrieval of its document, on the snapshot's day."""
        header = self.statements.header(record)
        return header is not None and self.latest.counts(header)

    def unreadable(self) -> set[Iri]:
        """The canonical subjects of current claims whose text could not be read as a value."""
        return {
            self.canonical(about)
            for node, _, _, graph in self.quads(predicate=PG.unusable, graph=ANY)
            if graph is not None and self.counts(graph)
            for _, _, about, _ in self.quads(node, PG.about, graph=graph)
            if isinstance(about, Iri)
        }

    def silenced(self, stances: Collection[Stance]) -> set[Iri]:
        """Subjects with an accepted value of a property that a source gives one of the stances."""
        results: set[Iri] = set()
        for stance in stances:
            nodes = self.quads(predicate=PG.stance, object=stance.value, graph=ANY)
            for node, _, _, graph in nodes:
                stated = {p: o for _, p, o, _ in self.quads(node, graph=graph)}
                about, prop = stated.get(PG.about), stated.get(PG.property)
                current = graph is not None and self.counts(graph)
                if current and isinstance(about, Iri) and isinstance(prop, Iri):
                    subject = self.canonical(about)
                    if subject not in results and any(True for _ in self.quads(subject, prop)):
                        results.add(subject)
        return results

    def views(self, subjects: Iterable[Iri]) -> Iterator[tuple[Iri, View]]:
        """Some subjects with their views, in no order; reads of the current one are quick."""
        for subject in subjects:
            yield subject, self.view(subject)

    def source_agreement(self, properties: Collection[Iri]) -> list[SourceAgreement] | None:  # noqa: ARG002
        """How often pairs of publishers agree; None without a claim table.

        Callers then count with a query.
        """
        return None

    # ---- claims -------------------------------------------------------------------------

    @cached_property
    def statements(self) -> VersionStatements:
        """The claims of all records known, and the identity of names."""
        return self._day_reads.statements if self._day_reads else VersionStatements(self._store)

    @cached_property
    def latest(self) -> Counting:
        """The records that count: of each document the latest retrieval."""
        return self._day_reads.latest if self._day_reads else CurrentVersions(self.statements)

    def canonical(self, name: Iri) -> Iri:
        """The canonical IRI of a name; the name itself where nothing maps it."""
        return self.statements.canonical(name)

    def view(self, subject: Iri) -> View:
        """The accepted view of a subject, with the ruling on every claim. Cached."""
        name, result = subject, self._views.get(subject)
        if result is not None:
            return result
        subject = self.canonical(subject)
        if self._day_reads is not None:
            return self._day_reads.view(subject)
        result = self._views.get(subject)
        if result is None:
            if len(self._views) >= MAX_VIEWS:
                self._views.clear()
            result = view(subject, self.statements, self.policy, self.latest)
            self._views[subject] = result
        self._views[name] = result
        return result

    def claims(self, subject: Iri, predicate: Iri | None = None) -> list[SourcedClaim]:
        """The claims about a subject (of one property, or all), each with status and reason."""
        return [
            stored
            for stored in self.view(subject).claims
            if predicate is None or stored.claim.predicate == predicate
        ]

    def statuses(self, subject: Iri) -> dict[Iri, Iri]:
        """The disclosure status of each fact property about which any source makes a claim."""
        return self.view(subject).statuses

    def header(self, record: Iri) -> Header | None:
        """The header of a record; None for a record not known by the day, and any other graph."""
        return self.statements.header(record)

    def knows(self, subject: Iri) -> bool:
        """Whether any known record states anything about an entity."""
        statements = self.statements
        names = statements.names_of(statements.canonical(subject))
        return any(statements.about(name) for name in names)

    def first_known(self, subject: Iri) -> str:
        """The ISO day on which the first record about an entity was retrieved, or empty."""
        statements = StoreStatements(self._store)
        names = statements.names_of(statements.canonical(subject))
        days = (header.retrieved[:10] for name in names for _, header in statements.about(name))
        return min(days, default="")

    def unknown(self, subject: Iri, name: str = "") -> str:
        """A sentence that nothing was known of an entity on the day; empty if something was."""
        if not self.as_of or self.knows(subject):
            return ""
        first = self.first_known(subject)
        since = f"; the first record about it was retrieved on {first}" if first else ""
        return f"nothing was known about {name or subject} on {self.as_of}{since}"

    def nothing_known(self) -> str:
        """A sentence that no record had been retrieved by the day; empty if one had been."""

        def sentence() -> str:
            days = self.present.header_values(PAV.retrievedOn) if self.as_of else ()
            first = min((day[:10] for day in days), default="")
            if not self.as_of or (first and first <= self.as_of):
                return ""
            since = f"; the first record was retrieved on {first}" if first else ""
            return f"nothing was known on {self.as_of}{since}"

        return self.cached("nothing known", sentence)

    # ---- other snapshots, and what is made from this one -----------------------------------

    def at(self, as_of: str) -> AcceptedSnapshot:
        """A snapshot of the same store as of another day; an empty day is now."""
        return self if as_of == self.as_of else self._apart(as_of)

    def uncached(self) -> AcceptedSnapshot:
        """The same snapshot with a cache of its own, for an object that reads on and is cached here.

        An object that held the snapshot in whose cache it lies would keep the files of the version
        open until a garbage collection.
        """
        result = self._apart(self.as_of)
        result._dataset, result.folder = self._dataset, self.folder
        return result

    def _apart(self, as_of: str) -> AcceptedSnapshot:
        result = AcceptedSnapshot(self._store, as_of, folder=self.derived, today=self.today)
        result.before, result.after = self.before, self.after
        return result

    def over(self, dataset: Store, folder: Path) -> AcceptedSnapshot:
        """A snapshot of the same day that reads a dataset of it; ``folder`` is for its indexes."""
        result = AcceptedSnapshot(self._store, self.as_of, folder=self.derived, today=self.today)
        result._dataset, result.folder = dataset, folder
        return result

    @property
    def present(self) -> AcceptedSnapshot:
        """The snapshot of the same store now, in which names are looked up whatever the day."""
        return self.at("") if self.as_of else self

    def cached(self, name: str, make: Callable[[], T]) -> T:
        """The object stored under a name; ``make`` makes it at the first call.

        Threads wait for one another only over the same name.
        """
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self._cache:
                self._cache[name] = make()
            t: T = self._cache[name]  # type: ignore[assignment]
            return t

    def __repr__(self) -> str:
        return f"<snapshot of {self.version}{f' as of {self.as_of}' if self.as_of else ''}>"


def day_of(text: str) -> str:
    """The ISO day that a user's text names; empty for an empty text. Raises UsageError.

    >>> day_of("Oct 2025")
    '2025-10-31'
    """
    if not text:
        return ""
    result = literals.day(text)
    if result is None:
        if _ISO_DAY.fullmatch(text) and not "1900" <= text[:4] <= "2199":
            raise UsageError(f"{text!r}: the year is not one of 1900 to 2199")
        raise UsageError(f"{text!r} is not a day such as 2025-10-15")
    return result.literal.lexical


def first_day(text: str) -> str:
    """The first ISO day of the period that a user's text names; empty for an empty text.

    Raises UsageError.

    >>> first_day("Oct 2025"), first_day("2025")
    ('2025-10-01', '2025-01-01')
    """
    dated = literals.day(text) if text else None
    if dated is None:
        return day_of(text)
    return literals.period(dated.literal, dated.precision)[0].isoformat()
