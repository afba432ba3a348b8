"""The history of a model as a value: what the teller found, and its JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provenance_graph.core.claims import Header, Value
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.model.profile import value_json
from provenance_graph.model.ranks import Movement

if TYPE_CHECKING:
    from provenance_graph.assessment.answers import SourceRef
    from provenance_graph.changes.answers import HistoryAnswer, PropertyRef
    from provenance_graph.core.results import Ref


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a model: its identifier, when it came out, and what it replaces."""

    iri: Iri
    version: str
    released: str
    replaces: tuple[Iri, ...]
    sources: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """What an alias pointed to, from when until when, as far as anyone says."""

    alias: str
    target: Iri
    since: str
    until: str
    sources: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Where a model stands in its life; ``notice_days`` from announcement to retirement."""

    state: str
    released: str
    deprecated: str
    retired: str
    notice_days: int | None
    replaces: tuple[Iri, ...]
    replaced_by: tuple[Iri, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """A fact that differs between two things that follow each other."""

    kind: str
    before: Iri
    after: Iri
    property: Iri
    was: tuple[Value, ...]
    now: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class ChangedClaim:
    """What one source says of one property in one retrieval, and in the next."""

    document: Iri
    publisher: Iri
    earlier: str
    later: str
    subject: Iri
    property: Iri
    was: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, on a day: for a time line."""

    date: str
    clock: str
    what: str
    subject: Iri


@dataclass(frozen=True, slots=True)
class History:
    """Everything that changed about a model, within the days asked for."""

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

    def to_json(self) -> HistoryAnswer:
        """As JSON, with labels beside IRIs."""
        return {
            "subject": {"iri": self.subject, "id": short_id(self.subject), "name": self.name},
            "from": self.start or None,
            "to": self.end or None,
            "asOf": self.as_of or None,
            "lifecycle": {
                "state": self.life.state or None,
                "released": self.life.released or None,
                "deprecated": self.life.deprecated or None,
                "retired": self.life.retired or None,
                "noticeDays": self.life.notice_days,
                "replaces": [self._entity(t) for t in self.life.replaces],
                "replacedBy": [self._entity(t) for t in self.life.replaced_by],
            },
            "versions": [
                {
                    **self._entity(v.iri),
                    "version": v.version or None,
                    "released": v.released or None,
                    "replaces": [self._entity(t) for t in v.replaces],
                    "sources": _sources(v.sources),
                }
                for v in self.versions
            ],
            "aliases": [
                {
                    "alias": b.alias,
                    "target": self._entity(b.target),
                    "since": b.since or None,
                    "until": b.until or None,
                    "sources": _sources(b.sources),
                }
                for b in self.aliases
            ],
            "drift": [
                {
                    "kind": d.kind,
                    "before": self._entity(d.before),
                    "after": self._entity(d.after),
                    **self._property(d.property),
                    "was": [value_json(v, self.labels) for v in d.was],
                    "now": [value_json(v, self.labels) for v in d.now],
                }
                for d in self.drift
            ],
            "changedClaims": [
                {
                    "document": c.document,
                    "publisher": {"iri": c.publisher, "id": short_id(c.publisher)},
                    "earlier": c.earlier,
                    "later": c.later,
                    "subject": self._entity(c.subject),
                    **self._property(c.property),
                    "was": list(c.was),
                    "now": list(c.now),
                }
                for c in self.changed
            ],
            "ranks": [movement.to_json() for movement in self.ranks],
            "events": [
                {
                    "date": e.date,
                    "clock": e.clock,
                    "what": e.what,
                    "subject": self._entity(e.subject),
                }
                for e in self.events
            ],
            "retrievals": [{"date": day, "records": count} for day, count in self.retrievals],
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
    return [{"document": h.document, "retrieved": h.retrieved, "record": h.record} for h in headers]
