"""Changes the records of a store and updates the accepted view in the same commit.

Only the subjects that a changed record affects are resolved again. The result is identical to a
full build of the same records.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.evidence import (
    Overlay,
    Statements,
    StoreStatements,
    rule_mapping,
    view,
)
from provenance_graph.acceptance.policy.data import day_quad, load_policy, view_day
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.acceptance.versions import CurrentVersions
from provenance_graph.acceptance.view import quad_key
from provenance_graph.changes.log import ChangeLog
from provenance_graph.core import rdf
from provenance_graph.core.claims import Quad, Record, SourcedClaim
from provenance_graph.core.errors import NotFound
from provenance_graph.core.graph_names import COLLECTIONS
from provenance_graph.core.iris import Iri, record_path
from provenance_graph.core.terms import SKOS
from provenance_graph.ingest.decisions import NO_DECISIONS, Decisions, RowChange
from provenance_graph.ingest.noting import note
from provenance_graph.ingest.private import (
    discard,
    followed,
    is_private,
    is_stale,
    mark,
    private_collections,
    public_writer,
    records_of,
)
from provenance_graph.ingest.rules import IdentityRules, names_in
from provenance_graph.matching.keys import KEYS
from provenance_graph.reference import GRAPH as REFERENCE
from provenance_graph.store.base import ANY, Change, Store, WritableStore
from provenance_graph.store.embedded import EmbeddedStore, EmbeddedWriter
from provenance_graph.store.states import PUBLIC

if TYPE_CHECKING:
    from provenance_graph.assessment.levels.columns import LevelColumns
from provenance_graph.ingest.touched import near, subjects_of, touched, turned


class DerivedQuads(Protocol):
    """Derives quads from one state of the records."""

    def quads(
        self,
        subject: Iri,
        claims: Iterable[SourcedClaim],
        statements: Statements,
        latest: CurrentVersions,
    ) -> list[Quad]:
        """The derived quads of one subject, given the claims of its view."""

    def reach(self, subjects: Iterable[Iri], statements: Statements) -> set[Iri]:
        """Every subject whose derived quads may change if these subjects change."""

    def shared(
        self, store: Store, out: Iterable[Quad], into: Iterable[Quad]
    ) -> tuple[set[Quad], set[Quad]]:
        """Of quads that subjects share: those unused after a change, and those already stored."""


class Deriver(Protocol):
    """A derivation of quads from claims, beyond the accepted view, stored in a graph of its own."""

    @property
    def graph(self) -> Iri:
        """The graph of the derived quads."""

    def in_columns(self, reference: Store, policy: Policy) -> LevelColumns:
        """The columnar form of the derivation, for a full build in parts."""

    def over_records(
        self, reference: Store, policy: Policy, records: Iterable[Record]
    ) -> DerivedQuads:
        """The derivation over records, for a full build; ``reference`` holds the reference data."""

    def over_store(self, store: Store, policy: Policy, pending: Overlay) -> DerivedQuads:
        """The derivation over a store with pending changes, for an update before its commit."""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """The changes of one commit: records, notes, people's decisions, and the day of the view."""

    add: Collection[Record] = ()
    drop: Collection[Iri] = ()
    day: str = ""
    notes: Collection[Quad] = ()
    decided: Decisions = NO_DECISIONS


@dataclass(frozen=True, slots=True)
class Updated:
    """The result of a commit: the new version, the subjects resolved again, and counts of quads."""

    version: str
    subjects: frozenset[Iri] = field(default_factory=frozenset)
    added: int = 0
    removed: int = 0


def update(
    store: WritableStore,
    add: Iterable[Record] = (),
    drop: Iterable[Iri] = (),
    derive: Deriver | None = None,
    day: str = "",
    notes: Iterable[Quad] = (),
    decided: Decisions = NO_DECISIONS,
    log: ChangeLog | None = None,
) -> Updated:
    """Add and remove records and update the accepted view, in one atomic commit.

    A record of the same name is replaced. ``derive`` makes further quads from the claims of a
    subject. ``day`` is the new day of the view: if it is later than the stored day, claims whose
    validity began or ended in between are decided again; without it the view keeps its day.
    ``notes`` are quads of administrative graphs, such as the folder of a collection. ``decided``
    are mappings that people add or remove. The identity rules are applied again to every name that
    shares a key with a changed one. ``log`` is the change log; a store on disk uses its own. If
    collections are private, the public state is updated too; the earlier records of one that a note
    marks private leave it. Raises NotFound if a record to remove is not in the store.
    """
    change = RecordChange(list(add), list(drop), day, list(notes), decided)
    marked = {s for s, p, o, _ in change.notes if (s, p, o) == mark(s)[:3]}
    make_private(store, marked, derive)
    public = public_writer(store, change.notes)
    if public is not None and is_stale(store, public):
        public = remake(store, derive)
    done = update_state(store, change, derive, log)
    if public is not None:
        private = private_collections(store)
        known = decided if _known(public, decided) else NO_DECISIONS
        for_all = RecordChange(
            [record for record in change.add if not is_private(record.header, private)],
            [name for name in change.drop if any(True for _ in public.quads(name, graph=name))],
            day,
            [quad for quad in change.notes if quad[0] not in private],
            known,
        )
        if for_all.add or for_all.drop or for_all.notes or known is not NO_DECISIONS:
            update_state(public, for_all, derive)
        followed(public, done.version)
    return done


