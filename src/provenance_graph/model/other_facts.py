"""Accepted facts of a model that are no field of its page; the page shows them below."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal, Value
from provenance_graph.core.iris import Iri, local_name, short_id, spaced
from provenance_graph.core.terms import DCTERMS, DISCLOSURES, PG, PROV, RDF, RDFS, SCHEMA

if TYPE_CHECKING:
    from provenance_graph.model.answers import EntityFact

_LABELS = {PROV.qualifiedDerivation: "parent's revision", RDFS.seeAlso: "see also"}
_LEFT_OUT = frozenset(
    {
        RDF.type,
        PG.describedAs,
        PG.textAddress,
        PG.contested,
        PG.inferred,
        PG.implausible,
        PG.leftBlank,
        PROV.wasDerivedFrom,
        PROV.wasInfluencedBy,
        PROV.specializationOf,
        DCTERMS.isPartOf,
        DCTERMS.replaces,
        *DISCLOSURES.values(),
    }
)
"""Marks of acceptance, what follows from a narrower relation, and what the page shows elsewhere."""


def other_facts(
    snapshot: AcceptedSnapshot, accepted: Mapping[Iri, Sequence[Value]], known: Collection[Iri]
) -> list[EntityFact]:
    """Every accepted property that is not one of the ``known`` fields, sorted by label."""
    facts = [
        _fact(snapshot, prop, list(_labelled_values(snapshot, prop, values)))
        for prop, values in accepted.items()
        if prop not in known and prop not in _LEFT_OUT
    ]
    return sorted((fact for fact in facts if fact["values"]), key=lambda fact: fact["label"])


def _fact(snapshot: AcceptedSnapshot, prop: Iri, values: Sequence[tuple[Value, str]]) -> EntityFact:
    return {
        "property": local_name(prop),
        "iri": prop,
        "label": _LABELS.get(prop) or snapshot.label(prop) or spaced(local_name(prop)),
        "values": [{"value": str(value), "label": text} for value, text in values],
    }


def _labelled_values(
    snapshot: AcceptedSnapshot, prop: Iri, values: Sequence[Value]
) -> Iterator[tuple[Value, str]]:
    stated = snapshot.value(prop, PG.unit)
    unit = f" {stated.lexical}" if isinstance(stated, Literal) else ""
    for value in sorted(values, key=str):
        if not isinstance(value, Iri):
            yield value, f"{value.lexical}{unit}" if isinstance(value, Literal) else str(value)
        elif prop != PROV.qualifiedDerivation:
            yield value, snapshot.label(value) or short_id(value)
        elif revision := parent_revision(snapshot, value):
            parent = next(iter(snapshot.values(value, PROV.entity)), None)
            yield (
                value,
                f"{short_id(parent)} at {revision}" if isinstance(parent, Iri) else revision,
            )


def parent_revision(snapshot: AcceptedSnapshot, derivation: Iri) -> str:
    """The fixed revision of a derivation's parent, as its source names it; or ""."""
    for version in snapshot.values(derivation, PG.derivedFromVersion):
        revision = snapshot.value(version, SCHEMA.version) if isinstance(version, Iri) else None
        if isinstance(revision, Literal):
            return revision.lexical
    return ""
