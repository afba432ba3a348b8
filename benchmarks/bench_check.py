"""A thousand cards checked in one process: on their own, and against lists of elements.

    python -m benchmarks.bench_check STORE [--cards 1000] [--against ntia g7-ai …]

Half of the cards are those of models of the store, as the Hub has them (parents, data, licence,
scores); half are of fine-tuned models with a new name, some under a licence that their parent's
does not allow, some of an unknown parent. Prints seconds of processor and of the clock and how
often the parent is in the store, so that two runs can be compared. `check` of one card is measured
as a whole command.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.checking import examine
from provenance_graph.checking.against import checker_named
from provenance_graph.checking.upstream import Upstream
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, RDF
from provenance_graph.exchange.registry import export
from provenance_graph.formats.fields import own_export
from provenance_graph.model.bundles.gather import bundle
from provenance_graph.store.base import Store
from provenance_graph.store.opening import open_store

SEED = 17
DAY = "2026-11-30"
_LICENCES = ("apache-2.0", "mit", "llama3.1", "gemma", "cc-by-nc-4.0", "openrail", "Apache 2", "")
_BODY = """
## Intended use

Research and applications in English, after an evaluation of your own. See the parent's card for
limits that it inherits.

## Training

Trained for {epochs} epochs with a learning rate of {rate}e-05 and a batch size of {batch}.

| step | loss |
|---|---|
"""


def cards(store: Store, folder: Path, count: int) -> int:
    """Write ``count`` cards below a folder; return how many name a parent of the store."""
    snapshot = AcceptedSnapshot(store)
    rng = random.Random(SEED)
    pages = sorted(store.quads(predicate=PG.hubRepository))
    models = {*(s for s, *_ in store.quads(predicate=RDF.type, object=PG.Model))}
    named = [(s, str(o).removeprefix("https://huggingface.co/")) for s, _, o, _ in pages]
    named = [(s, name) for s, name in named if s in models and name.count("/") == 1]
    drawn = rng.sample(named, min(count // 2, len(named)))
    for model, name in drawn:
        _write(folder, name, _exported(snapshot, model))
    known = 0
    for number in range(count - len(drawn)):
        parent = f"nobody-{number}/base" if number % 10 == 0 else rng.choice(named)[1]
        known += number % 10 != 0
        _write(folder, f"house/tuned-{number}", _tuned(rng, number, parent))
    return known


def _exported(snapshot: AcceptedSnapshot, model: Iri) -> str:
    """A model's card as a foreign document: without the mark of an export."""
    text = export(bundle(snapshot, [model], ancestors=False), "hf-card").text
    return text.partition(f"<!-- {own_export.MARK}")[0]


def _tuned(rng: random.Random, number: int, parent: str) -> str:
    licence = rng.choice(_LICENCES)
    lines = [
        "---",
        *([f"license: {licence}"] if licence else []),
        f"base_model: {parent}",
        "language:\n- en",
        "library_name: transformers",
        "pipeline_tag: text-generation",
        "datasets:\n- HuggingFaceH4/ultrafeedback_binarized",
        f"tags:\n- generated_from_trainer\n- arxiv:2401.{number:05}",
        "---",
        f"# Tuned {number}",
        f"This model is a fine-tuned version of [{parent}](https://huggingface.co/{parent}).",
    ]
    body = _BODY.format(epochs=rng.randint(1, 5), rate=rng.randint(1, 9), batch=rng.randint(1, 64))
    steps = "".join(f"| {n * 100} | {rng.random():.4f} |\n" for n in range(30))
    return "\n".join(lines) + body + steps


def _write(folder: Path, name: str, text: str) -> None:
    path = folder / name.replace("/", "--") / "README.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def spent(work: Callable[[], int]) -> tuple[float, float, int]:
    """Processor seconds, wall seconds, and the count that the work returns."""
    processor, clock = time.process_time(), time.perf_counter()
    count = work()
    return time.process_time() - processor, time.perf_counter() - clock, count


def one_card(store: str, path: Path, runs: int = 5) -> float:
    """The shortest of some runs of the command on one card, in wall seconds."""
    line = [sys.executable, "-m", "provenance_graph", "--store", store, "check", str(path)]
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(line, capture_output=True, check=False)
        took.append(time.perf_counter() - start)
    return min(took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store")
    parser.add_argument("--cards", type=int, default=1000)
    parser.add_argument("--against", nargs="*", default=["ntia", "g7-ai"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made, open_store(options.store) as store:
        folder = Path(made)
        known = cards(store, folder, options.cards)
        print(f"{options.cards} cards, {known} of a new model whose parent the store has")
        for against in ("", *options.against):
            # no caches are kept from the card before
            snapshot = AcceptedSnapshot(store)

            def work(against: str = against, snapshot: AcceptedSnapshot = snapshot) -> int:
                lists = [checker_named(against, store, snapshot)] if against else []
                checkers = [Upstream(store, snapshot), *lists]
                examined = examine([str(folder)], retrieved=DAY, checkers=checkers)
                return sum(len(one.findings) for one in examined)

            processor, clock, found = spent(work)
            shown = against or "by themselves"
            print(
                f"{shown:14} {processor:6.2f} s processor {clock:6.2f} s clock {found:6} findings"
            )
        single = one_card(options.store, next(iter(sorted(folder.rglob("README.md")))))
        print(f"one card, the whole command {single:6.2f} s clock")


if __name__ == "__main__":
    main()
