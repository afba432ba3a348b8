"""What a generated hub of a size costs: build, indexes, answers, faults found; against the raw engine.

    python benchmarks/hub_generate.py --models 10000 --out /tmp/hub
    python benchmarks/bench_scale.py /tmp/hub --store /tmp/graph --results benchmarks/results/scale.jsonl

One line of JSON is added to the results: seconds of *processor* time, which a loaded machine does
not stretch, and peak memory of the largest process. ``performance_page.py`` makes
``docs/performance.md`` from them.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a file, not as a module

from benchmarks.hub.documents import answer_bytes, everything
from benchmarks.hub.structure import Hub
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.cli import app
from provenance_graph.conflicts import detect
from provenance_graph.core import iris
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import PG, RDF
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.model.profile import profile
from provenance_graph.model.search.index import SearchIndex
from provenance_graph.model.stats import stats
from provenance_graph.shapes import Severity, validate_store, validate_subjects
from provenance_graph.store.embedded import EmbeddedStore


def processor() -> float:
    """Seconds of processor time of this process and those that it waited for."""
    spent = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        used = resource.getrusage(who)
        spent += used.ru_utime + used.ru_stime
    return spent


def measured(work: Callable[[], object]) -> float:
    """The processor time of some work."""
    before = processor()
    work()
    return round(processor() - before, 3)


BUILD = """
import resource, sys
from pathlib import Path
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.ingest.build import build

if __name__ == "__main__":
    built = build(Path(sys.argv[1]), Path(sys.argv[2]), derive=EvidenceLevels(), fresh=True)
    used = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(built.records, built.quads, *used)
"""


def build(data: Path, store: Path) -> dict[str, object]:
    """Build in a process of its own; its counts, processor time and peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "build_alone.py"
        script.write_text(BUILD)
        before, began = processor(), time.perf_counter()
        line = [sys.executable, str(script), str(data), str(store)]
        done = subprocess.run(line, check=True, capture_output=True, text=True)
        spent = processor() - before
    records, quads, own, others = map(int, done.stdout.split())
    return {
        "records": records,
        "quads": quads,
        "build": round(spent, 2),
        "build wall": round(time.perf_counter() - began, 1),
        "build peak MB": max(own, others) >> 10,
        "build driver MB": own >> 10,
    }


def raw_engine(store: EmbeddedStore) -> float:
    """The processor time of the bare engine's bulk load of the same quads as text."""
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "all.nq"
        dump.write_bytes(store.dump())
        engine = ox.Store(str(Path(folder) / "raw"))
        return measured(lambda: engine.bulk_load(path=str(dump), format=ox.RdfFormat.N_QUADS))


def import_one(hub: Path, store: Path) -> float:
    """The processor time of importing one changed record of the busiest owner, and of its view."""
    shape = json.loads((hub / "shape.json").read_text())
    root = next(iter(everything(Hub(shape["models"], shape["seed"]))))
    with tempfile.TemporaryDirectory(dir=store.parent) as folder:
        copy, changed = Path(folder) / "store", Path(folder) / "answer.json"
        with EmbeddedStore.open(store) as opened:
            opened.backup(copy)
        changed.write_bytes(answer_bytes({**root.hub, "downloads": 5}))
        words = ["--store", str(copy), "import", str(changed), "--retrieved", "2026-11-28"]
        return measured(lambda: CliRunner().invoke(app, words, catch_exceptions=False))


def faults(hub: Path, snapshot: AcceptedSnapshot, store: EmbeddedStore) -> dict[str, object]:
    """Which planted faults are found: for every kind planted, found, and found beside them."""
    planted: dict[str, set[Iri]] = defaultdict(set)
    for line in (hub / "manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        what = SHAPES.get(entry.get("shape", "")) or entry.get("property")
        if what:
            planted[what].add(iris.model(entry["model"]))
    found: dict[str, set[Iri]] = defaultdict(set)
    for conflict in detect.conflicts(snapshot):
        if (conflict.kind, local_name(conflict.property)) != ("rounding", "issued"):
            found[local_name(conflict.property)].add(conflict.subject)
    models = list(snapshot.related(RDF.type, PG.Model))
    for finding in validate_subjects(store, models, severity=Severity.WARNING):
        found[finding.shape.rpartition("#")[2]].add(Iri(str(finding.focus)))
    return {
        what: [len(wanted), len(wanted & found[what]), len(found[what] - wanted)]
        for what, wanted in sorted(planted.items())
    }


SHAPES = {
    "Specification-parameterCount": "Value-parameterCount",
    "Lineage-cycle": "LineageView-Violation",
    "Lineage-calendar": "LineageView-Warning",
    "Lineage-dangling": "LineageView-Warning",
}
"""The shapes that find the planted faults."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("hub", type=Path, help="what hub_generate.py --form trig wrote")
    parser.add_argument("--store", type=Path, required=True, help="where to build; it is replaced")
    parser.add_argument("--results", type=Path, default=Path("benchmarks/results/scale.jsonl"))
    parser.add_argument("--keep", action="store_true", help="measure the store that is there")
    asked = parser.parse_args()
    shape = json.loads((asked.hub / "shape.json").read_text())
    line: dict[str, object] = {"models": shape["models"], "claims": shape["claims"]}
    line["machine"] = f"{platform.python_version()}, pyoxigraph {ox.__version__}"
    if not asked.keep:
        shutil.rmtree(asked.store, ignore_errors=True)
        line.update(build(asked.hub / "data", asked.store))
    used = sum(f.stat().st_size for f in (asked.store / "checkpoints").rglob("*") if f.is_file())
    line["disk MB"] = used >> 20
    with EmbeddedStore.open(asked.store) as store:
        line["raw bulk load"] = raw_engine(store)
        snapshot = AcceptedSnapshot(store, folder=Path(tempfile.mkdtemp()))
        line["lineage index"] = measured(lambda: LineageIndex.open(snapshot))
        line["search index"] = measured(lambda: SearchIndex.open(snapshot))
        line["stats"] = measured(lambda: stats(snapshot))
        line["conflicts"] = measured(lambda: detect.conflicts(snapshot))
        model = iris.model(shape["popular root"])
        line["show"] = measured(lambda: profile(AcceptedSnapshot(store), model))
        line["validate"] = measured(lambda: validate_store(store, Severity.WARNING))
        line["faults"] = faults(asked.hub, snapshot, store)
    line["import one"] = import_one(asked.hub, asked.store)
    asked.results.parent.mkdir(parents=True, exist_ok=True)
    with asked.results.open("a") as results:
        results.write(json.dumps(line) + "\n")
    print(json.dumps(line, indent=1))


if __name__ == "__main__":
    main()
