"""The engine's single bulk load compared with loading the same quads in pieces and merging them.

    python -m benchmarks.bench_merged STORE --work FOLDER

The quads of a built store are written as text, in files of a million, and loaded both ways, each in
a process of its own; then both databases answer the same look-ups. Seconds are of *processor* time.
``--look`` measures two existing databases.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pyoxigraph as ox

from provenance_graph.ingest.bulk.loading import PIECE_QUADS, PieceTask, load_piece
from provenance_graph.store.embedded import EmbeddedStore, merging
from provenance_graph.store.loading import load_files
from provenance_graph.store.processes import LocalEngine

Figures = dict[str, float]
_ASKED = 1_500
_SEED = 5


def written(checkpoint: Path, folder: Path) -> None:
    """Write the quads of a database as text, in files of about one piece each."""
    folder.mkdir(parents=True)
    dumping = (
        "import sys, pyoxigraph as ox; "
        "ox.Store.read_only(sys.argv[1]).dump(sys.stdout.buffer, ox.RdfFormat.N_QUADS)"
    )
    line = [sys.executable, "-c", dumping, str(checkpoint)]
    with subprocess.Popen(line, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        number, file = 0, None
        for count, quad in enumerate(process.stdout):
            if count % PIECE_QUADS == 0:
                if file is not None:
                    file.close()
                file, number = (folder / f"{number:04d}.nq").open("wb"), number + 1
            assert file is not None
            file.write(quad)
        if file is not None:
            file.close()


def whole(folder: Path) -> Figures:
    """Load all files at once by the engine."""
    engine = ox.Store(str(folder / "whole"))
    load_files(engine, [(path, "nquads") for path in sorted((folder / "text").iterdir())])
    return {}


def merged(folder: Path) -> Figures:
    """Load each file as a piece and merge the pieces."""
    tasks = [
        PieceTask(((path, "nquads"),), folder / "pieces" / path.stem)
        for path in sorted((folder / "text").iterdir())
    ]
    with LocalEngine() as engine:
        pieces = sorted(engine.run(load_piece, tasks))
    between = spent()
    ox.Store(str(folder / "merged"))
    merging.merge(folder / "merged", pieces)
    shutil.rmtree(folder / "pieces")
    return {"of it merging s": round(spent() - between, 1)}


def look(db: Path) -> Figures:
    """Microseconds of a look-up of each kind, of random entities."""
    engine, chance, default = ox.Store.read_only(str(db)), random.Random(_SEED), ox.DefaultGraph()
    graphs = sorted(engine.named_graphs(), key=str)
    graphs = chance.sample(graphs, min(_ASKED, len(graphs)))
    subjects = [
        chance.choice(sorted(engine.quads_for_pattern(None, None, None, graph), key=str)).subject
        for graph in graphs
    ]

    def each(items: Sequence[object], ask: Callable[[object], Iterable[object]]) -> float:
        before = time.process_time()
        for item in items:
            for _ in ask(item):
                pass
        return round((time.process_time() - before) / len(items) * 1e6)

    quads = engine.quads_for_pattern
    return {
        "a record us": each(graphs, lambda graph: quads(None, None, None, graph)),  # type: ignore[arg-type]
        "facts of an entity us": each(subjects, lambda one: quads(one, None, None, default)),  # type: ignore[arg-type]
        "all about an entity us": each(subjects, lambda one: quads(one, None, None, None)),  # type: ignore[arg-type]
        "what points to an entity us": each(
            subjects,
            lambda one: zip(range(50), quads(None, None, one, None), strict=False),  # type: ignore[arg-type]
        ),
    }


def spent() -> float:
    """Processor seconds of this process and of the children that it waited for."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def measured(folder: Path, way: str) -> Figures:
    """The figures of one way, run in a process of its own."""
    line = [sys.executable, "-m", "benchmarks.bench_merged", str(folder), "--alone", way]
    begun = time.perf_counter()
    done = subprocess.run(line, stdout=subprocess.PIPE, check=True, text=True)
    figures: Figures = json.loads(done.stdout)
    figures["wall s"] = round(time.perf_counter() - begun, 1)
    db = folder / way
    figures["disk MB"] = sum(file.stat().st_size for file in db.glob("*.sst")) >> 20
    return figures


def alone(folder: Path, way: str) -> Figures:
    """Run one way in this process; return its figures."""
    before = spent()
    figures = {"whole": whole, "merged": merged}[way](folder)
    figures["processor s"] = round(spent() - before, 1)
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    figures["largest process MB"] = max(resource.getrusage(one).ru_maxrss >> 10 for one in who)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("store", type=Path)
    parser.add_argument("--work", type=Path, help="folder for the text and both databases")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/merged.jsonl"))
    parser.add_argument("--look", type=Path, help="another database: ask both, load nothing")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        print(json.dumps(alone(asked.store, asked.alone)))
        return
    if asked.look:
        print(json.dumps({str(db): look(db) for db in (asked.store, asked.look)}, indent=1))
        return
    if asked.work is None:
        parser.error("--work FOLDER is needed")
    shutil.rmtree(asked.work, ignore_errors=True)
    with EmbeddedStore.open(asked.store) as store:
        written(store.checkpoint, asked.work / "text")
    line: dict[str, object] = {way: measured(asked.work, way) for way in ("whole", "merged")}
    sizes = {way: len(ox.Store.read_only(str(asked.work / way))) for way in line}
    if len(set(sizes.values())) != 1:
        raise SystemExit(f"the databases do not hold the same: {sizes}")
    for way, figures in line.items():
        assert isinstance(figures, dict)
        figures.update(look(asked.work / way))
    line["quads"] = sizes["whole"]
    with asked.out.open("a", encoding="utf-8") as results:
        results.write(json.dumps(line) + "\n")
    print(json.dumps(line, indent=1))


if __name__ == "__main__":
    main()
