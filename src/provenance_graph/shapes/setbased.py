"""Validates records, or nodes of a store, with set-based queries compiled from shapes.

A store is checked in two places: each record graph as it is stored, and the accepted view in the
default graph. A document that is validated alone is checked as its record graph, and on its
statements, each value as an ordinary triple.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import lru_cache

from provenance_graph.core import terms
from provenance_graph.core.claims import Basis, Literal, Quad, Record, Stance, Value
from provenance_graph.core.errors import BadShape
from provenance_graph.core.iris import PREFIXES, Iri, shorten
from provenance_graph.core.rdf import to_quads
from provenance_graph.core.terms import PROV, RDF
from provenance_graph.shapes.compile import Check, compile_shapes, focus_query, whole_query
from provenance_graph.shapes.expressions import Kinds
from provenance_graph.shapes.findings import Finding, Severity, order
from provenance_graph.shapes.model import ACCEPTED_VIEW, DOCUMENT_ALONE, RECORD_GRAPHS, Shape
from provenance_graph.shapes.parse import shipped_shapes
from provenance_graph.store.base import Limits, Store
from provenance_graph.store.memory import MemoryStore

_SUBCLASS = PREFIXES["rdfs"] + "subClassOf"
LIMITS = Limits(seconds=120.0, rows=5_000_000)
_NODES_PER_QUERY = 200
_Kinds = tuple[tuple[str, tuple[str, ...]], ...]


def validate_subjects(
    store: Store,
    subjects: Iterable[Iri],
    severity: Severity = Severity.INFO,
    *,
    shapes: Sequence[Shape] | None = None,
) -> list[Finding]:
    """Validate some nodes of the accepted view, for instance after a change."""
    plan = Plan(store, shipped_shapes() if shapes is None else shapes, severity)
    wanted = sorted(set(subjects))
    stated = _Statements(store, wanted)
    findings: list[Finding] = []
    for check in plan.over(ACCEPTED_VIEW):
        nodes = [node for node in wanted if stated.is_target(node, check, plan.kinds)]
        findings += plan.at(check, nodes)
    return order(findings)


def affected(store: Store, subjects: Iterable[Iri]) -> set[Iri]:
    """The nodes whose findings may differ after these subjects changed.

    They are the subjects, the nodes that refer to them, and the nodes to which they refer.
    """
    results = set(subjects)
    for subject in list(results):
        results.update(s for s, *_ in store.quads(object=subject))
        results.update(o for _, _, o, _ in store.quads(subject) if isinstance(o, Iri))
    return results


def validate_record(
    record: Record, severity: Severity = Severity.INFO, *, shapes: Sequence[Shape] | None = None
) -> list[Finding]:
    """Validate one record by itself, before it is stored."""
    chosen = shipped_shapes() if shapes is None else shapes
    written = [(s, p, o, None) for s, p, o, _ in to_quads(record)]
    result = find_in_graph(written, chosen, RECORD_GRAPHS, severity)
    result += find_in_graph(list(statements(record)), chosen, DOCUMENT_ALONE, severity)
    return order({replace(finding, record=record.header.record) for finding in result})


def validate_records(
    records: Sequence[Record],
    severity: Severity = Severity.INFO,
    *,
    shapes: Sequence[Shape] | None = None,
) -> list[list[Finding]]:
    """Validate each of many records by itself; one list of findings per record, in their order.

    The result equals ``validate_record`` for each, at a tenth of its cost: each record is in a
    graph of its own, so that one query checks all of them.
    """
    chosen = shipped_shapes() if shapes is None else shapes
    names = {Iri(f"urn:checked:{n}"): n for n in range(len(records))}
    findings: list[set[Finding]] = [set() for _ in records]
    for graph, reported in ((RECORD_GRAPHS, _written), (DOCUMENT_ALONE, statements)):
        quads = [
            (s, p, o, name) for name, n in names.items() for s, p, o, _ in reported(records[n])
        ]
        for finding in find_in_graph(quads, chosen, graph, severity, in_records=True):
            number = names[Iri(finding.record)]
            findings[number].add(replace(finding, record=records[number].header.record))
    return [order(one) for one in findings]


def _written(record: Record) -> Iterator[Quad]:
    return ((s, p, o, None) for s, p, o, _ in to_quads(record))


def statements(record: Record) -> Iterator[Quad]:
    """Yield a record's statements, each value as a plain triple; no estimates and denials."""
    for claim in record.claims:
        basis = claim.basis or record.header.basis
        states = claim.stance in (Stance.STATED, Stance.PARTLY_STATED)
        if claim.value is not None and states and basis is not Basis.ESTIMATE:
            yield claim.subject, claim.predicate, claim.value, None
            if claim.predicate in terms.DERIVATIONS:
                yield claim.subject, PROV.wasDerivedFrom, claim.value, None
            elif claim.predicate in terms.INFLUENCES:
                yield claim.subject, PROV.wasInfluencedBy, claim.value, None


