"""The page of any entity: its facts, the entities that refer to it, and its records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal, Stance, Value
from provenance_graph.core.iris import Iri, local_name, short_id, spaced
from provenance_graph.core.terms import DISCLOSURES, PG, PROV, RDF
from provenance_graph.model.naming.entities import EntityMatch
from provenance_graph.store.values import ANY

if TYPE_CHECKING:
    from provenance_graph.model.answers import EntityAnswer, EntityFact

MAX_LISTED = 12
"""So many entities that point to it are listed of each relation; all are counted."""

_LEFT_OUT = frozenset(
    {
        RDF.type,
        PG.describedAs,
        PG.textAddress,
        PG.contested,
        PROV.wasDerivedFrom,
        PROV.wasInfluencedBy,
        *DISCLOSURES.values(),
    }
)


@dataclass(frozen=True, slots=True)
class Relation:
    """The entities that refer to an entity by one property: their number, and the first."""

    property: Iri
    label: str
    count: int
    entities: tuple[tuple[Iri, str], ...]


LabelledValues = tuple[Iri, str, tuple[tuple[Value, str], ...]]
"""A property, its label, and its values, each with how it is shown."""


@dataclass(frozen=True, slots=True)
class EntityPage:
    """The page of an entity: facts in the order of their labels, relations by number.

    ``denied`` are values that a source says the entity does not have, and that are not accepted.
    """

    subject: Iri
    kind: str
    name: str
    types: tuple[Iri, ...]
    described_as: tuple[Iri, ...]
    facts: tuple[LabelledValues, ...]
    denied: tuple[LabelledValues, ...]
    relations: tuple[Relation, ...]
    records: tuple[Iri, ...]
    contested: tuple[Iri, ...]
    as_of: str
    unknown: str

    def to_json(self) -> EntityAnswer:
        """As JSON."""
        return {
            "id": short_id(self.subject),
            "iri": self.subject,
            "kind": self.kind,
            "name": self.name,
            "types": [local_name(one) for one in self.types],
            "asOf": self.as_of or None,
            "unknown": self.unknown or None,
            "describedAs": [short_id(one) for one in self.described_as],
            "facts": [_fact_json(*fact) for fact in self.facts],
            "denied": [_fact_json(*fact) for fact in self.denied],
            "relations": [
                {
                    "property": local_name(one.property),
                    "label": one.label,
                    "count": one.count,
                    "things": [{"iri": iri, "label": text} for iri, text in one.entities],
                }
                for one in self.relations
            ],
            "records": [str(one) for one in self.records],
            "contested": [local_name(one) for one in self.contested],
        }


def entity_page(snapshot: AcceptedSnapshot, result: EntityMatch) -> EntityPage:
    """The page of an entity that is no model; for a record, the facts of its header."""
    subject = result.iri
    graph = subject if result.kind == "record" else None
    facts: dict[Iri, list[Value]] = defaultdict(list)
    for _, predicate, value, _ in snapshot.quads(subject, graph=graph):
        if predicate not in _LEFT_OUT:
            facts[predicate].append(value)
    described = [o for o in snapshot.values(subject, PG.describedAs) if isinstance(o, Iri)]
    claims = [] if graph else snapshot.claims(subject)
    denied: dict[Iri, list[Value]] = defaultdict(list)
    for claim in claims:
        prop, stated = claim.claim.predicate, claim.claim.value
        if claim.claim.stance is Stance.DENIES and stated and stated not in facts[prop]:
            denied[prop].append(stated)
    records = {claim.header.record for claim in claims}
    return EntityPage(
        subject=subject,
        kind=result.kind,
        name=snapshot.label(subject) or short_id(subject),
        types=tuple(sorted(snapshot.types(subject))),
        described_as=tuple(sorted(described)),
        facts=_labelled(snapshot, facts),
        denied=_labelled(snapshot, denied),
        relations=tuple(_relations(snapshot, subject)),
        records=tuple(sorted(records)),
        contested=tuple(
            sorted(o for o in snapshot.values(subject, PG.contested) if isinstance(o, Iri))
        ),
        as_of=snapshot.as_of,
        unknown=snapshot.unknown(subject, short_id(subject))
        if snapshot.present.knows(subject)
        else "",
    )


def _fact_json(prop: Iri, label: str, values: Iterable[tuple[Value, str]]) -> EntityFact:
    return {
        "property": local_name(prop),
        "iri": prop,
        "label": label,
        "values": [{"value": str(value), "label": text} for value, text in values],
    }


def _labelled(
    snapshot: AcceptedSnapshot, facts: Mapping[Iri, list[Value]]
) -> tuple[LabelledValues, ...]:
    """Properties with their labels and values, sorted by label."""
    labelled = [
        (
            prop,
            snapshot.label(prop) or spaced(local_name(prop)),
            tuple(_labelled_values(snapshot, values)),
        )
        for prop, values in facts.items()
        if values
    ]
    return tuple(sorted(labelled, key=lambda fact: fact[1].casefold()))


def _labelled_values(
    snapshot: AcceptedSnapshot, values: list[Value]
) -> Iterator[tuple[Value, str]]:
    for value in sorted(values, key=str):
        if isinstance(value, Iri):
            yield value, snapshot.label(value) or short_id(value)
        else:
            yield value, value.lexical if isinstance(value, Literal) else str(value)


def _relations(snapshot: AcceptedSnapshot, subject: Iri) -> Iterator[Relation]:
    pointing: dict[Iri, list[Iri]] = defaultdict(list)
    for other, predicate, _, _ in snapshot.quads(object=subject):
        if predicate not in _LEFT_OUT:
            pointing[predicate].append(other)
    for name in snapshot.statements.names_of(subject):
        quads = snapshot.quads(predicate=PROV.wasAttributedTo, object=name, graph=ANY)
        pointing[PROV.wasAttributedTo] += [record for record, *_ in quads]
    for predicate, others in sorted(pointing.items(), key=lambda item: (-len(item[1]), item[0])):
        if not others:
            continue
        first = sorted(others)[:MAX_LISTED]
        yield Relation(
            predicate,
            snapshot.label(predicate) or spaced(local_name(predicate)),
            len(others),
            tuple((one, short_id(one)) for one in first),
        )
