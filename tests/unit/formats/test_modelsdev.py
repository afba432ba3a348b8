from __future__ import annotations

import pytest
from reading import document
from shared import SHARED, needs_shared

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats.catalogues import published_scores
from provenance_graph.formats.catalogues.modelsdev import READER

HEAD = 'name = "Tiny"\nfamily = "tiny"\nlast_updated = "2025-01-02"\n'


def claims(text: str, path: str) -> list[Claim]:
    return [item for item in READER.read(document(text, path)) if isinstance(item, Claim)]


def about(result: list[Claim], subject: Iri, predicate: Iri) -> list[str]:
    return [str(c.value) for c in result if (c.subject, c.predicate) == (subject, predicate)]


def test_a_model_is_named_by_its_developer_and_file():
    result = claims(HEAD, "models/acme/tiny-1.toml")
    assert about(result, iris.model("acme/tiny-1"), SCHEMA.name) == ["Tiny"]


def test_the_address_tells_what_the_name_leaves_out():
    it = document(HEAD, "tiny-1.toml", "https://example.org/x/models/acme/tiny-1.toml")
    assert {c.subject for c in READER.read(it) if isinstance(c, Claim)} >= {
        iris.model("acme/tiny-1")
    }


def test_a_providers_limit_is_an_offer_and_no_fact_of_the_model():
    text = 'base_model = "acme/tiny-1"\n[limit]\ncontext = 5\n[cost]\ninput = 0.15\n'
    result = claims(text, "providers/cloudy/models/acme/tiny-1.toml")
    offer = iris.entity("modelsdev", "offer", "cloudy/acme/tiny-1")
    assert about(result, offer, PG.offerOf) == [iris.model("acme/tiny-1")]
    assert about(result, offer, PG.contextLength) == ["5"]
    assert about(result, offer, PG.inputPriceUSD) == ["0.15"]
    assert not [c for c in result if c.subject == iris.model("acme/tiny-1")]


def test_a_developers_own_service_offers_its_own_models():
    result = claims(HEAD, "providers/anthropic/models/claude-x.toml")
    offer = iris.entity("modelsdev", "offer", "anthropic/claude-x")
    assert about(result, offer, PG.offerOf) == [iris.model("anthropic/claude-x")]


def test_another_service_offers_what_it_calls_so():
    result = claims(HEAD, "providers/cloudy/models/tiny-v1:0.toml")
    offer = iris.entity("modelsdev", "offer", "cloudy/tiny-v1:0")
    assert about(result, offer, PG.offerOf) == [
        iris.entity("modelsdev", "model", "cloudy/tiny-v1:0")
    ]


@pytest.mark.parametrize("day", ["2025-02-31", "1970-01-01"])
def test_an_impossible_date_keeps_its_text_and_is_listed(day):
    text = HEAD + f'release_date = "{day}"\n'
    (claim,) = [c for c in claims(text, "models/a/b.toml") if c.predicate == DCTERMS.issued]
    assert (claim.value, claim.as_stated) == (None, day)
    assert claim.unusable
    results = [p for p in READER.read(document(text, "models/a/b.toml")) if isinstance(p, Problem)]
    assert [problem.kind for problem in results] == ["impossible"]


def test_knowledge_after_the_release_is_not_accepted():
    text = HEAD + 'release_date = "2024-01-25"\nknowledge = "2024-04"\n'
    (claim,) = [c for c in claims(text, "models/a/b.toml") if c.predicate == PG.knowledgeCutoff]
    assert (claim.value, claim.unusable) == (None, "after the release date")
    same = HEAD + 'release_date = "2024-04-02"\nknowledge = "2024-04"\n'
    (claim,) = [c for c in claims(same, "models/a/b.toml") if c.predicate == PG.knowledgeCutoff]
    assert str(claim.value) == "2024-04-30"


def test_being_able_to_reason_is_stated_in_part():
    (claim,) = [
        c
        for c in claims(HEAD + "reasoning = true\n", "models/a/b.toml")
        if c.predicate == PG.reasoningMode
    ]
    assert (claim.value, claim.stance) == (PG.Reasoning, Stance.PARTLY_STATED)


def test_a_table_of_another_catalogue_is_not_recognised():
    assert not READER.recognises(
        document('model_id = "a/b"\nbase_model = "x"\nfamily = "q"\n', "x.toml").features
    )
    assert not READER.recognises(document('[project]\nname = "x"\n', "pyproject.toml").features)