def find_in_graph(
    quads: Sequence[Quad],
    shapes: Sequence[Shape],
    graph: str,
    severity: Severity,
    *,
    in_records: bool = False,
) -> list[Finding]:
    """Validate quads against the shapes over one kind of graph (all shapes, if it is empty).

    With ``in_records`` each named graph is checked by itself.
    """
    with MemoryStore(quads) as store:
        plan = Plan(store, shapes, severity)
        return list(plan.possible(quads, graph, in_records=in_records))


@lru_cache(maxsize=16)
def _compiled(shapes: tuple[Shape, ...], known: _Kinds) -> tuple[Check, ...]:
    subclasses = dict(known)
    return tuple(compile_shapes(shapes, lambda name: subclasses.get(name, (name,))))


@lru_cache(maxsize=16)
def _own_checks(known: _Kinds, severity: Severity) -> tuple[Check, ...]:
    checks = _compiled(shipped_shapes(), known)
    return tuple(c for c in checks if Severity.named(c.shape.severity) >= severity)


def _checks(shapes: Sequence[Shape], known: _Kinds, severity: Severity) -> tuple[Check, ...]:
    """The checks of some shapes, of at least a severity.

    The shipped shapes are looked up without comparison: each is a deep value, and comparing them
    takes longer than checking a small record.
    """
    if shapes is shipped_shapes():
        return _own_checks(known, severity)
    checks = _compiled(tuple(shapes), known)
    return tuple(c for c in checks if Severity.named(c.shape.severity) >= severity)


class Plan:
    """The checks of some shapes, to be run against one store."""

    def __init__(self, store: Store, shapes: Sequence[Shape], severity: Severity) -> None:
        self.store = store
        known = _subclasses(store)
        self._subclasses = dict(known)
        self._refuse_unknown_nodes(shapes)
        self._checks = _checks(shapes, known, severity)

    def _refuse_unknown_nodes(self, shapes: Sequence[Shape]) -> None:
        """Raise BadShape for a path that may be empty from a target node missing in the store.

        In SHACL such a node reaches itself; in a set-based join it reaches nothing.
        """
        for shape in shapes:
            for target in shape.targets if shape.optional else ():
                node = target.term.value
                if target.kind == "node" and not self._mentions(Iri(node)):
                    raise BadShape(
                        f"{shape.name}: <{node}> is not in the data, and a path that may be "
                        "empty cannot be followed from there"
                    )

    def _mentions(self, node: Iri) -> bool:
        known = self.store.quads(subject=node), self.store.quads(object=node)
        return any(True for quads in known for _ in quads)

    def kinds(self, name: str) -> Sequence[str]:
        """A class and all its subclasses in the store, as IRIs."""
        return self._subclasses.get(name, (name,))

    def over(self, graph: str, *, explicit: bool = False) -> Iterator[Check]:
        """Yield the checks over a kind of graph; unless ``explicit``, also checks over none."""
        return (c for c in self._checks if not graph or graph in c.over or not (explicit or c.over))

    def whole(self, check: Check, *, in_records: bool = False) -> Iterator[Finding]:
        """Yield a finding for every node that breaks a check."""
        query = whole_query(check, self.kinds, in_records=in_records)
        return self._run(check, query, in_records=in_records)

    def possible(self, quads: Sequence[Quad], graph: str, *, in_records: bool) -> Iterator[Finding]:
        """Yield the findings of the checks over a kind of graph; ``quads`` are the whole store.

        Checks for which these quads can hold no target are skipped.
        """
        predicates = {predicate for _, predicate, _, _ in quads}
        kinds = {o for _, p, o, _ in quads if p == RDF.type}
        for check in self.over(graph, explicit=True):
            if check.needs <= predicates and self._targeted(check, predicates, kinds):
                yield from self.whole(check, in_records=in_records)

    def _targeted(self, check: Check, predicates: set[Iri], kinds: set[Value]) -> bool:
        """Whether a graph with these predicates and classes can hold a target of the check."""
        return any(
            target.kind == "node"
            or (target.kind == "class" and any(k in kinds for k in self.kinds(target.term.value)))
            or (target.kind in ("subjects", "objects") and target.term.value in predicates)
            for target in check.targets
        )

    def in_memory(
        self, quads: Sequence[Quad], checks: Sequence[Check] | None = None
    ) -> Iterator[Finding]:
        """Yield the findings of record checks, or of given checks, in ``quads``: whole graphs."""
        with MemoryStore(quads) as store:
            here = copy(self)
            here.store = store
            if checks is not None:
                here._checks = tuple(checks)
            yield from here.possible(quads, "" if checks else RECORD_GRAPHS, in_records=True)

    def breaking(self, quads: Sequence[Quad], checks: Sequence[Check]) -> set[str]:
        """The graphs, among some quads, in which a node breaks one of the checks."""
        return {finding.record for finding in self.in_memory(quads, checks)}

    def at(self, check: Check, nodes: Sequence[Iri]) -> Iterator[Finding]:
        """Yield the findings of a check at some of its targets."""
        for start in range(0, len(nodes), _NODES_PER_QUERY):
            query = focus_query(check, nodes[start : start + _NODES_PER_QUERY], in_records=False)
            yield from self._run(check, query)

    def _run(self, check: Check, query: str, *, in_records: bool = False) -> Iterator[Finding]:
        rows = self.store.select(query, limits=LIMITS)
        for row in rows.rows:
            bound = dict(zip(rows.names, row, strict=True))
            focus = bound[check.focus[1:]]
            assert focus is not None  # every pattern binds the focus
            value = bound[check.value[1:]] if check.value else None
            path = str(bound.get("path") or check.path or "")
            yield Finding(
                severity=Severity.named(check.shape.severity),
                focus=focus,
                path=path,
                value=focus
                if value is None and check.component == "SPARQL" and not check.path
                else value,
                message=_message(check, bound),
                shape=check.shape.name,
                record=str(bound["record"]) if in_records else "",
                component=check.component,
            )


