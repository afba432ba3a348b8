"""Finds the edits in a re-imported export: values that no record of this store states.

An export is no evidence for the records from which it was made. If the store states a value for
none of its entities, the value was not exported from here: the person who passed the document on
changed it, or made it from records that this store does not hold. Such a value counts as that
person's report only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from itertools import chain
from types import MappingProxyType

from provenance_graph.acceptance.agreement import agree
from provenance_graph.acceptance.evidence import StoreStatements
from provenance_graph.acceptance.labels import LABELS
from provenance_graph.acceptance.policy.data import load_policy
from provenance_graph.core import hub
from provenance_graph.core.claims import (
    Basis,
    Claim,
    Custody,
    Literal,
    Problem,
    Record,
    SourcedClaim,
    Value,
)
from provenance_graph.core.iris import (
    ID,
    PREFIXES,
    Iri,
    is_iri,
    local_name,
    short_id,
    shorten,
    slug,
)
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats.huggingface.names import SOURCE as HUB_CARD
from provenance_graph.store.base import Store

_DESCRIBES = frozenset({*LABELS, RDF.type})
"""Properties kept with an edited claim: the type and the names of its entity."""
_WORDED_ANEW = frozenset({PG.testedOn, SCHEMA.description})
"""Properties whose values writers word differently from the records."""
_MAX_SHOWN = 4
_NAMELESS = re.compile(rf"{re.escape(ID)}in/[^/]+/(?:model|dataset)/")
"""Matches the IRI that a reader makes for a model or dataset that its document does not identify.