def _known(public: Store, decided: Decisions) -> bool:
    """Whether there are decisions, and the public state knows all names in them."""
    return bool(decided.entities) and all(
        any(True for _ in public.quads(entity, graph=ANY)) for entity in decided.entities
    )


def remake(store: WritableStore, derive: Deriver | None) -> EmbeddedWriter:
    """Build the public state again from the full state, without private records."""
    assert isinstance(store, EmbeddedWriter)
    aside = store.root / f"{PUBLIC}.new"
    shutil.rmtree(aside, ignore_errors=True)
    store.backup(aside)
    with EmbeddedStore.open_writer(aside) as made:
        private = private_collections(made)
        marks = [q for one in private for q in made.quads(one, graph=COLLECTIONS)]
        if drop := records_of(made, private):
            update_state(made, RecordChange(drop=drop), derive)
        made.commit(Change(remove=marks), digest_part(made.version))
    store.put_public(aside)
    public = store.public
    assert public is not None
    ChangeLog(public.root).remove()  # records of earlier entries may be private now
    followed(public, store.version)
    return public


def set_private(
    store: WritableStore, collections: Iterable[Iri], derive: Deriver | None, *, private: bool
) -> None:
    """Make collections private or public, with all their records."""
    assert isinstance(store, EmbeddedWriter)
    marks = [mark(collection) for collection in collections]
    if private:
        store.make_public()
        store.commit(Change(add=marks), digest_part(store.version))
    else:
        store.commit(Change(remove=marks), digest_part(store.version))
    if private_collections(store):
        remake(store, derive)
    else:
        discard(store)


def make_private(store: WritableStore, collections: Iterable[Iri], derive: Deriver | None) -> None:
    """Make those of some collections private that hold records and are public."""
    if isinstance(store, EmbeddedWriter):
        public = sorted(set(collections) - private_collections(store))
        if public and records_of(store, public):
            set_private(store, public, derive, private=True)


def update_state(
    store: WritableStore,
    change: RecordChange,
    derive: Deriver | None = None,
    log: ChangeLog | None = None,
) -> Updated:
    """Apply a change as ``update`` does, but to one state of a store only.

    Raises NotFound if a record to remove is not in the store.
    """
    decided = change.decided
    added = {record.header.record: record.sort() for record in change.add}
    dropped = set(change.drop)
    for name in dropped:
        if not _holds(store, name):
            raise NotFound(record_path(name), "record", near(store, name))
    stored = {name for name in added if _holds(store, name)}
    pending = Overlay(dropped | stored, added)
    before, after = StoreStatements(store), StoreStatements(store, pending)
    was, day = view_day(store), max(change.day, view_day(store))
    policy = load_policy(store, day)
    entities = touched(store, pending, policy) | decided.entities
    _put_decisions(pending, decided)
    moved = _rules(entities, before, after, pending)
    rows = _decide_by_rule(store, pending, entities, moved | decided.names, policy)
    moved |= rows.names
    subjects = subjects_of(store, entities, moved, before, after)
    if day > was:
        subjects |= {after.canonical(entity) for entity in turned(store, was, day)}
    out, into = difference(store, subjects, before, after, derive, policy)
    if day > was:
        out.extend([day_quad(was)] if was else [])
        into.append(day_quad(day))
    out.extend((*_ruled(before, moved), *rows.out))
    into.extend((*_ruled(after, moved), *rows.into))
    of_records = [list(rdf.to_quads(record)) for record in added.values()]
    into.extend(quad for quads in of_records for quad in quads)
    into.extend(change.notes)
    gone = tuple(sorted(dropped | stored))
    digest = _digest(store, gone, of_records)
    note(
        store,
        digest,
        "update",
        added=added,
        dropped=dropped,
        subjects=subjects,
        out=out,
        into=into,
        log=log,
    )
    version = store.commit(Change(drop=gone, remove=out, add=into), digest)
    return Updated(version, frozenset(subjects), len(into), len(out))


