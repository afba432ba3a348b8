"""The store compared with the bare engine, as ratios within one run.

python benchmarks/bench_store.py [MODELS]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox

from provenance_graph.core.claims import Literal, Quad
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.rdf import engine_quad
from provenance_graph.core.terms import XSD
from provenance_graph.store.base import ANY, Change, Limits
from provenance_graph.store.embedded import EmbeddedStore, build
from provenance_graph.store.pool.pool import WorkerPool
from provenance_graph.store.values import SparqlQuery

JSON = "application/sparql-results+json"
EX = "https://example.org/"


def quads(models: int) -> Iterator[Quad]:
    """Yield a record of ten facts for each model, with a parent for most."""
    names = [Iri(f"{EX}p{n}") for n in range(8)]
    for n in range(models):
        model, graph = mint("model", f"org{n % 997}/model-{n}"), mint("record", f"r{n}")
        for k, name in enumerate(names):
            yield model, name, Literal(str(n * k), XSD.integer), graph
        yield model, Iri(f"{EX}label"), Literal(f"Model {n}"), None
        if n % 5:
            parent = mint("model", f"org{n // 3 % 997}/model-{n // 3}")
            yield model, Iri(f"{EX}from"), parent, None


def seconds(work: Callable[[], object]) -> float:
    """The wall seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def best(work: Callable[[], object], rounds: int = 5) -> float:
    """The least wall seconds of some calls, since other load slows calls down."""
    return min(seconds(work) for _ in range(rounds))


def show(what: str, result: float, unit: str, base: float | None = None) -> None:
    """Print one row of the table."""
    ratio = "" if base is None else f"{result / base:8.2f} ×"
    print(f"{what:48} {result:12.2f} {unit:10} {ratio}")


def loading(root: Path, models: int) -> None:
    """Measure bulk loading from quads and from text against the engine alone."""
    ours = list(quads(models))
    terms = [engine_quad(quad) for quad in ours]
    text = ox.serialize(terms, format=ox.RdfFormat.N_QUADS)
    assert text is not None
    thousands = len(ours) / 1000

    def raw() -> None:
        ox.Store(str(root / "raw")).bulk_load(text, ox.RdfFormat.N_QUADS)

    base = seconds(raw) / thousands * 1000
    show(f"engine: bulk load of {len(ours)} quads as text", base, "ms/kquad")
    result = seconds(lambda: build(root / "text", text)) / thousands * 1000
    show("build from N-Quads", result, "ms/kquad", base)
    result = seconds(lambda: build(root / "store", ours)) / thousands * 1000
    show("build from our quads", result, "ms/kquad", base)


def reading(root: Path) -> None:
    """Measure look-up of quads in Python against the engine's own iteration."""
    store = EmbeddedStore.open(root / "store")
    engine = ox.Store.read_only(str(store.checkpoint))
    count = store.size()
    base = best(lambda: sum(1 for _ in engine.quads_for_pattern(None, None, None)), 3)
    show("engine: iterate all quads", base / count * 1e6, "us/quad")
    result = best(lambda: sum(1 for _ in store.quads(graph=ANY)), 3)
    show(
        "quads() of every named graph, in our terms",
        result / count * 1e6,
        "us/quad",
        base / count * 1e6,
    )


def committing(root: Path) -> None:
    """Measure one changed record, published."""
    with EmbeddedStore.open_writer(root / "store") as writer:
        record = [quad for quad in quads(1) if quad[3]]
        graph = record[0][3]
        assert graph is not None
        result = best(lambda: writer.commit(Change(drop=(graph,), add=record)), 20)
        show("commit of one record, published", result * 1000, "ms")
        reader = EmbeddedStore.open(root / "store")

        def follow() -> None:
            writer.commit(Change(drop=(graph,), add=record))
            reader.refresh()

        show("the same, and a reader on the new version", best(follow, 20) * 1000, "ms")
        show("refresh when there is nothing new", best(reader.refresh, 200) * 1e6, "us")


def asking(root: Path, rounds: int = 1500) -> None:
    """Measure a point query in this process, through a worker, and on an event loop."""
    model = mint("model", "org7/model-7")
    query = f"SELECT ?p ?o {{ GRAPH ?g {{ <{model}> ?p ?o }} }}"
    store = EmbeddedStore.open(root / "store")
    with WorkerPool(root / "store", 2, Limits()) as pool:

        def here() -> None:
            for _ in range(rounds):
                store.serialize(SparqlQuery(query), JSON)

        def worker() -> None:
            for _ in range(rounds):
                pool.serialize(SparqlQuery(query), JSON)

        async def ask(times: int) -> None:
            for _ in range(times):
                await pool.answer(SparqlQuery(query), JSON)

        async def eight() -> None:
            await asyncio.gather(*(ask(rounds // 8) for _ in range(8)))

        worker()
        base = best(here) / rounds * 1e6
        show("point query in this process", base, "us")
        show("  through a worker, from a thread", best(worker) / rounds * 1e6, "us", base)
        show(
            "  through a worker, on a loop",
            best(lambda: asyncio.run(ask(rounds))) / rounds * 1e6,
            "us",
            base,
        )
        show(
            "  the same, eight at once",
            best(lambda: asyncio.run(eight())) / rounds * 1e6,
            "us",
            base,
        )
        started = time.process_time()
        asyncio.run(ask(rounds))
        show(
            "  this process's own part of it",
            (time.process_time() - started) / rounds * 1e6,
            "us",
            base,
        )
        streaming(store, pool)


def streaming(store: EmbeddedStore, pool: WorkerPool) -> None:
    """Measure a large answer, whole and in blocks."""
    query = "SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }"
    limits = Limits(seconds=120, rows=1_000_000, answer_bytes=1 << 30)
    answer = store.serialize(SparqlQuery(query, limits=limits), JSON)
    base = best(lambda: store.serialize(SparqlQuery(query, limits=limits), JSON), 2)
    show(f"answer of {answer.rows} rows, {len(answer.body) >> 20} MiB, here", base, "s")
    first = 0.0

    async def stream() -> None:
        nonlocal first
        started = time.perf_counter()
        async with await pool.stream(SparqlQuery(query, limits=limits), JSON) as blocks:
            first = time.perf_counter() - started
            async for _ in blocks:
                pass

    show("  streamed through a worker", best(lambda: asyncio.run(stream()), 2), "s", base)
    show("  its first block", first * 1000, "ms")


def main() -> None:
    """Print the table."""
    models = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        loading(root, models)
        reading(root)
        committing(root)
        asking(root)


if __name__ == "__main__":
    main()
