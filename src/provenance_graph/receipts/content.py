"""The content of a bundle: the accepted view of its subjects, and everything it follows from.

Default graph: the accepted facts. One graph per record: its header and its statements about the
subjects. Other readings of a document have only their headers, since these determine which reading
is current. ``identity`` and ``identity-by-rule``: the rows that map names to one entity.
``reference``: the acceptance policy, the tier of each source, the kind of each property.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from provenance_graph import reference
from provenance_graph.acceptance import identity
from provenance_graph.acceptance.developer import owner_names
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import rdf
from provenance_graph.core.claims import Claim, Header, Quad, Record
from provenance_graph.core.iris import PREFIXES, Iri
from provenance_graph.core.terms import PG, RDF, SKOS
from provenance_graph.model.bundles.results import Bundle

_LISTS = (Iri(PREFIXES["rdf"] + "first"), Iri(PREFIXES["rdf"] + "rest"))
_KINDS = (
    PG.FactProperty,
    PG.SingleValuedFact,
    PG.ExhaustiveFact,
    PG.ChangingFact,
    PG.TieredFact,
    PG.ClosestFact,
)
_WHOLE = (PG.AcceptancePolicy, PG.Collection, PG.Closeness)
_MAX_CHAIN = 50


def content(snapshot: AcceptedSnapshot, bundle: Bundle) -> list[Quad]:
    """All quads of a bundle."""
    matches = [quad for entity in bundle.entities for quad in snapshot.view(entity).quads]
    for record in records(snapshot, bundle):
        matches += rdf.to_quads(record)
    matches += _identity(snapshot, bundle)
    matches += policy_quads(snapshot)
    return matches


def records(snapshot: AcceptedSnapshot, bundle: Bundle) -> list[Record]:
    """The records of a bundle with their claims, and headers of other readings of the documents."""
    stated: dict[Header, list[Claim]] = defaultdict(list)
    for sourced in bundle.claims:
        stated[sourced.header].append(sourced.claim)
    for document in sorted({header.of_document for header in stated}):
        for header in snapshot.statements.headers(document):
            stated.setdefault(header, [])
    return [Record(header, tuple(claims)).sort() for header, claims in stated.items()]


def _names(snapshot: AcceptedSnapshot, bundle: Bundle) -> Iterator[Iri]:
    """Yield every name whose canonical subject is needed to recompute the view."""
    for entity in bundle.entities:
        names = snapshot.statements.names_of(entity)
        yield from names
        yield from owner_names(names)
    for sourced in bundle.claims:
        yield sourced.claim.subject
        yield sourced.header.publisher
        if isinstance(sourced.claim.value, Iri):
            yield sourced.claim.value


def _identity(snapshot: AcceptedSnapshot, bundle: Bundle) -> set[Quad]:
    """The mapping rows from each name to its canonical subject, with their annotations."""
    matches: set[Quad] = set()
    for name in sorted(set(_names(snapshot, bundle))):
        for _ in range(_MAX_CHAIN):
            rows = _rows(snapshot, name)
            if not rows or rows <= matches:
                break
            matches |= rows
            name = min(Iri(str(o)) for _, p, o, _ in rows if p == SKOS.exactMatch)
    return matches


def _rows(snapshot: AcceptedSnapshot, name: Iri) -> set[Quad]:
    decided = set(snapshot.quads(name, SKOS.exactMatch, graph=identity.GRAPH))
    if decided:
        nodes = snapshot.quads(
            predicate=identity.ANNOTATED_SOURCE, object=name, graph=identity.GRAPH
        )
        for node, *_ in list(nodes):
            decided.update(snapshot.quads(node, graph=identity.GRAPH))
        return decided
    ruled = snapshot.statements.ruled(name)
    return set() if ruled is None else {(name, SKOS.exactMatch, ruled, identity.RULES)}


def policy_quads(snapshot: AcceptedSnapshot) -> list[Quad]:
    """The quads from which the acceptance policy is read."""
    return snapshot.cached("the policy's quads", lambda: sorted(set(_policy(snapshot)), key=str))


def _policy(snapshot: AcceptedSnapshot) -> Iterator[Quad]:
    graph = reference.GRAPH
    for kind in (*_KINDS, *_WHOLE):
        for quad in list(snapshot.quads(predicate=RDF.type, object=kind, graph=graph)):
            yield quad
            if kind in _WHOLE:
                yield from _with_lists(snapshot, snapshot.quads(quad[0], graph=graph))
    yield from snapshot.quads(predicate=PG.section, graph=graph)


def _with_lists(snapshot: AcceptedSnapshot, quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield quads, and the cells of the RDF lists that they begin."""
    waiting = list(quads)
    for quad in waiting:
        yield quad
        value = quad[2]
        if isinstance(value, Iri):
            for part in _LISTS:
                waiting += snapshot.quads(value, part, graph=reference.GRAPH)
