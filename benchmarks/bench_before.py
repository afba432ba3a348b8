"""This version compared with earlier ones in one run: whole commands, and cost per record.

    python -m benchmarks.bench_before REVISION... [--models 300 3000 10000] [--times 5]

Each revision is checked out separately and works on the same generated hub. Figures are the least
processor seconds (user and system, with children) of some runs of the whole command, taken in turn:
build, start, import of a card, show, licences, query. Per record, within one process, there are
reading, view, identity of every name, and the import of one more record with its view and identity.
The build without indexes is also measured by the clock.
On hubs after the first, the larger ones, each command runs once. Results go to
``benchmarks/results/before.json``, from which ``performance_page.py`` makes tables.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.hub.structure import Hub
from benchmarks.hub_generate import generate

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "before.json"
CARD = "---\nlicense: apache-2.0\nbase_model: {parent}\nlanguage: [en]\n---\n# Tiny {number}\n\nA model.\n"
QUERY = "SELECT ?m ?d { ?m a pg:Model ; dcterms:issued ?d } ORDER BY ?d LIMIT 100"

PARTS = """
import json, sys, time
from pathlib import Path
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.shipped import reference_quads, shipped_records
from provenance_graph.ingest.update import update
from provenance_graph.matching.identify import identify
from provenance_graph.store.memory import MemoryStore

def spent(work):
    before = time.process_time()
    result = work()
    return result, 1000 * (time.process_time() - before)

