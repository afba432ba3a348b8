"""Finds the names and canonical subjects that a change of records affects.

An organisation or a dataset is named by thousands of records of its models. A record that only
repeats statements of other records about it does not change its accepted view, so it need not be
resolved again from all of them. The check costs the same however many records there are: a few
look-ups, and one query for every property with a single accepted value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from provenance_graph.acceptance.evidence import (
    Overlay,
    StoreStatements,
)
from provenance_graph.acceptance.plausibility import CHECKED
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.acceptance.versions import CurrentVersions
from provenance_graph.assessment.evidence.gather import LINKS
from provenance_graph.core import rdf
from provenance_graph.core.claims import (
    DEVELOPER_RANK,
    KNOWN_CUSTODY,
    Basis,
    Claim,
    Custody,
    Header,
    Literal,
    Quad,
    Record,
)
from provenance_graph.core.iris import ID, RECORDS, Iri, record_path
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, INFLUENCES, PG, PROV, XSD
from provenance_graph.store.base import ANY, Store


def turned(store: Store, was: str, day: str) -> Iterator[Iri]:
    """Yield names with a claim whose validity began or ended after day ``was``, up to ``day``."""
    for term in (PG.validFrom, PG.validUntil):
        for node, _, bound, graph in store.quads(predicate=term, graph=ANY):
            if was < str(bound)[:10] <= day:
                for *_, entity, _ in store.quads(node, PG.about, graph=graph):
                    if isinstance(entity, Iri):
                        yield entity


def near(store: Store, name: Iri, limit: int = 5) -> list[str]:
    """Names of records that contain the wanted one or its last two steps, for `retract`."""
    wanted = record_path(name).strip("/")
    records = [record_path(graph) for graph in store.graphs() if graph.startswith(RECORDS)]
    tail = "/".join(wanted.split("/")[-2:])
    whole = [one for one in records if f"/{wanted}/" in f"/{one}/"]
    return (whole or [one for one in records if f"/{tail}/" in f"/{one}/"])[:limit]


def touched(store: Store, pending: Overlay, policy: Policy) -> set[Iri]:
    """Names about which a changed, replaced or uncovered record states something new."""
    names = set(pending.dropped)
    documents = {record.header.of_document for record in pending.added.values()}
    for name in pending.dropped:
        documents.update(Iri(str(o)) for _, _, o, _ in store.quads(name, PG.ofDocument, graph=name))
    for document in documents:
        siblings = store.quads(predicate=PG.ofDocument, object=document, graph=ANY)
        names.update(subject for subject, *_ in siblings)
    records = list(pending.added.values())
    results = set(pending.statements)
    for name in names:
        if quads := list(store.quads(graph=name)):
            records.append(rdf.from_quads(quads))
            results.update(_entities(quads, name))
    return results - repeated(store, policy, records, results)


def _entities(quads: Iterable[Quad], record: Iri) -> Iterator[Iri]:
    for subject, predicate, value, _ in quads:
        if predicate == PG.about and isinstance(value, Iri):
            yield value
        elif not rdf.is_header_or_claim(subject, record):
            yield subject


def subjects_of(
    store: Store,
    entities: Iterable[Iri],
    moved: Iterable[Iri],
    before: StoreStatements,
    after: StoreStatements,
) -> set[Iri]:
    """The canonical subjects whose view may change, by changed ``entities`` and ``moved`` names."""
    subjects = {s.canonical(entity) for entity in entities for s in (before, after)}
    for entity in moved:
        names = {
            *before.names_of(before.canonical(entity)),
            *after.names_of(after.canonical(entity)),
        }
        for name in names | {entity}:
            nodes = {before.canonical(name), after.canonical(name)}
            subjects |= nodes
            if len(nodes) == 1:
                continue  # the view of its referrers, perhaps half the store, is unchanged
            for who in _referrers(store, name, after):
                subjects.update((before.canonical(who), after.canonical(who)))
    return subjects


def _referrers(store: Store, name: Iri, after: StoreStatements) -> Iterator[Iri]:
    for subject, predicate, _, graph in store.quads(object=name, graph=ANY):
        if predicate == PG.value and graph is not None:
            yield from (
                o
                for _, _, o, _ in store.quads(subject, PG.about, graph=graph)
                if isinstance(o, Iri)
            )
        elif graph is not None and predicate == PROV.wasAttributedTo and subject == graph:
            yield from _entities(
                store.quads(graph=graph), graph
            )  # the publisher decides how its claims count
        elif graph is not None and not rdf.is_header_or_claim(subject, graph):
            yield subject
    yield from after.pending.referrers.get(name, ())


HEADS = tuple(f"{ID}{kind}/" for kind in ("organization", "dataset", "licence"))
"""IRI prefixes of entities that other entities' records name, and that have no evidence levels."""
MAX_CLAIMS_READ = 200
"""The most claims that are read for a name before it is resolved again instead."""
_LINKS = frozenset(
    (*LINKS, *DERIVATIONS, *INFLUENCES, PROV.wasDerivedFrom, PROV.wasInfluencedBy, DCTERMS.creator)
)


