"""A result whose answer is its fields is written by ``fields_of`` and by no method of its own."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path

import pytest
from pydantic.alias_generators import to_camel

from provenance_graph.core.results import fields_of
from provenance_graph.licences.answers import ClauseAnswer
from provenance_graph.licences.texts.explain import ClauseLine
from provenance_graph.lineage.answers import BreachAnswer
from provenance_graph.lineage.results import Breach
from provenance_graph.model.ranks import Correlation

PACKAGE = Path(__file__).parents[3] / "src" / "provenance_graph"


def test_keys_are_the_fields_in_camel_case_and_in_order() -> None:
    given = fields_of(Correlation("x", "y", 3, 1.0, 0.0, 1.0, 0.3), dict[str, object])
    assert list(given.items()) == [
        ("one", "x"),
        ("other", "y"),
        ("count", 3),
        ("spearman", 1.0),
        ("spearmanP", 0.0),
        ("kendall", 1.0),
        ("kendallP", 0.3),
    ]


@pytest.mark.parametrize(("result", "answer"), [(ClauseLine, ClauseAnswer), (Breach, BreachAnswer)])
def test_a_result_has_the_keys_of_its_answer(result: type, answer: type) -> None:
    assert [to_camel(one.name) for one in fields(result)] == list(answer.__annotations__)


def test_no_method_only_copies_the_fields() -> None:
    copying = []
    for file in PACKAGE.rglob("*.py"):
        text = file.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if "to_json" in text else ():
            if isinstance(node, ast.FunctionDef) and node.name == "to_json":
                last = node.body[-1]
                if isinstance(last, ast.Return) and isinstance(last.value, ast.Dict):
                    pairs = zip(last.value.keys, last.value.values, strict=True)
                    if all(_is_copy(key, value) for key, value in pairs):
                        copying.append(f"{file.name}:{node.lineno}")
    assert copying == []


def _is_copy(key: ast.expr | None, value: ast.expr) -> bool:
    return (
        isinstance(key, ast.Constant)
        and isinstance(value, ast.Attribute)
        and isinstance(value.value, ast.Name)
        and value.value.id == "self"
        and to_camel(value.attr) == key.value
    )
