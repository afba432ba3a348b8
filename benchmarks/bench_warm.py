"""The cost of one card and one profile in a warm process, and of the whole command.

    python -m benchmarks.bench_warm STORE [--times 9] [CARD...]

STORE is a built store; the cards go into a copy of it. Milliseconds of the processor (user and
system), the median of some runs: of the call that a command makes once its modules, the reference
data and the readers are loaded, and of the whole command. Figures go to
``benchmarks/results/warm.json``.
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
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pyoxigraph as ox

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.changes.profiles import keep, profile_of
from provenance_graph.core.iris import Iri
from provenance_graph.core.rdf import term
from provenance_graph.core.terms import PG, RDF
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import discover
from provenance_graph.ingest.intake import Options
from provenance_graph.ingest.run import import_documents
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.model.profile import profile
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.engine import EngineReads
from provenance_graph.store.opening import open_writer
from provenance_graph.store.values import ANY
from tools.walks import CARD

RESULTS = Path(__file__).parent / "results" / "warm.json"
MODELS = ("meta-llama/Llama-3.1-8B", "deepseek-ai/DeepSeek-V3", "openai/gpt-4")
DAY = "2026-11-28"


def spent(work: Callable[[], object], times: int) -> float:
    """The median processor milliseconds of a call, after two warm-up calls."""
    work(), work()
    results = []
    for _ in range(times):
        before = time.process_time()
        work()
        results.append((time.process_time() - before) * 1000)
    return median(results)


class Cards:
    """Successive cards with addresses of their own, as files in a folder."""

    def __init__(self, folder: Path, text: str) -> None:
        self._folder, self._text, self._number = folder, text, 0

    def next(self) -> tuple[str, str]:
        """The next card's file and address."""
        self._number += 1
        file = self._folder / str(self._number) / "README.md"
        file.parent.mkdir(parents=True)
        file.write_text(self._text.replace("{number}", str(self._number)), encoding="utf-8")
        name = f"measured-{os.getpid()}-{self._folder.name}-{self._number}"
        return str(file), f"https://huggingface.co/acme/{name}/raw/main/README.md"


def imports(store: Path, cards: Cards, times: int) -> float:
    """Milliseconds of one import: reading, identity, view, levels, change log, commit."""
    known, levels = readers(), EvidenceLevels(store / "derived")
    with open_writer(store) as writer:

        def take() -> None:
            file, url = cards.next()
            documents = discover([file], retrieved=DAY, url=url)
            report = import_documents(
                writer, documents, known, Options(), lambda *_: None, levels, day=DAY
            )
            assert report.records == 1, report

        return spent(take, times)


def command(store: Path, *words: str) -> Callable[[], object]:
    """A function that runs a whole command."""
    line = [sys.executable, "-m", "provenance_graph", "--store", str(store), *words]
    return lambda: subprocess.run(line, capture_output=True, check=False)


def of_children(work: Callable[[], object], times: int) -> float:
    """The median processor milliseconds of the processes that a call starts."""
    results = []
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        work()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        results.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(results) * 1000


Pattern = tuple[tuple[object, ...], dict[str, object]]


def look_ups(work: Callable[[], object]) -> list[Pattern]:
    """The patterns that a call looks up in the store."""
    patterns: list[Pattern] = []
    asked = EngineReads.quads

    def noted(self: EngineReads, *pattern: object, **named: object) -> object:
        patterns.append((pattern, named))
        return asked(self, *pattern, **named)  # type: ignore[arg-type]

    EngineReads.quads = noted  # type: ignore[assignment,method-assign]
    try:
        work()
    finally:
        EngineReads.quads = asked  # type: ignore[method-assign]
    return patterns


def bare(store: EmbeddedStore, patterns: list[Pattern]) -> int:
    """The number of quads for some patterns, looked up in the engine without converting them."""
    engine, count = store._lease().engine, 0
    for given, named in patterns:
        places = dict(zip(("subject", "predicate", "object", "graph"), given, strict=False)) | named
        subject, predicate = places.get("subject"), places.get("predicate")
        value, graph = places.get("object"), places.get("graph")
        found = engine.quads_for_pattern(
            None if subject is None else term(subject),  # type: ignore[arg-type]
            None if predicate is None else term(predicate),  # type: ignore[arg-type]
            None if value is None else term(value),  # type: ignore[arg-type]
            None if graph is ANY else (ox.DefaultGraph() if graph is None else term(graph)),  # type: ignore[arg-type]
        )
        for _ in found:
            count += 1
    return count


def profiles(store: Path, folder: Path, times: int) -> dict[str, float]:
    """Milliseconds and look-ups of profiles, on a snapshot that has not read the model before.

    With them: the engine's own time for the same look-ups, the average time of profiles of a tenth
    of all models, and the time of reading a stored profile of a heavy model, as commands, Python
    and the service do.
    """
    rows: dict[str, float] = {}
    with EmbeddedStore.open(store) as opened:
        indexed = AcceptedSnapshot(opened, folder=folder)
        keep(folder, indexed)
        for name in MODELS:
            subject = resolve(AcceptedSnapshot(opened), name)

            def read(subject: Iri = subject) -> object:
                return profile(AcceptedSnapshot(opened), subject).to_json()

            patterns = look_ups(read)
            rows[f"profile of {name}, ms"] = spent(read, times)
            rows[f"profile of {name}, look-ups"] = len(patterns)
            rows[f"profile of {name}, the engine's look-ups alone, ms"] = spent(
                lambda asked=patterns: bare(opened, asked),  # type: ignore[misc]
                times,
            )
            rows[f"profile of {name}, stored, ms"] = spent(
                lambda subject=subject: profile_of(indexed, subject),  # type: ignore[misc]
                times,
            )
        models = sorted(indexed.related(RDF.type, PG.Model))[::10]
        before = time.process_time()
        for subject in models:
            profile(indexed, subject).to_json()
        rows["profile of one model in ten, mean, ms"] = (
            (time.process_time() - before) * 1000 / len(models)
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("cards", nargs="*", type=Path)
    parser.add_argument("--times", type=int, default=9)
    asked = parser.parse_args()
    rows: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made) / "store"
        shutil.copytree(asked.store, copy)
        texts = {"a short card": CARD}
        texts |= {f"{path.parent.name}": path.read_text(encoding="utf-8") for path in asked.cards}
        for name, text in texts.items():
            cards = Cards(Path(made) / f"cards-{len(rows)}", text)
            rows[f"import of {name}, ms"] = imports(copy, cards, asked.times)

        def once() -> None:
            file, url = cards.next()
            words = ("import", file, "--retrieved", DAY, "--url", url)
            command(copy, *words)()

        cards = Cards(Path(made) / "command", CARD)
        rows["import of a short card, whole command, ms"] = of_children(once, asked.times)
        rows |= profiles(asked.store, Path(made), asked.times)
        rows["start of the command line, ms"] = of_children(command(copy, "--version"), asked.times)
    for title, figure in rows.items():
        print(f"{title:<64} {figure:>8,.1f}")
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
