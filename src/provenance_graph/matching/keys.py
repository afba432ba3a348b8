"""Name keys: the rules compare two names only if they share a key.

A commit recomputes identity only for names that share a key with a changed name. The keys of a name
depend only on its own claims and its IRI, so they are stored with it. The first letter of a key is
its kind: ``m`` a spelling of a model's words, ``d`` of a dataset's, ``o`` of an organisation's,
``w`` an organisation whose identity affects decisions on the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Protocol
from urllib.parse import unquote

from provenance_graph.core import graph_names, iris
from provenance_graph.core.claims import Claim, Header, Literal
from provenance_graph.core.developers import developer_names
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.matching import bars, datasets, entities, organizations
from provenance_graph.matching.names import Name, first_part, owner, parse, source

KEYS = graph_names.NAME_KEYS
_MODELS = frozenset({PG.Model, PG.OfferedModel})
Referrers = Callable[[Iri, Iri], Iterable[Iri]]
"""The subjects of the claims of a property whose value is a name."""


class HandDecided(Protocol):
    """Claims and names under identity by people's decisions and the certain rule alone."""

    def about(self, entity: Iri) -> list[tuple[Claim, Header]]:
        """All claims of all records about one name."""

    def canonical(self, entity: Iri) -> Iri:
        """The canonical subject of a name."""

    def names_of(self, subject: Iri) -> list[Iri]:
        """Every name of a canonical subject, its own included, sorted."""


def keys(subject: Iri, statements: HandDecided, referrers: Referrers) -> frozenset[str]:
    """The keys of a canonical subject: a model, dataset or organisation; else empty."""
    if subject.startswith(organizations.HEAD):
        stated = _is_organization(subject, statements, referrers)
        return frozenset(organization_keys(subject)) if stated else frozenset()
    names = statements.names_of(subject)
    claims = {name: [claim for claim, _ in statements.about(name)] for name in names}
    types = {c.value for about in claims.values() for c in about if c.predicate == RDF.type}
    if types & _MODELS:
        return frozenset(_model_keys(subject, claims, statements, referrers))
    if PG.Dataset in types and subject.startswith(datasets.HEAD):
        return frozenset(_dataset_keys(subject, claims))
    return frozenset()


def _is_organization(subject: Iri, statements: HandDecided, referrers: Referrers) -> bool:
    for name in statements.names_of(subject):
        if any(
            c.predicate == RDF.type and c.value == PG.Organization
            for c, _ in statements.about(name)
        ):
            return True
        if any(True for predicate in organizations.MAKERS for _ in referrers(name, predicate)):
            return True
    return False


def organization_keys(organization: Iri) -> Iterator[str]:
    """Yield the keys of an organisation: its spelling, its exact name, and contained names."""
    text = local_name(organization).casefold()
    yield f"o {organizations.squashed(text)}"
    yield f"o={text}"
    for part in organizations.parts_of(text):
        yield f"o={part}"


def hosts_of(names: Iterable[Iri], statements: HandDecided, referrers: Referrers) -> set[str]:
    """The services that offer a model, by the providers that its offers state."""
    results: set[str] = set()
    for name in names:
        for offer in referrers(name, PG.offerOf):
            for claim, _ in statements.about(offer):
                if claim.predicate == PG.provider and isinstance(claim.value, Iri):
                    results.add(local_name(statements.canonical(claim.value)))
        if source(name) in entities.OFFERS and (host := first_part(name)):
            results.add(host)
    return results


def _model_keys(
    subject: Iri,
    claims: dict[Iri, list[Claim]],
    statements: HandDecided,
    referrers: Referrers,
) -> Iterator[str]:
    hosts = frozenset(hosts_of(claims, statements, referrers))
    names: set[Name] = set()
    for entity in {*claims, subject}:
        about = claims.get(entity, ())
        labels = {
            str(c.value)
            for c in about
            if c.predicate == SCHEMA.name and isinstance(c.value, Literal)
        }
        names.update(entities.entity_names(entity, labels, hosts))
        names.update(parse(text.partition(" (")[0]) for text in labels if " (" in text)
        if own := owner(entity):
            yield f"w {local_name(iris.organization(own))}"
        for claim in about:
            if claim.predicate == DCTERMS.creator and isinstance(claim.value, Iri):
                yield f"w {local_name(claim.value)}"
    for host in hosts:
        if service := developer_names().services.get(host):
            yield f"w {local_name(iris.organization(service))}"
    for name in names:
        if name.vendor:
            yield f"w {local_name(iris.organization(name.vendor))}"
        for spelling in spellings(name):
            yield f"m {spelling}"


def spellings(name: Name) -> Iterator[str]:
    """Yield the spellings of a name, with and without a first version, which sources leave out.

    A later version shares the key, since its existence forbids leaving out the first.
    """
    yield from name.spellings
    if name.sizes and len(name.words) > 1 and re.fullmatch(r"1|0\.[1-9]", name.words[-1]):
        bare = replace(name, words=name.words[:-1])
        if not bars.no_real_name(bare):
            yield from bare.spellings


def _dataset_keys(subject: Iri, claims: dict[Iri, list[Claim]]) -> Iterator[str]:
    owner, slash, plain = unquote(subject[len(datasets.HEAD) :]).rpartition("/")
    texts = {plain}
    for about in claims.values():
        for claim in about:
            if claim.predicate == SCHEMA.name and isinstance(claim.value, Literal) and not slash:
                texts.add(claim.value.lexical)
            elif claim.predicate == DCTERMS.creator and isinstance(claim.value, Iri):
                yield f"w {local_name(claim.value)}"
    if owner:
        yield f"w {local_name(iris.organization(owner))}"
    for text in texts:
        if "/" not in text and (name := datasets.squashed(text)):
            yield f"d {name}"
    for stem, *_ in datasets.stems(plain):
        yield f"d {datasets.squashed(stem)}"


def closes(key: str) -> bool:
    """Whether names that share a key are compared in pairs; ``w`` keys only pass changes on."""
    return not re.match(r"w ", key)
