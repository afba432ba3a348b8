"""Bundles: speed of making and verifying, and 10,000 changes each of which must be detected.

    python benchmarks/bench_receipts.py STORE [--mutations 10000] [--out FILE.json]

A change is one of: a bit of the file; a claim's value; a claim, record, header line or identity row
removed; the policy; an accepted value; an export. Changes of the content are tried unmodified, with
all digests recomputed and no signature (a forger without a key), and with all digests recomputed
and signed by another key. Where a forger recomputes all digests without a key, digests reveal only
contradictions: such a bundle is not signed, which verification with a key reports.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import canonical
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.terms import PG, RDF
from provenance_graph.exchange.registry import export, exporters
from provenance_graph.formats.bundles import envelope
from provenance_graph.formats.bundles.keys import PublicKey
from provenance_graph.model.bundles.gather import bundle, subject_named
from provenance_graph.receipts.make import make
from provenance_graph.receipts.verify import verify
from provenance_graph.store.opening import open_store

MODELS = (
    "anthropic/claude-haiku-4-5",
    "meta-llama/Llama-3.1-8B",
    "allenai/OLMo-2-1124-7B",
    "deepseek-ai/DeepSeek-V3",
    "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
)


def seen(data: bytes, key: PublicKey, *, whole: bool) -> bool:
    """Whether verification with the key reports a fault.

    Not ``whole``: form, signature and digests are checked first, as in ``verify``, and the values
    are recomputed only where these checks pass.
    """
    try:
        file = envelope.read(data, "bundle")
        if not whole and (envelope.altered(file) or not envelope.signers(file, {key.id: key})):
            return True
        return not verify(data, [key]).ok
    except Unreadable:
        return True


def _lines(content: str, keep: Callable[[str], bool]) -> list[int]:
    return [n for n, line in enumerate(content.splitlines(True)) if keep(line)]


def _changed(content: str, chance: random.Random) -> tuple[str, str]:
    """The content with one change, and the kind of the change."""
    lines = content.splitlines(True)
    kinds = {
        "claim": lambda line: "/record/" in line and "ns#value>" in line,
        "header": lambda line: (
            "/record/" in line
            and ("retrievedOn>" in line or "custody>" in line or "defaultBasis>" in line)
        ),
        "identity": lambda line: "graph/identity" in line.rpartition(" <")[2],
        "policy": lambda line: line.endswith("graph/reference> .\n"),
        "accepted value": lambda line: (
            line.count(" <") + line.startswith("<") <= 3
            and not line.rstrip(" .\n").endswith(("reference>", "identity>"))
        ),
    }
    kind = chance.choice([*kinds, "record"])
    if kind == "record":
        graphs = sorted(g for g in canonical.by_graph(content) if "/record/" in g)
        gone = chance.choice(graphs)
        return "".join(line for line in lines if not line.endswith(f"<{gone}> .\n")), kind
    found = _lines(content, kinds[kind])
    if not found:
        return "".join(lines[1:]), "accepted value"
    at = chance.choice(found)
    if chance.random() < 0.4:
        del lines[at]
    else:
        head, quote, tail = lines[at].partition('"')
        lines[at] = f"{head}{quote}0{tail}" if quote else lines[at].replace("> .", "x> .")
    return "".join(sorted(set(lines))), kind


def mutations(data: bytes, key: PublicKey, count: int, seed: int) -> dict[str, object]:
    """The number of changes of each kind, and the number undetected."""
    chance = random.Random(seed)
    file = envelope.read(data, "bundle")
    forger = Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
    tried: Counter[str] = Counter()
    missed: list[str] = []
    for number in range(count):
        if number % 2:
            at, flip = chance.randrange(len(data)), 1 << chance.randrange(8)
            changed, kind = data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :], "byte"
        else:
            content, kind = _changed(file.content, chance)
            if content == file.content:
                continue
            exports = dict(file.exports)
            if chance.random() < 0.1:
                exports = {name: text + " " for name, text in exports.items()}
            how = chance.choice(("as it is", "digests made again", "signed by another key"))
            statement = dict(file.statement)
            if how != "as it is":
                predicate = {
                    **file.predicate,
                    "graphs": {
                        graph: f"sha256:{canonical.digest(text)}"
                        for graph, text in sorted(canonical.by_graph(content).items())
                    },
                }
                statement = envelope.statement(predicate, content, exports)
            signing = forger if how == "signed by another key" else None
            changed, kind = envelope.write(statement, content, exports, signing), f"{kind}, {how}"
        tried[kind] += 1
        if not seen(changed, key, whole=number % 25 == 0):
            missed.append(kind)
    return {"tried": dict(sorted(tried.items())), "total": sum(tried.values()), "missed": missed}


def untouched(
    snapshot: AcceptedSnapshot, key: Ed25519PrivateKey, count: int, seed: int
) -> dict[str, object]:
    """Random models' bundles: time of verification, and the number of false failures."""
    models = sorted({s for s, *_ in snapshot.quads(predicate=RDF.type, object=PG.Model)})
    spent, failed = [], []
    for model in random.Random(seed).sample(models, min(count, len(models))):
        data = make(snapshot, [model], ["cyclonedx"], key=key)
        start = time.process_time()
        done = verify(data, [PublicKey(key.public_key())])
        spent.append(1000 * (time.process_time() - start))
        failed += [] if done.ok else [str(model)]
    ranked = sorted(spent)
    return {
        "models": len(spent),
        "reported falsely": failed,
        "verify_ms_processor": {
            "median": round(statistics.median(ranked)),
            "p95": round(ranked[int(len(ranked) * 0.95)]),
            "largest": round(ranked[-1]),
        },
    }


