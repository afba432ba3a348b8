"""Two services on loopback, one of which asks the other, and clients that ask through it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from provenance_graph.store import embedded

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")
ROWS = 5_000


@contextmanager
def serving(folder: Path, lines: str, *flags: str) -> Iterator[str]:
    """A plain dataset served for reading; gives its address."""
    embedded.build(folder, lines.encode())
    process = subprocess.Popen(
        [sys.executable, "-m", "provenance_graph", "--store", str(folder), "serve", "--raw",
         "--port", "0", "--access-log", "", *flags],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "serving" in line)
        yield line.split()[-1].rstrip("/")
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    lines = "".join(
        f'<https://example.org/a/{n}> <https://example.org/p> "a value that is long enough, number {n}" .\n'
        for n in range(ROWS)
    )
    with serving(tmp_path_factory.mktemp("far") / "store", lines) as address:
        yield address


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory, far: str) -> Iterator[str]:
    lines = "<https://example.org/a/7> <https://example.org/q> <https://example.org/here> .\n"
    allowed = ("--federation", f"{far}/sparql", "--federation-networks", "127.0.0.0/8")
    with serving(tmp_path_factory.mktemp("near") / "store", lines, *allowed) as address:
        yield address


def ask(address: str, query: str) -> list[dict[str, dict[str, str]]]:
    url = f"{address}/sparql?query={urllib.parse.quote(query)}"
    with urllib.request.urlopen(url, timeout=60) as reply:
        rows: list[dict[str, dict[str, str]]] = json.load(reply)["results"]["bindings"]
        return rows


def test_an_answer_of_thousands_of_rows_comes_through(near: str, far: str) -> None:
    text = f"SELECT ?s ?o {{ SERVICE <{far}/sparql> {{ ?s <https://example.org/p> ?o }} }}"
    rows = ask(near, text)
    assert len(rows) == ROWS
    assert len({row["s"]["value"] for row in rows}) == ROWS


def test_here_and_there_are_joined(near: str, far: str) -> None:
    text = (
        "SELECT ?o { ?s <https://example.org/q> <https://example.org/here> . "
        f"SERVICE <{far}/sparql> {{ ?s <https://example.org/p> ?o }} }}"
    )
    assert [row["o"]["value"] for row in ask(near, text)] == [
        "a value that is long enough, number 7"
    ]


def test_rdflib_asks_through_it(near: str, far: str) -> None:
    store = SPARQLStore(f"{near}/sparql")
    text = f"SELECT ?s {{ SERVICE <{far}/sparql> {{ ?s <https://example.org/p> ?o }} }} LIMIT 2500"
    assert len(list(store.query(text))) == 2500


def test_what_is_not_listed_is_not_asked(far: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(far, "SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }")
    with refused.value as answer:
        assert answer.code == 400
