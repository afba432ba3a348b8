"""Models that could replace a parent whose terms block a planned use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from provenance_graph.core.iris import Iri
from provenance_graph.core.sizes import size_in_name
from provenance_graph.licences.evaluation import verdicts
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.applicability import ModelTraits
from provenance_graph.licences.inheritance.recorded import COMPLETE
from provenance_graph.licences.results import ALLOWED, CONDITIONAL, Verdict
from provenance_graph.licences.uses import PlannedUse
from provenance_graph.lineage.arrays import closure
from provenance_graph.lineage.index import MODEL

MAX_EVALUATED = 24
"""Models evaluated with their whole lineage for one parent, those with most children first."""

MAX_NAMED = 3
SIZE_FACTOR = 3
"""How many times larger or smaller than the parent an alternative may be."""


def alternatives(
    graph: LicenceGraph, parent: Iri, subject: Iri, plans: Sequence[PlannedUse], day: str
) -> tuple[Iri, ...]:
    """Up to three models of similar size and modality over which the planned uses are allowed.

    For each of them a developer's source states what it was made from, every licence above it is
    known, no restriction on its training data is on record, and nothing but notices is required.
    Models made from ``subject`` are left out.
    """
    fitting = []
    for name in _candidates(graph, parent, subject):
        now = graph.context(name, day=day)
        if now.lineage.state == COMPLETE and all(map(_is_free, verdicts(now, plans))):
            fitting.append(name)
        if len(fitting) == MAX_NAMED:
            break
    return tuple(fitting)


def _candidates(graph: LicenceGraph, parent: Iri, subject: Iri) -> Iterator[Iri]:
    """Models under open licences that are similar to the parent, those with most children first."""
    index = graph.index
    codes = [
        bool(licences) and all(graph.catalogue.licence(iri).openness == "open" for iri in licences)
        for licences in index.licences
    ]
    flags = np.array([*codes, False], np.bool_)[index.licence] & (index.kind == MODEL)
    for name in (parent, subject):
        node = index.names.find(name)
        if node is not None:
            flags[node] = False
            if name == subject:
                flags[closure(index.down, node, influences=True).nodes] = False
    children = np.diff(index.down.start)
    nodes = np.flatnonzero(flags & (children > 0))
    wanted = graph.traits(parent)
    evaluated = 0
    for node in nodes[np.argsort(-children[nodes], kind="stable")].tolist():
        name = index.names[node]
        if _is_like(wanted, graph.traits(name)):
            yield name
            evaluated += 1
            if evaluated == MAX_EVALUATED:
                return


def _is_like(wanted: ModelTraits, other: ModelTraits) -> bool:
    """Whether modality, outputs and size agree, as far as those of the parent are recorded.

    A size that no source states is read from the name. False where either has neither.
    """
    if wanted.multimodal is not None and other.multimodal is not wanted.multimodal:
        return False
    if not wanted.outputs <= other.outputs:
        return False
    size, its_size = _size(wanted), _size(other)
    if size is None or its_size is None:
        return False
    return size <= SIZE_FACTOR * its_size and its_size <= SIZE_FACTOR * size


def _size(model: ModelTraits) -> float | None:
    named = size_in_name(model.name)
    return model.size if model.size is not None or named is None else named[0]


def _is_free(verdict: Verdict) -> bool:
    """Whether the use is allowed, or conditional on notices alone."""
    return verdict.answer == ALLOWED or (
        verdict.answer == CONDITIONAL and all(one.kind == "notice" for one in verdict.reasons)
    )
