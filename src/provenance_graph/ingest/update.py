"""Change records in a store and bring the accepted view along, in one commit.

Only the subjects that a changed record touches are resolved again; the result is bit for
bit what a full build of the same records gives.
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
from provenance_graph.core.iris import ID, Iri
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
    """Makes quads over one state of the records."""

    def quads(
        self,
        subject: Iri,
        claims: Iterable[SourcedClaim],
        statements: Statements,
        latest: CurrentVersions,
    ) -> list[Quad]:
        """The quads of one subject, given the claims of its view."""

    def reach(self, subjects: Iterable[Iri], statements: Statements) -> set[Iri]:
        """Every subject whose quads a change of these may change."""

    def shared(
        self, store: Store, out: Iterable[Quad], into: Iterable[Quad]
    ) -> tuple[set[Quad], set[Quad]]:
        """Of quads that subjects share: those that a change leaves to none, and those there."""


class Deriver(Protocol):
    """Something that follows from claims beyond the view, stored in a graph of its own."""

    @property
    def graph(self) -> Iri:
        """The graph of its quads."""

    def in_columns(self, reference: Store, policy: Policy) -> LevelColumns:
        """For a full build in parts."""

    def over_records(
        self, reference: Store, policy: Policy, records: Iterable[Record]
    ) -> DerivedQuads:
        """For a full build; ``reference`` holds the reference data."""

    def over_store(self, store: Store, policy: Policy, pending: Overlay) -> DerivedQuads:
        """For an update that is not committed yet."""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What one commit changes: records, notes of our own, what people decide, and the day."""

    add: Collection[Record] = ()
    drop: Collection[Iri] = ()
    day: str = ""
    notes: Collection[Quad] = ()
    decided: Decisions = NO_DECISIONS


@dataclass(frozen=True, slots=True)
class Updated:
    """What a commit changed: the new version and the canonical subjects resolved again."""

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
    """Put records in, take records out, and update the view; all at once or not at all.

    ``derive`` makes further quads that follow from the claims of a subject. A record of
    the same name is replaced. ``day`` is what "now" means: where it is later than the day
    of the store's view, what began or ended to hold in between is decided again; without
    it the view keeps its day. ``notes`` are quads of our own graphs, such as where a
    collection comes from. ``decided`` are mappings that people put in or take out. Identity by
    rule is decided anew for every name that shares a key with one that changed. ``log`` notes
    the commit, a store on disk in its own log. Raises NotFound for a record to drop that the store does not
    hold. Where collections are private, the public state follows with what is for everybody.
    """
    change = RecordChange(list(add), list(drop), day, list(notes), decided)
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
    """Whether decisions are about names that the public state knows, and no others."""
    return bool(decided.entities) and all(
        any(True for _ in public.quads(entity, graph=ANY)) for entity in decided.entities
    )


def remake(store: WritableStore, derive: Deriver | None) -> EmbeddedWriter:
    """Make the public state anew from the published full one, without what is private."""
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
    ChangeLog(public.root).remove()  # what was public before may be private now
    followed(public, store.version)
    return public


def set_private(
    store: WritableStore, collections: Iterable[Iri], derive: Deriver | None, *, private: bool
) -> None:
    """Make collections private, or public again, with all records that they hold."""
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


def update_state(
    store: WritableStore,
    change: RecordChange,
    derive: Deriver | None = None,
    log: ChangeLog | None = None,
) -> Updated:
    """``update`` for one state of a store alone.

    Raises NotFound for a record to drop that the store does not have.
    """
    decided = change.decided
    added = {record.header.record: record.sort() for record in change.add}
    dropped = set(change.drop)
    for name in dropped:
        if not _holds(store, name):
            raise NotFound(name.removeprefix(f"{ID}record/"), "record", near(store, name))
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
    """The mappings by the rules of names, where an entity has one."""
    for entity in entities:
        if model := statements.ruled(entity):
            yield entity, SKOS.exactMatch, model, identity.RULES


def _put_decisions(pending: Overlay, decided: Decisions) -> None:
    """Lay what people decide over the store."""
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
    """The rows that change, of people and by rule; what they decide is laid over the store."""
    if not any(True for _ in store.quads(graph=KEYS)):
        entities = entities | names_in(store)  # an earlier version stored no keys
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
    """The quads to take out and to put in, so that the view of these subjects is up to date."""
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
    """The digest of a version: the same records have the same, in whatever order they came."""
    return version.rpartition("-")[2]


def content(quads: Iterable[Quad]) -> int:
    """A record's part in the digest of a store."""
    text = "".join(["\x1f".join(quad_key(quad)) + "\x1e" for quad in quads])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])
