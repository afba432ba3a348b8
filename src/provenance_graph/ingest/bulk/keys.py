"""The keys under which identity by rule compares names, for every name of a build's parts.

Only the few properties that keys follow from are read: types, names, makers, offers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from provenance_graph.core.claims import Claim, Header, Quad
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.ingest.bulk.names import Identity
from provenance_graph.ingest.bulk.parts import RecordPart
from provenance_graph.ingest.rules import key_quads
from provenance_graph.matching.organizations import MAKERS
from provenance_graph.store import claim_columns as columns

_ASKED = (RDF.type, SCHEMA.name, DCTERMS.creator, PG.offerOf, PG.provider, *MAKERS)
_KINDS = (PG.Model, PG.OfferedModel, PG.Dataset, PG.Organization)
_NOBODY = Iri("urn:example:record")
_HEADER = Header(_NOBODY, _NOBODY, _NOBODY, "", "")
"""Keys ask for no header."""


def name_keys(parts: Sequence[RecordPart], by_hand: Identity) -> Iterator[Quad]:
    """The key quads of a full build; ``by_hand`` is identity as people decide it alone."""
    yield from key_quads(_NamedClaims(parts, by_hand))


class _NamedClaims:
    """The claims that keys follow from, by subject and by value."""

    def __init__(self, parts: Sequence[RecordPart], by_hand: Identity) -> None:
        self._about: dict[Iri, list[tuple[Claim, Header]]] = defaultdict(list)
        self._referring: dict[Iri, dict[Iri, set[Iri]]] = defaultdict(lambda: defaultdict(set))
        self._names: dict[Iri, list[Iri]] = defaultdict(list)
        self._identity = by_hand
        for name, subject in by_hand.canonical.items():
            self._names[subject].append(name)
        prop = pl.col("property")
        kind = (prop != RDF.type) | pl.col("value").is_in(list(map(str, _KINDS)))
        rows = (
            pl.scan_parquet([f"{part.folder}/claims.parquet" for part in parts])
            .filter(prop.is_in(list(map(str, _ASKED))) & kind)
            .select("name", "property", "kind", "value", "datatype", "language")
            .unique()
            .collect()
        )
        for name, predicate, *value in rows.iter_rows():
            claim = Claim(Iri(name), Iri(predicate), columns.value_of(*value))
            self._about[claim.subject].append((claim, _HEADER))
            if isinstance(claim.value, Iri):
                self._referring[claim.predicate][claim.value].add(claim.subject)

    def about(self, entity: Iri) -> list[tuple[Claim, Header]]:
        """What any record says about one name, so far as keys ask for it."""
        return self._about.get(entity, [])

    def canonical(self, entity: Iri) -> Iri:
        """What a name is."""
        return self._identity.of(entity)

    def names_of(self, subject: Iri) -> list[Iri]:
        """Every name of a canonical subject, itself among them, sorted."""
        return sorted({subject, *self._names.get(subject, ())})

    def subjects(self) -> list[Iri]:
        """Every canonical subject of which keys may follow."""
        return sorted({self.canonical(entity) for entity in self._about})

    def referrers(self, name: Iri, predicate: Iri) -> Iterable[Iri]:
        """The subjects of the claims of a property whose value is a name."""
        return self._referring.get(predicate, {}).get(name, ())

    def values(self, predicate: Iri) -> Iterable[Iri]:
        """Every name that is the value of a claim of a property."""
        return self._referring.get(predicate, {})
