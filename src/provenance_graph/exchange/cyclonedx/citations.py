"""Citations of a CycloneDX document: who stated each field, where and when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from provenance_graph.core.claims import AcceptanceStatus, Basis, Header, SourcedClaim, Value
from provenance_graph.core.iris import Iri, expand, shorten
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, PG, PROV, SCHEMA
from provenance_graph.exchange.cyclonedx import component as components
from provenance_graph.exchange.ledger import custody
from provenance_graph.formats.cyclonedx.keys import LINKS, PARAMETERS
from provenance_graph.model.bundles.results import Bundle, BundleEntity

Parts = Mapping[Iri, dict[str, Any]]
"""The components of a document by their entities."""


def citations(
    bundle: Bundle, parts: Parts, places: Mapping[Iri, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The citations and their agents: one per component and record, with pointers to fields."""
    claims: dict[tuple[Iri, Iri], list[SourcedClaim]] = {}
    for stored in bundle.claims:
        claims.setdefault((stored.subject, stored.claim.predicate), []).append(stored)
    publishers: dict[Iri, str] = {}
    results = []
    for iri, pointer in places.items():
        cited: dict[tuple[Header, bool], list[str]] = {}
        of_component = (_Field(iri, *each) for each in _fields(parts[iri]))
        for field in chain(of_component, _of_nodes(bundle, bundle.entity(iri), parts[iri])):
            behind = (claims.get((field.of, p), ()) for p in field.predicates)
            for stored in chain.from_iterable(behind):
                if field.shows(stored):
                    cited.setdefault((stored.header, stored.basis is Basis.INFERENCE), []).append(
                        f"{pointer}/{field.pointer}"
                    )
        for header, inferred in sorted(cited, key=lambda each: (each[0].record, each[1])):
            who = publishers.setdefault(header.publisher, f"source-{len(publishers) + 1}")
            day = header.retrieved if "T" in header.retrieved else f"{header.retrieved}T00:00:00Z"
            results.append(
                {
                    "pointers": sorted(set(cited[header, inferred])),
                    "timestamp": day,
                    "attributedTo": who,
                    "note": f"{header.document} ({header.record}), "
                    f"custody {custody(header)}{', inferred from it' if inferred else ''}",
                }
            )
    makers = {maker for entity in bundle.described() for maker in entity.iris(DCTERMS.creator)}
    sources = [
        {
            "bom-ref": ref,
            "thirdParty": publisher not in makers,
            "organization": {"name": bundle.name(publisher)},
        }
        for publisher, ref in publishers.items()
    ]
    return sources, results


@dataclass(frozen=True, slots=True)
class _Field:
    """A location in a component that a property of an entity fills: one value of it, or any.

    ``status`` says that the field states the property's disclosure status, such as undisclosed or
    contested, to which every claim of the property contributes; ``stated`` is a text that
    identifies nothing known.
    """

    of: Iri
    pointer: str
    predicate: Iri
    only: str | None = None
    status: bool = False
    stated: str = ""

    @property
    def predicates(self) -> tuple[Iri, ...]:
        """The properties whose claims may support the field: a derivation kind implies the general."""
        general = self.predicate == PROV.wasDerivedFrom and self.only is not None
        return (self.predicate, *DERIVATIONS) if general else (self.predicate,)

    def shows(self, stored: SourcedClaim) -> bool:
        """Whether a claim of the property supports the field."""
        if self.status:
            return True
        if self.stated:
            return stored.claim.value is None and self.stated in stored.claim.as_stated
        if stored.status is not AcceptanceStatus.ACCEPTED or stored.claim.value is None:
            return False
        value = stored.resolved if stored.resolved is not None else stored.claim.value
        return _is_written(value, self.only)


def _of_nodes(bundle: Bundle, entity: BundleEntity, part: dict[str, Any]) -> Iterator[_Field]:
    """Yield fields of other nodes: scores, files, digests, version, unknown licences."""
    for n, node in enumerate(components.scored(bundle, entity)):
        at = f"modelCard/quantitativeAnalysis/performanceMetrics/{n}"
        yield _Field(node.iri, at, PG.score)
    files = enumerate(components.named_files(bundle, entity)) if "components" in part else ()
    for n, node in files:
        yield _Field(node.iri, f"components/{n}", PG.fileName)
        yield _Field(node.iri, f"components/{n}", PG.digest)
    for node in components.nameless_files(bundle, entity) if "hashes" in part else ():
        yield _Field(node.iri, "hashes", PG.digest)
    if not entity.iris(DCTERMS.license):
        for n, licence in enumerate(entity.stated_licences):
            yield _Field(entity.iri, f"licenses/{n}", DCTERMS.license, stated=licence.name)
    only = bundle.only_version(entity.iri)
    if only is not None and "version" in part:
        yield _Field(only.iri, "version", SCHEMA.version)


