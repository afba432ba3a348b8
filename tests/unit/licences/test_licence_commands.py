"""``licences``, ``breaches`` and ``licences-of`` over the data that is shipped: the real cases."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from provenance_graph.cli import app
from provenance_graph.core.errors import NotFound

ON = ("--on", "2026-11-01")
DISTILLED = "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"


@pytest.fixture(scope="module")
def run(shipped: Path):
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["--store", str(shipped), *arguments])

    return invoke


def answer(run, model: str, use: str = "commercial", on: tuple[str, ...] = ON) -> dict:
    reported = json.loads(run("licences", model, "--use", use, "--format", "json", *on).stdout)
    return {
        **reported["answers"][-1]["uses"][0],
        "lineage": reported["answers"][-1]["lineage"],
        "sentence": reported["sentence"],
    }


@pytest.mark.parametrize(
    "model",
    [
        "allenai/OLMo-2-1124-7B",
        "EleutherAI/pythia-6.9b",
        "openai/clip-vit-large-patch14",
        "mistralai/Mistral-7B-v0.1",
        "openai/whisper-large-v3",
        "tiiuae/falcon-40b",
        "google-bert/bert-base-cased",
        "openai-community/gpt2",
    ],
)
def test_a_base_model_whose_developer_says_that_training_began_anew_is_allowed(run, model):
    result = answer(run, model)
    assert (result["weights"]["answer"], result["lineage"]["state"]) == ("allowed", "complete")
    assert result["trainingData"]["answer"] == "unknown"


@pytest.mark.parametrize(
    "model",
    ["google/gemma-7b", "FacebookAI/roberta-base"],
)
def test_a_card_that_names_no_earlier_weights_does_not_say_that_there_are_none(run, model):
    result = answer(run, model)
    assert (result["weights"]["answer"], result["lineage"]["state"]) == ("unknown", "not recorded")
    assert "what it was made from is not recorded" in result["sentence"]


@pytest.mark.parametrize("model", ["openai/gpt-4o", "anthropic/claude-haiku-4-5"])
def test_a_service_is_answered_from_the_terms_in_the_store(run, model):
    result = answer(run, model, on=())  # an undated text speaks of today alone
    assert (result["answer"], result["contract"]["answer"]) == ("conditional", "conditional")
    assert "no weights are supplied" in result["sentence"]


def test_a_vision_llama_under_an_mit_label_is_blocked_in_the_eu(run):
    result = answer(run, "intfloat/mmE5-mllama-11b-instruct", "eu")
    assert result["weights"]["answer"] == "blocked"
    assert "as others report" in result["sentence"]


def test_text_only_llama_is_not_shut_out_of_the_eu(run):
    result = answer(run, "meta-llama/Llama-3.2-1B", "eu")
    assert (result["answer"], result["lineage"]["state"]) == ("allowed", "complete")
    assert "not excluded by llama-3.2" in result["sentence"]


def test_falcon_before_and_after_its_relicensing(run):
    reported = json.loads(run("licences", "tiiuae/falcon-40b", "--format", "json", *ON).stdout)
    assert [one["declared"][0]["id"] for one in reported["answers"]] == [
        "falcon-llm-1.0-early",
        "apache-2.0",
    ]


def test_breaches_by_rule_licensor_developer_and_descent(run):
    def subjects(*options: str) -> set[str]:
        result = run("breaches", "--format", "csv", *options)
        return {row["model"] for row in csv.DictReader(io.StringIO(result.stdout))}

    assert DISTILLED in subjects("--rule", "lr-04")
    assert DISTILLED in subjects("--of", "meta-llama/Llama-3.1-8B", "--licensor", "meta-llama")
    assert subjects("--developer", "NousResearch") <= {
        "NousResearch/Hermes-3-Llama-3.1-8B",
        "NousResearch/Hermes-2-Pro-Llama-3-8B",
    }


def test_breaches_as_sarif_and_a_rule_nobody_defined(run):
    reported = json.loads(run("breaches", "--rule", "LR-04", "--format", "sarif").stdout)
    assert reported["version"] == "2.1.0"
    assert reported["runs"][0]["results"]
    refused = run("breaches", "--rule", "LR-99")
    assert refused.exit_code == 2 or refused.exception is not None


def test_unknown_licences_are_counted_by_cause(run):
    reported = json.loads(run("breaches", "--format", "json", "--limit", "5").stdout)
    assert reported["unknownCauses"][0]["models"] > 50
    assert {one["severity"] for one in reported["findings"]} == {"Violation"}
    assert reported["unknownCausesOf"] > len(reported["unknownCauses"])


def test_licences_of_a_name_and_of_nothing(run):
    assert "700000000" in run("licences-of", "llama3.1", "--format", "odrl").stdout
    missing = run("licences-of", "my own rules")
    assert (missing.exit_code, missing.stdout) == (1, "")


def test_repair_of_a_distilled_llama(run):
    result = run("licences", DISTILLED, "--use", "commercial", "--repair", "--format", "json", *ON)
    reported = json.loads(result.stdout)
    assert reported["proven"]
    assert reported["solutions"]


def test_several_models_give_a_matrix(run):
    result = run(
        "licences",
        "mistralai/Mistral-7B-v0.1",
        DISTILLED,
        "--use",
        "commercial",
        "--format",
        "csv",
        *ON,
    )
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert rows[0]["answer"] == "allowed"
    assert rows[1]["because"]


def test_a_day_that_is_none_and_a_day_before_every_text(run):
    assert run("licences", DISTILLED, "--on", "2025-02-31").exit_code == 2
    early = run("licences", "openai/gpt-4o", "--use", "commercial", "--on", "2023-01-01")
    assert early.exit_code == 1
    assert "the text of OpenAI Terms of Use, texts before 2023-03-14 was not read" in early.stdout


@pytest.mark.parametrize(
    ("day", "text"),
    [("2023-06-01", "2023-03-14"), ("2024-06-01", "2024-01-31"), ("2025-06-01", "2024-12-11")],
)
def test_terms_of_a_service_are_those_of_the_day_of_use(run, day, text):
    result = run("licences", "openai/gpt-4o", "--use", "commercial", "--on", day)
    assert f"OpenAI Terms of Use, text of {text}" in result.stdout.splitlines()[0]


def test_outputs_of_a_model_without_a_day_are_read_by_the_latest_text_which_is_told(run):
    result = run("licences", "HuggingFaceH4/zephyr-7b-beta", "--use", "distribute", *ON)
    first = result.stdout.splitlines()[0]
    assert "openai-terms-2024-12-11" in first
    assert "no day of use is recorded, so the latest text is read" in first


def test_lineage_marks_the_steps_on_which_licence_problems_begin(run):
    reported = json.loads(
        run("lineage", "meta-llama/Llama-3.1-8B", "--direction", "down", "--format", "json").stdout
    )
    marked = {edge["child"].rpartition("/")[2] for edge in reported["edges"] if edge["breaches"]}
    assert "DeepSeek-R1-Distill-Llama-8B" in marked
    assert 0 < reported["modelsChecked"] <= reported["modelsCheckedOf"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("MIT AND foo", "'foo' is not known here"),
        ("MIT AND", "not an SPDX expression"),
        ("(MIT OR Apache-2.0", "not an SPDX expression"),
        ("flux-1-dev", "did you mean flux-1-dev-nc?"),
        ("aapache-2.0", "did you mean Apache-2.0?"),
        ("-", "it says nothing about a licence"),
    ],
)
def test_a_text_that_is_no_licence_is_answered_in_one_sentence(run, text, said):
    result = run("licences-of", text)
    assert (result.exit_code, result.stderr.count(said)) == (1, 1)


@pytest.mark.parametrize("arguments", [("licences", "openai/gpt-4o"), ("breaches",)])
def test_texts_of_a_day_to_come_are_refused(run, arguments):
    result = run(*arguments, "--on", "2199-01-01")
    assert result.exit_code == 2
    assert "2199-01-01 is in the future" in result.output


def test_the_known_part_of_an_expression_is_explained(run):
    assert "MIT License permits" in run("licences-of", "MIT AND foo").stdout


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (("breaches", "--licensor", "metallama"), "meta-llama"),
        (("breaches", "--developer", "mistralaii"), "mistralai"),
        (("breaches", "--rule", "LR-77"), "LR-07"),
        (("licences", "openai/gpt-4o", "--use", "comercial"), "commercial"),
    ],
)
def test_a_filter_that_matches_nothing_is_refused_with_near_ones(run, arguments, near):
    result = run(*arguments)
    assert isinstance(result.exception, NotFound)
    assert near in str(result.exception)


def test_a_developer_goes_by_any_name_of_its_organisation(run):
    by_name = json.loads(run("breaches", "--developer", "DeepSeek", "--format", "json").stdout)
    assert {one["rule"] for one in by_name["findings"]} >= {"LR-04"}


def test_patterns_of_addresses_are_not_shown(run):
    for arguments in (("licences-of", "gemma"), ("show", "licence/gemma")):
        assert "\\." not in run(*arguments).stdout


def test_repair_names_models_that_could_take_the_place_of_a_parent(run):
    result = run("licences", DISTILLED, "--use", "commercial", "--repair", "--format", "json", *ON)
    changes = [one for changes in json.loads(result.stdout)["solutions"] for one in changes]
    swaps = [one for one in changes if one["kind"] == "replace"]
    assert swaps[0]["alternatives"]
    assert swaps[0]["alternatives"][0]["label"] in swaps[0]["text"]
