"""Which models of a whole store licence rules concern, without looking at each.

Most rules ask about one term at a time: such a rule is evaluated once for a declared licence and
one class of terms, and bit masks find the models (``whole`` tells which terms reach which model).
The others ask about terms together, or about how a model is joined to its parents: they are
evaluated once for every class of the few models that have what the rule asks about. The rules
themselves are those of ``rules``, so a store and a single model cannot be judged differently.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.passing import FIRST
from provenance_graph.licences.inheritance.whole import Bit, Propagation, Words, members
from provenance_graph.licences.results import Unknown
from provenance_graph.licences.rules.context import (
    SEVERITIES,
    ParentStep,
    Reaching,
    RuleMatch,
    begins,
)
from provenance_graph.licences.rules.rules import RULES
from provenance_graph.licences.texts.catalogue import Catalogue, Licence
from provenance_graph.licences.uses import PlannedUse
from provenance_graph.lineage.arrays import CODE, RELATIONS, Flags, Ints, Longs, spread
from provenance_graph.lineage.index import MODEL, LineageIndex
from provenance_graph.lineage.results import Edge
from provenance_graph.store.values import ANY

_STEPS = (PG.adapterOf, PG.quantizedFrom, PG.convertedFrom)
_ANYBODY = Iri("urn:any")

TERM_RULES = ("LR-01", "LR-02", "LR-03", "LR-06", "LR-07", "LR-08", "LR-15", "LR-16")
"""Rules that look at what is declared and at one term at a time."""


@dataclass(frozen=True)
class ClassContext:
    """Every model of a class; facts that differ inside a class are answered so that rules match."""

    catalogue: Catalogue
    declared: tuple[Licence, ...]
    terms: tuple[tuple[Bit, bool], ...] = ()
    parents: Sequence[ParentStep] = ()
    merged_parents: int = 0
    missing_prefixes: frozenset[str] = frozenset()
    files_without_licence: int = 0
    label_change: str = ""
    written_above: bool = False
    plans: Sequence[PlannedUse] = ()
    name: str = ""

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[Reaching]]:
        by_kind: dict[str, list[Reaching]] = {}
        for bit, settled in sorted(self.terms, key=lambda one: not one[1]):
            if bit.licence is not None:
                one = Reaching(bit.terms, bit.licence, settled)
                by_kind.setdefault(bit.terms.kind, []).append(one)
        return by_kind

    def reaching(self, kind: str = "terms") -> Sequence[Reaching]:
        """Classes of terms of a kind that reach the models, settled ones first."""
        return self._by_kind.get(kind, ())

    @cached_property
    def unknowns(self) -> Sequence[Unknown]:
        """One unknown where anything is: the model itself tells which."""
        own = not self.declared or not all(one.known for one in self.declared)
        above = any(bit.terms.kind in ("unknown", "ungranted") for bit, _ in self.terms)
        return [Unknown("", _ANYBODY, None)] if own or above else []

    def excepted(self, one: Reaching) -> bool:
        """Whether a ban excepts the models: they are under the same licence, or made from such."""
        if not any(c.key == "banned-unless-same-licence" for c in one.licence.passes.values()):
            return False
        return any(own.iri == one.licence.iri for own in self.declared) or any(
            bit.licence is not None
            and bit.licence.iri == one.licence.iri
            and bit.terms.limits
            and settled
            for bit, settled in self.terms
        )

    def through_data(self, _: Reaching) -> bool | None:
        """Paths tell, and a class has none."""
        return None

    def model_wrote(self, _: Reaching) -> bool:
        """Perhaps, where a model wrote data somewhere above."""
        return self.written_above

    def lacks_prefix(self, prefix: str) -> bool:
        """Whether the models' names do not begin with a prefix."""
        return prefix in self.missing_prefixes

    def shows(self, _: Licence) -> bool:
        """Perhaps not."""
        return False

    def excluded(self, use: str) -> Iterator[RuleMatch]:
        """Clauses that may exclude a use."""
        reaching = [(key, r.licence) for r in self.reaching() for key in r.terms.conditions]
        own = [(key, licence) for licence in self.declared for key in licence.restrictions]
        for key, licence in (*own, *reaching):
            blocks = use in self.catalogue.conditions[key].blocks
            if blocks and licence.clause(key).applies.limits_models:
                yield RuleMatch("", licence)

    def thresholds(self) -> Iterator[RuleMatch]:
        """None: a pass over a store has no plans."""
        return iter(())

    def dated(self) -> Iterator[tuple[Licence, Iri | None, tuple[Edge, ...]]]:
        """Licences declared and above."""
        for licence in (*self.declared, *(one.licence for one in self.reaching())):
            yield licence, None, ()

    def text_note(self, _: Licence) -> str:
        """Not known of a class."""
        return ""

    def holder(self, _: Reaching) -> str:
        """Not known of a class."""
        return ""

    def match(
        self, message: str, one: Reaching, condition: str = "", severity: str = ""
    ) -> RuleMatch:
        """A match about something inherited, without holder and path."""
        return RuleMatch(
            message, one.licence, one.licence.clause(condition).place, None, (), severity
        )


