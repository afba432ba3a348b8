"""Open files and memory of a writable service while a record is written again and again and read.

    python benchmarks/soak_writes.py STORE [WRITES] [FILE]

STORE is a built store; a copy of it is served. After each write five routes are read, so that the
HTTP process opens every version with its indexes. Prints the open files and the resident memory of
the process that has the most, and exits 1 where the second half of the writes has added more than a
version's files to the first: what is held may not grow with the number of writes.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.extend(str(Path(__file__).parents[1] / name) for name in ("tests", "tests/hostile"))
from hostile_service import SECRET, Running

from provenance_graph.core import iris, terms
from provenance_graph.service.namespaces import namespace

MODEL = "/api/v1/models/mistralai/Mistral-7B-v0.1"
READ = (f"{MODEL}/lineage", f"{MODEL}/licences", "/api/v1/conflicts", "/api/v1/search?q=llama")
EVERY = 20
VERSION_FILES = 40
"""More than the files that one version of a store and its indexes have open."""


def held(service: Running) -> tuple[int, int]:
    """The most open files, and the most resident memory in MB, of any process of the service."""
    files = memory = 0
    for pid in service.pids():
        process = Path(f"/proc/{pid}")
        try:
            files = max(files, sum(1 for _ in (process / "fd").iterdir()))
            pages = int((process / "statm").read_text().split()[1])
        except OSError:  # it has ended
            continue
        memory = max(memory, pages * 4096 >> 20)
    return files, memory


def write(service: Running, number: int) -> None:
    """Replace one of five records by one that states another value."""
    record = f"{namespace('operator')}soak-{number % 5}"
    thing = iris.model(f"acme/soak-{number % 5}")
    body = f'<{thing}> <{terms.PG.contextLength}> "{4096 + number}"^^<{terms.XSD.integer}> .\n'
    headers = {"content-type": "application/n-triples", "authorization": f"Bearer {SECRET}"}
    status, answer = service.request("PUT", f"/data?graph={record}", body.encode(), headers)
    if status not in (201, 204):
        raise SystemExit(f"write {number}: {status} {answer[:200]!r}")


def main() -> int:
    """Run the writes and print what is held; 1 where it grows with their number."""
    writes = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    rows: list[tuple[int, int, int]] = []
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        shutil.copytree(sys.argv[1], store)
        service = Running(store, raw=False)
        try:
            for number in range(1, writes + 1):
                write(service, number)
                for path in READ:
                    service.request("GET", path)
                if number % EVERY == 0:
                    rows.append((number, *held(service)))
                    print("{:>6,} writes {:>6,} open files {:>6,} MB".format(*rows[-1]), flush=True)
        finally:
            service.stop()
    if len(sys.argv) > 3:
        Path(sys.argv[3]).write_text(
            json.dumps({"writes, open files, MB": rows}, indent=1) + "\n", encoding="utf-8"
        )
    first = max(files for number, files, _ in rows if number <= writes // 2)
    return int(rows[-1][1] > first + VERSION_FILES)


if __name__ == "__main__":
    sys.exit(main())