def _holds(store: Store, record: Iri) -> bool:
    """Whether a store has a record of that name."""
    return any(True for _ in store.quads(record, graph=record))


def _ruled(statements: StoreStatements, entities: Iterable[Iri]) -> Iterator[Quad]:
    """Yield the mapping quads of the repository rule for the entities that have one."""
    for entity in entities:
        if model := statements.ruled(entity):
            yield entity, SKOS.exactMatch, model, identity.RULES


def _put_decisions(pending: Overlay, decided: Decisions) -> None:
    """Add people's decisions to the pending changes."""
    pending.rows, pending.without = list(decided.put), set(decided.taken)
    for row in decided.taken:
        if row.merges:
            pending.by_hand[row.subject] = None
    for row in decided.put:
        if row.merges:
            pending.by_hand[row.subject] = row.object
        elif row.negated:
            pending.different.setdefault(row.subject, set()).add(row.object)
    pending.decided.update(pending.by_hand)


def _decide_by_rule(
    store: WritableStore, pending: Overlay, entities: set[Iri], moved: set[Iri], policy: Policy
) -> RowChange:
    """Apply the identity rules to the pending changes, and return all changed mappings."""
    if not any(True for _ in store.quads(graph=KEYS)):
        entities = entities | names_in(store)  # stores of an earlier version hold no keys
    deciding = IdentityRules(store, pending, policy)
    around = subjects_of(store, entities, moved, deciding.before, deciding.after)
    rows = deciding.decide(entities, around, moved)
    for row in rows.gone:
        if row.merges:
            pending.decided[row.subject] = None
    for row in rows.new:
        if row.merges:
            pending.decided[row.subject] = row.object
    pending.decided.update(
        (name, other) for name, other in pending.by_hand.items() if other is not None
    )
    return rows.with_decisions(Decisions(tuple(pending.rows), tuple(pending.without)))


def _rules(
    entities: Iterable[Iri], before: StoreStatements, after: StoreStatements, pending: Overlay
) -> set[Iri]:
    moved = set()
    for entity in entities:
        model = rule_mapping(entity, after)
        model = None if model == entity else model
        if model != before.ruled(entity):
            moved.add(entity)
            pending.rules[entity] = model
    return moved


def difference(
    store: Store,
    subjects: set[Iri],
    before: StoreStatements,
    after: StoreStatements,
    derive: Deriver | None,
    policy: Policy,
) -> tuple[list[Quad], list[Quad]]:
    """The quads to remove and to add that bring the view of these subjects up to date."""
    latest = CurrentVersions(after)
    derived = derive.over_store(store, policy, after.pending) if derive else None
    reached = set(subjects)
    if derived:
        reached |= derived.reach(subjects, before) | derived.reach(subjects, after)
    out: list[Quad] = []
    into: list[Quad] = []
    for subject in reached:
        new: set[Quad] = set()
        further: set[Quad] = set()
        if after.canonical(subject) == subject:
            seen = view(subject, after, policy, latest)
            new = set(seen.quads)
            if derived:
                further = set(derived.quads(subject, seen.claims, after, latest))
        if subject in subjects:
            old = set(store.quads(subject=subject))
            reference = {(s, p, o, None) for s, p, o, _ in store.quads(subject, graph=REFERENCE)}
            out.extend(sorted(old - new - reference, key=quad_key))
            into.extend(sorted(new - old, key=quad_key))
        if derive:
            had = set(store.quads(subject, graph=derive.graph))
            out.extend(sorted(had - further, key=quad_key))
            into.extend(sorted(further - had, key=quad_key))
    if derived:
        unused, known = derived.shared(store, out, into)
        out.extend(sorted(unused, key=quad_key))
        into = [quad for quad in dict.fromkeys(into) if quad not in known]
    return out, into


def _digest(store: Store, gone: Iterable[Iri], added: Iterable[Iterable[Quad]]) -> str:
    total = int(digest_part(store.version) or "0", 16)
    for name in gone:
        total -= content(rdf.to_quads(rdf.from_quads(store.quads(graph=name))))
    for quads in added:
        total += content(quads)
    return format(total % 2**48, "012x")


def digest_part(version: str) -> str:
    """The digest in a version; it depends on the records, not on the order of their import."""
    return version.rpartition("-")[2]


def content(quads: Iterable[Quad]) -> int:
    """A record's contribution to the digest of a store: 48 bits of the SHA-256 of its quads."""
    text = "".join(["\x1f".join(quad_key(quad)) + "\x1e" for quad in quads])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])
