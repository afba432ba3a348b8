"""What is said of a licence whose own text was not read is said as such, and not more than that."""

from __future__ import annotations

import pytest
from licence_world import catalogue

from provenance_graph.licences.texts.explain import explain


def permitted(text: str) -> set[str]:
    return {
        line.id
        for one in explain(catalogue(), text).licences
        for line in one.clauses
        if line.kind == "permission"
    }


@pytest.mark.parametrize("text", ["GPL-2.0", "GPL-2.0-or-later", "MPL-2.0", "GFDL-1.3-only"])
def test_a_permission_of_one_text_is_not_read_into_another_of_its_family(text: str) -> None:
    assert "patent-grant" in permitted("GPL-3.0-only") - permitted(text)
    assert {"use", "modify", "distribute", "commercial"} <= permitted(text)


@pytest.mark.parametrize("text", ["BSD-2-Clause", "GPL-2.0-only", "LGPL-2.1", "CC-BY-3.0"])
def test_terms_that_are_taken_over_are_said_to_be(text: str) -> None:
    (one,) = explain(catalogue(), text).licences
    like = catalogue().licences[one.licence.terms_like].name
    assert f"is taken to share the terms of {like}, of its family, and permits" in one.sentence
    assert one.sentence.endswith("; its own text was not read for this.")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("GPL-3.0-or-later", "GPL-3.0-only"),
        ("GPL-3.0", "GPL-3.0-only"),
        ("AGPL-3.0-or-later", "AGPL-3.0-only"),
        ("AGPL-3.0", "AGPL-3.0-only"),
    ],
)
def test_identifiers_of_one_text_have_its_clauses_with_their_places(text: str, same: str) -> None:
    (one,), (other,) = (explain(catalogue(), name).licences for name in (text, same))
    assert one.clauses == other.clauses
    assert any(line.clause for line in one.clauses)
    assert one.licence.text_seen
    assert "not read" not in one.sentence


def test_copyleft_over_a_network_asks_for_all_that_its_text_asks() -> None:
    (one,) = explain(catalogue(), "AGPL-3.0-only").licences
    asked = {line.id: line.clause for line in one.clauses if line.kind == "duty"}
    assert asked == {
        "share-alike": "5.c",
        "source-disclosure": "6",
        "network-source": "13",
        "keep-notices": "4 and 5.b",
        "copy-of-licence": "4",
        "state-changes": "5.a",
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "(mit AND cc-by-nc-4.0) OR gpl-3.0-only",
            "one of the alternatives may be chosen, and all that AND joins in it bind.",
        ),
        (
            "mit AND cc-by-nc-4.0 OR gpl-3.0-only",
            "one of the alternatives may be chosen, and all that AND joins in it bind.",
        ),
        (
            "(mit OR apache-2.0) AND cc-by-4.0",
            "all that AND joins bind, and of what OR joins one may be chosen.",
        ),
    ],
)
def test_an_expression_of_both_operators_says_which_binds_the_whole(text: str, words: str) -> None:
    assert explain(catalogue(), text).choice.endswith(f": {words}")