records, reading = spent(lambda: list(shipped_records(Path(sys.argv[1]))))
reference = list(reference_quads())
more, some = records[::20], [one for number, one in enumerate(records) if number % 20]
list(compile_quads(reference, some[:20], []))
quads, view = spent(lambda: list(compile_quads(reference, some, [])))
nothing, fixed = spent(lambda: list(compile_quads(reference, [], [])))
store = MemoryStore(quads)
pairs, identity = spent(lambda: identify(AcceptedSnapshot(store)))
update(store, more[:1])
rest, imports = spent(lambda: [update(store, [one]) for one in more[1:]])
print(json.dumps({
    "reading": reading / len(records),
    "view": (view - fixed) / len(some),
    "identity of all names": identity / len(some),
    "import of one record: view and identity": imports / (len(more) - 1),
    "records": len(records),
}))
"""
"""A script that prints processor milliseconds per record of each stage, for one version's own
code."""


def per_record(root: Path, data: Path) -> dict[str, float]:
    """Milliseconds per record of each stage in one version, and the number of records.

    Empty for a version whose modules have other names.
    """
    places = {"PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": ""}
    line = [sys.executable, "-c", PARTS, str(data)]
    done = subprocess.run(line, env=os.environ | places, capture_output=True, check=False)
    if b"ModuleNotFoundError" in done.stderr:
        return {}
    if done.returncode:
        raise SystemExit(f"{root.name}: {done.stderr.decode()[-500:]}")
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def spent(root: Path, store: Path, *words: str) -> tuple[float, float]:
    """Processor seconds of one command of a version, and its seconds by the clock."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    line = [sys.executable, "-m", "provenance_graph", "--store", str(store), *words]
    places = {"PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(line, env=os.environ | places, capture_output=True, check=False)
    if done.returncode > 1:
        raise SystemExit(f"{root.name}: {words}: {done.stderr.decode()[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return processor, time.monotonic() - begun


def makes_indexes(root: Path) -> bool:
    """Whether a version's build also makes the indexes that others make when they start."""
    command = root / "src" / "provenance_graph" / "commands" / "stores" / "build.py"
    return command.is_file() and "--no-indexes" in command.read_text(encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revisions", nargs="+")
    parser.add_argument("--models", type=int, nargs="+", default=[300])
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        versions = {}
        for revision in asked.revisions:
            versions[revision] = folder / revision
            line = ["git", "worktree", "add", "--detach", str(folder / revision), revision]
            subprocess.run(line, cwd=ROOT, capture_output=True, check=True)
        try:
            report(versions, folder, asked.models, asked.times)
        finally:
            for place in versions.values():
                line = ["git", "worktree", "remove", "--force", str(place)]
                subprocess.run(line, cwd=ROOT, capture_output=True, check=False)


def report(versions: dict[str, Path], folder: Path, sizes: list[int], times: int) -> None:
    """Measure and print the tables; write them once the first is complete."""
    written: dict[str, object] = {
        "days": {revision: day_of(revision) for revision in versions},
        "models": sizes[0],
    }
    larger: dict[int, dict[str, dict[str, float]]] = {}
    for models in sizes:
        print(f"{models:,} models")
        place = folder / str(models)
        hub = Hub(models, 1)
        generate(hub, place / "hub")
        alone = models == sizes[0]
        rows = commands(versions, place, hub, times if alone else 1)
        for name, seconds in rows.items():
            print(name.ljust(40), *(f"{one * 1000:>10,.0f} ms" for one in seconds.values()))
        if alone:
            records, stages = stages_of(versions, place / "hub" / "data", times)
            for name, milliseconds in stages.items():
                print(
                    name.ljust(40), *(f"{one:>10,.2f} ms a record" for one in milliseconds.values())
                )
            written |= {"seconds": rows, "records": records, "milliseconds a record": stages}
        else:
            larger[models] = rows
        shutil.rmtree(place)
        text = json.dumps(written | {"larger": larger}, indent=1)
        RESULTS.write_text(f"{text}\n", encoding="utf-8")


def commands(
    versions: dict[str, Path], folder: Path, hub: Hub, times: int
) -> dict[str, dict[str, float]]:
    """The least processor seconds of each command in each version, on one hub."""
    results: dict[str, dict[str, list[float]]] = {}
    for number in range(times):
        card = folder / f"card-{number}" / "README.md"
        card.parent.mkdir()
        card.write_text(CARD.format(parent=hub.name(0), number=number))
        url = f"https://huggingface.co/acme/tiny-{number}/raw/main/README.md"
        tasks = {
            "start": ("--version",),
            "show": ("show", hub.name(0)),
            "licences": ("licences", hub.name(0)),
            "query": ("query", "-e", QUERY),
            "import of a card": ("import", str(card), "--retrieved", "2026-11-28", "--url", url),
        }
        for revision, root in versions.items():
            store, rows = folder / f"store-{revision}", results.setdefault(revision, {})
            if number < 2:
                builds(root, folder / "hub" / "data", store, rows)
            for name, words in tasks.items():
                rows.setdefault(name, []).append(spent(root, store, *words)[0])
    return {
        name: {revision: min(results[revision][name]) for revision in versions}
        for name in results[next(iter(versions))]
    }


def builds(root: Path, data: Path, store: Path, rows: dict[str, list[float]]) -> None:
    """Measure the build of a store, also without indexes; one run for a version that makes none."""
    shutil.rmtree(store, ignore_errors=True)
    whole = spent(root, store, "build", "--data", str(data))
    rows.setdefault("build", []).append(whole[0])
    if makes_indexes(root):
        bare = store.with_name(f"bare-{store.name}")
        whole = spent(root, bare, "build", "--data", str(data), "--no-indexes")
        shutil.rmtree(bare)
    rows.setdefault("build without indexes", []).append(whole[0])
    rows.setdefault("build without indexes, by the clock", []).append(whole[1])


def stages_of(
    versions: dict[str, Path], data: Path, times: int
) -> tuple[int, dict[str, dict[str, float]]]:
    """The number of records, and the least time per record of each stage in each version."""
    runs: dict[str, list[dict[str, float]]] = {revision: [] for revision in versions}
    for _ in range(times):
        for revision, root in versions.items():
            runs[revision].append(per_record(root, data))
    able = {revision: some for revision, some in runs.items() if some[0]}
    measured = next(iter(able.values()))[0]
    return int(measured["records"]), {
        name: {revision: min(run[name] for run in some) for revision, some in able.items()}
        for name in measured
        if name != "records"
    }


def day_of(revision: str) -> str:
    """The day of a commit."""
    line = ["git", "log", "-1", "--format=%cs", revision]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
