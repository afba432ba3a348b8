"""A stream of OpenLineage events with one bad line: claims, problems and memory of the reading.

    python benchmarks/bench_stream.py [--events 1000000] [--bad 777777] [--out FILE]

The stream is written to a temporary file, discovered as by `import`, and read document by document.
Time is processor time, memory the peak of the process.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from provenance_graph.core.claims import Problem
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import discover
from provenance_graph.ingest.intake import Options, read


def event(n: int) -> str:
    """A completed run that trained a model on one of a thousand datasets, as JSON."""
    return json.dumps(
        {
            "eventType": "COMPLETE",
            "eventTime": "2026-01-01T00:00:00Z",
            "producer": "https://example.org/trainer",
            "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json",
            "run": {"runId": f"00000000-0000-4000-8000-{n:012}"},
            "job": {"namespace": "training", "name": f"job-{n % 1000}"},
            "inputs": [{"namespace": "data", "name": f"set-{n % 1000}"}],
            "outputs": [{"namespace": "models", "name": f"model-{n % 1000}"}],
        }
    )


def main(arguments: list[str]) -> int:
    """Write the stream, read it, print the results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--bad", type=int, default=777_777)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(arguments)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    documents = claims = 0
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for n in range(1, asked.events + 1):
                file.write('{"eventType": \n' if n == asked.bad else event(n) + "\n")
        size = path.stat().st_size
        start = time.process_time()
        for document in discover([str(path)], retrieved="2026-01-31"):
            if isinstance(document, Problem):
                problems.append(str(document))
                continue
            reading = read(document, readers(), Options())
            documents += 1
            claims += sum(len(record.claims) for record in reading.records)
            problems += map(str, reading.problems)
            if reading.failure is not None:
                problems.append(str(reading.failure))
    result = {
        "events": asked.events,
        "megabytes": round(size / 1e6, 1),
        "documents": documents,
        "claims": claims,
        "problems": problems[:20],
        "processor_seconds": round(time.process_time() - start, 1),
        "megabytes_of_memory": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10) - before,
    }
    text = json.dumps(result, indent=1)
    print(text)
    if asked.out is not None:
        asked.out.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
