"""Comunica and rdflib over two services on loopback, one of which queries the other.

    python benchmarks/check_federation.py FOLDER [--out FILE]

FOLDER is where ``npm install --before=2025-06-01 @comunica/query-sparql`` was run (4.0.2 with all
its parts of that day, which runs on Node 20; the day matters, since 4.0.2 with parts of later
releases does not work); Comunica is no dependency of this package. The querying service is started
with the explicit permission to call loopback addresses. Each way must give every row, more than a
query's text could hold.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "protocol"))
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from test_federation_live import ROWS, serving

SCRIPT = """
import {QueryEngine} from '@comunica/query-sparql';
const [query, ...sources] = process.argv.slice(1);
const engine = new QueryEngine();
const rows = await engine.queryBindings(query, {
  sources: sources.map((value) => ({type: 'sparql', value})),
});
let n = 0;
for await (const row of rows) n += row.size === 2 ? 1 : 0;
console.log(n);
"""
ASKED = "SELECT ?s ?v { SERVICE <%s> { ?s <https://example.org/p> ?v } }"
PLAIN = "SELECT ?s ?v { ?s <https://example.org/p> ?v }"


def comunica(folder: Path, query: str, *sources: str) -> int:
    """The number of rows that Comunica gets for a query over some endpoints."""
    command = ["node", "--input-type=module", "-e", SCRIPT, query, *sources]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-500:])
    return int(done.stdout)


def main() -> int:
    """Query in each way; print the rows; exits 1 where some are missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        lines = "".join(
            f'<https://example.org/a/{n}> <https://example.org/p> "a value, number {n}" .\n'
            for n in range(ROWS)
        )
        here = "<https://example.org/a/7> <https://example.org/q> <https://example.org/here> .\n"
        with serving(Path(made) / "far", lines) as far:
            allowed = ("--federation", f"{far}/sparql", "--federation-networks", "127.0.0.0/8")
            with serving(Path(made) / "near", here, *allowed) as near:
                ask = ASKED % f"{far}/sparql"
                results = {
                    "rdflib asks one, which asks the other": len(
                        list(SPARQLStore(f"{near}/sparql").query(ask))
                    ),
                    "Comunica, SERVICE": comunica(given.folder, ask, f"{near}/sparql"),
                    "Comunica, two sources": comunica(
                        given.folder, PLAIN, f"{near}/sparql", f"{far}/sparql"
                    ),
                    "Comunica, one source": comunica(given.folder, PLAIN, f"{far}/sparql"),
                }
    print(json.dumps(results, indent=1))
    if given.out:
        given.out.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    return 0 if set(results.values()) == {ROWS} else 1


if __name__ == "__main__":
    sys.exit(main())
