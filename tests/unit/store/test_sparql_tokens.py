"""SPARQL text is read once, in linear time, and rewritten by its tokens."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_graph.core.errors import QueryRefused
from provenance_graph.core.iris import Iri
from provenance_graph.store.sparql import guard, rewrite, tokens
from provenance_graph.store.staging import resolved

HOSTILE = ['\\"""\n', "é.é.é.", "é-é-é", '"""', "'''", '"', "<", "<a", "a:", "a:%", "a:.", ".", "@a-", "?a",
           "1.", "1e", "PREFIX ", "LOAD ", "\\u0041", "#", "{", "LOAD SILENT <a> ", "INSERT {"]  # fmt: skip


def steps(function: Callable[[str], object], text: str) -> int:
    """How many lines of Python a call runs: a measure of time that no clock disturbs."""
    count = 0

    def trace(*_: object) -> Callable[..., object]:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", HOSTILE)
def test_every_rewriting_takes_steps_in_proportion_to_the_text(piece: str) -> None:
    def all_of_it(text: str) -> None:
        for change in (
            tokens.form,
            rewrite.volatile,
            rewrite.without_silent_loads,
            rewrite.inserts_only,
            lambda t: rewrite.with_base(t, "http://x/"),
            lambda t: rewrite.limited(t, 10),
            lambda t: list(rewrite.graphs_named(t)),
            lambda t: rewrite.with_using(t, [Iri("urn:g")], []),
            lambda t: rewrite.within_graph(t, Iri("urn:g")),
        ):
            try:
                change(text)
            except QueryRefused:
                continue

    few, many = steps(all_of_it, piece * 100), steps(all_of_it, piece * 800)
    assert many < 12 * few + 4000


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_time_for_tokens_grows_as_the_text_does(piece: str) -> None:
    """Processor time of a text 16 times as long, as a ratio: a backtracking lexer needs 256."""

    def spent(text: str) -> float:
        def once() -> float:
            start = time.process_time()
            for _ in tokens.tokens(text):
                pass
            return time.process_time() - start

        return min(once() for _ in range(5))

    assert spent(piece * 32_000) < 160 * max(spent(piece * 2_000), 1e-4)


@given(st.text(alphabet="\"'\\\n<>{}#é.-:a%?$@1 ", max_size=60))
@settings(max_examples=300, deadline=None)
def test_tokens_come_in_order_and_never_overlap(text: str) -> None:
    done = 0
    for _, result, start in tokens.tokens(text):
        assert start >= done
        assert text[start : start + len(result)] == result
        done = start + len(result)


def test_a_text_is_measured_before_it_is_read() -> None:
    with pytest.raises(QueryRefused, match="longer than"):
        guard.check_length("x" * 200_000)


UPDATES = [
    ("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> 1 } }", True),
    ("BASE <urn:x> PREFIX : <urn:y> INSERT DATA { } ; INSERT DATA { <a> :b '}' }", True),
    ("INSERT DATA { } ;", True),
    ("INSERT { GRAPH ?g { ?s ?p 1 } } WHERE { VALUES ?g { <urn:g> } }", False),
    ("INSERT DATA { } ; DELETE WHERE { GRAPH <urn:g> { ?s ?p ?o } }", False),
    ("\\u0044ELETE DATA { }", False),
    ("WITH <urn:g> INSERT { ?s ?p 1 } WHERE { }", False),
    ("DELETE DATA { GRAPH <urn:g> { <urn:a> <urn:b> 1 } }", False),
    ("INSERT DATA", False),
]


@pytest.mark.parametrize(("text", "only"), UPDATES)
def test_what_only_inserts_data_is_known(text: str, only: bool) -> None:
    assert rewrite.inserts_only(text) is only


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (r"PREFIX e: <urn:e:> DROP GRAPH e:a\/b", ["urn:e:a/b"]),
        ("BASE <http://x/y/> INSERT DATA { GRAPH <k> { <a> <b> 1 } }", ["http://x/y/k"]),
        (
            "COPY <urn:a> TO <urn:b> ; MOVE SILENT <urn:c> TO GRAPH <urn:d>",
            ["urn:a", "urn:b", "urn:c", "urn:d"],
        ),
        (
            "INSERT { GRAPH ?g { ?s ?p 1 } } USING <urn:u> USING NAMED <urn:n> WHERE { }",
            ["urn:u", "urn:n"],
        ),
    ],
)
def test_graphs_are_named_as_the_engine_reads_them(text: str, names: list[str]) -> None:
    groupby = itertools.groupby(rewrite.graphs_named(text), key=lambda pair: pair[0])
    assert [n for p, group in groupby for n in resolved(p, [name for _, name in group])] == names
