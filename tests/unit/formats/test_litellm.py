from __future__ import annotations

import json

from reading import document
from shared import SHARED, needs_shared

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.terms import PG
from provenance_graph.formats.catalogues.litellm import READER, model_of


def read(**entries: object) -> list[Claim | Problem]:
    first = {"first": {"litellm_provider": "x"}}
    return list(READER.read(document(json.dumps({**first, **entries}), "map.json")))


def test_the_longest_prompt_is_no_context_length():
    result = read(m={"litellm_provider": "groq", "max_input_tokens": 131072})
    offer = iris.entity("litellm", "offer", "m")
    stated = {
        c.predicate: str(c.value) for c in result if isinstance(c, Claim) and c.subject == offer
    }
    assert stated[PG.maxInputTokens] == "131072"
    assert PG.contextLength not in stated


def test_a_price_is_for_a_million_tokens():
    result = read(m={"litellm_provider": "groq", "input_cost_per_token": 1.5e-07})
    assert [
        str(c.value) for c in result if isinstance(c, Claim) and c.predicate == PG.inputPriceUSD
    ] == ["0.15"]


def test_two_providers_offer_one_model_where_its_owner_is_named():
    assert model_of("groq", "groq/openai/gpt-oss-120b") == model_of(
        "together_ai", "together_ai/openai/gpt-oss-120b"
    )
    assert model_of("groq", "groq/gpt-oss") != model_of("together_ai", "together_ai/gpt-oss")


def test_a_region_is_no_owner():
    assert model_of("bedrock", "bedrock/us-east-1/acme.tiny") == model_of("bedrock", "acme.tiny")


def test_an_entry_that_is_no_mapping_does_not_stop_the_rest():
    result = read(bad=[1], good={"litellm_provider": "x", "max_input_tokens": 5})
    assert any(isinstance(item, Problem) and item.where == "/bad" for item in result)
    assert any(isinstance(item, Claim) and item.predicate == PG.maxInputTokens for item in result)


@needs_shared
def test_the_whole_map_is_offers():
    assert SHARED
    (path,) = (SHARED / "sources/litellm").glob("*.json")
    results = list(READER.read(document(path.read_bytes(), path.name)))
    offers = {c.subject for c in results if isinstance(c, Claim) and c.predicate == PG.offerOf}
    assert len(offers) > 4500
    assert sum(isinstance(item, Problem) for item in results) < 10


def test_a_flag_adds_to_the_list_of_contents_and_stays_as_stated_where_the_list_says_otherwise():
    stated = {"supported_modalities": ["text", "image"], "supports_pdf_input": True}
    result = read(m={"litellm_provider": "x", **stated, "supports_vision": False})
    offer = iris.entity("litellm", "offer", "m")
    about = [c for c in result if isinstance(c, Claim) and c.subject == offer]
    kinds = {c.value for c in about if c.predicate == PG.inputModality}
    assert kinds == {PG.Text, PG.Image, PG.Document}
    assert [str(c.value) for c in about if c.predicate == PG.otherStatement] == [
        "supports_vision: false"
    ]
