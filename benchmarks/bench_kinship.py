"""Kinship by weights: the share of confirmed children, and of falsely confirmed decoys.

    python -m benchmarks.bench_kinship [--families N] [--seed N] [--out FILE]

Families of tiny models are made with numpy (``tests/weight_families.py``): children of each kind,
children by two or three changes one after another, and decoys of equal architecture. Each child and
each decoy is compared with its parent as `provenance-graph kinship` compares them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import weight_families as families

from provenance_graph.formats.weights.kinship import KinshipVerdict, compare
from provenance_graph.formats.weights.tensors import Weights, weights_of

STEPS: dict[str, families.Maker] = {
    "tune": lambda m, s: families.fine_tuned(m, s, 0.3),
    "lora": families.low_rank,
    "slerp": lambda m, s: families.slerp(m, families.fine_tuned(m, s, 0.4)),
    "prune": lambda m, _: families.sparse(m, 0.4),
    "half": lambda m, _: {n: v.astype(np.float32) for n, v in families.halved(m).items()},
}
"""Changes that can follow one another."""
LAST: dict[str, families.Maker] = {
    "8 bits": lambda m, _: families.quantized_8(m),
    "4 bits": lambda m, _: families.quantized_gptq(m),
    "re-tokenise": families.retokenised,
    "nothing": lambda m, _: m,
}
"""Changes that can only come last."""


def chained(model: families.Model, seed: int) -> tuple[str, families.Model]:
    """The names of one to three changes, and a child made by them."""
    rng = np.random.default_rng(seed)
    names = list(rng.choice(list(STEPS), int(rng.integers(1, 3)), replace=False))
    names.append(str(rng.choice(list(LAST))))
    for n, name in enumerate(names):
        model = (STEPS | LAST)[name](model, seed + n)
    return ", ".join(names), model


def pairs(seed: int) -> Iterator[tuple[bool, str, families.Model, families.Model]]:
    """Yield whether a model is a child, its kind, the parent and the model."""
    parent = families.base(seed)
    for kind, make in families.KINDS.items():
        yield True, kind, parent, make(parent, 100_000 + seed)
    for n in range(4):
        kind, child = chained(parent, 200_000 + 10 * seed + n)
        yield True, f"chain: {kind}", parent, child
    for kind, decoy in families.decoys_of(seed):
        yield False, kind, parent, decoy
    for kind, make in families.ODD_DECOYS.items():
        yield False, kind, parent, make(parent, 300_000 + seed)


def measure(rounds: int, first: int, folder: Path) -> dict[str, object]:
    """Counts of confirmed and unconfirmed children and decoys, and processor time."""
    count = iter(range(1 << 60))

    def weights(model: families.Model) -> Weights:
        return weights_of(families.write(model, folder / str(next(count))))

    confirmed: Counter[bool] = Counter()
    asked: Counter[bool] = Counter()
    missed: Counter[str] = Counter()
    began = time.process_time()
    for seed in range(first, first + rounds):
        for child, kind, parent, other in pairs(seed):
            verdict = compare(weights(other), weights(parent)).verdict
            asked[child] += 1
            confirmed[child] += verdict is KinshipVerdict.CONFIRMED
            if child is not (verdict is KinshipVerdict.CONFIRMED):
                missed[kind if child else f"decoy: {kind}"] += 1
    positive = confirmed[True] + confirmed[False]
    return {
        "families": rounds,
        "children": asked[True],
        "decoys": asked[False],
        "decoys_confirmed": confirmed[False],
        "precision": round(confirmed[True] / positive, 4) if positive else None,
        "recall": round(confirmed[True] / asked[True], 4),
        "not_as_they_should": dict(missed),
        "seconds_of_processor": round(time.process_time() - began, 1),
    }


def main(arguments: list[str]) -> int:
    """Measure and print; exits 1 where a decoy is confirmed or the goals are missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--families", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        result = measure(asked.families, asked.seed, Path(folder))
    text = json.dumps(result, indent=1)
    print(text)
    if asked.out:
        asked.out.write_text(text + "\n")
    precision, recall = result["precision"], result["recall"]
    reached = isinstance(precision, float) and precision >= 0.99
    return 0 if reached and isinstance(recall, float) and recall >= 0.9 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
