"""Models by what licence rules ask of them: each class is looked at once for a whole store.

Two models are in one class when they declare the same licences, the same terms reach them in the
same states, they are joined to their parents alike, and the few facts of their own that rules ask
(a missing name prefix, recorded files, a changed label) agree.
"""

from __future__ import annotations

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
from provenance_graph.licences.inheritance.whole import Bit, Propagation, members
from provenance_graph.licences.results import Unknown
from provenance_graph.licences.rules.context import (
    ParentStep,
    Reaching,
    RuleMatch,
    begins,
)
from provenance_graph.licences.texts.catalogue import Catalogue, Licence
from provenance_graph.licences.uses import PlannedUse
from provenance_graph.lineage.arrays import CODE, RELATIONS, Flags, Ints, Longs, spread
from provenance_graph.lineage.index import MODEL, LineageIndex
from provenance_graph.lineage.results import Edge
from provenance_graph.store.values import ANY

_STEPS = (PG.adapterOf, PG.quantizedFrom, PG.convertedFrom)
_ANYBODY = Iri("urn:any")


@dataclass(frozen=True)
class ClassContext:
    """Every model of a class; facts that differ inside a class are answered so that rules match."""

    catalogue: Catalogue
    declared: tuple[Licence, ...]
    terms: tuple[tuple[Bit, bool], ...]
    parents: Sequence[ParentStep]
    merged_parents: int
    missing_prefixes: frozenset[str]
    files_without_licence: int
    label_change: str
    written_above: bool
    plans: Sequence[PlannedUse] = ()
    name: str = ""

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[Reaching]]:
        reachings: dict[str, list[Reaching]] = {}
        for bit, settled in sorted(self.terms, key=lambda one: not one[1]):
            if bit.licence is not None:
                one = Reaching(bit.terms, bit.licence, settled)
                reachings.setdefault(bit.terms.kind, []).append(one)
        return reachings

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


@dataclass(frozen=True)
class ModelClass:
    """A class and the numbers of its models."""

    context: ClassContext
    nodes: Ints


def model_classes(graph: LicenceGraph, whole: Propagation, day: str = "") -> Iterator[ModelClass]:
    """Every model of a store, by class; licences by the texts in force on a day."""
    snapshot, index, catalogue = graph.snapshot, graph.index, graph.catalogue
    models = np.flatnonzero(index.kind == MODEL).astype(np.int32)
    if not len(models):
        return
    steps, step_sets = _steps(index)
    prefixes, prefix_sets = _missing_prefixes(index, whole)
    files = _flag(index, _with_files(snapshot))
    changed = _flag(index, _relabelled(snapshot))
    written = _below_written(index)
    columns = [
        index.licence.astype(np.int64), steps, prefixes, files.astype(np.int64),
        changed.astype(np.int64), written.astype(np.int64), *_words(whole.first), *_words(whole.second),
    ]  # fmt: skip
    code = _codes([column[models] for column in columns])
    order = np.argsort(code, kind="stable")
    ends = np.flatnonzero(np.diff(code[order], append=code.max() + 1)) + 1
    start = 0
    for end in ends.tolist():
        nodes = models[order[start:end]]
        start = end
        node = int(nodes[0])
        parents, merged = step_sets[int(steps[node])]
        yield ModelClass(
            ClassContext(
                catalogue,
                graph.held(node, day),
                tuple((whole.bits[bit], settled) for bit, settled in sorted(_states(whole, node))),
                [_step(graph, one, day) for one in parents],
                merged,
                prefix_sets[int(prefixes[node])],
                int(files[node]),
                "labels differ" if changed[node] else "",
                bool(written[node]),
            ),
            np.sort(nodes),
        )


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


Steps = tuple[tuple[tuple[int, int], ...], int]


def _steps(index: LineageIndex) -> tuple[Longs, list[Steps]]:
    """Per node the number of how it is joined to its parents.

    That is: relations with the parents' licences, and how many were merged (none, one, more).
    """
    up = index.up
    child = np.repeat(np.arange(len(index), dtype=np.int32), np.diff(up.start))
    wanted = np.isin(up.code, [CODE[one] for one in (*_STEPS, PG.mergedFrom)])
    result: dict[int, set[tuple[int, int]]] = {}
    merged: dict[int, set[int]] = {}
    rows = zip(child[wanted].tolist(), up.code[wanted].tolist(), up.other[wanted].tolist(), strict=True)  # fmt: skip
    for node, code, parent in rows:
        if code == CODE[PG.mergedFrom]:
            merged.setdefault(node, set()).add(parent)
        else:
            result.setdefault(node, set()).add((code, int(index.licence[parent])))
    codes = np.zeros(len(index), np.int64)
    number: dict[Steps, int] = {((), 0): 0}
    for node in result.keys() | merged.keys():
        key = (tuple(sorted(result.get(node, ()))), min(len(merged.get(node, ())), 2))
        codes[node] = number.setdefault(key, len(number))
    return codes, list(number)


def _step(graph: LicenceGraph, step: tuple[int, int], day: str) -> ParentStep:
    code, licence = step
    catalogue = graph.catalogue
    stored = graph.index.licences[licence] if licence >= 0 else ()
    read = tuple(catalogue.in_force(catalogue.licence(iri), day) for iri in stored)
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
        reported = {p: o for _, p, o, _ in snapshot.quads(node, graph=record)}
        about = reported.get(PG.about)
        if PG.validUntil in reported and isinstance(about, Iri):
            yield snapshot.canonical(about)
    for version, _, whole, _ in snapshot.quads(predicate=PROV.specializationOf):
        if isinstance(whole, Iri) and snapshot.value(version, DCTERMS.license) is not None:
            yield snapshot.canonical(whole)
