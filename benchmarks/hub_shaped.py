"""A lineage with a model hub's shape, as numbers only: most bases are popular, some deep.

About 60 % of models have a base, one in twenty of those is a merge of two to five, popular roots
gather a large share of all derivatives, and chains go to about fifteen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.lineage.arrays import CODE, DERIVED, RELATIONS, pack
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.lineage.names import PackedNames

LICENCES = (
    ("http://spdx.org/licenses/Apache-2.0", 0.38),
    ("http://spdx.org/licenses/MIT", 0.14),
    ("http://spdx.org/licenses/CC-BY-NC-4.0", 0.06),
    ("http://spdx.org/licenses/CC-BY-SA-4.0", 0.03),
    ("https://w3id.org/provenance-graph/id/licence/llama-2", 0.06),
    ("https://w3id.org/provenance-graph/id/licence/llama-3.1", 0.12),
    ("https://w3id.org/provenance-graph/id/licence/gemma", 0.05),
    ("https://w3id.org/provenance-graph/id/licence/creativeml-openrail-m", 0.06),
    ("https://w3id.org/provenance-graph/id/licence/hub-other", 0.10),
)


@dataclass(frozen=True)
class Hub:
    """Edges by number (child to parent) and for each model the index of its licence, or -1.

    Numbers from ``models`` on are datasets.
    """

    models: int
    datasets: int
    child: NDArray[np.int32]
    parent: NDArray[np.int32]
    code: NDArray[np.uint8]
    licence: NDArray[np.int32]

    @property
    def edges(self) -> int:
        """The number of edges."""
        return len(self.child)


def generate(models: int, seed: int = 1) -> Hub:
    """A hub of ``models`` models; the same seed gives the same hub."""
    rng = np.random.default_rng(seed)
    roots = max(20, models // 2000)
    number = np.arange(models)
    derived = (rng.random(models) < 0.62) & (number >= roots)
    merged = derived & (rng.random(models) < 0.05)
    draws = np.where(merged, rng.integers(2, 6, models), derived.astype(np.int64))
    draws = np.where(derived, draws + rng.integers(0, 2, models) * (draws > 0), 0)
    child = np.repeat(number, draws)
    u, r = rng.random(len(child)), rng.random(len(child))
    popular = np.minimum(rng.zipf(1.35, len(child)) - 1, roots - 1)
    earlier = (r * child).astype(np.int64)
    recent = np.maximum(0, child - 1 - (r * np.minimum(child, 300)).astype(np.int64))
    parent = np.where(u < 0.55, popular, np.where(u < 0.9, earlier, recent))
    kinds = np.array([CODE[k] for k in (PG.quantizedFrom, PG.fineTunedFrom, PG.adapterOf)])
    own = kinds[np.searchsorted([0.45, 0.8], rng.random(models))]
    code = np.where(merged[child], CODE[PG.mergedFrom], own[child])
    datasets = max(10, models // 5)
    trained = np.repeat(number, (rng.random(models) < 0.3) * rng.integers(1, 4, models))
    popular_sets = np.minimum(rng.zipf(1.25, len(trained)) - 1, datasets - 1)
    sets = np.where(
        rng.random(len(trained)) < 0.5, popular_sets, rng.integers(0, datasets, len(trained))
    )
    child = np.concatenate([child, trained])
    parent = np.concatenate([parent, models + sets])
    code = np.concatenate([code, np.full(len(trained), CODE[PG.trainedOn])])
    edges = np.unique(np.stack([child, parent, code], axis=1), axis=0)
    weights = np.array([w for _, w in LICENCES])
    licence = rng.choice(len(LICENCES), models, p=weights / weights.sum()).astype(np.int32)
    licence[rng.random(models) < 0.6] = -1
    licence = np.concatenate([licence, rng.integers(-1, 4, datasets).astype(np.int32)])
    return Hub(
        models,
        datasets,
        *(edges[:, i].astype(t) for i, t in enumerate((np.int32, np.int32, np.uint8))),
        licence,
    )


def iri(hub: Hub, number: int) -> str:
    """The IRI of a model or dataset."""
    kind = "model" if number < hub.models else "dataset"
    return f"https://w3id.org/provenance-graph/id/{kind}/org{number % 97003}/{kind}-{number:08d}"


def quads(hub: Hub) -> Iterator[bytes]:
    """Yield the hub as N-Triples, with the general relation beside each derivation."""
    for child, parent, code in zip(
        hub.child.tolist(), hub.parent.tolist(), hub.code.tolist(), strict=True
    ):
        c, p = iri(hub, child), iri(hub, parent)
        above = PROV.wasDerivedFrom if code < DERIVED else PROV.wasInfluencedBy
        yield f"<{c}> <{RELATIONS[code]}> <{p}> .\n<{c}> <{above}> <{p}> .\n".encode()
    for number, licence in enumerate(hub.licence.tolist()):
        if licence >= 0:
            yield f"<{iri(hub, number)}> <{DCTERMS.license}> <{LICENCES[licence][0]}> .\n".encode()


def index(hub: Hub) -> LineageIndex:
    """The lineage index of a generated hub, with the hub's numbers."""
    count = hub.models + hub.datasets
    raw = [b"\x01model/%08d" % number for number in range(count)]
    kind = (np.arange(count) >= hub.models).astype(np.uint8)
    flags = np.zeros(hub.edges, np.bool_)
    names = PackedNames.of_sorted(raw)
    return LineageIndex(
        "generated",
        names,
        pack(count, hub.child, hub.parent, hub.code, flags),
        pack(count, hub.parent, hub.child, hub.code, flags),
        kind,
        np.arange(count, dtype=np.int32) // 20,
        hub.licence,
        tuple((Iri(name),) for name, _ in LICENCES),
        names.nested(),
    )