def _bundle(
    snapshot: AcceptedSnapshot, name: str, key: Ed25519PrivateKey
) -> tuple[bytes, dict[str, int]]:
    """A model's bundle, and the time of making and verifying it."""
    subject = subject_named(snapshot, name)
    start = time.perf_counter()
    data = make(snapshot, [subject], ["cyclonedx"], key=key)
    first = time.perf_counter() - start
    start = time.perf_counter()
    make(snapshot, [subject], ["cyclonedx"], key=key)
    again = time.perf_counter() - start
    spent = []
    for _ in range(9):
        start = time.perf_counter()
        done = verify(data, [PublicKey(key.public_key())])
        spent.append(time.perf_counter() - start)
        assert done.ok, done.failures
    return data, {
        "bytes": len(data),
        "records": done.records,
        "claims": done.claims,
        "bundle_ms_cold": round(first * 1000),
        "bundle_ms": round(again * 1000),
        "verify_ms": round(statistics.median(spent) * 1000),
    }


def _rates(snapshot: AcceptedSnapshot) -> dict[str, float]:
    """Exports per second in every format."""
    rates = {}
    gathered = [bundle(snapshot, [subject_named(snapshot, name)]) for name in MODELS]
    for name in sorted({*exporters()} - {"croissant"}):
        start, made = time.perf_counter(), 0
        while time.perf_counter() - start < 2:
            for one in gathered:
                export(one, name)
                made += 1
        rates[name] = round(made / (time.perf_counter() - start), 1)
    return rates


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("store")
    asked.add_argument("--mutations", type=int, default=10_000)
    asked.add_argument("--sample", type=int, default=200, help="models verified untouched")
    asked.add_argument("--out", type=Path)
    given = asked.parse_args()
    key = Ed25519PrivateKey.from_private_bytes(b"\3" * 32)
    public = PublicKey(key.public_key())
    with open_store(given.store) as store:
        snapshot = AcceptedSnapshot(store)
        made = {name: _bundle(snapshot, name, key) for name in MODELS}
        result: dict[str, object] = {
            "bundles": {name: measured for name, (_, measured) in made.items()},
            "untouched": untouched(snapshot, key, given.sample, 1),
            "exports_per_second": _rates(snapshot),
        }
    if share := given.mutations // 2:
        start = time.perf_counter()
        result["mutations"] = {
            name: mutations(made[name][0], public, share, seed)
            for seed, name in enumerate(("allenai/OLMo-2-1124-7B", "meta-llama/Llama-3.1-8B"))
        }
        result["mutation_seconds"] = round(time.perf_counter() - start)
    text = json.dumps(result, indent=2) + "\n"
    print(text)
    if given.out:
        given.out.write_text(text)


if __name__ == "__main__":
    main()
