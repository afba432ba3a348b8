"""Decides whether a new reading of a document replaces the stored reading.

Only a later reading of the same document replaces an earlier one. Refused, unless the importer
gives ``replace``: a reading older than the current one, two contents under one identity in one
import, and a reading after which a model or dataset would have no source left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from provenance_graph.acceptance.evidence import Overlay, StoreStatements
from provenance_graph.acceptance.versions import CurrentVersions
from provenance_graph.core import rdf
from provenance_graph.core.claims import Claim, Custody, Header, Problem, Record, undated
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PG, RDF, SCHEMA
from provenance_graph.store.base import Store
from provenance_graph.store.values import ANY

_ENTITIES = frozenset({PG.Model, PG.OfferedModel, PG.Dataset, PG.ModelFamily})
_MAX_SHOWN = 3


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """The outcome for a new record: stored (replacing a reading or not), unchanged, or refused."""

    record: Record | None = None
    replaces: Header | None = None
    unchanged: bool = False
    refused: Problem | None = None


def newest(store: Store, header: Header) -> Header | None:
    """The current stored reading of the document of a header, in its collection, or None."""
    results = [
        known
        for name, _, _, graph in store.quads(
            predicate=PG.ofDocument, object=header.of_document, graph=ANY
        )
        if name == graph
        and (known := StoreStatements(store).header(name)) is not None
        and known.collection == header.collection
    ]
    return max(results, key=lambda known: known.order, default=None)


def outcome(
    store: Store, record: Record, now: str, *, dated: bool, replacing: bool
) -> RecordOutcome:
    """Decide the outcome for a record against a store.

    ``now`` is the time of import, ``dated`` tells whether the importer named the day of retrieval,
    and ``replacing`` whether refusals are overridden.
    """
    header = record.header
    stored = list(store.quads(graph=header.record))
    present = rdf.from_quads(stored) if stored else None
    before = newest(store, header)
    later = before if before is not None and before.record != header.record else None
    if later is not None and not dated and _another_time(header, later, now):
        again = restamped(record, later.retrieved)
        if _same(rdf.from_quads(store.quads(graph=later.record)), again):
            return RecordOutcome(unchanged=True)
        return RecordOutcome(restamped(record, now), later)
    if present is not None and _same(present, record):
        return RecordOutcome(unchanged=True)
    if present is not None and present.header.collection != header.collection:
        owner = short_id(present.header.collection)
        what = f"the store holds another record of that name, of {owner}"
        hint = f"--collection {owner.rpartition('/')[2]} imports for it"
        return RecordOutcome(refused=Problem(header.record, what, hint, kind="identity"))
    if before is None:
        return RecordOutcome(record)
    if present is not None and before.record == header.record:
        if before.digest == header.digest and before.digest:
            return RecordOutcome(record, before)  # the same retrieval, read by another reader
        if not dated and now:
            return RecordOutcome(restamped(record, now), before)
        if not replacing:
            what = f"the store holds another reading of it of {before.retrieved}"
            hint = "give --retrieved a time, or --replace"
            return RecordOutcome(refused=Problem("", what, hint, kind="replaces"))
    if header.order < before.order and not replacing:
        what = f"the store holds a newer reading of it, of {before.retrieved}"
        if header.revision < before.revision:
            what = f"the store holds its version {before.revision}, this is {header.revision}"
        hint = "--replace stores this one too, as an earlier reading"
        return RecordOutcome(refused=Problem("", what, hint, kind="replaces"))
    return RecordOutcome(record, before)


def _another_time(header: Header, before: Header, now: str) -> bool:
    """Whether a reading of today comes after one of today that already carries a time."""
    day = header.retrieved[:10]
    timed = header.retrieved == day and before.retrieved.startswith(f"{day}T")
    return timed and before.retrieved < now and header.revision >= before.revision


def named_otherwise(store: Store, header: Header) -> Problem | None:
    """A problem if the store holds this document under another identity, so that both count.

    This happens if another reader version named documents differently. Two documents of one address
    that the same reader distinguishes are two documents.
    """
    earlier = {
        known.of_document: known.record
        for name, _, _, graph in store.quads(
            predicate=SCHEMA.url, object=header.document, graph=ANY
        )
        if name == graph
        and (known := StoreStatements(store).header(name)) is not None
        and known.collection == header.collection
        and known.of_document != header.of_document
        and known.reader == header.reader
        and (known.digest == header.digest != "" or known.reader_version != header.reader_version)
    }
    if len(earlier) != 1:
        return None
    ((other, reading),) = earlier.items()
    what = f"the store has this document under an earlier name, {short_id(other)}: both now count"
    hint = f"`retract {short_id(reading)}` removes the earlier reading"
    return Problem("", what, hint, kind="identity")


def _same(stored: Record, record: Record) -> bool:
    """Whether two records are equal except for custody and collection."""
    mine, theirs = (
        replace(r.header, custody=Custody.ASSUMED, collection=r.header.record)
        for r in (stored, record)
    )
    return mine == theirs and stored.sort().claims == record.sort().claims


def restamped(record: Record, now: str) -> Record:
    """The record with another retrieval time: for a second reading of its document on one day."""
    was = record.header.record
    name = Iri(f"{undated(was)}/{now}")
    header = replace(record.header, record=name, retrieved=now)
    return Record(header, tuple(renamed(claim, was, name) for claim in record.claims)).sort()


def renamed(claim: Claim, was: Iri, name: Iri) -> Claim:
    """Rename nodes below the record IRI ``was`` in a claim to nodes below ``name``."""
    subject, value = claim.subject, claim.value
    if subject.startswith(f"{was}#"):
        claim = replace(claim, subject=Iri(f"{name}{subject[len(was) :]}"))
    if isinstance(value, Iri) and value.startswith(f"{was}#"):
        claim = replace(claim, value=Iri(f"{name}{value[len(was) :]}"))
    return claim


def losses(
    store: Store, batch: Mapping[Iri, Record], replaced: Mapping[Iri, Header]
) -> dict[Iri, list[Iri]]:
    """Models and datasets that would have no source left, by the new record that causes it.

    ``replaced`` maps the name of a new record to the header of the reading that it replaces.
    """
    if not replaced:
        return {}
    dropped = {name for name in batch if any(True for _ in store.quads(name, graph=name))}
    after = StoreStatements(store, Overlay(dropped, dict(batch)))
    latest = CurrentVersions(after)
    iris: dict[Iri, list[Iri]] = {}
    for name, header in replaced.items():
        retained = {claim.subject for claim in batch[name].claims}
        lost = [
            entity
            for entity in _entities(store, header.record)
            if entity not in retained
            and not any(latest.counts(known) for _, known in after.about(entity))
        ]
        if lost:
            iris[name] = lost
    return iris


def _entities(store: Store, record: Iri) -> list[Iri]:
    """The models and datasets that a record describes, sorted."""
    plain = {s for s, _, o, _ in store.quads(predicate=RDF.type, graph=record) if o in _ENTITIES}
    return sorted(plain)


def loss_problem(lost: Iterable[Iri]) -> Problem:
    """The problem that refuses a reading after which entities have no source left."""
    names = [short_id(entity) for entity in lost]
    text = ", ".join(names[:_MAX_SHOWN]) + (", …" if len(names) > _MAX_SHOWN else "")
    what = f"{len(names):,} {'entity' if len(names) == 1 else 'entities'}"
    what = f"{what} would lose their only source: {text}"
    return Problem("", what, "--replace imports it anyway", kind="replaces")