@dataclass(frozen=True, slots=True)
class RuleMark:
    """Models that a rule concerns, or may concern, with the severity of the match."""

    rule: str
    severity: int
    nodes: Ints


def rule_marks(graph: LicenceGraph, whole: Propagation, day: str = "") -> Iterator[RuleMark]:
    """Every rule over every model of a store, by the texts in force on a day.

    A model may be marked by one rule several times, with different severities.
    """
    models = np.flatnonzero(graph.index.kind == MODEL).astype(np.int32)
    if len(models):
        yield from _by_term(graph, whole, models, day)
        yield from _by_class(_Facts(graph, whole, models, day))


def _matches(context: ClassContext, rules: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The rules that a context matches, with each severity of a match."""
    documented = context.catalogue.rules
    for rule in rules:
        for match in RULES[rule](context):
            yield rule, SEVERITIES.index(match.severity or documented[rule].severity)


def _by_term(graph: LicenceGraph, whole: Propagation, models: Ints, day: str) -> Iterator[RuleMark]:
    declared_codes = graph.index.licence[models]
    order = np.argsort(declared_codes, kind="stable")
    ends = np.flatnonzero(np.diff(declared_codes[order])) + 1
    for nodes in np.split(models[order], ends):
        declared = graph.held(int(nodes[0]), day)
        own = set(_matches(ClassContext(graph.catalogue, declared), TERM_RULES))
        for rule, severity in own:
            yield RuleMark(rule, severity, nodes)
        first, second = whole.first[nodes], whole.second[nodes]
        masks = _term_masks(graph.catalogue, declared, whole, (first, second))
        for (rule, severity), (settled, unsettled) in masks.items():
            if (rule, severity) not in own:
                bits = (first & whole.mask(settled)) | (second & whole.mask(unsettled))
                yield RuleMark(rule, severity, nodes[bits.any(axis=1)])


Masks = dict[tuple[str, int], tuple[list[int], list[int]]]


def _term_masks(
    catalogue: Catalogue,
    declared: tuple[Licence, ...],
    whole: Propagation,
    states: tuple[Words, Words],
) -> Masks:
    """Per rule and severity the bits, settled and unsettled, with which it matches."""
    masks: Masks = defaultdict(lambda: ([], []))
    for place, words in enumerate(states):
        for number in members(np.bitwise_or.reduce(words, axis=0)):
            term = (whole.bits[number], place == 0)
            for key in set(_matches(ClassContext(catalogue, declared, (term,)), TERM_RULES)):
                masks[key][place].append(number)
    return masks


class _Facts:
    """What rules ask of models besides the terms that reach them, column by column."""

    def __init__(self, graph: LicenceGraph, whole: Propagation, models: Ints, day: str) -> None:
        self.graph, self.whole, self.models, self.day = graph, whole, models, day
        index, snapshot = graph.index, graph.snapshot
        self.steps, self.merged = _steps(index)
        self.prefixes, self.prefix_sets = _missing_prefixes(index, whole)
        self.files = _flag(index, _with_files(snapshot))
        self.relabelled = _flag(index, _relabelled(snapshot))
        self.written = _below_written(index)

    def bits(self, kind: str = "", *conditions: str) -> Words:
        """The bits of a kind of terms, or of terms with one of some conditions."""
        return self.whole.mask(
            [
                number
                for number, bit in enumerate(self.whole.bits)
                if bit.terms.kind == kind or not set(conditions).isdisjoint(bit.terms.conditions)
            ]
        )

    def context(self, node: int) -> ClassContext:
        """A model, standing for all that have the same facts."""
        graph, whole = self.graph, self.whole
        return ClassContext(
            graph.catalogue,
            graph.held(node, self.day),
            tuple((whole.bits[bit], settled) for bit, settled in _states(whole, node)),
            [_step(graph, one, self.day) for one in _steps_of(graph.index, node)],
            int(self.merged[node]),
            self.prefix_sets[int(self.prefixes[node])],
            int(self.files[node]),
            "labels differ" if self.relabelled[node] else "",
            bool(self.written[node]),
        )


Scope = tuple[tuple[str, ...], Flags, list[Longs]]


def _scopes(facts: _Facts) -> Iterator[Scope]:
    """Rules, the nodes that have what they ask about, and the columns that they read."""
    first, second = facts.whole.first, facts.whole.second
    licence = facts.graph.index.licence.astype(np.int64)
    prefixed = first & facts.bits("", "name-prefix")
    yield ("LR-04",), facts.prefixes > 0, [licence, facts.prefixes, *_words(prefixed)]
    banned = (second & facts.bits("ban")).any(axis=1)
    from_outputs = banned | (facts.written & second.any(axis=1))
    written = facts.written.astype(np.int64)
    yield ("LR-05", "LR-13"), from_outputs, [licence, written, *_words(first), *_words(second)]
    alike = first & facts.bits("", "share-alike")
    yield ("LR-10",), (facts.merged > 1) & alike.any(axis=1), _words(alike)
    yield ("LR-11", "LR-12"), facts.steps > 0, [licence, facts.steps]
    yield ("LR-14",), facts.files, [licence]
    yield ("LR-16",), facts.relabelled, [licence]


def _by_class(facts: _Facts) -> Iterator[RuleMark]:
    for rules, flags, columns in _scopes(facts):
        nodes = facts.models[flags[facts.models]]
        if not len(nodes):
            continue
        code = _codes([column[nodes] for column in columns])
        order = np.argsort(code, kind="stable")
        for alike in np.split(nodes[order], np.flatnonzero(np.diff(code[order])) + 1):
            for rule, severity in set(_matches(facts.context(int(alike[0])), rules)):
                yield RuleMark(rule, severity, alike)


def _states(whole: Propagation, node: int) -> Iterator[tuple[int, bool]]:
    for bit in members(whole.first[node]):
        yield bit, True
    for bit in members(whole.second[node]):
        yield bit, False


def _words(words: NDArray[np.uint64]) -> list[Longs]:
    return [words[:, column].view(np.int64) for column in range(words.shape[1])]


def _codes(columns: Sequence[Longs]) -> Longs:
    """Rows numbered by their content, without building wide keys."""
    code = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        if column.min() == column.max():
            continue
        _, inverse = np.unique(column, return_inverse=True)
        code = code * (int(inverse.max()) + 1) + inverse
        _, code = np.unique(code, return_inverse=True)
    return code.astype(np.int64)


def _distinct(values: Longs) -> Longs:
    """Values in order, each once; several times faster than ``np.unique`` on many."""
    ordered: Longs = np.sort(values)
    distinct: Longs = ordered[np.diff(ordered, prepend=-1) != 0]
    return distinct


def _steps(index: LineageIndex) -> tuple[Longs, Longs]:
    """Per node the number of how it is joined to its parents, and how many were merged into it.

    Joined alike are nodes with the same relations to parents of the same licences; 0 has none.
    Of merged parents none, one and more than one are distinguished.
    """
    up = index.up
    child = np.repeat(np.arange(len(index), dtype=np.int64), np.diff(up.start))
    merging = up.code == CODE[PG.mergedFrom]
    pairs = _distinct(child[merging] * len(index) + up.other[merging]) // max(1, len(index))
    merged = np.minimum(np.bincount(pairs, minlength=len(index)), 2).astype(np.int64)
    wanted = np.isin(up.code, [CODE[one] for one in _STEPS])
    kinds = len(index.licences) + 1
    step = up.code[wanted].astype(np.int64) * kinds + index.licence[up.other[wanted]] + 1
    width = len(RELATIONS) * kinds
    rows = _distinct(child[wanted] * width + step)
    child, step = rows // width, rows % width
    codes = np.zeros(len(index), np.int64)
    if len(child):
        start = np.flatnonzero(np.diff(child, prepend=-1))
        nodes, count = child[start], np.diff(start, append=len(child))
        place = np.arange(len(child)) - np.repeat(start, count)
        columns = []
        for number in range(int(count.max())):
            column = np.zeros(len(index), np.int64)
            column[child[place == number]] = step[place == number] + 1
            columns.append(column[nodes])
        codes[nodes] = _codes(columns) + 1
    return codes, merged


def _steps_of(index: LineageIndex, node: int) -> list[tuple[int, int]]:
    """The relations of a node to its parents, each with the parent's licence."""
    wanted = {CODE[one] for one in _STEPS}
    up = index.up
    return sorted(
        {
            (int(up.code[place]), int(index.licence[up.other[place]]))
            for place in up.edges_of(node)
            if int(up.code[place]) in wanted
        }
    )


def _step(graph: LicenceGraph, step: tuple[int, int], day: str) -> ParentStep:
    code, licence = step
    catalogue = graph.catalogue
    licences = graph.index.licences[licence] if licence >= 0 else ()
    read = tuple(catalogue.in_force(catalogue.licence(iri), day) for iri in licences)
    return ParentStep(RELATIONS[code], read)


def _missing_prefixes(
    index: LineageIndex, whole: Propagation
) -> tuple[Longs, list[frozenset[str]]]:
    """Per node the number of the set of name prefixes that it owes and its name lacks."""
    owed: dict[str, list[int]] = {}
    for number, bit in enumerate(whole.bits):
        if bit.licence is not None and "name-prefix" in bit.terms.conditions:
            owed.setdefault(bit.licence.prefix, []).append(number)
    lacking: dict[int, set[str]] = {}
    for prefix, bits in owed.items():
        for node in np.flatnonzero(whole.having(bits, FIRST)).tolist():
            if not begins(local_name(index.names[node]), prefix):
                lacking.setdefault(node, set()).add(prefix)
    codes = np.zeros(len(index), np.int64)
    number_of: dict[frozenset[str], int] = {frozenset(): 0}
    for node, prefixes in lacking.items():
        codes[node] = number_of.setdefault(frozenset(prefixes), len(number_of))
    return codes, list(number_of)


def _flag(index: LineageIndex, names: Iterator[Iri]) -> Flags:
    flags = np.zeros(len(index), np.bool_)
    nodes = [node for name in names if (node := index.names.find(name)) is not None]
    flags[nodes] = True
    return flags


def _below_written(index: LineageIndex) -> Flags:
    """Which nodes descend from data that a model wrote."""
    up, down = index.up, index.down
    child = np.repeat(np.arange(len(index), dtype=np.int32), np.diff(up.start))
    fresh = np.unique(child[up.code == CODE[PG.generatedBy]])
    flags = np.zeros(len(index), np.bool_)
    while len(fresh):
        flags[fresh] = True
        below = down.other[spread(down.start, down.start[1:], fresh)]
        fresh = np.unique(below[~flags[below]])
    return flags


def _with_files(snapshot: AcceptedSnapshot) -> Iterator[Iri]:
    for _, _, owner, _ in snapshot.quads(predicate=PG.artifactOf):
        if isinstance(owner, Iri):
            yield owner


def _relabelled(snapshot: AcceptedSnapshot) -> Iterator[Iri]:
    """Models with a label that ended, or with a version that has a label of its own."""
    for node, _, _, record in snapshot.quads(
        predicate=PG.property, object=DCTERMS.license, graph=ANY
    ):
        stated = {p: o for _, p, o, _ in snapshot.quads(node, graph=record)}
        about = stated.get(PG.about)
        if PG.validUntil in stated and isinstance(about, Iri):
            yield snapshot.canonical(about)
    for version, _, whole, _ in snapshot.quads(predicate=PROV.specializationOf):
        if isinstance(whole, Iri) and snapshot.value(version, DCTERMS.license) is not None:
            yield snapshot.canonical(whole)
