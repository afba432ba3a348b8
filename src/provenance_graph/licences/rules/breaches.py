"""Licence findings over a whole store, filtered by rule, licensor, developer or descent.

Rules are evaluated once per class of models (``store_marks``). Models are evaluated one by one, the
gravest first, only where a finding is to be listed with its path. Unknown licences are not listed
model by model but counted by their cause.
"""

from __future__ import annotations

import contextlib
import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from provenance_graph.core.errors import Ambiguous, NotFound
from provenance_graph.core.iris import Iri, mint, short_id
from provenance_graph.core.terms import DCTERMS
from provenance_graph.licences.answers import BreachesAnswer
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.whole import Propagation, propagate
from provenance_graph.licences.paths import path_text
from provenance_graph.licences.results import NOT_ADVICE, LicenceFinding
from provenance_graph.licences.rules.causes import Causes, UnknownCause, unknown_causes
from provenance_graph.licences.rules.context import SEVERITIES
from provenance_graph.licences.rules.rules import RULES
from provenance_graph.licences.rules.store_marks import RuleMark, rule_marks
from provenance_graph.licences.rules.stored import MAX_MODELS, basis
from provenance_graph.licences.texts.catalogue import Licence
from provenance_graph.lineage.arrays import Flags, Ints, closure
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.model.naming.resolve import parts_of_organizations
from provenance_graph.shapes.findings import Finding as ValidationFinding
from provenance_graph.shapes.findings import Severity

UNKNOWN_RULE = "LR-15"
SHORTEST_PREFIX = 3
"""Letters that the beginning of a namespace must have to select by it."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters on findings; an empty field filters nothing.

    ``licensor`` is a namespace such as ``meta-llama``, ``developer`` that of the models. ``of`` is
    an entity: findings on it and on its descendants.
    """

    rules: frozenset[str] = frozenset()
    licensor: str = ""
    developer: str = ""
    of: Iri | None = None

    def wants(self, finding: LicenceFinding) -> bool:
        """Whether a finding passes the filters on rule and licensor."""
        if self.rules and finding.rule.id not in self.rules:
            return False
        return not self.licensor or self.licensor.lower() in _licensors(finding)


@dataclass(frozen=True)
class StoreFindings:
    """Findings of a store, gravest first.

    ``marked`` counts, per rule, the models that it concerns, or may concern where only their paths
    and documents decide. ``total`` counts all findings where every marked model was evaluated, else
    it is a lower bound. ``looked_at`` of the ``models`` marked were evaluated. ``causes`` are the
    causes of unknown licences, most models first; none where the filters ask for other rules or for
    one licensor.
    """

    findings: tuple[LicenceFinding, ...]
    total: int
    marked: dict[str, int]
    looked_at: int
    models: int
    causes: tuple[UnknownCause, ...] = ()
    causes_total: int = 0

    def __repr__(self) -> str:
        return f"<{self.total:,} licence findings, {len(self.findings):,} of them listed>"

    @property
    def is_cut(self) -> bool:
        """Whether there are or may be more findings than are listed."""
        return len(self.findings) < self.total or self.looked_at < self.models

    def supported(self, graph: LicenceGraph) -> StoreFindings:
        """The same findings, each with the claims that support it."""
        return replace(self, findings=graph.supported(self.findings))

    def to_json(self) -> BreachesAnswer:
        """As JSON."""
        return {
            "findings": [finding.to_json() for finding in self.findings],
            "shown": len(self.findings),
            "of": self.total,
            "truncated": self.is_cut,
            "marked": self.marked,
            "modelsLookedAt": self.looked_at,
            "modelsMarked": self.models,
            "unknownCauses": [one.to_json() for one in self.causes],
            "unknownCausesOf": self.causes_total,
            "note": NOT_ADVICE,
        }


@dataclass
class _Marks:
    """The worst severity that a wanted rule may have at each node, and model counts by rule."""

    worst: NDArray[np.int8]
    counts: dict[str, int] = field(default_factory=dict)


