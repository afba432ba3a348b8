"""Whether another engine answers every stored question as the embedded store does.

    cp -r STORE/checkpoints/N FOLDER        # N: the checkpoint that STORE/CURRENT names
    benchmarks/engines/oxigraph_server.sh FOLDER 7878 &
    python benchmarks/check_questions.py STORE http://127.0.0.1:7878/query

Each question is asked with its defaults and, where it is about models, with some others. Prints one
line of JSON for each: the rows of both and the seconds that the engine took, or why it refused.
Ends with 1 where answers differ.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

from provenance_graph import asking
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import NotFound, ProvenanceError
from provenance_graph.model.questions.stored import Question, questions
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.opening import open_store

MODELS = (
    "deepseek-ai/DeepSeek-V3",
    "mistralai/Mistral-7B-v0.1",
    "bigscience/bloom",
    "openai/gpt-4",
)


def asked(question: Question, names: list[str]) -> Iterator[dict[str, str]]:
    """Yield the parameter values of a question, its defaults first."""
    yield {}
    of_models = [one.name for one in question.parameters if one.kind == "model"]
    for name in names if of_models else ():
        yield dict.fromkeys(of_models, name)


def compared(
    here: AcceptedSnapshot, there: AcceptedSnapshot, question: Question, given: dict[str, str]
) -> dict[str, object]:
    """The rows of both engines for one question, as a line of the result."""
    line: dict[str, object] = {"question": question.name, "asked": given}
    try:
        expected = asking.ask(here, question.name, given, limit=0)
    except NotFound:
        return {**line, "skipped": "not in this store"}
    began = time.perf_counter()
    try:
        answer = asking.ask(there, question.name, given, limit=0)
    except ProvenanceError as error:
        return {**line, "rows": len(expected), "refused": str(error)}
    line |= {"rows": len(expected), "there": len(answer)}
    line["seconds"] = round(time.perf_counter() - began, 2)
    line["equal"] = expected.names == answer.names and expected.rows == answer.rows
    if not line["equal"]:
        lacks, more = set(expected.rows) - set(answer.rows), set(answer.rows) - set(expected.rows)
        line["lacks"], line["more"] = (sorted(map(str, rows))[:2] for rows in (lacks, more))
    return line


def main() -> int:
    """Compare all questions; exits 1 where an answer differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("store", type=Path)
    parser.add_argument("url")
    parser.add_argument("--model", action="append", help="a model to ask of; repeatable")
    given = parser.parse_args()
    failed = 0
    with EmbeddedStore.open(given.store) as store, open_store(given.url) as remote:
        here, there = AcceptedSnapshot(store), AcceptedSnapshot(remote)
        for question in questions().values():
            for values in asked(question, given.model or list(MODELS)):
                line = compared(here, there, question, values)
                failed += line.get("equal") is False
                print(json.dumps(line), flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
