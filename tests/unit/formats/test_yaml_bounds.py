from __future__ import annotations

import pytest

from provenance_graph.core.errors import Unreadable
from provenance_graph.formats.parsing import parse_yaml

LAUGHS = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
)


@pytest.mark.parametrize(
    "bomb",
    [
        "- " * 200_000 + "a",
        "[" * 200_000,
        "x: '\"'\ny: " + "[" * 100_000 + "\nz: '\"'",
        LAUGHS,
        "a: &a [*a]",
        "? " * 3000,
        "\n".join(" " * i + "a:" for i in range(2500)),
    ],
    ids=["dashes", "brackets", "brackets hidden by quotes", "laughs", "itself", "keys", "indents"],
)
def test_a_yaml_bomb_is_refused_with_a_reason(bomb):
    with pytest.raises(Unreadable, match=r"nested deeper|values after aliases"):
        parse_yaml(bomb, "bomb")


@pytest.mark.parametrize("text", ["a: !!bool x", "a: !!int ''", "a: !!timestamp x", "!!int : x"])
def test_a_tag_that_does_not_fit_is_named(text):
    with pytest.raises(Unreadable, match="tag"):
        parse_yaml(text, "doc")


def test_indented_text_is_not_depth():
    assert parse_yaml("a: |\n" + " " * 3000 + "x", "doc") == {"a": "x"}
