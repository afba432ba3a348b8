"""The result types of a model's history, and their JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provenance_graph.core.claims import Custody, Header, Value
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.results import source_ref
from provenance_graph.model.cells import value_json
from provenance_graph.model.ranks import Movement

if TYPE_CHECKING:
    from provenance_graph.changes.answers import (
        AliasAnswer,
        ChangedClaimAnswer,
        DriftAnswer,
        HistoryAnswer,
        LifecycleAnswer,
        PropertyRef,
        VersionAnswer,
    )
    from provenance_graph.core.results import Ref, SourceRef


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a model: its identifier, its release day, and the versions it replaces."""

    iri: Iri
    version: str
    released: str
    replaces: tuple[Iri, ...]
    sources: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """The target of an alias, with the stated days of validity.

    ``read`` is the day of the first retrieval that states it, ``gone`` that of the first later
    retrieval of the same document that no longer does.
    """

    alias: str
    target: Iri
    since: str
    until: str
    read: str
    gone: str
    sources: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The lifecycle state of a model; ``notice_days`` are days from announcement to retirement."""

    state: str
    released: str
    deprecated: str
    retired: str
    notice_days: int | None
    replaces: tuple[Iri, ...]
    replaced_by: tuple[Iri, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """A fact that differs between two successive entities."""

    kind: str
    before: Iri
    after: Iri
    property: Iri
    was: tuple[Value, ...]
    now: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class ChangedClaim:
    """The values of one property in two successive retrievals of a document."""

    document: Iri
    publisher: Iri
    custody: Custody
    earlier: str
    later: str
    subject: Iri
    property: Iri
    was: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """An event on a day, for a time line; ``clock`` is ``world`` or ``knowledge``."""

    date: str
    clock: str
    what: str
    subject: Iri


@dataclass(frozen=True, slots=True)
class History:
    """All changes of a model between two days."""

    subject: Iri
    name: str
    start: str
    end: str
    as_of: str
    life: Lifecycle
    versions: tuple[Version, ...]
    aliases: tuple[Binding, ...]
    drift: tuple[Drift, ...]
    changed: tuple[ChangedClaim, ...]
    ranks: tuple[Movement, ...]
    events: tuple[Event, ...]
    retrievals: tuple[tuple[str, int], ...]
    labels: dict[Iri, str]

    def __repr__(self) -> str:
        return f"<history of {short_id(self.subject)}: {len(self.events):,} events>"

    def to_json(self) -> HistoryAnswer:
        """The history as a JSON answer, with labels for IRIs."""
        return {
            "subject": {"iri": self.subject, "id": short_id(self.subject), "name": self.name},
            "from": self.start or None,
            "to": self.end or None,
            "asOf": self.as_of or None,
            "lifecycle": self._lifecycle(self.life),
            "versions": [self._version(version) for version in self.versions],
            "aliases": [self._alias(binding) for binding in self.aliases],
            "drift": [self._drift(drift) for drift in self.drift],
            "changedClaims": [self._changed(changed) for changed in self.changed],
            "ranks": [movement.to_json() for movement in self.ranks],
            "events": [
                {
                    "date": event.date,
                    "clock": event.clock,
                    "what": event.what,
                    "subject": self._entity(event.subject),
                }
                for event in self.events
            ],
            "retrievals": [{"date": day, "records": count} for day, count in self.retrievals],
        }

    def _lifecycle(self, life: Lifecycle) -> LifecycleAnswer:
        return {
            "state": life.state or None,
            "released": life.released or None,
            "deprecated": life.deprecated or None,
            "retired": life.retired or None,
            "noticeDays": life.notice_days,
            "replaces": [self._entity(one) for one in life.replaces],
            "replacedBy": [self._entity(one) for one in life.replaced_by],
        }

    def _version(self, version: Version) -> VersionAnswer:
        return {
            **self._entity(version.iri),
            "version": version.version or None,
            "released": version.released or None,
            "replaces": [self._entity(one) for one in version.replaces],
            "sources": _sources(version.sources),
        }

    def _alias(self, binding: Binding) -> AliasAnswer:
        return {
            "alias": binding.alias,
            "target": self._entity(binding.target),
            "since": binding.since or None,
            "until": binding.until or None,
            "readFrom": binding.read,
            "readUntil": binding.gone or None,
            "sources": _sources(binding.sources),
        }

    def _drift(self, drift: Drift) -> DriftAnswer:
        return {
            "kind": drift.kind,
            "before": self._entity(drift.before),
            "after": self._entity(drift.after),
            **self._property(drift.property),
            "was": [value_json(value, self.labels) for value in drift.was],
            "now": [value_json(value, self.labels) for value in drift.now],
        }

    def _changed(self, changed: ChangedClaim) -> ChangedClaimAnswer:
        return {
            "document": changed.document,
            "publisher": {"iri": changed.publisher, "id": short_id(changed.publisher)},
            "custody": changed.custody.label,
            "earlier": changed.earlier,
            "later": changed.later,
            "subject": self._entity(changed.subject),
            **self._property(changed.property),
            "was": list(changed.was),
            "now": list(changed.now),
        }

    def _entity(self, iri: Iri) -> Ref:
        return {"iri": iri, "id": short_id(iri), "label": self.labels.get(iri) or short_id(iri)}

    def _property(self, iri: Iri) -> PropertyRef:
        return {
            "property": local_name(iri),
            "propertyIri": iri,
            "label": self.labels.get(iri) or local_name(iri),
        }


def _sources(headers: Iterable[Header]) -> list[SourceRef]:
    return [source_ref(header) for header in headers]
