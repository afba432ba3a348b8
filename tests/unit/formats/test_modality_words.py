"""Words for kinds of content stand in the ontology; no module of the package has a list of its own."""

from __future__ import annotations

import ast
from pathlib import Path

import provenance_graph
from provenance_graph.core.terms import PG
from provenance_graph.formats.fields.modalities import modalities, notations

PACKAGE = Path(provenance_graph.__file__).parent


def test_a_concept_s_notation_leads_back_to_it() -> None:
    assert {kind: modalities()[name] for kind, name in notations().items()} == {
        kind: kind for kind in notations()
    }
    assert set(modalities().values()) == set(notations())


def test_no_module_maps_words_to_kinds_of_content() -> None:
    kinds = {str(kind).rpartition("#")[2] for kind in notations()}

    def of_kind(node: ast.expr | None) -> bool:
        return (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "PG"
            and node.attr in kinds
        )

    found = [
        f"{file.relative_to(PACKAGE)}:{node.lineno}"
        for file in sorted(PACKAGE.rglob("*.py"))
        if any(f"PG.{kind}" in (text := file.read_text("utf-8")) for kind in kinds)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Dict)
        and any(
            isinstance(key, ast.Constant) and isinstance(key.value, str) and of_kind(value)
            for key, value in zip(node.keys, node.values, strict=True)
        )
    ]
    assert found == []
    assert PG.Image in notations()
