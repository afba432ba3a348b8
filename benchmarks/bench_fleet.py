"""1,000 deployments, 365 generated days, 500 planted events: exactly these are found, and how fast.

python benchmarks/bench_fleet.py [DEPLOYMENTS DAYS EVENTS]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from fleet_world import make
from unit.changes.test_fleet_events import expected, run


def main() -> None:
    deployments, days, events = map(int, sys.argv[1:] or (1_000, 365, 500))
    world = make(deployments)
    seconds: list[float] = []
    planted = wrong = told = 0
    with tempfile.TemporaryDirectory() as folder:
        for event, found, took in run(world, days, events, Path(folder)):
            got = {(one.kind, one.subject, one.deployment) for one in found}
            wrong += got != expected(world, event)
            planted += bool(event.kind)
            told += len(got)
            if event.kind:
                seconds.append(took)
    seconds.sort()
    print(
        f"{planted} events for {deployments} deployments over {days} days: {told} told, "
        f"{wrong} commits told wrongly; {1000 * statistics.median(seconds):.1f} ms the median "
        f"event, {1000 * seconds[int(len(seconds) * 0.99)]:.1f} ms the 99th percentile, "
        f"{1000 * seconds[-1]:.1f} ms the slowest"
    )


if __name__ == "__main__":
    main()
