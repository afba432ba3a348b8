"""The number of requests that `show` sends to a SPARQL service, by model.

    benchmarks/engines/oxigraph_server.sh FOLDER 7878 &
    provenance-graph --store http://127.0.0.1:7878/query build --fresh
    python benchmarks/bench_remote.py http://127.0.0.1:7878/query deepseek-ai/DeepSeek-V3 bigscience/bloom

Prints one line of JSON for each name: requests, and bytes of all answers.
"""

from __future__ import annotations

import argparse
import json

from click.testing import CliRunner

from provenance_graph.cli import app
from provenance_graph.store.remote.http import RemoteAnswer, RemoteClient


def counted(url: str, name: str) -> dict[str, object]:
    """The requests and bytes of one `show`."""
    sizes: list[int] = []
    send = RemoteClient.send

    def noted(*given: object, **named: object) -> RemoteAnswer:
        answer = send(*given, **named)  # type: ignore[arg-type]
        sizes.append(len(answer.body))
        return answer

    RemoteClient.send = noted  # type: ignore[method-assign,assignment]
    try:
        done = CliRunner().invoke(app, ["--store", url, "show", name])
    finally:
        RemoteClient.send = send  # type: ignore[method-assign]
    return {"name": name, "exit": done.exit_code, "requests": len(sizes), "bytes": sum(sizes)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("names", nargs="+")
    asked = parser.parse_args()
    for name in asked.names:
        print(json.dumps(counted(asked.url, name)), flush=True)


if __name__ == "__main__":
    main()
