"""Shapes of one's own: what the validator would pass over, or fail at, is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance_graph.core.errors import BadShape
from provenance_graph.shapes import user_shapes

HEAD = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix x: <urn:x:> .
"""
SHAPE = "x:S a sh:NodeShape ; sh:targetClass x:C ; "
CHECK = "sh:property [ sh:path x:p ; sh:minCount 1 ] ."


def shapes(folder: Path, text: str) -> Path:
    file = folder / "shapes.ttl"
    file.write_text(HEAD + text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{SHAPE} sh:property [ sh:path x:p ; sh:minCuont 1 ] .", "did you mean sh:minCount"),
        (f"{SHAPE} sh:nodeKind sh:IRl .", "SHACL has no sh:IRl"),
        (f"{SHAPE} sh:js [ sh:jsFunctionName 'f' ] .", "sh:js is not evaluated"),
        (f"{SHAPE} sh:rule [ sh:subject sh:this ] ; {CHECK}", "sh:rule is not evaluated"),
        (f"{SHAPE} sh:expression [ sh:path x:p ] ; {CHECK}", "sh:expression is not evaluated"),
        (f"x:S a sh:NodeShape ; sh:target [ a sh:SPARQLTarget ] ; {CHECK}", "sh:target is not"),
        (f"<urn:o> owl:imports <urn:more> . {SHAPE} {CHECK}", "owl:imports <urn:more>"),
        (f"{SHAPE} sh:not x:S .", "<urn:x:S> refers to itself"),
        (f"{SHAPE} sh:property [ sh:path x:p ; sh:node x:S ] .", "<urn:x:S> refers to itself"),
        (f"{SHAPE} sh:or ( x:T ) . x:T a sh:NodeShape ; sh:and ( x:S ) .", "refers to itself"),
        (f"{SHAPE} sh:or _:l . _:l rdf:first x:T ; rdf:rest _:l .", "a list of sh:or has no end"),
    ],
)
def test_what_would_be_passed_over_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BadShape, match=why):
        user_shapes.read_shapes([shapes(tmp_path, text)])


@pytest.mark.parametrize(
    "text",
    [
        f"{SHAPE} sh:property [ sh:path x:p ; sh:pattern '(((' ] .",
        f"{SHAPE} sh:property [ sh:path _:p ; sh:minCount 1 ] . _:p sh:inversePath _:p .",
        f"{SHAPE} sh:sparql [ sh:message 'm' ; sh:select 'DROP ALL' ] .",
        f"{SHAPE} sh:property [ sh:path x:p ; sh:minCount 'x' ] .",
    ],
)
def test_shapes_that_cannot_be_evaluated_are_no_findings(tmp_path: Path, text: str) -> None:
    graph = user_shapes.read_shapes([shapes(tmp_path, text)])
    data = user_shapes.graph_of([])
    data.parse(data="<urn:a> a <urn:x:C> ; <urn:x:p> '1' .", format="turtle")
    with pytest.raises(BadShape, match="pyshacl"):
        user_shapes.shacl_findings(data, graph)


@pytest.mark.parametrize(
    "text",
    [
        f"{SHAPE} sh:and ( [ sh:nodeKind sh:IRI ] ) ; sh:not [ sh:hasValue 1 ] ; {CHECK}",
        f"{SHAPE} sh:or ( x:T x:T ) ; sh:xone ( x:T ) . x:T sh:in ( 1 2 ) ; sh:class x:C .",
    ],
)
def test_whatever_shacl_has_is_taken(tmp_path: Path, text: str) -> None:
    user_shapes.read_shapes([shapes(tmp_path, text)])


def test_a_pattern_that_never_ends_is_ended(tmp_path: Path) -> None:
    text = f"{SHAPE} sh:property [ sh:path x:p ; sh:pattern '^(a+)+$' ] ."
    graph = user_shapes.read_shapes([shapes(tmp_path, text)])
    data = user_shapes.graph_of([])
    data.parse(data=f"<urn:a> a <urn:x:C> ; <urn:x:p> '{'a' * 60}!' .", format="turtle")
    with pytest.raises(BadShape, match=r"after 0\.5 s"):
        user_shapes.shacl_findings(data, graph, seconds=0.5)


def test_findings_come_whole_from_the_other_process(tmp_path: Path) -> None:
    graph = user_shapes.read_shapes([shapes(tmp_path, f"{SHAPE} {CHECK}")])
    data = user_shapes.graph_of([])
    data.parse(data="<urn:a> a <urn:x:C> . <urn:b> a <urn:x:C> ; <urn:x:p> 1 .", format="turtle")
    (finding,) = user_shapes.shacl_findings(data, graph)
    assert (finding.focus, finding.path, finding.component) == ("urn:a", "urn:x:p", "MinCount")
