"""Repeated kill -9 of every process of a writable service in turn, under load.

python benchmarks/soak_kills.py [KILLS] [FILE]
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

sys.path.extend(str(Path(__file__).parents[1] / name) for name in ("tests", "tests/hostile"))
from hostile_kills import soak
from hostile_service import Running


def distinct(lines: Iterable[str]) -> dict[str, int]:
    """The distinct errors in a log, with their counts; the 20 most frequent."""
    texts = (str(json.loads(line)["error"])[:400] for line in lines if line.startswith("{"))
    return dict(Counter(texts).most_common(20))


def main() -> int:
    """Run the soak test and print its results; exits 1 where anything was lost."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        service = Running(Path(folder) / "store", "--processes", "2")
        try:
            result = soak(service, kills)
        finally:
            service.stop()
        errors = distinct(line for line in service.output().splitlines() if '"error"' in line)
    back = sorted(result.back)
    print(f"killed {sum(result.killed.values())}: {result.killed}")
    print(f"acknowledged writes {result.acknowledged}, reads {result.reads}")
    for text, times in errors.items():
        print(f"{times} times: {text}")
    print(f"lost {len(result.lost)}, half-applied {len(result.halves)}, wrong {result.wrong[:5]}")
    median, worst = back[len(back) // 2], back[-1]
    slow = sum(seconds >= 2 for seconds in back)
    p95 = back[int(len(back) * 0.95)]
    print(
        f"back after: median {median:.2f} s, 95th percentile {p95:.2f} s, worst {worst:.2f} s, "
        f"{slow} took 2 s or more; load {os.getloadavg()[0]:.0f}"
    )
    if len(sys.argv) > 2:
        figures = {
            "killed": result.killed,
            "acknowledged": result.acknowledged,
            "reads": result.reads,
            "reads stopped at their time limit": result.late,
            "errors logged": errors,
            "lost": len(result.lost),
            "half applied": len(result.halves),
            "wrong": result.wrong[:5],
            "back after, seconds": {"median": median, "p95": p95, "worst": worst},
            "load": os.getloadavg(),
        }
        Path(sys.argv[2]).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 1 if result.lost or result.halves or result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