def store_findings(
    graph: LicenceGraph,
    *,
    day: str = "",
    limit: int = 1000,
    filters: Filters = Filters(),
    models: int = MAX_MODELS,
    causes: int = 100,
) -> StoreFindings:
    """Findings on every model of a store: at most ``limit``, from at most ``models`` models.

    Models are evaluated by severity, so that no violation is left out for a lesser finding.
    ``causes`` limits the causes listed. Raises NotFound for a rule, licensor or developer that does
    not exist.
    """
    for rule in filters.rules:
        if rule not in RULES:
            raise NotFound(rule, "licence rule", known=sorted(RULES))
    if filters.licensor:
        _check_licensor(graph, filters.licensor)
    day = day or graph.snapshot.day
    known = basis(graph, day)
    wanted = filters.rules or frozenset(RULES) - {UNKNOWN_RULE}
    within = _within(graph, filters)
    marks = _mark(graph, known.marks, wanted, within)
    nodes = np.flatnonzero(marks.worst < len(SEVERITIES))
    order = nodes[np.argsort(marks.worst[nodes], kind="stable")]
    findings: list[LicenceFinding] = []
    looked_at = 0
    for node in order[:models].tolist():
        if _enough(findings, limit, int(marks.worst[node])):
            break
        looked_at += 1
        reported = known.of(graph, node)
        findings += (one for one in reported if one.rule.id in wanted and filters.wants(one))
    findings.sort(key=_rank)
    with_unknown = not filters.licensor and (not filters.rules or UNKNOWN_RULE in filters.rules)
    unknown = Causes((), 0)
    if with_unknown:
        unknown = unknown_causes(graph, known.reaches, known.causes_total, within, causes)
    return StoreFindings(
        tuple(findings[:limit]),
        len(findings),
        dict(sorted(marks.counts.items())),
        looked_at,
        len(nodes),
        unknown.causes,
        unknown.total,
    )


def _rank(one: LicenceFinding) -> tuple[int, str, Iri, str]:
    return SEVERITIES.index(one.severity), one.rule.id, one.subject, one.message


def _enough(findings: Sequence[LicenceFinding], limit: int, severity: int) -> bool:
    """Whether further models, of this severity at worst, cannot change the list."""
    if len(findings) < limit:
        return False
    at_least = sum(SEVERITIES.index(one.severity) <= severity for one in findings)
    return at_least >= limit


def mark(graph: LicenceGraph, day: str = "", whole: Propagation | None = None) -> dict[str, Ints]:
    """The node numbers, by rule, of the models that it concerns or may concern."""
    day = day or graph.snapshot.day
    whole = whole or propagate(graph.index, graph.catalogue, day)
    by_rule: dict[str, list[Ints]] = {rule: [] for rule in RULES}
    for one in rule_marks(graph, whole, day):
        by_rule[one.rule].append(one.nodes)
    return {rule: _union(graph, marked) for rule, marked in by_rule.items()}


def _union(graph: LicenceGraph, marked: Iterable[Ints]) -> Ints:
    """Node numbers of several lists, ascending, each once."""
    flags = np.zeros(len(graph.index), np.bool_)
    for nodes in marked:
        flags[nodes] = True
    return np.flatnonzero(flags).astype(np.int32)


def _mark(
    graph: LicenceGraph, marked: Iterable[RuleMark], wanted: Iterable[str], within: Flags | None
) -> _Marks:
    marks = _Marks(np.full(len(graph.index), len(SEVERITIES), np.int8))
    by_rule: dict[str, list[Ints]] = defaultdict(list)
    for one in marked:
        nodes = one.nodes if within is None else one.nodes[within[one.nodes]]
        if len(nodes):
            by_rule[one.rule].append(nodes)
            if one.rule in wanted:
                marks.worst[nodes] = np.minimum(marks.worst[nodes], one.severity)
    marks.counts = {rule: len(_union(graph, stored)) for rule, stored in by_rule.items()}
    return marks