@needs_shared
def test_the_context_of_gpt_oss_120b_differs_by_provider():
    assert SHARED
    contexts: dict[str, list[str]] = {}
    for path in (SHARED / "sources/models.dev").glob("**/*gpt-oss-120b*.toml"):
        result = claims(path.read_text(), path.relative_to(SHARED / "sources").as_posix())
        contexts[path.name] = [
            str(c.value) for c in result if c.predicate in (PG.contextLength, PG.maxOutputTokens)
        ]
    assert len({tuple(values) for values in contexts.values()}) > 1


@needs_shared
def test_a_model_states_its_one_repository():
    assert SHARED
    path = SHARED / "sources/models.dev/models/openai/gpt-oss-120b.toml"
    result = claims(path.read_text(), "models/openai/gpt-oss-120b.toml")
    assert about(result, iris.model("openai/gpt-oss-120b"), PG.hubRepository) == [
        "https://huggingface.co/openai/gpt-oss-120b"
    ]


def test_a_file_that_begins_with_a_table_is_no_json():
    text = "[limit]\ncontext = 5\n[cost]\ninput = 1\n"
    assert document(text, "providers/x/models/y.toml").features.syntax == "toml"
    assert document("[![badge](x)](y)\n# Card\n", "README.md").features.syntax == "markdown"


@pytest.mark.parametrize(
    ("source", "independence"),
    [
        ("https://artificialanalysis.ai/agents/coding-agents", PG.Independent),
        ("https://aider.chat/docs/leaderboards/", PG.Independent),
        ("https://www.acme.com/news/x", PG.SelfReported),
        ("https://huggingface.co/acme/Model-9B", PG.SelfReported),
        ("https://huggingface.co/other/Model-9B", PG.IndependenceUnknown),
        ("https://example.org/table", PG.IndependenceUnknown),
        ("", PG.IndependenceUnknown),
    ],
)
def test_who_evaluated_follows_from_the_page_of_the_score(source: str, independence: Iri) -> None:
    node = Iri("urn:result")
    results = list(published_scores.evaluated(node, source, "acme"))
    assert [c.value for c in results if c.predicate == PG.independence] == [independence]
    known = independence != PG.IndependenceUnknown
    assert {c.basis for c in results} == ({Basis.INFERENCE} if known else {None})


@pytest.mark.parametrize("name", ["Gemini Embedding 001", "text-embedding-3-large", "Embed 4"])
def test_an_embedding_model_writes_no_text(name: str) -> None:
    text = (
        f'name = "{name}"\nrelease_date = "2025-05-20"\nlast_updated = "2025-05-20"\n'
        '[limit]\ncontext = 2048\noutput = 1\n[modalities]\ninput = ["text"]\noutput = ["text"]\n'
    )
    read = list(READER.read(document(text, "models/acme/e.toml")))
    claims = [item for item in read if isinstance(item, Claim)]
    model = iris.model("acme/e")
    assert about(claims, model, PG.outputModality) == [str(PG.Embedding)]
    assert about(claims, model, PG.maxOutputTokens) == []
    assert about(claims, model, PG.contextLength) == ["2048"]
    assert {item.where for item in read if isinstance(item, Problem)} == {
        "/modalities/output",
        "/limit/output",
    }


@pytest.mark.parametrize("stem", ["tiny-1-20260110", "tiny-1-2026-01-10", "tiny-1@20260110"])
def test_a_dated_name_is_a_version_of_the_name_without_the_day(stem: str) -> None:
    result = claims(HEAD, f"models/acme/{stem}.toml")
    dated, undated = iris.model(f"acme/{stem}"), iris.model("acme/tiny-1")
    assert about(result, dated, PROV.specializationOf) == [undated]
    assert PG.ModelVersion in about(result, dated, RDF.type)
    assert about(result, undated, RDF.type) == [PG.OfferedModel]


@pytest.mark.parametrize("stem", ["tiny-2512", "tiny-1", "tiny-2026"])
def test_a_number_in_a_name_makes_no_version(stem: str) -> None:
    assert not [
        c for c in claims(HEAD, f"models/acme/{stem}.toml") if c.predicate == PROV.specializationOf
    ]
