"""The profile of a model: every field with its value or disclosure status, and the rest."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import deadline
from provenance_graph.core.claims import (
    AcceptanceStatus,
    Basis,
    Header,
    Literal,
    Precision,
    SourcedClaim,
    Value,
)
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.literals import shown_date
from provenance_graph.core.rdf import claim_iri
from provenance_graph.core.results import source_ref
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA, XSD
from provenance_graph.model.disclosure.states import DisclosureState, state_of
from provenance_graph.model.fields import Field, fields
from provenance_graph.model.knowledge import headline, knowledge
from provenance_graph.model.other_facts import other_facts
from provenance_graph.store.values import ANY

_NODES_PER_QUERY = 200

if TYPE_CHECKING:
    from provenance_graph.core.results import Cell, Ref
    from provenance_graph.model.answers import (
        AssessedNode,
        ClaimAnswer,
        EntityFact,
        FieldAnswer,
        NodeAnswer,
        ProfileAnswer,
        RelatedAnswer,
    )


MAX_DOCUMENTS = 8
"""So many documents of one accepted value are named; ``sources`` counts all."""

_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;)]")


@dataclass(frozen=True, slots=True)
class FieldState:
    """One field of one model: accepted values, status, and how many say so.

    ``sources`` counts documents that give a value or take a stance; ``rivals`` are values that
    sources give and that were not accepted, and where nothing is accepted, texts that could not
    be read as values; ``estimates`` are separate from both.
    ``inferred`` says that no source states the value, ``implausible`` that a check speaks
    against a value that some source gives, ``custody`` how well it is known that the source
    of the accepted value stated it, ``knowledge`` whether the value is known, or why not;
    ``documents`` are headers of those that give the accepted value.
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
        """How far the field is known, as one of the states of a field."""
        return state_of(
            local_name(self.status),
            inferred=self.inferred,
            stated=bool(self.values or self.rivals),
            sources=self.sources,
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """What the store knows of one model, in the order of a page.

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

    ``alone`` leaves out what hangs on it (versions, scores, offers), half of the work, for who
    shows its fields only.
    """
    subject = snapshot.canonical(subject)
    seen = snapshot.view(subject)
    accepted: dict[Iri, list[Value]] = defaultdict(list)
    for _, predicate, value, _ in seen.quads:
        accepted[predicate].append(value)
    claims: dict[Iri, list[SourcedClaim]] = defaultdict(list)
    for claim in seen.claims:
        claims[claim.claim.predicate].append(claim)
    states = [
        _state(field, accepted, claims[field.property], seen.statuses) for field in fields(snapshot)
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
    """The values that a field shows: accepted, of rivals, estimated."""
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
) -> FieldState:
    current = [c for c in claims if c.standing is not AcceptanceStatus.SUPERSEDED]
    values = tuple(accepted[field.property])
    losing = {AcceptanceStatus.ALTERNATIVE}
    if not values:  # what is stated and not accepted is shown, never passed over
        losing.add(AcceptanceStatus.REJECTED)
    rivals = [
        c
        for c in current
        if c.standing in losing
        and (c.claim.value is not None or (not values and c.claim.unusable and c.claim.as_stated))
        and c.basis is not Basis.ESTIMATE
        and not c.reason.startswith("agrees")
    ]
    winners = [c for c in current if c.standing is AcceptanceStatus.ACCEPTED]
    given = "gives the accepted value"
    winner = next((c for c in winners if not c.reason.startswith(given)), None)
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
        precision=next(
            (p for p in Precision if p.mark and field.property in accepted[p.mark]), None
        ),
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


def value_json(
    value: Value | None,
    labels: dict[Iri, str] | None = None,
    precision: Precision | None = None,
) -> Cell:
    """A value as JSON: numbers as numbers, entities as {iri, id, label}, the rest as text.

    A date of which the source gives less than a day is written as that much.
    """
    if value is None:
        return None
    if isinstance(value, Iri):
        return {
            "iri": value,
            "id": short_id(value),
            "label": (labels or {}).get(value) or short_id(value),
        }
    if value.datatype == XSD.integer:
        return int(value.lexical)
    if value.datatype in (XSD.decimal, XSD.double):
        return float(value.lexical)
    if value.datatype == XSD.boolean:
        return value.lexical == "true"
    return shown_date(value.lexical, precision) if value.datatype == XSD.date else value.lexical


def claim_json(sourced: SourcedClaim, labels: dict[Iri, str] | None = None) -> ClaimAnswer:
    """A judged claim as JSON, with everything an inspector shows."""
    claim, header = sourced.claim, sourced.header
    return {
        "property": local_name(claim.predicate),
        "propertyIri": claim.predicate,
        "subject": short_id(claim.subject),
        "value": value_json(claim.value, labels, claim.precision),
        "asStated": claim.as_stated or None,
        "stance": claim.stance.label,
        "basis": sourced.basis.label,
        "statedBasis": sourced.stated_basis.label,
        "demoted": sourced.demoted or None,
        "implausible": sourced.implausible or None,
        "standing": sourced.standing.label,
        "reason": sourced.reason,
        "locator": claim.locator or None,
        "precision": claim.precision.label if claim.precision else None,
        "confidence": float(claim.confidence) if claim.confidence is not None else None,
        "validFrom": claim.valid_from or None,
        "validUntil": claim.valid_until or None,
        "unusable": claim.unusable or None,
        "claim": claim_iri(header.record, claim),
        "record": header.record,
        "document": header.document,
        "publisher": {"iri": header.publisher, "id": short_id(header.publisher)},
        "retrieved": header.retrieved,
        "edition": header.edition or None,
        "revision": header.revision or None,
        "digest": header.digest or None,
        "restsOn": next(iter(_ADDRESS.findall(claim.locator)), None),
        "custody": header.custody.label,
        "collection": local_name(header.collection),
        "reader": header.reader,
        "licence": header.licence or None,
        "attribution": header.attribution or None,
    }


def claim_labels(snapshot: AcceptedSnapshot, claims: Iterable[SourcedClaim]) -> dict[Iri, str]:
    """Labels of the entities that claims give as values."""
    entities = {c.claim.value for c in claims if isinstance(c.claim.value, Iri)}
    return {entity: snapshot.label(entity) or short_id(entity) for entity in entities}


# ---- what hangs on a model ----------------------------------------------------------------


def related(snapshot: AcceptedSnapshot, subject: Iri) -> RelatedAnswer:
    """Versions, configurations, aliases, scores, ranks, assessments, offers, artifacts."""
    below = _below(snapshot, subject)
    family = [subject, *below]
    return {
        "partOf": _entities(snapshot, _objects(snapshot, subject, DCTERMS.isPartOf)),
        "specializationOf": _entities(snapshot, _objects(snapshot, subject, PROV.specializationOf)),
        "replaces": _entities(snapshot, _objects(snapshot, subject, DCTERMS.replaces)),
        "replacedBy": _entities(snapshot, _subjects(snapshot, [subject], DCTERMS.replaces)),
        "versions": _nodes(snapshot, [b for b in below if _is(snapshot, b, PG.ModelVersion)]),
        "configurations": _nodes(
            snapshot, [b for b in below if _is(snapshot, b, PG.Configuration)]
        ),
        "aliases": _nodes(snapshot, _subjects(snapshot, family, PG.resolvesTo)),
        "scores": _nodes(snapshot, _subjects(snapshot, family, PG.evaluationOf)),
        "ranks": _nodes(snapshot, _subjects(snapshot, family, PG.rankOf)),
        "assessments": [
            _assessment(snapshot, a) for a in _subjects(snapshot, family, PG.assessmentOf)
        ],
        "offers": _nodes(snapshot, _subjects(snapshot, family, PG.offerOf)),
        "artifacts": _nodes(snapshot, _subjects(snapshot, family, PG.artifactOf)),
    }


def _below(snapshot: AcceptedSnapshot, subject: Iri) -> list[Iri]:
    iris: list[Iri] = []
    waiting = [subject]
    while waiting:
        for entity, *_ in snapshot.quads(predicate=PROV.specializationOf, object=waiting.pop()):
            if entity not in iris and entity != subject:
                iris.append(entity)
                waiting.append(entity)
    return sorted(iris)


def _subjects(snapshot: AcceptedSnapshot, objects: Iterable[Iri], predicate: Iri) -> list[Iri]:
    return sorted({s for o in objects for s, *_ in snapshot.quads(predicate=predicate, object=o)})


def _objects(snapshot: AcceptedSnapshot, subject: Iri, predicate: Iri) -> list[Iri]:
    return sorted(o for _, _, o, _ in snapshot.quads(subject, predicate) if isinstance(o, Iri))


def _is(snapshot: AcceptedSnapshot, entity: Iri, class_: Iri) -> bool:
    return any(True for _ in snapshot.quads(entity, RDF.type, class_))


def _entities(snapshot: AcceptedSnapshot, entities: Iterable[Iri]) -> list[Ref]:
    return [
        {"iri": t, "id": short_id(t), "label": snapshot.label(t) or short_id(t)} for t in entities
    ]


def _nodes(snapshot: AcceptedSnapshot, nodes: Iterable[Iri]) -> list[NodeAnswer]:
    listed = list(nodes)
    sources = _sources(snapshot, listed)
    return [node_json(snapshot, node, sources[node]) for node in listed]


def node_json(snapshot: AcceptedSnapshot, node: Iri, sources: list[str]) -> NodeAnswer:
    """A node below a model as a flat object; a property with several values is a list.

    ``sources`` are the records that speak of it.
    """
    cells: dict[str, list[Cell]] = defaultdict(list)
    quads = list(snapshot.quads(node))
    rough = {prop: p for p in reversed(Precision) for _, mark, prop, _ in quads if mark == p.mark}
    for _, predicate, value, _ in quads:
        if predicate != RDF.type:
            labels = {value: snapshot.label(value)} if isinstance(value, Iri) else None
            precision = rough.get(predicate) if _is_date(value) else None
            cells[local_name(predicate)].append(value_json(value, labels, precision))
    flat = {
        key: (values if len(values) > 1 else values[0]) for key, values in sorted(cells.items())
    }
    head = {"iri": node, "id": short_id(node), "sources": sources}
    return cast("NodeAnswer", head | flat)


def _is_date(value: Value) -> bool:
    return isinstance(value, Literal) and value.datatype == XSD.date


def _sources(snapshot: AcceptedSnapshot, nodes: Sequence[Iri]) -> dict[Iri, list[str]]:
    """The records that speak of each node; of now in one query, a fifth of the time of many reads."""
    results: dict[Iri, set[str]] = {node: set() for node in nodes}
    deadline.check()
    if snapshot.as_of or any(node.startswith("_:") for node in nodes):
        for node in nodes:
            results[node] = {str(g) for *_, g in snapshot.quads(subject=node, graph=ANY) if g}
        return {node: sorted(records) for node, records in results.items()}
    for start in range(0, len(nodes), _NODES_PER_QUERY):
        some = " ".join(f"<{node}>" for node in nodes[start : start + _NODES_PER_QUERY])
        query = (
            f"SELECT DISTINCT ?node ?g {{ VALUES ?node {{ {some} }} GRAPH ?g {{ ?node ?p ?o }} }}"
        )
        for one, graph in snapshot.select(query).rows:
            if isinstance(one, Iri) and graph is not None:
                results[one].add(str(graph))
    return {node: sorted(records) for node, records in results.items()}


def _assessment(snapshot: AcceptedSnapshot, node: Iri) -> AssessedNode:
    results = _subjects(snapshot, [node], DCTERMS.isPartOf)
    [head] = _nodes(snapshot, [node])
    return cast("AssessedNode", {**head, "results": _nodes(snapshot, results)})
