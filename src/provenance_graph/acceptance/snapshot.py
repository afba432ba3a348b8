"""What is accepted, now or as of a day: the one source that analysis reads.

``AcceptedSnapshot(store)`` reads what the store has accepted now; ``AcceptedSnapshot(store,
"2026-05-31")`` answers the same questions from the records that had been retrieved by then.
Everything above (profiles, lineage, licences, assessments, exports, reports, the service)
takes a snapshot and reaches no store beside it, so that a day holds for all of it.
"""

from __future__ import annotations

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

Before = Callable[[], "tuple[AcceptedSnapshot, Collection[Iri]] | None"]

MAX_VIEWS = 256
"""Views of now cached at once: a page, its claims and its report ask for the same ones."""


@dataclass(frozen=True, slots=True)
class Voices:
    """Two publishers that give a property of the same entities: of how many, and how often alike."""

    property: Iri
    one: Iri
    other: Iri
    models: int
    equal: int


class AcceptedSnapshot(AcceptedReads):
    """One version of a store, now or as of a day.

    ``as_of`` is an ISO day or empty for now. ``folder`` is where indexes made from the
    store's present version may be stored; a day's are stored with a dataset of it (``over``). ``today`` is the day
    that now is; the clock says it where nothing is given, once, here.
    """

    def __init__(
        self, store: Store, as_of: str = "", *, folder: Path | None = None, today: str = ""
    ) -> None:
        super().__init__(store, as_of)
        self.derived = folder
        self.folder = None if as_of else folder
        self.today = today or clock.today()
        self.before: Before = lambda: None
        """An earlier version whose indexes are at hand while those of this one are made, and which
        entities commits have changed since."""
        self._cache: dict[str, object] = {}
        self._views: dict[Iri, View] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    @property
    def day(self) -> str:
        """The day that the question is of: the day asked for, else today."""
        return self.as_of or self.today

    # ---- records, and claims of all of them ---------------------------------------------

    def records(self) -> Iterable[Iri]:
        """The names of all records; that a build once put one there does not make it one."""
        quads = self.quads(predicate=RDF.type, object=PG.SourceRecord, graph=ANY)
        return {record for record, _, _, graph in quads if record == graph}

    def titles(self) -> Iterator[tuple[Iri, str]]:
        """The records that say what they were read from, each with that title."""
        for subject, _, value, graph in self.quads(predicate=DCTERMS.title, graph=ANY):
            if subject == graph and is_record(subject):
                yield subject, str(value)

    def header_values(self, predicate: Iri) -> Iterator[str]:
        """What the header of every record gives for a property that each has."""
        for subject, _, value, graph in self.quads(predicate=predicate, graph=ANY):
            if subject == graph and is_record(subject):
                yield str(value)

    def last_retrieved(self) -> str:
        """The day on which a record was last retrieved; empty where there is none."""
        return max((day[:10] for day in self.header_values(PAV.retrievedOn)), default="")

    def counts(self, record: Iri) -> bool:
        """Whether a record is the latest reading of its document, on the snapshot's day."""
        header = self.statements.header(record)
        return header is not None and self.latest.counts(header)

    def unreadable(self) -> set[Iri]:
        """The subjects of which some source's words could not be read as a value."""
        return {
            self.canonical(about)
            for node, _, _, graph in self.quads(predicate=PG.unusable, graph=ANY)
            if graph is not None and self.counts(graph)
            for _, _, about, _ in self.quads(node, PG.about, graph=graph)
            if isinstance(about, Iri)
        }

    def silenced(self, stances: Collection[Stance]) -> set[Iri]:
        """Subjects with an accepted value for what some source gives with one of these stances."""
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
        """The views of some subjects, in no order; what is asked of one meanwhile is at hand."""
        for subject in subjects:
            yield subject, self.view(subject)

    def voices(self, properties: Collection[Iri]) -> list[Voices] | None:  # noqa: ARG002
        """Which publishers give the same values; None without a claim table, where a query tells."""
        return None

    # ---- claims -------------------------------------------------------------------------

    @cached_property
    def statements(self) -> VersionStatements:
        """The claims of all records known, and which names mean one entity."""
        return self._day_reads.statements if self._day_reads else VersionStatements(self._store)

    @cached_property
    def latest(self) -> Counting:
        """Which records count: of each document the latest retrieval."""
        return self._day_reads.latest if self._day_reads else CurrentVersions(self.statements)

    def canonical(self, name: Iri) -> Iri:
        """What a name is."""
        return self.statements.canonical(name)

    def view(self, subject: Iri) -> View:
        """The accepted view of a subject, with the status of every claim; those asked last are kept."""
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
        """Every claim about a subject (one property, or all), with its standing and why."""
        return [
            stored
            for stored in self.view(subject).claims
            if predicate is None or stored.claim.predicate == predicate
        ]

    def statuses(self, subject: Iri) -> dict[Iri, Iri]:
        """The disclosure status of every property with a claim of any source."""
        return self.view(subject).statuses

    def header(self, record: Iri) -> Header | None:
        """The header of a record; None where it is not known, or is none."""
        return self.statements.header(record)

    def knows(self, subject: Iri) -> bool:
        """Whether any record known says anything about an entity."""
        statements = self.statements
        names = statements.names_of(statements.canonical(subject))
        return any(statements.about(name) for name in names)

    def first_known(self, subject: Iri) -> str:
        """The day (ISO text) on which the first record about an entity was retrieved; empty without one."""
        statements = StoreStatements(self._store)
        names = statements.names_of(statements.canonical(subject))
        days = (header.retrieved[:10] for name in names for _, header in statements.about(name))
        return min(days, default="")

    def unknown(self, subject: Iri, name: str = "") -> str:
        """A sentence that says so where nothing was known of an entity on the day; else nothing."""
        if not self.as_of or self.knows(subject):
            return ""
        first = self.first_known(subject)
        since = f"; the first record about it was retrieved on {first}" if first else ""
        return f"nothing was known about {name or subject} on {self.as_of}{since}"

    def nothing_known(self) -> str:
        """A sentence that says so where no record had been retrieved on the day; else nothing."""

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
        """The same store as of another day; empty is now."""
        if as_of == self.as_of:
            return self
        result = AcceptedSnapshot(self._store, as_of, folder=self.derived, today=self.today)
        result.before = self.before
        return result

    def over(self, dataset: Store, folder: Path) -> AcceptedSnapshot:
        """The same day, read from a dataset of it; indexes made of that are stored in ``folder``."""
        result = AcceptedSnapshot(self._store, self.as_of, folder=self.derived, today=self.today)
        result._dataset, result.folder = dataset, folder
        return result

    @property
    def present(self) -> AcceptedSnapshot:
        """The same store now: what names mean is looked up there whatever the day."""
        return self.at("") if self.as_of else self

    def cached(self, name: str, make: Callable[[], T]) -> T:
        """Something made from this snapshot, made once; different ones are made side by side."""
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
    """An as-of day from what a user types; empty stays empty. Raises UsageError.

    >>> day_of("Oct 2025")
    '2025-10-31'
    """
    if not text:
        return ""
    result = literals.day(text)
    if result is None:
        raise UsageError(f"{text!r} is not a day such as 2025-10-15")
    return result.literal.lexical