def _message(check: Check, bound: Mapping[str, Value | None]) -> str:
    if not check.message:
        path = f" at {shorten(str(check.path))}" if check.path else ""
        return f"does not conform to {shorten(check.shape.name)}: {check.component}{path}"

    def fill(match: re.Match[str]) -> str:
        value = bound.get(match[1])
        return match[0] if value is None else _display_text(value)

    return re.sub(r"\{[?$](\w+)\}", fill, check.message)


def _display_text(value: Value) -> str:
    return value.lexical if isinstance(value, Literal) else shorten(value)


class _Statements:
    """The predicates and types of some nodes of a store, to find the targets of shapes."""

    def __init__(self, store: Store, nodes: Sequence[Iri]) -> None:
        self._out: dict[Iri, set[str]] = defaultdict(set)
        self._in: dict[Iri, set[str]] = defaultdict(set)
        self._kinds: dict[Iri, set[str]] = defaultdict(set)
        for node in nodes:
            for _, predicate, value, _ in store.quads(subject=node):
                self._out[node].add(predicate)
                if predicate == RDF.type:
                    self._kinds[node].add(str(value))
            for _, predicate, _, _ in store.quads(object=node):
                self._in[node].add(predicate)

    def is_target(self, node: Iri, check: Check, kinds: Kinds) -> bool:
        """Whether a check targets a node and could match there."""
        if not check.needs <= self._out[node]:
            return False
        return any(self._picked(node, t.kind, t.term.value, kinds) for t in check.targets)

    def _picked(self, node: Iri, kind: str, name: str, kinds: Kinds) -> bool:
        match kind:
            case "class":
                return not self._kinds[node].isdisjoint(kinds(name))
            case "subjects":
                return name in self._out[node]
            case "objects":
                return name in self._in[node]
            case _:
                return name == node


def _subclasses(store: Store) -> _Kinds:
    """Each class that has subclasses, with itself and all of them."""
    below: dict[str, set[str]] = defaultdict(set)
    for child, _, parent, _ in store.quads(predicate=Iri(_SUBCLASS)):
        below[str(parent)].add(str(child))
    results = []
    for name in sorted(below):
        known, fringe = {name}, [name]
        while fringe:
            fresh = below.get(fringe.pop(), set()) - known
            known |= fresh
            fringe += fresh
        results.append((name, tuple(sorted(known))))
    return tuple(results)