"""


class KnownHere:
    """The statements of a store, to compare with values of a document that was exported from it."""

    def __init__(self, store: Store, named: Iterable[str], of: Iri | None = None) -> None:
        self._store = store
        self._statements = StoreStatements(store)
        self._of_subject: dict[Iri, dict[Iri, list[SourcedClaim]]] = {}
        self._named = tuple(Iri(name) for name in named)
        self._of = self._statements.canonical(of) if of is not None else None
        facts = load_policy(store).facts | {*DERIVATIONS, PG.trainedOn}
        self.compared = facts - _DESCRIBES - _WORDED_ANEW

    def states(self, item: SourcedClaim) -> bool:
        """Whether a record states this value, or one that agrees with it, for the claim's entity.

        If the store does not know the entity (a card may not name its owner), the value may be that
        of any entity in the records from which the document was made.
        """
        subject = self._statements.canonical(item.claim.subject)
        known = self._about(subject)
        if not known and self._of is not None and _NAMELESS.match(subject):
            subject, known = self._of, self._about(self._of)
        predicate = item.claim.predicate
        if predicate == PG.fileFormat and self._is_suffix(item.claim.value):
            return True
        if not known:
            return self._in_records(item.claim)
        others = [
            other
            for stated_at in (subject, *self._named_alike(subject, predicate))
            for other in self._about(stated_at).get(predicate, ())
        ]
        return any(self._is_same(item, other) for other in others)

    def has(self, properties: Mapping[Iri, Collection[Iri]], claim: Claim) -> bool:
        """Whether ``properties`` lists a claim's property for the claim's entity.

        An entity that is not in ``properties`` may be any of those in it, since readers give a new
        name to an entity without a repository.
        """
        named = {self._statements.canonical(entity): p for entity, p in properties.items()}
        meant = named.get(self._statements.canonical(claim.subject))
        return claim.predicate in (meant if meant is not None else chain(*named.values()))

    def _named_alike(self, subject: Iri, predicate: Iri) -> Iterator[Iri]:
        """Yield other entities whose statements a document may make under a subject's name.

        A format without a place for versions states a model's version at the model. An entity may
        have the address of a repository whose name is that of another entity.
        """
        yield from self._in_repository(subject)
        if predicate == SCHEMA.version:
            for entity, *_ in self._store.quads(predicate=PROV.specializationOf, object=subject):
                yield self._statements.canonical(entity)

    def _in_repository(self, name: Iri) -> Iterator[Iri]:
        """Yield the entities whose repository has the name of a model or dataset."""
        if (page := _hub_page(name)) is not None:
            for entity, *_ in self._store.quads(predicate=PG.hubRepository, object=page):
                yield self._statements.canonical(entity)

    def _is_suffix(self, value: Value | None) -> bool:
        """Whether a file format is the suffix of a file name in the records, as exported."""
        ending = f".{value}".casefold()
        return any(
            str(name).casefold().endswith(ending)
            for record in self._named
            for name in _values(self._store, record, PG.fileName)
        )

    def _about(self, subject: Iri) -> dict[Iri, list[SourcedClaim]]:
        if subject not in self._of_subject:
            result: dict[Iri, list[SourcedClaim]] = defaultdict(list)
            for name in self._statements.names_of(subject):
                for claim, header in self._statements.about(name):
                    result[claim.predicate].append(SourcedClaim(claim, header, subject))
            self._of_subject[subject] = result
        return self._of_subject[subject]

    def _in_records(self, claim: Claim) -> bool:
        assert claim.value is not None
        spelled = self._spelled(claim.value)
        return any(
            bool(spelled & self._spelled(value))
            for record in self._named
            for value in _values(self._store, record, claim.predicate)
        )

    def _is_same(self, item: SourcedClaim, other: SourcedClaim) -> bool:
        mine, theirs = item.claim.value, other.claim.value
        if mine is None:
            return theirs is None
        if theirs is None:  # a stated text without a known entity, exported by its name
            return bool(other.claim.as_stated) and (
                slug(other.claim.as_stated) in self._spelled(mine)
            )
        return agree(item, other) or bool(self._spelled(mine) & self._spelled(theirs))

    def _spelled(self, value: Value) -> frozenset[str]:
        """The spellings of a value: of a number, of a text, or by any name of an entity."""
        if isinstance(value, Literal):
            return _as_written(value)
        meant = {self._statements.canonical(value), *self._in_repository(value)}
        names = {value, *chain.from_iterable(map(self._statements.names_of, meant))}
        labels = {str(o) for s in meant for p in LABELS for *_, o, _ in self._store.quads(s, p)}
        slugs = {slug(part) for n in names for part in (local_name(n), short_id(n))}
        return frozenset({*names, *slugs, *map(slug, labels)})


def _hub_page(subject: Iri) -> Iri | None:
    """The Hub page of the repository with the name of a model or dataset, or None."""
    for kind, path in (("model", ""), ("dataset", "datasets/")):
        if subject.startswith(f"{ID}{kind}/"):
            page = f"{hub.PAGE}{path}{short_id(subject)}"
            return Iri(page) if is_iri(page) else None
    return None


def _values(store: Store, record: Iri, predicate: Iri) -> Iterator[Value]:
    """Yield the values that a record states for a property, for any entity."""
    for *_, value, _ in store.quads(predicate=predicate, graph=record):
        yield value
    for node, *_ in store.quads(predicate=PG.property, object=predicate, graph=record):
        for term in (PG.value, PG.valueAsStated):
            for *_, value, _ in store.quads(node, term, graph=record):
                yield value


def _as_written(value: Value) -> frozenset[str]:
    if isinstance(value, Iri):
        return frozenset({value, slug(local_name(value)), slug(short_id(value))})
    return frozenset({*_plain(value.lexical), slug(value.lexical)})


def _plain(text: str) -> Iterator[str]:
    yield re.sub(r"[\W_]+", " ", text).casefold().strip()
    try:
        yield str(Decimal(text).normalize())
    except InvalidOperation:
        return


def further(
    record: Record, known: KnownHere, inferred: Mapping[Iri, Collection[Iri]] = MappingProxyType({})
) -> Record | None:
    """The record reduced to values that the store does not state; None if no claim is left.

    Its custody is assumed, so that an edited export never counts as anybody's own statement.
    Properties that the export marks as ``inferred`` (by entity) stay inferences, since its format
    may be unable to say so. The creator in a Hub card is ignored: cards have no field for a maker,
    and the reader takes the account from the name of the repository.
    """
    claims = [
        replace(claim, basis=Basis.INFERENCE) if known.has(inferred, claim) else claim
        for claim in record.claims
        if claim.predicate in known.compared
        and claim.value is not None
        and not _is_address(claim)
        and not (record.header.reader == HUB_CARD and claim.predicate == DCTERMS.creator)
        and (claim.basis or record.header.basis) is not Basis.INFERENCE
        and not known.states(SourcedClaim(claim, record.header, claim.subject))
    ]
    if not claims:
        return None
    of = {claim.subject for claim in claims}
    kinds = [c for c in record.claims if c.subject in of and c.predicate in _DESCRIBES]
    return Record(replace(record.header, custody=Custody.ASSUMED), (*kinds, *claims)).sort()


def _is_address(claim: Claim) -> bool:
    """Whether a value is only the address of a document, which writers and readers choose anew."""
    value = claim.value
    return (
        isinstance(value, Iri)
        and value.startswith(("https://", "http://"))
        and not value.startswith((ID, PREFIXES["pg"]))
        and claim.predicate != DCTERMS.license
    )


def edited(record: Record) -> Problem:
    """The problem that lists the values of an export that no stored record states."""
    claims = [claim for claim in record.claims if claim.predicate not in _DESCRIBES]
    facts = [f"{shorten(c.predicate)} {_display_text(c)}" for c in claims[:_MAX_SHOWN]]
    more = ", …" if len(claims) > _MAX_SHOWN else ""
    what = (
        "an export of this software that was edited, or made of records that are not here: "
        f"{', '.join(facts)}{more}"
    )
    hint = "stated by no record of the store; read as a report of whoever published the document"
    return Problem("", what, hint, kind="edited")


def _display_text(claim: Claim) -> str:
    value = claim.value
    return short_id(value) if isinstance(value, Iri) else str(value)
