"""Languages of a card: codes that exist, names, and what no language has."""

from __future__ import annotations

import pytest

from provenance_graph.core.terms import DCTERMS, PG
from tests.cards import card, claims, problems


def test_norwegian_is_a_language():
    text = "---\nlanguage: [no, en]\n---\n"
    languages = {str(c.value) for c in claims(text, "a--b.md") if c.predicate == DCTERMS.language}
    assert languages == {"no", "en"}
    assert "Norwegian" in problems(text, "a--b.md")[0].what


@pytest.mark.parametrize("code", ["zz", "xx", "qq-DE"])
def test_a_two_letter_code_that_no_language_has_is_told_and_kept_as_stated(code: str) -> None:
    front = f"---\nlanguage: [en, {code}]\n---\n"
    spoken = [c for c in claims(front, "acme-labs--Tiny.md") if c.predicate == DCTERMS.language]
    assert [(str(c.value), c.unusable) for c in spoken if c.value] == [("en", "")]
    assert [c.as_stated for c in spoken if c.unusable] == [code]
    (problem,) = problems(front, "acme-labs--Tiny.md")
    assert f"{code!r} is not a language code" in problem.what


def test_languages_of_two_and_three_letters_and_regions_are_taken() -> None:
    spoken = card("language: [en, pt-BR, yue, nb, my-x-zawgyi]")
    codes = [str(c.value) for c in spoken if c.predicate == DCTERMS.language]
    assert sorted(codes) == ["en", "my-x-zawgyi", "nb", "pt-BR", "yue"]


@pytest.mark.parametrize("word", ["code", "multilingual"])
def test_a_word_that_the_hub_takes_beside_codes_is_kept_as_stated_and_is_no_fault(
    word: str,
) -> None:
    front = f"---\nlanguage: [en, {word}]\n---\n"
    said = claims(front, "acme-labs--Tiny.md")
    assert [str(c.value) for c in said if c.predicate == DCTERMS.language] == ["en"]
    assert [str(c.value) for c in said if c.predicate == PG.otherStatement] == [f"language: {word}"]
    assert problems(front, "acme-labs--Tiny.md") == []
