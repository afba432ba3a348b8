"""The commands lineage, impact and licences over the data that is shipped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from provenance_graph.cli import app
from provenance_graph.model.search.index import SearchIndex

R1 = "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"


@pytest.fixture(scope="module")
def run(shipped: Path):
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["--store", str(shipped), *arguments])

    return invoke


def findings(result: Result) -> dict[str, list[dict]]:
    reported: dict[str, list[dict]] = {}
    for one in json.loads(result.stdout)["findings"]:
        reported.setdefault(one["rule"], []).append(one)
    return reported


def licences(run, model: str) -> dict[str, list[dict]]:
    return findings(run("licences", model, "--format", "json", "--today", "2026-11-01"))


def test_lineage_prints_a_tree_with_sources(run):
    result = run("lineage", R1, "--data")
    assert result.exit_code == 0
    assert "fine-tuned from meta-llama/Llama-3.1-8B <llama-3.1> [1 source" in result.stdout
    assert "~ trained on" in result.stdout


@pytest.mark.parametrize("form", ["tree", "json", "csv", "dot", "mermaid", "graphml", "cytoscape"])
def test_lineage_prints_every_format(run, form):
    result = run("lineage", R1, "--format", form)
    assert result.exit_code == 0
    assert "Llama-3.1-8B" in result.stdout


def test_a_table_of_lineage_that_is_cut_says_so_beside_it(run):
    result = run("lineage", R1, "--data", "--format", "csv", "--limit", "1")
    assert "shown" not in result.stdout
    assert "raise --limit" in " ".join(result.stderr.split())


def test_lineage_compares_two_models(run):
    reported = json.loads(
        run(
            "lineage", R1, "--with", "NousResearch/Hermes-3-Llama-3.1-8B", "--format", "json"
        ).stdout
    )
    assert [one["label"] for one in reported["nearest"]] == ["meta-llama/Llama-3.1-8B"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("lineage", R1, "--depth", "0"), "give 1 or more"),
        (("lineage", R1, "--relation", "nephewOf"), "lineage relation"),
        (("licences", R1, "--use", "resale"), "planned use"),
        (("licences", R1, "--use", "users"), "needs a number"),
        (("impact", "no/such-thing"), "no dataset or family or model named 'no/such-thing'"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(run, arguments, said):
    result = run(*arguments)
    assert result.exit_code != 0
    assert said in str(result.exception)
    assert not isinstance(result.exception, AssertionError | KeyError | ValueError)


def test_a_day_that_is_none_is_refused(run):
    assert run("licences", R1, "--today", "2025-02-31").exit_code == 2


def test_a_cut_lineage_says_so(run):
    result = run("lineage", "meta-llama/Llama-3.1-8B", "--limit", "2")
    assert "2 of" in result.stdout
    assert "raise --limit" in result.stderr


def test_impact_of_a_dataset_reaches_what_was_made_from_its_models(run):
    reported = json.loads(run("impact", "HuggingFaceH4/ultrachat_200k", "--format", "json").stdout)
    assert {"HuggingFaceH4/zephyr-7b-beta", "TheBloke/zephyr-7B-beta-GGUF"} <= {
        n["label"] for n in reported["nodes"]
    }
    assert reported["of"] == reported["hit"] + reported["datasets"]


def test_impact_of_an_id_with_its_owner_needs_no_search(run, monkeypatch: pytest.MonkeyPatch):
    def opened(_: object) -> SearchIndex:
        raise AssertionError("the search index is made anew after each commit")

    monkeypatch.setattr(SearchIndex, "open", opened)
    assert run("impact", "HuggingFaceH4/ultrachat_200k").exit_code == 0


def test_an_empty_answer_names_the_defaults_it_was_asked_with(run):
    result = run("ask", "forbidden-use", "--set", "use=EU")
    assert result.exit_code == 0
    assert f"asked with model={R1};" in " ".join(result.stderr.split())
    result = run("ask", "forbidden-use", "--set", "use=eu", "--set", f"model={R1}")
    assert "asked with" not in result.stderr


def test_deepseek_r1_distills_on_llama_are_found_with_clause_and_path(run):
    for model, base in (
        (R1, "meta-llama/Llama-3.1-8B"),
        (R1.replace("8B", "70B"), "meta-llama/Llama-3.3-70B-Instruct"),
    ):
        result = licences(run, model)
        assert result["LR-04"][0]["clause"] == "1.b.i"
        assert result["LR-04"][0]["path"][-1]["parent"]["label"] == base
        assert "LR-07" in result


def test_hermes_is_labelled_by_another_version_than_its_base(run):
    result = licences(run, "NousResearch/Hermes-3-Llama-3.1-8B")
    assert "what it was made from is under llama-3.1" in result["LR-07"][0]["message"]
    assert "LR-04" in result


def test_marcoro_rests_on_unlicensed_models_whose_names_say_llama_3(run):
    result = licences(run, "Rupesh2/Marcoro14-7B-slerp3")
    assert all("suggests llama-3" in one["message"] for one in result["LR-15"])
    assert len(result["LR-15"]) == 2


def test_zephyr_reaches_the_terms_of_openai_through_ultrachat(run):
    result = licences(run, "HuggingFaceH4/zephyr-7b-beta")
    paths = [[step["parent"]["label"] for step in one["path"]] for one in result["LR-13"]]
    assert ["HuggingFaceH4/ultrachat_200k", "openai/chatgpt"] in paths
    assert result["LR-03"][0]["severity"] == "Warning"


def test_vicuna_has_two_labels(run):
    reported = json.loads(run("licences", "lmsys/vicuna-13b-v1.5", "--format", "json").stdout)
    assert reported["contested"]
    assert {label["id"]: label["accepted"] for label in reported["labels"]} == {
        "llama-2": True,
        "apache-2.0": False,
    }


def test_falcon_40b_answers_twice_because_its_label_changed(run):
    reported = json.loads(run("licences", "tiiuae/falcon-40b", "--format", "json").stdout)
    declared = [[one["id"] for one in answer["declared"]] for answer in reported["answers"]]
    assert declared == [["falcon-llm-1.0-early"], ["apache-2.0"]]


def test_the_quantised_pixtral_answers_twice_because_its_label_was_corrected(run):
    reported = json.loads(
        run(
            "licences",
            "RedHatAI/Pixtral-Large-Instruct-2411-hf-quantized.w4a16",
            "--use",
            "commercial",
            "--format",
            "json",
        ).stdout
    )
    asked = [(a["declared"][0]["id"], a["uses"][0]["answer"]) for a in reported["answers"]]
    assert asked == [("apache-2.0", "unknown"), ("mistral-mrl-0.1", "blocked")]


def test_a_blocked_use_leaves_with_one(run):
    result = run("licences", R1, "--use", "users=800000000")
    assert result.exit_code == 1
    assert "a separate licence is needed [llama-3.1 2]" in result.stdout
    assert result.stdout.count("not legal advice") == 1


def test_licences_without_a_model_lists_findings_of_all(run):
    result = run("licences", "--limit", "5", "--format", "json")
    reported = json.loads(result.stdout)
    assert reported["shown"] == 5
    assert reported["of"] > 5
    assert "5 of" in result.stderr
    assert run("licences", "--format", "csv").stdout.startswith("severity,rule,model")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("licences", "laion-5b"), "laion-5b is a dataset; a family or model is required here"),
        (
            ("impact", "id:organization/laion"),
            "laion is an organization; a dataset or family or model is required here",
        ),
        (("compare", "licence/llama-3.1", R1), "id:licence/llama-3.1 is a licence"),
    ],
)
def test_what_is_of_another_kind_is_named_as_such(
    run, arguments: tuple[str, ...], said: str
) -> None:
    result = run(*arguments)
    assert result.exit_code != 0
    assert said in str(result.exception)


def test_an_offer_stands_for_its_model_and_a_dataset_has_descendants(run) -> None:
    offer = run("lineage", "in/modelsdev/offer/groq/llama-3.3-70b-versatile")
    assert offer.stdout.startswith("meta-llama/Llama-3.3-70B-Instruct ")
    data = run("lineage", "laion-5b")
    assert "~ has the part laion-2b" in data.stdout
    assert run("conflicts", "id:organization/laion").exit_code == 0
