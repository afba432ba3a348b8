"""The profile of a model: every field with its value or disclosure status, and related nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import (
    PRECISION_OF_MARK,
    AcceptanceRule,
    AcceptanceStatus,
    Basis,
    Header,
    Literal,
    Precision,
    SourcedClaim,
    Value,
)
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.results import source_ref
from provenance_graph.core.terms import PG, RDF, SCHEMA
from provenance_graph.model.disclosure.states import DisclosureState, state_of
from provenance_graph.model.fields import Field, fields
from provenance_graph.model.knowledge import headline, knowledge
from provenance_graph.model.other_facts import other_facts

if TYPE_CHECKING:
    from provenance_graph.model.answers import (
        EntityFact,
        FieldAnswer,
        ProfileAnswer,
        RelatedAnswer,
    )

from provenance_graph.model.cells import claim_json, value_json
from provenance_graph.model.related import related

MAX_DOCUMENTS = 8
"""The most documents named for one accepted value; ``sources`` counts all."""


@dataclass(frozen=True, slots=True)
class FieldState:
    """One field of one model: accepted values, disclosure status and sources.

    ``sources`` is the number of documents that give a value or take a stance. ``rivals`` are claims
    whose values were not accepted and, where nothing is accepted, texts that could not be read as
    values; ``estimates`` are separate from both. ``inferred``: no source states the value.
    ``implausible``: a check contradicts a value that some source gives. ``custody`` is that of the
    accepted value's source. ``knowledge`` is the key of the knowledge state. ``documents`` are the
    headers of documents that give the accepted value.
    """

    field: Field
    values: tuple[Value, ...]
    status: Iri
    contested: bool
    sources: int
    rivals: tuple[SourcedClaim, ...] = ()
    estimates: tuple[SourcedClaim, ...] = ()
    reason: str = ""
    inferred: bool = False
    implausible: bool = False
    custody: str = ""
    precision: Precision | None = None
    knowledge: str = "notCovered"
    documents: tuple[Header, ...] = ()

    @property
    def disclosure(self) -> DisclosureState:
        """The disclosure state of the field."""
        return state_of(
            local_name(self.status),
            inferred=self.inferred,
            stated=bool(self.values or self.rivals),
            sources=self.sources,
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """The profile of one model, in the order of a page.

    ``others`` are accepted facts that are no field of the page.
    """

    subject: Iri
    name: str
    kinds: tuple[Iri, ...]
    fields: tuple[FieldState, ...]
    related: RelatedAnswer
    names: tuple[Iri, ...]
    records: int
    as_of: str
    labels: dict[Iri, str]
    others: tuple[EntityFact, ...] = ()
    unknown: str = ""

    def to_json(self) -> ProfileAnswer:
        """The profile as JSON; sections in page order."""
        sections: dict[str, list[FieldAnswer]] = defaultdict(list)
        for state in self.fields:
            sections[state.field.section].append(_field_json(state, self.labels))
        return {
            "id": short_id(self.subject),
            "iri": self.subject,
            "name": self.name,
            "kinds": [local_name(kind) for kind in self.kinds],
            "asOf": self.as_of or None,
            "unknown": self.unknown or None,
            "records": self.records,
            "knowledge": headline(state.knowledge for state in self.fields),
            "describedAs": [short_id(name) for name in self.names if name != self.subject],
            "sections": [{"name": name, "fields": rows} for name, rows in sections.items()],
            "otherFacts": list(self.others),
            **self.related,
        }


def profile(snapshot: AcceptedSnapshot, subject: Iri, *, alone: bool = False) -> Profile:
    """The profile of a model, version, configuration or family.

    ``alone`` leaves out related nodes (versions, scores, offers), half of the work, for callers
    that show only fields.
    """
    subject = snapshot.canonical(subject)
    seen = snapshot.view(subject)
    accepted: dict[Iri, list[Value]] = defaultdict(list)
    for _, predicate, value, _ in seen.quads:
        accepted[predicate].append(value)
    claims: dict[Iri, list[SourcedClaim]] = defaultdict(list)
    for claim in seen.claims:
        claims[claim.claim.predicate].append(claim)
    precise = {
        name: each for mark, each in PRECISION_OF_MARK.items() for name in accepted.get(mark, ())
    }
    states = [
        _state(field, accepted, claims[field.property], seen.statuses, precise.get(field.property))
        for field in fields(snapshot)
    ]
    values = (value for state in states for value in _values(state))
    used = {value for value in values if isinstance(value, Iri)}
    labels = {entity: snapshot.label(entity) or short_id(entity) for entity in used}
    return Profile(
        subject=subject,
        name=_name(accepted, subject),
        kinds=tuple(sorted(v for v in accepted[RDF.type] if isinstance(v, Iri))),
        fields=tuple(states),
        related=cast("RelatedAnswer", {}) if alone else related(snapshot, subject),
        names=tuple(
            name
            for name in snapshot.statements.names_of(subject)
            if not snapshot.as_of or snapshot.statements.about(name)
        ),
        records=len({claim.header.record for claim in seen.claims}),
        as_of=snapshot.as_of,
        labels=labels,
        others=tuple(other_facts(snapshot, accepted, {s.field.property for s in states})),
        unknown=snapshot.unknown(subject, short_id(subject)),
    )


def _values(state: FieldState) -> Iterator[Value | None]:
    """All values that a field shows: accepted, rival and estimated."""
    yield from state.values
    for sourced in (*state.rivals, *state.estimates):
        yield sourced.claim.value


def _name(accepted: dict[Iri, list[Value]], subject: Iri) -> str:
    stated = [v.lexical for v in accepted[SCHEMA.name] if isinstance(v, Literal)]
    return stated[0] if stated else short_id(subject)


def _state(
    field: Field,
    accepted: dict[Iri, list[Value]],
    claims: Sequence[SourcedClaim],
    statuses: dict[Iri, Iri],
    precision: Precision | None,
) -> FieldState:
    values = tuple(accepted[field.property])
    superseded = AcceptanceStatus.SUPERSEDED
    current = [c for c in claims if c.status is not superseded]
    losing = {AcceptanceStatus.ALTERNATIVE}
    if not values:  # stated values are shown though not accepted, also those valid on other days
        losing |= {AcceptanceStatus.REJECTED, superseded}
        current = [c for c in claims if c.rule is not AcceptanceRule.SUPERSEDED]
    rivals = [
        c
        for c in current
        if c.status in losing
        and (c.claim.value is not None or (not values and c.claim.unusable and c.claim.as_stated))
        and c.basis is not Basis.ESTIMATE
        and c.rule is not AcceptanceRule.AGREES
    ]
    winners = [c for c in current if c.status is AcceptanceStatus.ACCEPTED]
    winner = next((c for c in winners if c.rule is not AcceptanceRule.SAME_VALUE), None)
    status = statuses.get(field.property, PG.NotRecorded)
    return FieldState(
        field=field,
        values=values,
        status=status,
        contested=field.property in accepted[PG.contested],
        sources=len({c.header.document for c in current}),
        rivals=tuple(rivals),
        estimates=tuple(c for c in current if c.basis is Basis.ESTIMATE),
        reason=winner.reason if winner else "",
        inferred=field.property in accepted[PG.inferred],
        implausible=field.property in accepted[PG.implausible],
        custody=winner.header.custody.label if winner else "",
        precision=precision,
        knowledge=knowledge(status, values, claims),
        documents=tuple({c.header.document: c.header for c in winners}.values())[:MAX_DOCUMENTS],
    )


def _field_json(state: FieldState, labels: dict[Iri, str]) -> FieldAnswer:
    return {
        "property": local_name(state.field.property),
        "iri": state.field.property,
        "label": state.field.label,
        "unit": state.field.unit or None,
        "status": local_name(state.status),
        "state": state.disclosure.key,
        "contested": state.contested,
        "sources": state.sources,
        "documents": [source_ref(header) for header in state.documents],
        "values": [value_json(value, labels, state.precision) for value in state.values],
        "rivals": [claim_json(claim, labels) for claim in state.rivals],
        "estimates": [claim_json(claim, labels) for claim in state.estimates],
        "reason": state.reason or None,
        "inferred": state.inferred,
        "implausible": state.implausible,
        "custody": state.custody or None,
        "precision": state.precision.label if state.precision else None,
        "knowledge": state.knowledge,
    }


# ---- what hangs on a model ----------------------------------------------------------------
