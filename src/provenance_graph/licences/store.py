"""The rules over a whole store: which models run against which, and how many.

Terms are carried to every model at once (``licences_whole``); the rules on pairs become
masks over the bits; only models that a mask or an edge marks are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri, local_name, mint
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.licences import rule_pairs as pairs
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.passing import FIRST, SECOND
from provenance_graph.licences.results import NOT_ADVICE, Finding, path_text
from provenance_graph.licences.rule_context import SEVERITIES, begins
from provenance_graph.licences.whole import Propagation, propagate
from provenance_graph.lineage.arrays import CODE, Flags, Ints
from provenance_graph.lineage.index import MODEL
from provenance_graph.shapes.findings import Finding as ValidationFinding
from provenance_graph.shapes.findings import Severity
from provenance_graph.store.values import ANY


@dataclass(frozen=True)
class StoreFindings:
    """Findings of a snapshot, gravest first; ``marked`` counts per rule the models it may concern.

    ``total`` counts all findings where every marked model was looked at, else at least so many.
    """

    findings: tuple[Finding, ...]
    total: int
    marked: dict[str, int]
    looked_at: int
    models: int

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "findings": [finding.to_json() for finding in self.findings],
            "shown": len(self.findings),
            "of": self.total,
            "marked": self.marked,
            "modelsLookedAt": self.looked_at,
            "modelsMarked": self.models,
            "note": NOT_ADVICE,
        }


def store_findings(
    graph: LicenceGraph,
    *,
    day: str = "",
    limit: int = 1000,
    rules: Iterable[str] = (),
    models: int = 20_000,
) -> StoreFindings:
    """Findings on every model, at most ``limit`` of them, after looking at most at ``models``.

    ``rules`` keeps only some rules, such as ``LR-04``.
    """
    marked = mark(graph)
    wanted = set(rules) or set(marked)
    nodes = np.unique(np.concatenate([marked[rule] for rule in sorted(wanted & set(marked))] or [np.zeros(0, np.int32)]))  # fmt: skip
    found: list[Finding] = []
    for node in nodes[:models].tolist():
        told = graph.findings(graph.index.names[node], day=day)
        found += (one for one in told if one.rule.id in wanted)
    found.sort(key=lambda one: (SEVERITIES.index(one.severity), one.rule.id, one.subject, one.message))  # fmt: skip
    return StoreFindings(
        tuple(found[:limit]),
        len(found),
        {rule: len(held) for rule, held in sorted(marked.items())},
        min(models, len(nodes)),
        len(nodes),
    )


def validate_licences(
    snapshot: AcceptedSnapshot, least: Severity = Severity.WARNING
) -> list[ValidationFinding]:
    """What the rules on licences find in a snapshot, at least so grave, for a validation report."""
    found = store_findings(LicenceGraph(snapshot), limit=1_000_000)
    return [one for one in as_validation(found.findings) if one.severity >= least]


def as_validation(found: Iterable[Finding]) -> Iterator[ValidationFinding]:
    """Findings in the form that validation reports, so that both go into one report.

    The rule is the shape; the message keeps the clause and the path that prove it.
    """
    for one in found:
        clause = f" ({one.licence.name} {one.clause})" if one.licence and one.clause else ""
        path = f" [{path_text(one.path)}]" if one.path else ""
        yield ValidationFinding(
            severity=Severity.named(one.severity),
            focus=one.subject,
            path=DCTERMS.license,
            value=one.licence.iri if one.licence else None,
            message=f"{one.message}{clause}{path}: {one.rule.fix}",
            shape=mint("licence-rule", one.rule.id),
            component="LicenceRule",
        )


def mark(graph: LicenceGraph, whole: Propagation | None = None) -> dict[str, Ints]:
    """Per rule the models that it concerns, by number.

    For rules on pairs and names these are exactly the models in conflict but for two
    exceptions looked at later: models excepted from a ban, and prefixes of several licences.
    """
    index = graph.index
    whole = whole or propagate(index, graph.catalogue)
    models = index.kind == MODEL
    marked: dict[str, NDArray[Any]] = {
        rule: np.flatnonzero(_pair(graph, whole, rule) & models) for rule in pairs.PAIRS
    }
    marked["LR-04"] = _misnamed(graph, whole, marked["LR-04"])
    marked["LR-13"] = marked["LR-05"]
    marked["LR-06"] = _carrying(whole, "display-text", models)
    marked["LR-08"] = _excluded(graph, whole, models)
    marked["LR-10"] = _merges(graph, whole)
    marked["LR-11"] = _children(graph, (PG.adapterOf,))
    marked["LR-12"] = _children(graph, (PG.quantizedFrom, PG.convertedFrom))
    marked["LR-14"] = _with_files(graph)
    marked["LR-15"] = _unknown(graph, whole, models)
    marked["LR-16"] = _dated(graph, models)
    return {rule: nodes.astype(np.int32) for rule, nodes in sorted(marked.items())}


def _pair(graph: LicenceGraph, whole: Propagation, rule: str) -> Flags:
    """Models whose declared licences conflict with a class of terms that reaches them."""
    test, settled, unsettled = pairs.PAIRS[rule]
    index, catalogue = graph.index, graph.catalogue
    hit = np.zeros(len(index), np.bool_)
    for code, held in enumerate(index.licences):
        declared = [catalogue.licence(iri) for iri in held]
        if rule not in ("LR-04", "LR-05") and not all(one.known for one in declared):
            continue
        bits = [
            number
            for number, bit in enumerate(whole.bits)
            if bit.licence is not None and test(catalogue, declared, bit.licence, bit.terms)
        ]
        if bits:
            here = index.licence == code
            hit |= here & _any(whole, bits, settled=settled, unsettled=unsettled)
    if rule in ("LR-04", "LR-05"):
        bits = [n for n, bit in enumerate(whole.bits) if bit.licence is not None and test(catalogue, (), bit.licence, bit.terms)]  # fmt: skip
        hit |= (index.licence < 0) & _any(whole, bits, settled=settled, unsettled=unsettled)
    return hit


def _any(whole: Propagation, bits: list[int], *, settled: bool, unsettled: bool) -> Flags:
    hit = np.zeros(len(whole.index), np.bool_)
    if settled:
        hit |= whole.having(bits, FIRST)
    if unsettled:
        hit |= whole.having(bits, SECOND)
    return hit


def _misnamed(graph: LicenceGraph, whole: Propagation, nodes: Ints) -> Ints:
    """Of the models that owe a prefix, those whose name does not begin with all they owe."""
    owed: dict[str, list[int]] = {}
    for number, bit in enumerate(whole.bits):
        if bit.licence is not None and "name-prefix" in bit.terms.conditions:
            owed.setdefault(bit.licence.prefix, []).append(number)
    wrong: set[int] = set()
    for prefix, bits in owed.items():
        owing = nodes[whole.having(bits, FIRST)[nodes]]
        wrong |= {n for n in owing.tolist() if not begins(local_name(graph.index.names[n]), prefix)}
    return np.array(sorted(wrong), np.int32)


def _carrying(whole: Propagation, key: str, models: Flags) -> Ints:
    bits = [n for n, bit in enumerate(whole.bits) if key in bit.terms.conditions]
    return np.flatnonzero(whole.having(bits, FIRST) & models).astype(np.int32)


def _excluded(graph: LicenceGraph, whole: Propagation, models: Flags) -> Ints:
    """Models under a licence that excludes the EU, their own or one above."""
    key = "eu-exclusion-multimodal"
    own = [
        any(key in graph.catalogue.licence(iri).restrictions for iri in held)
        for held in graph.index.licences
    ]
    mine = np.array([*own, False], np.bool_)[graph.index.licence]
    bits = [n for n, bit in enumerate(whole.bits) if key in bit.terms.conditions]
    return np.flatnonzero((whole.having(bits, FIRST) | mine) & models).astype(np.int32)


def _merges(graph: LicenceGraph, whole: Propagation) -> Ints:
    """Merges of several parents that owe the same licence to someone."""
    up = graph.index.up
    child = np.repeat(np.arange(len(graph.index), dtype=np.int32), np.diff(up.start))
    merged = child[up.code == CODE[PG.mergedFrom]]
    nodes, count = np.unique(merged, return_counts=True)
    nodes = nodes[count > 1]
    bits = [n for n, bit in enumerate(whole.bits) if "share-alike" in bit.terms.conditions]
    return np.asarray(nodes[whole.having(bits, FIRST)[nodes]], np.int32)


def _children(graph: LicenceGraph, relations: tuple[Iri, ...]) -> Ints:
    """Models joined to a parent by one of the relations, where the two licences differ."""
    index, up = graph.index, graph.index.up
    child = np.repeat(np.arange(len(index), dtype=np.int32), np.diff(up.start))
    joined = np.isin(up.code, [CODE[relation] for relation in relations])
    known = index.licence[up.other] >= 0
    differ = index.licence[child] != index.licence[up.other]
    if relations == (PG.adapterOf,):
        return np.unique(child[joined & known])
    return np.unique(child[joined & known & differ & (index.licence[child] >= 0)])


def _with_files(graph: LicenceGraph) -> Ints:
    owners = {o for _, _, o, _ in graph.snapshot.quads(predicate=PG.artifactOf)}
    return _numbers(graph, (one for one in owners if isinstance(one, Iri)))


def _unknown(graph: LicenceGraph, whole: Propagation, models: Flags) -> Ints:
    bits = [n for n, bit in enumerate(whole.bits) if bit.terms.kind in ("unknown", "ungranted")]
    own = [all(graph.catalogue.licence(iri).known for iri in held) for held in graph.index.licences]
    unclear = ~np.array([*own, False], np.bool_)[graph.index.licence]
    reached = whole.having(bits, FIRST) | whole.having(bits, SECOND)
    return np.flatnonzero((reached | unclear) & models).astype(np.int32)


def _dated(graph: LicenceGraph, models: Flags) -> Ints:
    """Models with a dated text of their own, or whose label has a period or a version's."""
    catalogue = graph.catalogue
    dated = [
        any(
            len(catalogue.licence(iri).texts) > 1
            or "aup-latest-version-binds" in catalogue.licence(iri).restrictions
            for iri in held
        )
        for held in graph.index.licences
    ]
    mine = np.flatnonzero(np.array([*dated, False], np.bool_)[graph.index.licence] & models)
    return np.union1d(mine, _numbers(graph, _relabelled(graph))).astype(np.int32)


def _relabelled(graph: LicenceGraph) -> Iterator[Iri]:
    """Models with a label that ended, or with a version that has a label of its own."""
    snapshot = graph.snapshot
    for node, _, _, record in snapshot.quads(
        predicate=PG.property, object=DCTERMS.license, graph=ANY
    ):
        told = {p: o for _, p, o, _ in snapshot.quads(node, graph=record)}
        about = told.get(PG.about)
        if PG.validUntil in told and isinstance(about, Iri):
            yield snapshot.canonical(about)
    for version, _, whole, _ in snapshot.quads(predicate=PROV.specializationOf):
        if isinstance(whole, Iri) and snapshot.value(version, DCTERMS.license) is not None:
            yield snapshot.canonical(whole)


def _numbers(graph: LicenceGraph, things: Iterable[Iri]) -> Ints:
    found = (graph.index.names.find(thing) for thing in things)
    return np.array(sorted({n for n in found if n is not None}), np.int32)
