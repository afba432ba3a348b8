"""The facts that licence rules read, as columns over every node of the lineage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from provenance_graph.acceptance.columns.wide import in_columns
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.passing import FIRST
from provenance_graph.licences.inheritance.whole import Propagation, Words, members
from provenance_graph.licences.rules.classes import ClassContext, Prefix
from provenance_graph.licences.rules.context import ParentStep
from provenance_graph.licences.rules.pairs import restricts
from provenance_graph.licences.rules.prefix import begins
from provenance_graph.lineage.arrays import CODE, RELATIONS, Flags, Ints, Longs, spread
from provenance_graph.lineage.index import LineageIndex

_STEPS = (PG.adapterOf, PG.quantizedFrom, PG.convertedFrom)


class RuleColumns:
    """The facts that rules read besides inherited terms, as columns over all nodes."""

    def __init__(self, graph: LicenceGraph, whole: Propagation, models: Ints, day: str) -> None:
        self.graph, self.whole, self.models, self.day = graph, whole, models, day
        index, snapshot = graph.index, graph.snapshot
        self.steps, self.merged = _steps(index)
        self.prefixes, self.prefix_sets = _missing_prefixes(index, whole)
        self.files = _flag(index, _with_files(snapshot))
        self.relabelled = _flag(index, _relabelled(snapshot))
        self.written = _below_written(index)
        self.restrictions = [
            key for key in graph.catalogue.conditions if restricts(graph.catalogue, key)
        ]
        self.alike = _declaring_alike(graph, day)

    def bits(self, kind: str = "", *conditions: str) -> Words:
        """A mask of the bits of a kind of terms, and of terms with one of some conditions."""
        return self.whole.mask(
            [
                number
                for number, bit in enumerate(self.whole.bits)
                if bit.terms.kind == kind or not set(conditions).isdisjoint(bit.terms.conditions)
            ]
        )

    def context(self, node: int) -> ClassContext:
        """The class context of a model, which stands for all models with the same facts."""
        graph, whole = self.graph, self.whole
        return ClassContext(
            graph.catalogue,
            graph.licences_at(node, self.day),
            tuple((whole.bits[bit], settled) for bit, settled in _states(whole, node)),
            [_step(graph, one, self.day) for one in _steps_of(graph.index, node)],
            int(self.merged[node]),
            self.prefix_sets[int(self.prefixes[node])],
            int(self.files[node]),
            "labels differ" if self.relabelled[node] else "",
            bool(self.written[node]),
        )


def _declaring_alike(graph: LicenceGraph, day: str) -> Flags:
    """A flag per node that declares a share-alike licence, by the texts in force on a day."""
    index, catalogue = graph.index, graph.catalogue
    texts = [
        [catalogue.in_force(catalogue.licence(iri), day) for iri in stored]
        for stored in index.licences
    ]
    alike = [any("share-alike" in one.conditions for one in stored) for stored in texts]
    return np.array([*alike, False], np.bool_)[index.licence]


def _states(whole: Propagation, node: int) -> Iterator[tuple[int, bool]]:
    for bit in members(whole.first[node]):
        yield bit, True
    for bit in members(whole.second[node]):
        yield bit, False


def numbered(columns: Sequence[Longs]) -> Longs:
    """A number per row, equal for rows of equal content; made without building wide keys."""
    code = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        if column.min() == column.max():
            continue
        _, inverse = np.unique(column, return_inverse=True)
        code = code * (int(inverse.max()) + 1) + inverse
        _, code = np.unique(code, return_inverse=True)
    return code.astype(np.int64)


def _distinct(values: Longs) -> Longs:
    """The distinct values, ascending; several times faster than ``np.unique`` on many."""
    ordered: Longs = np.sort(values)
    distinct: Longs = ordered[np.diff(ordered, prepend=-1) != 0]
    return distinct


def _steps(index: LineageIndex) -> tuple[Longs, Longs]:
    """Per node, the number of its set of (relation, parent licence), and of its merged parents.

    Nodes with the same set have the same number; 0 has no such relation. Merged parents are counted
    as 0, 1 or 2 (two or more).
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
        position = np.arange(len(child)) - np.repeat(start, count)
        columns = []
        for number in range(int(count.max())):
            column = np.zeros(len(index), np.int64)
            column[child[position == number]] = step[position == number] + 1
            columns.append(column[nodes])
        codes[nodes] = numbered(columns) + 1
    return codes, merged


def _steps_of(index: LineageIndex, node: int) -> list[tuple[int, int]]:
    """The distinct pairs of relation code and licence code of a node's parents, sorted."""
    wanted = {CODE[one] for one in _STEPS}
    up = index.up
    return sorted(
        {
            (int(up.code[position]), int(index.licence[up.other[position]]))
            for position in up.edges_of(node)
            if int(up.code[position]) in wanted
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
) -> tuple[Longs, list[frozenset[Prefix]]]:
    """Per node, the number of the set of name prefixes that it needs and lacks; and the sets."""
    owed: dict[Prefix, list[int]] = {}
    for number, bit in enumerate(whole.bits):
        if bit.licence is not None and "name-prefix" in bit.terms.conditions:
            owed.setdefault((bit.licence.prefix, bit.licence.namespaces), []).append(number)
    lacking: dict[int, set[Prefix]] = {}
    for prefix, bits in owed.items():
        for node in np.flatnonzero(whole.having(bits, FIRST)).tolist():
            if not begins(local_name(index.names[node]), *prefix):
                lacking.setdefault(node, set()).add(prefix)
    codes = np.zeros(len(index), np.int64)
    number_of: dict[frozenset[Prefix], int] = {frozenset(): 0}
    for node, prefixes in lacking.items():
        codes[node] = number_of.setdefault(frozenset(prefixes), len(number_of))
    return codes, list(number_of)


def _flag(index: LineageIndex, names: Iterator[Iri]) -> Flags:
    flags = np.zeros(len(index), np.bool_)
    nodes = [node for name in names if (node := index.names.find(name)) is not None]
    flags[nodes] = True
    return flags


def _below_written(index: LineageIndex) -> Flags:
    """A flag per node that is, or descends from, data that a model wrote."""
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
    wide = snapshot if snapshot.as_of else in_columns(snapshot)
    yield from map(snapshot.canonical, wide.ended(DCTERMS.license))
    labelled = {version for version, *_ in wide.quads(predicate=DCTERMS.license)}
    for version, _, whole, _ in wide.quads(predicate=PROV.specializationOf):
        if isinstance(whole, Iri) and version in labelled:
            yield snapshot.canonical(whole)
