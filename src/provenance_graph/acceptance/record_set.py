"""The claims of records in memory, for a full build."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from functools import cached_property

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.evidence import Statement, by_subject, rule_mapping
from provenance_graph.acceptance.sssom import Mapping as Row
from provenance_graph.core.claims import Header, Record
from provenance_graph.core.iris import Iri


class RecordSet:
    """The claims of records in memory, and the identity of names under some mappings."""

    def __init__(self, records: Iterable[Record], mappings: Iterable[Row]) -> None:
        records = list(records)
        self._about = by_subject(records)
        self._headers: dict[Iri, list[Header]] = defaultdict(list)
        for record in records:
            self._headers[record.header.of_document].append(record.header)
        self._decide(mappings)

    def _decide(self, mappings: Iterable[Row]) -> None:
        self._decided: dict[Iri, Iri] = {}
        self._different_from: dict[Iri, set[Iri]] = defaultdict(set)
        for row in sorted(mappings):
            if row.merges:
                self._decided.setdefault(row.subject, row.object)
            elif row.negated:
                self._different_from[row.subject].add(row.object)
        self.rules = {
            entity: model
            for entity in self._about
            if (model := rule_mapping(entity, self)) is not None and model != entity
        }
        self._canonical = {
            name: identity.canonical(name, self._decided.get, self.rules.get)
            for name in {*self._about, *self._decided, *self.rules}
        }
        self._names: dict[Iri, list[Iri]] = defaultdict(list)
        for name, subject in self._canonical.items():
            self._names[subject].append(name)

    def about(self, entity: Iri) -> list[Statement]:
        """All claims of any record about one name, each with the record's header."""
        return list(self._about.get(entity, ()))

    def headers(self, document: Iri) -> list[Header]:
        """The headers of all retrievals of one document."""
        return self._headers[document]

    def canonical(self, entity: Iri) -> Iri:
        """The canonical IRI of a name; the name itself where nothing maps it."""
        return self._canonical.get(entity, entity)

    def names_of(self, subject: Iri) -> list[Iri]:
        """Every name of a canonical subject, itself among them, sorted."""
        return sorted({subject, *self._names.get(subject, ())})

    def different_from(self, entity: Iri) -> set[Iri]:
        """The names that a mapping declares to be of other entities than this name."""
        return self._different_from.get(entity, set())

    def subjects(self) -> list[Iri]:
        """The canonical IRIs, sorted, of all entities that a claim is about."""
        return sorted({self.canonical(entity) for entity in self._about})

    def under(self, mappings: Iterable[Row]) -> RecordSet:
        """The same records with the identity of names under other mappings."""
        other = copy(self)
        other._decide(mappings)
        return other

    @cached_property
    def _referring(self) -> Mapping[Iri, Mapping[Iri, set[Iri]]]:
        """The subjects of all claims whose value is an IRI, by property and value."""
        referring: dict[Iri, dict[Iri, set[Iri]]] = defaultdict(lambda: defaultdict(set))
        for subject, statements in self._about.items():
            for claim, _ in statements:
                if isinstance(claim.value, Iri):
                    referring[claim.predicate][claim.value].add(subject)
        return referring

    def referrers(self, name: Iri, predicate: Iri) -> Iterable[Iri]:
        """The subjects of the claims of a property whose value is an IRI."""
        return self._referring.get(predicate, {}).get(name, ())

    def values(self, predicate: Iri) -> Iterable[Iri]:
        """Every IRI that is the value of a claim of a property."""
        return self._referring.get(predicate, {})
