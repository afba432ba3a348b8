"""Validation of the whole store, of some nodes and of one record; pyshacl on a hundredth.

Run: ``pytest benchmarks/bench_shapes.py -p no:cacheprovider --benchmark-only -o python_files='bench_*.py'``
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Header, Literal, Quad, Record
from provenance_graph.core.literals import day, double, integer
from provenance_graph.core.rdf import engine_quad
from provenance_graph.core.resources import ontology_files
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.shapes import validate_store
from provenance_graph.shapes.model import ACCEPTED_VIEW
from provenance_graph.shapes.setbased import (
    affected,
    validate_record,
    validate_subjects,
)
from provenance_graph.store.memory import MemoryStore
from tools.shacl_reference import graph_of, reference_findings, shapes_graph

MODELS = 5_000


def model_quads(count: int, seed: int = 1) -> Iterator[Quad]:
    """Yield about twenty facts per model, three in five with a parent; one in fifty has a fault."""
    chance = random.Random(seed)
    for n in range(count):
        model = iris.model(f"org{n % 97}/model-{n}")
        heads = chance.choice([16, 32, 64])
        date = day(
            f"20{chance.randint(20, 25)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        )
        assert date is not None
        facts: list[tuple[iris.Iri, iris.Iri | Literal]] = [
            (RDF.type, PG.Model),
            (SCHEMA.name, Literal(f"Model {n}")),
            (DCTERMS.creator, iris.organization(f"org {n % 97}")),
            (
                DCTERMS.license,
                iris.Iri("http://spdx.org/licenses/" + chance.choice(["MIT", "Apache-2.0"])),
            ),
            (DCTERMS.issued, date.literal),
            (PG.parameterCount, integer(chance.randint(10**8, 10**12))),
            (PG.contextLength, integer(chance.choice([4096, 131072]))),
            (PG.sparsity, PG.Dense),
            (PG.attentionMechanism, PG.GroupedQueryAttention),
            (PG.attentionHeadCount, integer(heads)),
            (PG.keyValueHeadCount, integer(8)),
            (PG.hiddenSize, integer(4096)),
            (PG.layerCount, integer(32)),
            (PG.positionEmbedding, PG.RotaryPositionEmbedding),
            (PG.ropeTheta, double(10000.0)),
            (PG.normalization, PG.RmsNormalization),
            (PG.vocabularySize, integer(32000)),
            (PG.undisclosed, PG.trainingComputeFLOP),
            (PG.undisclosed, PG.trainingCostUSD),
        ]
        if n and chance.random() < 0.6:
            parent = chance.randrange(n)
            above = iris.model(f"org{parent % 97}/model-{parent}")
            facts += [(PG.fineTunedFrom, above), (PROV.wasDerivedFrom, above)]
        if chance.random() < 0.02:
            facts.append((PG.layerCount, Literal("many")))
        for predicate, value in facts:
            yield model, predicate, value, None


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    memory_store = MemoryStore()
    memory_store._engine.bulk_extend([engine_quad(quad) for quad in model_quads(MODELS)])
    for path in ontology_files():
        memory_store._engine.bulk_load(path=path)
    return memory_store


def test_the_whole_store(benchmark, store: MemoryStore) -> None:  # type: ignore[no-untyped-def]
    assert store.size() > 100_000
    pedantic = benchmark.pedantic(validate_store, (store,), rounds=5, warmup_rounds=1)
    assert len(pedantic) > 100


def test_one_changed_model(benchmark, store: MemoryStore) -> None:  # type: ignore[no-untyped-def]
    model = iris.model("org42/model-42")
    benchmark.pedantic(validate_subjects, (store, [model]), rounds=20, warmup_rounds=1)


def test_one_changed_model_and_all_it_affects(benchmark, store: MemoryStore) -> None:  # type: ignore[no-untyped-def]
    model = iris.model("org42/model-42")

    def run() -> None:
        near = {n for n in affected(store, [model]) if n.startswith(iris.ID + "model/")}
        validate_subjects(store, near)

    benchmark.pedantic(run, rounds=10, warmup_rounds=1)


def test_one_record(benchmark) -> None:  # type: ignore[no-untyped-def]
    header = Header(
        iris.record("bench", "one", "2026-01-01"),
        iris.Iri("https://example.org/card"),
        iris.Iri("https://example.org/publisher"),
        "2026-01-01",
        "bench",
    )
    claims = tuple(Claim(s, p, o) for s, p, o, _ in model_quads(1))
    benchmark.pedantic(validate_record, (Record(header, claims),), rounds=20, warmup_rounds=1)


def test_pyshacl_on_a_hundredth(benchmark) -> None:  # type: ignore[no-untyped-def]
    data, shapes = graph_of(model_quads(MODELS // 100)), shapes_graph(over=ACCEPTED_VIEW)
    benchmark.pedantic(reference_findings, (data, shapes), rounds=1)
