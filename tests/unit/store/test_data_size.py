"""What an update's data states, counted before it is run: never more than the engine finds."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance_graph.store.sparql.data_size import data_sizes

COMMA = ", "
P = "PREFIX e: <urn:e:> "


def counted(text: str) -> tuple[int, int]:
    last = (0, 0)
    for size in data_sizes(text):
        last = size.statements, size.entities
    return last


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("INSERT DATA { }", (0, 0)),
        ("INSERT DATA { e:a e:p 1 }", (1, 1)),
        ("INSERT DATA { e:a e:p 1 . }", (1, 1)),
        ("INSERT DATA { e:a e:p 1, 2.5, -3, +4e2 ; a e:C ; e:q true . e:b e:p 'x'@en-GB }", (7, 2)),
        ('INSERT DATA { e:a e:p "x"^^e:t, """y { . ; ,"""^^<urn:t> . e:b e:p <urn:o> }', (3, 2)),
        ("INSERT DATA { GRAPH e:g { e:a e:p 1 } GRAPH <urn:h> { e:a e:p 1 } e:c e:p 1 }", (3, 2)),
        ("insert data { graph e:g { e:a e:p 1 } } ; INSERT DATA { e:b e:p 1 }", (2, 2)),
        ("DELETE DATA { e:a e:p 1 . e:b e:p 1 } ; INSERT DATA { e:c e:p 1 }", (3, 1)),
        ("INSERT { e:a e:p 1 } WHERE { e:b e:p 2 }", (0, 0)),
        ("DELETE WHERE { e:b e:p 2 }", (0, 0)),
        ("INSERT DATA { e:a e:p 1 . [] e:p 2 . e:b e:p 3 }", (1, 1)),
        ("INSERT DATA { e:a e:p (1 2) }", (0, 0)),
        (r"INSERT DATA { e:\u0061 e:p 1 }", (0, 0)),
        ("INSERT DATA { <urn:e:a> e:p 1 . e:a e:p 1 }", (2, 1)),
        ("INSERT DATA { # e:z e:p 1\n e:a e:p 1 }", (1, 1)),
        ("INSERT DATA { e:a", (0, 0)),
        ("}}} INSERT DATA {{{ . ; , ^^", (0, 0)),
    ],
)
def test_statements_and_entities_are_counted_as_written(text: str, size: tuple[int, int]):
    assert counted(P + text) == size


_NAME = st.sampled_from(["e:a", "e:b", "<urn:e:a>", "<urn:e:c>", "f:a"])
_VALUE = st.sampled_from(["1", "-2.5", "'x'", "'x'@en", "'1'^^e:t", "true", "e:o", "<urn:o>"])
_VERB = st.sampled_from(["a", "e:p", "<urn:e:p>"])
_PROPERTIES = st.lists(
    st.tuples(_VERB, st.lists(_VALUE, min_size=1, max_size=3)), min_size=1, max_size=3
)


@given(st.lists(st.tuples(_NAME, _PROPERTIES), max_size=6), st.booleans())
def test_never_more_entities_than_the_engine_finds(
    triples: list[tuple[str, list[tuple[str, list[str]]]]], named: bool
):
    lines = [
        f"{subject} {' ; '.join(f'{verb} {COMMA.join(values)}' for verb, values in properties)} ."
        for subject, properties in triples
    ]
    body = " ".join(lines)
    body = f"GRAPH e:g {{ {body} }}" if named else body
    text = f"{P} PREFIX f: <urn:e:> INSERT DATA {{ {body} }}"
    store = ox.Store()
    store.update(text)
    statements, entities = counted(text)
    assert statements == sum(len(values) for _, all_ in triples for _, values in all_)
    assert statements >= len(store)
    assert entities <= len({quad.subject for quad in store})
