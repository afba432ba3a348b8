"""The page of terms: complete, and every value escaped."""

from __future__ import annotations

import re

from provenance_graph.report import vocabulary
from provenance_graph.report.rendering import render
from provenance_graph.report.vocabulary import Module, VocabularyTerm, modules, vocabulary_page


def term(name: str) -> VocabularyTerm:
    return next(t for module in modules() for t in module.terms if t.name == name)


def test_every_term_has_an_anchor_of_its_own_on_the_page() -> None:
    anchors = [t.anchor for module in modules() for t in module.terms]
    page = vocabulary_page()
    assert len(anchors) == len(set(anchors)) > 400
    assert [a for a in anchors if f'<article id="{a}">' not in page] == []


def test_a_fact_says_its_range_unit_shape_and_questions() -> None:
    result = term("pg:contextLength")
    assert result.ranges == ("xsd:integer",)
    assert result.unit == "tokens"
    assert (
        "Value-contextLength",
        "Give the context length as a whole number of at least 1 (xsd:integer).",
    ) in result.shapes
    assert result.questions
    assert "one value is right" in result.facts


def test_a_coded_fact_lists_its_codes_and_they_link_to_themselves() -> None:
    assert "pg:GroupedQueryAttention" in term("pg:attentionMechanism").codes
    assert 'href="#GroupedQueryAttention"' in vocabulary_page()


def test_a_retired_term_names_what_replaced_it() -> None:
    assert term("pg:factRange").replaced_by == "schema:rangeIncludes"


def test_links_on_the_page_lead_somewhere_on_it() -> None:
    page = vocabulary_page()
    ids = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) - ids == set()


def test_values_are_escaped() -> None:
    hostile = VocabularyTerm(
        "pg:x", "https://example.org/#x", "<script>", "class", definition="a & b"
    )
    page = render(
        "vocabulary.html", modules=(Module("m", "", (hostile,)),), namespace=vocabulary.NS
    )
    assert "<script>" not in page
    assert "a &amp; b" in page


def test_matches_with_other_vocabularies_say_how_and_lead_there() -> None:
    model = term("pg:Model")
    assert ("nearly the same as", "https://w3id.org/fair4ml#MLModel") in model.matches
    assert ("narrower than", "http://www.w3.org/ns/dcat#Resource") in model.matches
    code = term("pg:Retired")  # the match of a concept, which the ontology states itself
    assert code.matches == (("nearly the same as", "https://w3id.org/dpv/ai#RetirementStage"),)
    assert 'href="https://w3id.org/fair4ml#MLModel"' in vocabulary_page()