CitedField = tuple[str, Iri, str | None, bool]
"""A field's pointer, the property that it holds, the one value of several, and whether it is a
status."""


def _fields(part: dict[str, Any]) -> Iterator[CitedField]:
    """Yield the fields of a component that properties of its entity fill."""
    yield from _keyed(part)
    yield from _array_items(part)
    for n, entry in enumerate(part.get("properties", ())):
        head, _, name = entry["name"].partition(":")
        if head == "provenance-graph" and name != "id":
            yield f"properties/{n}", _named(name), entry["value"], False
            if _PROPERTY.fullmatch(entry["value"]):
                yield f"properties/{n}", expand(entry["value"]), None, True


def _keyed(part: dict[str, Any]) -> Iterator[CitedField]:
    """Yield the fields with a key of their own, of the component, its model card and its data."""
    card = part.get("modelCard", {})
    data = [(f"data/{n}/", each, _DATA) for n, each in enumerate(part.get("data", ()))]
    for head, fields, keys in (
        ("", part, _PLAIN.items()),
        ("modelCard/modelParameters/", card.get("modelParameters", {}), _PARAMETERS),
        ("modelCard/considerations/", card.get("considerations", {}), _CONSIDERATIONS.items()),
        *data,
    ):
        for key, predicate in keys:
            if key in fields:
                yield f"{head}{key}", predicate, None, False


def _array_items(part: dict[str, Any]) -> Iterator[CitedField]:
    """Yield links, licences and ancestors, each by its index in its list."""
    for n, link in enumerate(part.get("externalReferences", ())):
        predicate = LINKS.get(link["type"], PG.paper)
        for each in {predicate, PG.paper} if link["type"] == "documentation" else {predicate}:
            yield f"externalReferences/{n}", each, shorten(link["url"]), False
    for n, _ in enumerate(part.get("licenses", ())):
        yield f"licenses/{n}", DCTERMS.license, None, False
    for n, parent in enumerate(part.get("pedigree", {}).get("ancestors", ())):
        for prop in parent.get("properties", ()):
            yield f"pedigree/ancestors/{n}", _named(prop["value"]), None, False
        yield f"pedigree/ancestors/{n}", PROV.wasDerivedFrom, None, False


def _named(name: str) -> Iri:
    """The property of this graph that the name of a document's property means."""
    return expand(name if ":" in name else f"pg:{name}")


def _is_written(value: Value | None, only: str | None) -> bool:
    """Whether a field shows a value; of a date it may show only the month or the year."""
    text = shorten(value) if isinstance(value, Iri) else str(value)
    return only in (None, text) or text.startswith(f"{only}-")


_PLAIN: Mapping[str, Iri] = {
    "name": SCHEMA.name,
    "manufacturer": DCTERMS.creator,
    "authors": DCTERMS.creator,
    "supplier": PG.suppliedBy,
    "description": SCHEMA.description,
    "copyright": PG.copyrightText,
    "purl": PG.hubRepository,
    "releaseNotes": DCTERMS.issued,
    "tags": DCTERMS.language,
}
_DATA = (
    ("name", SCHEMA.name),
    ("governance", DCTERMS.creator),
    ("classification", PG.confidentialityLevel),
    ("sensitiveData", PG.usesSensitiveData),
    ("contents", PG.hubRepository),
    ("contents", SCHEMA.url),
)
_PROPERTY = re.compile(r"(?:pg|dcterms|schema|prov):\w+")
"""The value of a property that states a status: the name of the property concerned."""
_PARAMETERS = (
    *PARAMETERS.items(),
    ("datasets", PG.trainedOn),
    ("inputs", PG.inputModality),
    ("outputs", PG.outputModality),
    ("approach", PG.learningApproach),
)
_CONSIDERATIONS: Mapping[str, Iri] = {
    "useCases": PG.intendedUse,
    "technicalLimitations": PG.knownLimitation,
}