def repeated(
    store: Store, policy: Policy, affected: Iterable[Record], names: Iterable[Iri]
) -> set[Iri]:
    """The names for which every affected record only repeats what an unaffected record states.

    ``affected`` are the records that a change adds, removes, replaces or uncovers. Only current
    records that are not affected count as repeated statements.
    """
    affected = list(affected)
    stated: dict[Iri, list[tuple[Claim, Header]]] = defaultdict(list)
    for record in affected:
        for claim in record.claims:
            if claim.subject.startswith(HEADS):
                stated[claim.subject].append((claim, record.header))
    others = _Others(store, policy, frozenset(record.header.record for record in affected))
    return {name for name in names if name in stated and others.all_repeated(stated[name])}


class _Others:
    """The statements of records that a change does not affect."""

    def __init__(self, store: Store, policy: Policy, affected: frozenset[Iri]) -> None:
        self._store, self._policy, self._affected = store, policy, affected
        self._statements = StoreStatements(store)
        self._latest = CurrentVersions(self._statements)
        self._documents = {
            header.of_document
            for record in affected
            if (header := self._statements.header(record)) is not None
        }

    def all_repeated(self, stated: Iterable[tuple[Claim, Header]]) -> bool:
        """Whether unaffected records make every one of these claims redundant."""
        distinct: set[tuple[Claim, _BasisKey | None]] = set()
        for claim, header in stated:
            if not (self._is_simple(claim) and _counts_plainly(header)):
                return False
            known = header.custody in KNOWN_CUSTODY
            distinct.add((claim, _basis_key(header) if known else None))
        return all(self._is_repeated(claim, basis_key) for claim, basis_key in distinct)

    def _is_simple(self, claim: Claim) -> bool:
        """Whether acceptance depends only on a claim's value, not on number or date of sources."""
        policy, predicate, value = self._policy, claim.predicate, claim.value
        return (
            claim.plain
            and value not in policy.no_values
            and not (isinstance(value, Literal) and value.datatype == XSD.date)
            and predicate
            not in policy.tiered | policy.exhaustive | policy.guarded | policy.of_services
            and predicate not in _LINKS
            and predicate not in CHECKED
        )

    def _is_repeated(self, claim: Claim, basis_key: _BasisKey | None) -> bool:
        """Whether another current record states the same; with ``basis_key``, on the same basis."""
        if claim.predicate in self._policy.single and self._is_disputed(claim):
            return False
        quads = self._store.quads(claim.subject, claim.predicate, claim.value, ANY)
        return any(
            graph is not None and self._counts(graph, basis_key)
            for *_, graph in islice(quads, MAX_CLAIMS_READ)
        )

    def _counts(self, graph: Iri, basis_key: _BasisKey | None) -> bool:
        """Whether a record is unaffected and current, and its plain claims outrank an inference."""
        header = None if graph in self._affected else self._statements.header(graph)
        return (
            header is not None
            and header.of_document not in self._documents
            and basis_key in (None, _basis_key(header))
            and _counts_plainly(header)
            and header.basis not in self._policy.never
            and self._rank(header) < self._policy.rank(Basis.INFERENCE)
            and self._latest.counts(header)
        )

    def _rank(self, header: Header) -> int:
        """The worst rank that a plain claim of a record may get."""
        lesser = header.basis in DEVELOPER_RANK
        return self._policy.rank(Basis.THIRD_PARTY if lesser else header.basis)

    def _is_disputed(self, claim: Claim) -> bool:
        """Whether any record states another value for the subject, under any of its names."""
        statements, value = self._statements, claim.value
        assert value is not None  # a plain claim has one
        for name in statements.names_of(statements.canonical(claim.subject)):
            if self._store.ask(_OTHER, {"s": name, "p": claim.predicate, "v": value}):
                return True
            annotated = self._store.quads(predicate=PG.about, object=name, graph=ANY)
            for number, (node, _, _, graph) in enumerate(annotated):
                if number == MAX_CLAIMS_READ:
                    return True
                if any(True for _ in self._store.quads(node, PG.property, claim.predicate, graph)):
                    return True
        return False


_BasisKey = tuple[Custody, Iri, Basis]
_OTHER = "ASK { GRAPH ?g { ?s ?p ?o } FILTER(!sameTerm(?o, ?v)) }"


def _counts_plainly(header: Header) -> bool:
    """Whether a record's plain claims are statements, as opposed to inferences or estimates."""
    return header.custody is not Custody.DERIVED and header.basis not in (
        Basis.INFERENCE,
        Basis.ESTIMATE,
    )


def _basis_key(header: Header) -> _BasisKey:
    """The header fields on which the counted basis of a record's plain claims depends."""
    return header.custody, header.publisher, header.basis