def _within(graph: LicenceGraph, filters: Filters) -> Flags | None:
    """A flag per node that passes the filters on developer and descent; None without these."""
    index = graph.index
    flags: Flags | None = None
    if filters.of is not None:
        flags = np.zeros(len(index), np.bool_)
        node = index.names.find(filters.of)
        if node is not None:
            flags[node] = True
            flags[closure(index.down, node, influences=True).nodes] = True
    if filters.developer:
        mine = _by_developer(graph, filters.developer)
        flags = mine if flags is None else flags & mine
    return flags


def _by_developer(graph: LicenceGraph, developer: str) -> Flags:
    """A flag per model of a developer, by its namespace or any name of the organisation.

    Where none matches, by namespaces that begin with the text: ``meta-l`` for meta-llama. Raises
    NotFound.
    """
    index = graph.index
    flags = np.zeros(len(index), np.bool_)
    names = {developer.lower()}
    with contextlib.suppress(NotFound, Ambiguous):  # a namespace need not be an organisation
        known = find_entity(graph.snapshot, developer, ("organization",)).iri
        parts = parts_of_organizations(graph.snapshot).get(known, ())
        names |= {short_id(one).lower() for one in (known, *parts)}
    for number, name in enumerate(index.names):
        flags[number] = namespace(name) in names
    for subject, _, creator, _ in graph.snapshot.quads(predicate=DCTERMS.creator):
        if isinstance(creator, Iri) and short_id(creator).lower() in names:
            node = index.names.find(subject)
            if node is not None:
                flags[node] = True
    start = developer.strip().lower()
    if not flags.any() and len(start) >= SHORTEST_PREFIX:
        for number, name in enumerate(index.names):
            flags[number] = namespace(name).startswith(start)
    if not flags.any():
        raise _unknown_namespace(graph, developer, "developer", ())
    return flags


def _unknown_namespace(graph: LicenceGraph, text: str, what: str, more: Iterable[str]) -> NotFound:
    known = {namespace(name) for name in graph.index.names} | {one.lower() for one in more}
    return NotFound(text, what, difflib.get_close_matches(text.lower(), sorted(known), 3, 0.6))


def _check_licensor(graph: LicenceGraph, licensor: str) -> None:
    """Raise NotFound for a licensor that is no namespace of a licence or a model."""
    licences = graph.catalogue.by_key.values()
    named = [space for one in licences for space in one.namespaces]
    wanted = licensor.lower()
    if wanted in (space.lower() for space in named):
        return
    if not any(namespace(name) == wanted for name in graph.index.names):
        raise _unknown_namespace(graph, licensor, "licensor", named)


def namespace(name: Iri) -> str:
    """The owner part of an entity's short id, in lower case."""
    return short_id(name).partition("/")[0].lower()


def _licensors(finding: LicenceFinding) -> set[str]:
    licence: Licence | None = finding.licence
    result = {one.lower() for one in licence.namespaces} if licence else set()
    if finding.holder is not None and finding.path:
        result.add(namespace(finding.holder))
    return result


def as_validation(findings: Iterable[LicenceFinding]) -> Iterator[ValidationFinding]:
    """Licence findings as validation findings, so that both go into one report.

    The rule is the shape; the message contains the clause and the path as proof.
    """
    for one in findings:
        clause = f" ({one.licence.name} {one.clause})" if one.licence and one.clause else ""
        path = f" [{path_text(one.path)}]" if one.path else ""
        yield ValidationFinding(
            severity=Severity.named(one.severity),
            focus=one.subject,
            path=DCTERMS.license,
            value=None,  # the message names both licences; neither is the value by itself
            message=f"{one.rule.id} {one.rule.name}: {one.message}{clause}{path}: {one.rule.fix}",
            shape=mint("licence-rule", one.rule.id),
            component="LicenceRule",
        )


def causes_as_validation(causes: Iterable[UnknownCause]) -> Iterator[ValidationFinding]:
    """Causes of unknown licences as validation findings, one for each cause."""
    for cause in causes:
        yield ValidationFinding(
            severity=Severity.named("Warning"),
            focus=cause.holder,
            path=DCTERMS.license,
            value=cause.licence.iri if cause.licence else None,
            message=cause.sentence,
            shape=mint("licence-rule", UNKNOWN_RULE),
            component="LicenceRule",
        )
