"""The whole path, measured: build, one changed record, show, validation; and the bare engine.

    python benchmarks/bench_path.py [DATA] [--rdflib]

Prints one table; ratios are against work on the same quads in the same run. ``--rdflib`` also loads
them into rdflib, which takes minutes on the shipped data.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import literals, rdf
from provenance_graph.core.claims import Claim
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import PG
from provenance_graph.ingest.build import build
from provenance_graph.ingest.shipped import shipped_records
from provenance_graph.ingest.update import update
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.model.profile import profile
from provenance_graph.shapes import validate_record, validate_store, validate_subjects
from provenance_graph.store.embedded import EmbeddedStore

MODEL = "anthropic/claude-haiku-4-5"


def timed(work: Callable[[], object], repeat: int = 1) -> float:
    """The median seconds of some runs."""
    spent = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return sorted(spent)[len(spent) // 2]


def command(store: Path, *words: str) -> Callable[[], object]:
    """A function that runs a whole command."""
    line = [sys.executable, "-m", "provenance_graph", "--store", str(store), *words]
    return lambda: subprocess.run(line, capture_output=True, check=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=folder("data"))
    parser.add_argument("--rdflib", action="store_true")
    asked = parser.parse_args()
    rows: list[tuple[str, float, str]] = []
    with tempfile.TemporaryDirectory() as made:
        where = Path(made) / "graph"
        records: list[rdf.Record] = []
        read = timed(lambda: records.extend(shipped_records(asked.data)))
        rows.append(
            (f"read {len(records):,} records", read, f"{len(records) / read:,.0f} a second")
        )
        whole = timed(lambda: build(asked.data, where))
        rows.append(
            ("build", whole, f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")
        )
        with EmbeddedStore.open(where) as store:
            dump = Path(made) / "all.nq"
            dump.write_bytes(store.dump())
            raw = timed(
                lambda: ox.Store(str(Path(made) / "raw")).bulk_load(
                    path=str(dump), format=ox.RdfFormat.N_QUADS
                )
            )
            rows.append(
                ("bulk load of the same quads, bare engine", raw, f"build is {whole / raw:.1f} x")
            )
            if asked.rdflib:
                import rdflib

                slow = timed(lambda: rdflib.Dataset().parse(str(dump), format="nquads"))
                rows.append(("the same into rdflib", slow, f"build is {whole / slow:.2f} x"))
            subject = resolve(AcceptedSnapshot(store), MODEL)
            warm = timed(lambda: profile(AcceptedSnapshot(store), subject), 9)
            rows.append(("profile of a model, in process", warm, ""))
            rows.append(("validate the whole store", timed(lambda: validate_store(store)), ""))
            one = timed(lambda: validate_record(records[0]), 5)
            rows.append((f"validate one record ({len(records[0].claims)} claims)", one, ""))
        rows.append(("start of the command line", timed(command(where, "--version"), 5), ""))
        rows.append(("show, whole command", timed(command(where, "show", MODEL), 5), ""))
        with EmbeddedStore.open_writer(where) as writer:
            small = min((r for r in records if MODEL in str(r.claims)), key=lambda r: len(r.claims))
            numbers = iter(range(10_000, 10_100))

            def change() -> None:
                claim = Claim(subject, PG.contextLength, literals.integer(next(numbers)))
                done = update(
                    writer, [replace(small, claims=(*small.claims, claim), ordered=False)]
                )
                validate_subjects(writer, done.subjects)

            rows.append(("one record changed, judged, published, validated", timed(change, 9), ""))
    width = max(len(name) for name, *_ in rows)
    for name, seconds, note in rows:
        print(f"{name:<{width}}  {seconds * 1000:>10,.1f} ms  {note}")


if __name__ == "__main__":
    main()
