"""Causes of unknown licences, with the number of models that each affects."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from provenance_graph.core.iris import Iri, short_id
from provenance_graph.licences.answers import CauseAnswer
from provenance_graph.licences.context import why_unknown
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.inherit import relicensed
from provenance_graph.licences.inheritance.passing import (
    FIRST,
    SECOND,
    TermClass,
    classes,
    edge_type,
)
from provenance_graph.licences.inheritance.whole import Propagation
from provenance_graph.licences.texts.catalogue import Licence
from provenance_graph.lineage.arrays import DERIVED, Flags, Ints
from provenance_graph.lineage.index import DATASET, KINDS, MODEL
from provenance_graph.lineage.results import named

MAX_CAUSES_COUNTED = 5_000
"""Entities of unknown licence whose dependants are counted, those with most children first."""


@dataclass(frozen=True, slots=True)
class UnknownCause:
    """An entity of unknown licence, and the number of models that it makes unknown.

    ``along_weights`` counts the models that its terms reach along weights alone.
    """

    holder: Iri
    kind: str
    why: str
    licence: Licence | None
    models: int
    along_weights: int

    @property
    def sentence(self) -> str:
        """The cause in words: "218 models rest on The Pile: …"."""
        rest = "model rests" if self.models == 1 else "models rest"
        return f"{self.models:,} {rest} on {short_id(self.holder)}: {self.why}"

    def to_json(self) -> CauseAnswer:
        """As JSON."""
        return {
            "holder": named(self.holder),
            "kind": self.kind,
            "why": self.why,
            "licence": self.licence.to_json() if self.licence else None,
            "models": self.models,
            "alongWeights": self.along_weights,
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class Causes:
    """The causes with most models, and the number of all causes."""

    causes: tuple[UnknownCause, ...]
    total: int


@dataclass(frozen=True, slots=True)
class CauseModels:
    """An entity of unknown licence and the numbers of the models that it makes unknown.

    ``along_weights`` are the models that its terms reach along weights alone.
    """

    node: int
    why: str
    licence: Licence | None
    models: Ints
    along_weights: Ints


def unknown_causes(
    graph: LicenceGraph, reached: Sequence[CauseModels], more: int, within: Flags | None, limit: int
) -> Causes:
    """Causes of unknown licences among the models ``within``, most models first.

    ``more`` is the number of causes whose models were not followed; it is added to the total.
    """
    results = []
    for one in reached:
        models = _count(one.models, within)
        if models:
            name = graph.index.names[one.node]
            kind = KINDS[int(graph.index.kind[one.node])]
            weights = _count(one.along_weights, within)
            results.append(UnknownCause(name, kind, one.why, one.licence, models, weights))
    results.sort(key=lambda one: (-one.models, one.holder))
    return Causes(tuple(results[:limit]), len(results) + more)


def _count(nodes: Ints, within: Flags | None) -> int:
    return len(nodes) if within is None else int(within[nodes].sum())


def reaches(graph: LicenceGraph, whole: Propagation) -> tuple[list[CauseModels], int]:
    """The models that each cause of unknown licences reaches, and the number of causes skipped."""
    index = graph.index
    bits = [n for n, bit in enumerate(whole.bits) if bit.terms.kind in ("unknown", "ungranted")]
    holds = np.asarray((whole.own & whole.mask(bits)).any(axis=1), np.bool_)
    children = np.diff(index.down.start)
    nodes = np.flatnonzero(holds & (children > 0))
    nodes = nodes[np.argsort(-children[nodes], kind="stable")]
    licensed = whole.licensed
    followed = [
        _dependent_models(graph, node, licensed) for node in nodes[:MAX_CAUSES_COUNTED].tolist()
    ]
    results = [one for one in followed if len(one.models)]
    return results, max(0, len(nodes) - MAX_CAUSES_COUNTED)


def _dependent_models(graph: LicenceGraph, node: int, licensed: Flags) -> CauseModels:
    index, catalogue = graph.index, graph.catalogue
    stored = [catalogue.licence(iri) for iri in index.licences_of(node)]
    unknown = next((one for one in stored if not one.known), None)
    licence = unknown or (stored[0] if stored else None)
    reached: dict[int, int] = {}
    kind = "unknown"
    for one in stored or [Licence(index.names[node])]:
        for terms in classes(one, catalogue, bool(index.kind[node] == DATASET)):
            if terms.kind in ("unknown", "ungranted"):
                kind = terms.kind
                _spread(graph, node, terms, licensed, reached)
    hit = sorted(n for n in reached if index.kind[n] == MODEL)
    unread = "" if licence else graph.claims.unread_label(index.names[node])
    return CauseModels(
        node,
        unread or why_unknown(licence, kind, KINDS[int(index.kind[node])]),
        licence,
        np.array(hit, np.int32),
        np.array([n for n in hit if reached[n] == FIRST], np.int32),
    )


def _spread(
    graph: LicenceGraph, origin: int, terms: TermClass, licensed: Flags, reached: dict[int, int]
) -> None:
    """Record in ``reached`` every node that a class of terms reaches, with its best state there."""
    index = graph.index
    down = index.down
    seen: set[tuple[int, int]] = set()
    waiting: deque[tuple[int, int]] = deque([(origin, FIRST)])
    while waiting:
        node, state = waiting.popleft()
        steps = terms.first if state == FIRST else terms.second
        for position in down.edges_of(node):
            child, code = int(down.other[position]), int(down.code[position])
            if (
                node == origin
                and code < DERIVED
                and relicensed(index, child, origin, bool(licensed[child]))
            ):
                continue
            after = steps[edge_type(code, bool(index.kind[child] == DATASET))]
            if after in (FIRST, SECOND) and (child, after) not in seen and child != origin:
                seen.add((child, after))
                reached[child] = min(after, reached.get(child, SECOND))
                waiting.append((child, after))
