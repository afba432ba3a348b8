"""Contexts of JSON-LD that would cost a reader its time or its stack are refused before it reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pyoxigraph as ox
import pytest

from provenance_graph.core.errors import Unreadable
from provenance_graph.core.jsonld import BadContexts, check_contexts
from provenance_graph.store.uploads import JSON_LD, pack, to_ntriples

MANY = 2_000
TERMS = {f"p{n}": f"http://e/p{n}" for n in range(MANY)}
SCOPED = {"@id": "http://e/s", "@context": {"x": "http://e/x"}}


def graph(context: Any, *nodes: Any) -> Any:
    return {"@context": context, "@graph": list(nodes)}


def chain(length: int, link: str) -> dict[str, Any]:
    """Terms that are described each by the next."""
    links = {f"t{n}": json.loads(link % f"t{n + 1}") for n in range(length)}
    return {"@context": {**links, f"t{length}": "http://e/"}, "@id": "http://e/a", "t0": 1}


HEAVY: dict[str, Callable[[], Any]] = {
    "inner contexts under many terms": lambda: graph(
        TERMS,
        *({"@id": f"http://e/{n}", "@context": {"q": "http://e/q"}, "q": n} for n in range(MANY)),
    ),
    "uses of one term with a context": lambda: graph(
        {**TERMS, "s": SCOPED}, *({"@id": f"http://e/{n}", "s": {"x": 1}} for n in range(MANY))
    ),
    "types with a context": lambda: graph(
        {**TERMS, "T": SCOPED},
        *({"@id": f"http://e/{n}", "@type": "T", "x": 1} for n in range(MANY)),
    ),
    "types behind another name": lambda: graph(
        {**TERMS, "k": "@type", "T": SCOPED},
        *({"@id": f"http://e/{n}", "k": ["T"], "x": 1} for n in range(MANY)),
    ),
    "terms described by a prefix": lambda: chain(20_000, '"%s:x"'),
    "terms described by an id": lambda: chain(20_000, '{"@id": "%s:x"}'),
    "terms described by another name": lambda: chain(20_000, '"%s"'),
    "terms described by a type": lambda: chain(20_000, '{"@id": "http://e/", "@type": "%s:x"}'),
}


@pytest.mark.parametrize("name", HEAVY)
@pytest.mark.parametrize("written", ["plain", "escaped"])
def test_what_a_reader_cannot_bear_is_refused(name: str, written: str):
    body = json.dumps(HEAVY[name]())
    if written == "escaped":
        body = body.replace("@context", r"\u0040c\u006fntext")
    with pytest.raises(BadContexts, match="terms"):
        check_contexts(body.encode())
    with pytest.raises(Unreadable, match="terms"):
        to_ntriples(pack(body.encode(), JSON_LD, "http://b/"))


def test_contexts_within_one_another_too_deeply_are_refused():
    text = '{"x": "http://e/x"}'
    for _ in range(3_000):
        text = f'{{"t": {{"@id": "http://e/t", "@context": {text}}}}}'
    with pytest.raises(BadContexts, match="nested"):
        check_contexts(f'{{"@context": {text}, "t": 1}}'.encode())


@pytest.mark.parametrize(
    "document",
    [
        graph({"p": "http://e/p"}, *({"@id": f"http://e/{n}", "p": n} for n in range(5_000))),
        graph(
            {},
            *(
                {"@id": f"http://e/{n}", "@context": {"p": "http://e/p"}, "p": n}
                for n in range(5_000)
            ),
        ),
        [{"@context": TERMS, "@id": f"http://e/{n}", "p1": 1} for n in range(60)],
        chain(50, '"%s:x"'),
        {"@context": {"a": "b:x", "b": "http://e/"}, "@id": "http://e/a", "a": 1},
        graph(TERMS, {"@id": "http://e/a", "p1": 1}),
    ],
)
def test_what_it_can_bear_is_read(document: Any):
    body = json.dumps(document).encode()
    assert to_ntriples(pack(body, JSON_LD, "http://b/")).count(b"\n") == sum(
        1 for _ in ox.parse(body, format=ox.RdfFormat.JSON_LD)
    )


def test_an_error_of_syntax_is_told_by_the_reader():
    for body in (b'{"@context": {', b'{"@context": {}} "@context": {}}', b"\xff"):
        check_contexts(body)
        with pytest.raises(Unreadable):
            to_ntriples(pack(body, JSON_LD, "http://b/"))
