"""Recomputes the accepted view from the content of a bundle alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from provenance_graph import reference
from provenance_graph.acceptance import identity
from provenance_graph.acceptance.evidence import Statement, by_subject, view
from provenance_graph.acceptance.policy.data import read_policy
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.acceptance.versions import CurrentVersions
from provenance_graph.acceptance.view import View
from provenance_graph.core import rdf
from provenance_graph.core.claims import Header, Problem, Quad, Record, Value
from provenance_graph.core.errors import PolicyError, RecordError, StoreError
from provenance_graph.core.iris import Iri, short_id, shorten
from provenance_graph.core.terms import PG, SKOS
from provenance_graph.receipts.table import QuadTable
from provenance_graph.reference import ReferenceReads

_NOT_RECORDS = frozenset({identity.GRAPH, identity.RULES, reference.GRAPH})
_MAX_SHOWN = 3


class BundleStatements:
    """The claims of a bundle's records, under the mapping rows in the bundle."""

    def __init__(self, records: Iterable[Record], rows: Iterable[Quad]) -> None:
        records = list(records)
        self._about = by_subject(records)
        self._headers: dict[Iri, list[Header]] = defaultdict(list)
        for record in records:
            self._headers[record.header.of_document].append(record.header)
        self._decided: dict[Iri, Iri] = {}
        self._ruled: dict[Iri, Iri] = {}
        for name, predicate, target, graph in sorted(rows, key=str):
            if predicate == SKOS.exactMatch and isinstance(target, Iri):
                rows_of = self._decided if graph == identity.GRAPH else self._ruled
                rows_of[name] = min(target, rows_of.get(name, target))
        self._names: dict[Iri, set[Iri]] = defaultdict(set)
        for name in {*self._about, *self._decided, *self._ruled}:
            self._names[self.canonical(name)].add(name)

    def about(self, entity: Iri) -> list[Statement]:
        """All claims of all records about one name."""
        return list(self._about.get(entity, ()))

    def headers(self, document: Iri) -> list[Header]:
        """The headers of the readings of one document."""
        return self._headers[document]

    def canonical(self, entity: Iri) -> Iri:
        """The canonical subject of a name."""
        return identity.canonical(entity, self._decided.get, self._ruled.get)

    def names_of(self, subject: Iri) -> list[Iri]:
        """Every name of a canonical subject, its own included, sorted."""
        return sorted({subject, *self._names.get(subject, ())})

    def different_from(self, entity: Iri) -> set[Iri]:  # noqa: ARG002 - the rows inside are decided
        """Always empty: the mapping rows already respect these decisions."""
        return set()

    def subjects(self) -> list[Iri]:
        """Every canonical subject that has a claim, sorted."""
        return sorted({self.canonical(name) for name in self._about})


@dataclass(frozen=True)
class Recomputed:
    """The result of recomputing: the view of each subject, and the problems."""

    views: Mapping[Iri, View]
    stated: frozenset[Quad]
    records: tuple[Record, ...]
    policy: Policy | None
    problems: tuple[Problem, ...]

    @property
    def facts(self) -> int:
        """The number of facts that the bundle states as accepted."""
        return len(self.stated)


def recompute(quads: Iterable[Quad], day: str, as_of: str) -> Recomputed:
    """Recompute the views from a bundle's quads; every fault is among the problems."""
    by_graph: dict[Iri | None, list[Quad]] = defaultdict(list)
    for quad in quads:
        by_graph[quad[3]].append(quad)
    problems: list[Problem] = []
    records = tuple(_records(by_graph, problems))
    policy = _policy(by_graph[reference.GRAPH], day, problems)
    stated = frozenset(by_graph[None])
    rows = [*by_graph[identity.GRAPH], *by_graph[identity.RULES]]
    views: dict[Iri, View] = {}
    if policy is not None:
        statements = BundleStatements(records, rows)
        latest = CurrentVersions(statements, as_of)
        for subject in sorted({*statements.subjects(), *(s for s, *_ in stated)}):
            views[subject] = view(subject, statements, policy, latest, as_of)
        problems += _differences(views, stated)
    return Recomputed(views, stated, records, policy, tuple(problems))


def _records(
    by_graph: Mapping[Iri | None, list[Quad]], problems: list[Problem]
) -> Iterator[Record]:
    for graph, quads in sorted(by_graph.items(), key=lambda item: item[0] or ""):
        if graph is None or graph in _NOT_RECORDS:
            continue
        try:
            record = rdf.from_quads(quads)
            yield record
            if foreign := set(quads) - set(rdf.to_quads(record)):
                node = min(str(subject) for subject, *_ in foreign)
                what = f"holds what is not part of the record: statements about {node}"
                problems.append(Problem(graph, what, kind="record"))
        except (RecordError, ValueError) as error:
            problems.append(Problem(graph, f"no record: {error}", kind="record"))


def _policy(quads: list[Quad], day: str, problems: list[Problem]) -> Policy | None:
    try:
        return replace(read_policy(ReferenceReads(QuadTable(quads))), day=day)
    except (PolicyError, StoreError) as error:
        problems.append(Problem(reference.GRAPH, f"no policy: {error}", kind="policy"))
        return None


def _differences(views: Mapping[Iri, View], stated: frozenset[Quad]) -> Iterator[Problem]:
    """Yield a problem for each property whose claims give other values than the bundle states."""
    stated_of: dict[tuple[Iri, Iri], set[Value]] = defaultdict(set)
    follows: dict[tuple[Iri, Iri], set[Value]] = defaultdict(set)
    for subject, predicate, value, _ in stated:
        stated_of[subject, predicate].add(value)
    for subject, seen in views.items():
        for _, predicate, value, _ in seen.quads:
            follows[subject, predicate].add(value)
    for key in sorted({*stated_of, *follows}):
        if stated_of[key] != follows[key]:
            yield _difference(*key, stated_of[key], follows[key], views)


def _difference(
    subject: Iri,
    predicate: Iri,
    bundle_values: set[Value],
    follows: set[Value],
    views: Mapping[Iri, View],
) -> Problem:
    where = f"{short_id(subject)} {shorten(predicate)}"
    only_bundle, only_follows = bundle_values - follows, follows - bundle_values
    parts = []
    if only_bundle:
        parts.append(f"the bundle says {_values(only_bundle)}")
    if only_follows:
        parts.append(f"its claims give {_values(only_follows)}{_by(subject, predicate, views)}")
    elif only_bundle:
        parts.append("which its claims do not give")
    return Problem(where, ", ".join(parts), kind="value")


def _values(values: set[Value]) -> str:
    texts = [short_id(v) if isinstance(v, Iri) else v.lexical[:80] for v in values]
    more = f" and {len(texts) - _MAX_SHOWN} more" if len(texts) > _MAX_SHOWN else ""
    return ", ".join(sorted(texts)[:_MAX_SHOWN]) + more


def _by(subject: Iri, predicate: Iri, views: Mapping[Iri, View]) -> str:
    named = {PG.disclosed, PG.contested}
    records = sorted(
        sourced.header.record
        for sourced in views[subject].claims
        if sourced.claim.predicate == predicate and predicate not in named
    )
    return f" ({short_id(records[0])})" if records else ""
