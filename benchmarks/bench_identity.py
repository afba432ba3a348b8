"""Time and memory of identity over many names, and over every name of the shipped data.

    python benchmarks/bench_identity.py [NAMES]

Makes NAMES model names (100,000 when not given) in the proportions of the Hub: repositories of many
owners, copies under the same name, quantised forms, an index's entries without developer, hosts'
offers. Prints seconds to gather the facts of each name and to run the rules, and the peak memory.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeVar

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.claims import Literal, Quad
from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.ingest.identify import decide
from provenance_graph.matching.candidates import denied
from provenance_graph.matching.entities import entities
from provenance_graph.matching.organizations import Organizations
from provenance_graph.matching.outcome import Pair
from provenance_graph.matching.rules import Matcher
from provenance_graph.store.memory import MemoryStore

T = TypeVar("T")
FAMILIES = (
    "Llama",
    "Qwen",
    "Mistral",
    "Gemma",
    "Phi",
    "Falcon",
    "Yi",
    "OLMo",
    "Granite",
    "Command",
)
SIZES = ("0.5B", "1B", "3B", "7B", "8B", "13B", "32B", "70B")
ENDINGS = ("", "-Instruct", "-Base", "-Chat", "-GGUF", "-AWQ", "-Instruct-FP8", "-2507", "-Coder")


def timed(label: str, work: Callable[[], T]) -> T:
    """Run the work, print its wall and processor seconds, and return its result."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    spent = f"{time.perf_counter() - wall:8.2f} s wall {time.process_time() - cpu:8.2f} s processor"
    print(f"{label:44}{spent}")
    return result


def peak() -> float:
    """Peak memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def names(count: int, seed: int = 20261128) -> Iterator[Quad]:
    """Yield quads of ``count`` generated names, the same in every run."""
    drawn = random.Random(seed)
    for number in range(count):
        series = f"{drawn.choice(FAMILIES)}-{drawn.randrange(1, 400) / 10:g}"
        name = f"{series}-{drawn.choice(SIZES)}{drawn.choice(ENDINGS)}"
        way = drawn.random()
        if way < 0.8:
            owner = f"owner{drawn.randrange(max(count // 8, 1))}"
            subject = iris.model(f"{owner}/{name}")
            yield subject, DCTERMS.creator, iris.organization(owner), None
            yield subject, PG.hubRepository, Iri(f"https://huggingface.co/{owner}/{name}"), None
        elif way < 0.85:
            subject = iris.entity("osai", "model", f"{iris.slug(name)}-{number}")
        else:
            host = f"host{drawn.randrange(40)}"
            subject = iris.entity("litellm", "model", f"{host}/{name.casefold()}")
            yield subject, RDF.type, PG.OfferedModel, None
            continue
        yield subject, RDF.type, PG.Model, None
        yield subject, SCHEMA.name, Literal(name), None


def main(count: int) -> None:
    """Measure and print."""
    with MemoryStore(names(count)) as store:
        snapshot = AcceptedSnapshot(store)
        before = peak()
        known = Organizations(snapshot)
        result = timed("what is known of each name", lambda: entities(snapshot, known))
        pairs: list[Pair] = timed("the rules", lambda: Matcher(result, denied(snapshot)).run())
    counter = Counter(pair.verdict.value for pair in pairs)
    print(f"{len(result):,} names, {len(pairs):,} pairs: {dict(counter)}")
    print(f"peak {peak():,.0f} MiB, {peak() - before:,.0f} more than with the store alone")
    shipped = timed("the shipped records, read anew", lambda: decide(folder("data")))
    print(f"{len(shipped.pairs):,} pairs, {len(shipped.mappings):,} rows")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
