"""What we run: read, kept, checked; and where an impact ends."""

from __future__ import annotations

import json
from pathlib import Path

import built_stores
import pytest
from click.testing import CliRunner, Result
from reading import document

from provenance_graph import cli
from provenance_graph.core.errors import ProvenanceError, UsageError
from provenance_graph.fleet import of_document, read_fleet
from provenance_graph.formats.registry import readers
from provenance_graph.ingest.intake import Options, read

FLEET = """
[bot]
name = "Bot"
models = ["anthropic/claude-3-5-haiku", "nobody/knows-this"]
uses = ["commercial"]
places = ["eu-west-1"]
since = 2026-03-01

[demo]
models = ["HuggingFaceH4/zephyr-7b-beta"]
"""


@pytest.fixture(scope="module")
def own(curated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_stores.copied(curated, tmp_path_factory.mktemp("fleet") / "graph")


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    path = tmp_path / "fleet.toml"
    path.write_text(FLEET)
    return path


def run(store: Path, *words: str) -> Result:
    return CliRunner().invoke(
        cli.app, ["--store", str(store), *words], standalone_mode=False, catch_exceptions=False
    )


def test_a_fleet_is_read(fleet) -> None:
    bot, demo = read_fleet(fleet)
    assert (bot.name, bot.uses, bot.places, bot.since) == (
        "Bot",
        ("commercial",),
        ("eu-west-1",),
        "2026-03-01",
    )
    assert demo.name == "demo"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[bot]\nmodel = ['a/b']\n", "did you mean models"),
        ("[bot]\nmodels = 3\n", "list of texts"),
        ("[bot]\nname = 'x'\n", "names no model"),
        ("[bot]\nmodels = ['a/b']\nsince = 'soon'\n", "2026-03-01"),
        ("bot = 1\n", "a system is a table"),
        ("", "no system"),
        ("[bot", "TOML"),
    ],
)
def test_a_fleet_that_is_none_says_what_is_wrong(fleet, text, said) -> None:
    fleet.write_text(text)
    with pytest.raises(ProvenanceError, match=said):
        read_fleet(fleet)


def test_a_use_that_nobody_defined_is_not_kept(own, fleet) -> None:
    fleet.write_text('[bot]\nmodels = ["meta-llama/Llama-3.1-8B"]\nuses = ["comercial"]\n')
    with pytest.raises(UsageError, match=r"bot\.uses: .*did you mean commercial"):
        run(own, "fleet", "import", str(fleet))


def test_what_the_store_does_not_keep_of_a_system_is_said(own, fleet) -> None:
    fleet.write_text('[bot]\nmodels = ["meta-llama/Llama-3.1-8B"]\nmust = ["license"]\n')
    assert "bot.must is not stored" in run(own, "fleet", "import", str(fleet)).stderr


def test_a_revision_in_a_bill_of_materials_counts_as_its_model() -> None:
    part = {
        "type": "machine-learning-model",
        "name": "meta-llama/Llama-3.1-8B",
        "purl": "pkg:huggingface/meta-llama/Llama-3.1-8B@abc",
    }
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [part]}
    reading = read(document(json.dumps(bom).encode(), "bom.cdx.json"), readers(), Options())
    assert of_document("checkout", reading.records).models == ("meta-llama/Llama-3.1-8B",)


def test_findings_name_system_model_and_kind(own, fleet) -> None:
    result = json.loads(
        run(own, "fleet", "check", str(fleet), "--on", "2027-01-01", "--format", "json").stdout
    )
    kinds = {(one["system"], one["model"], one["kind"]) for one in result}
    assert ("bot", "nobody/knows-this", "unknown") in kinds
    assert ("bot", "anthropic/claude-3-5-haiku", "retirement") in kinds
    assert any(
        "claude-haiku-4-5" in one["finding"] for one in result if one["kind"] == "retirement"
    )


def test_the_exit_code_follows_the_asked_kinds(own, fleet) -> None:
    fleet.write_text('[demo]\nmodels = ["nobody/knows-this"]\n')
    assert (run(own, "fleet", "check", str(fleet)).return_value or 0) == 0
    assert run(own, "fleet", "check", str(fleet), "--fail-on", "unknown").return_value == 1
    assert (run(own, "fleet", "check", str(fleet), "--fail-on", "breach").return_value or 0) == 0
    with pytest.raises(UsageError, match="retirement"):
        run(own, "fleet", "check", str(fleet), "--fail-on", "retirements")


def test_an_impact_ends_at_what_we_run(own, fleet) -> None:
    reported = run(own, "fleet", "import", str(fleet))
    assert reported.return_value == 1
    assert "nobody/knows-this" in reported.stderr
    hit = json.loads(run(own, "impact", "HuggingFaceH4/ultrachat_200k", "--format", "json").stdout)
    assert hit["deployments"] == [
        {"system": "id:deployment/demo", "runs": "HuggingFaceH4/zephyr-7b-beta"}
    ]
    rows = run(own, "ask", "who-runs-what", "--format", "csv").stdout.splitlines()
    assert len(rows) == 4
    retained = json.loads(run(own, "fleet", "check", "--format", "json").stdout)
    assert {one["system"] for one in retained} >= {"bot"}


def test_an_impact_names_the_offers_of_what_is_hit(own, tmp_path) -> None:
    path = tmp_path / "lineage.ttl"
    path.write_text(
        """@prefix pg: <https://w3id.org/provenance-graph/ns#> .
@prefix schema: <https://schema.org/> .
<https://w3id.org/provenance-graph/id/dataset/fleet-test/raw> a pg:Dataset .
<https://w3id.org/provenance-graph/id/model/fleet-test/detector> a pg:Model ;
  pg:trainedOn <https://w3id.org/provenance-graph/id/dataset/fleet-test/raw> .
<https://w3id.org/provenance-graph/id/model/fleet-test/edge> a pg:Model ;
  pg:quantizedFrom <https://w3id.org/provenance-graph/id/model/fleet-test/detector> .
<https://w3id.org/provenance-graph/id/offer/fleet-test/eu> a pg:Offer ; schema:name "edge EU" ;
  pg:offerOf <https://w3id.org/provenance-graph/id/model/fleet-test/edge> .
"""
    )
    run(own, "import", str(path))
    hit = json.loads(run(own, "impact", "fleet-test/raw", "--format", "json").stdout)
    assert hit["offers"] == [{"offer": "id:offer/fleet-test/eu", "of": "fleet-test/edge"}]
    reported = run(own, "impact", "fleet-test/raw", "--format", "csv")
    assert "edge EU,,offer,offer of fleet-test/edge,," in reported.stdout.splitlines()
    assert "1 offer of them, 1 listed" in reported.stderr


def test_a_bill_of_materials_is_a_system(own, tmp_path) -> None:
    path = tmp_path / "shop.cdx.json"
    path.write_text(
        json.dumps(
            {
                "bomFormat": "CycloneDX",
                "specVersion": "1.6",
                "components": [
                    {
                        "type": "machine-learning-model",
                        "name": "Llama-3.1-8B",
                        "purl": "pkg:huggingface/meta-llama/Llama-3.1-8B",
                    }
                ],
            }
        )
    )
    run(own, "fleet", "import", str(path), "--system", "shop")
    hit = json.loads(run(own, "impact", "meta-llama/Llama-3.1-8B", "--format", "json").stdout)
    assert {"system": "id:deployment/shop", "runs": "meta-llama/Llama-3.1-8B"} in hit["deployments"]


@pytest.mark.parametrize("form", ["sarif", "junit", "csv"])
def test_reports_for_build_servers(own, fleet, form) -> None:
    assert "knows-this" in run(own, "fleet", "check", str(fleet), "--format", form).stdout


WORKLOAD = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "version": 1,
    "metadata": {
        "timestamp": "2026-05-10T12:00:00Z",
        "component": {
            "type": "application",
            "group": "prod",
            "name": "chat",
            "properties": [
                {"name": "aibom.workload.kind", "value": "Deployment"},
                {"name": "aibom.workload.namespace", "value": "prod"},
                {"name": "aibom.workload.name", "value": "chat"},
            ],
        },
    },
    "components": [
        {"type": "container", "name": "vllm/vllm-openai"},
        {"type": "machine-learning-model", "name": "HuggingFaceH4/zephyr-7b-beta"},
        {"type": "machine-learning-model", "name": "HuggingFaceH4/zephyr-7b-beta"},
    ],
}
"""In the form in which k8s-aibom writes a workload: its models twice, as argument and variable."""


def test_a_clusters_bill_of_materials_is_one_system_a_workload(own, tmp_path) -> None:
    path = tmp_path / "chat.cdx.json"
    path.write_text(json.dumps(WORKLOAD))
    found = run(own, "fleet", "check", str(path), "--format", "json")
    assert {one["system"] for one in json.loads(found.stdout)} <= {"prod-chat"}
    assert "1 system," in found.stderr
    assert run(own, "fleet", "import", str(path)).return_value == 0
    hit = json.loads(run(own, "impact", "HuggingFaceH4/ultrachat_200k", "--format", "json").stdout)
    assert {"system": "id:deployment/prod-chat", "runs": "HuggingFaceH4/zephyr-7b-beta"} in hit[
        "deployments"
    ]


def test_a_workload_without_a_model_says_so(own, tmp_path) -> None:
    path = tmp_path / "chat.cdx.json"
    path.write_text(json.dumps({**WORKLOAD, "components": []}))
    with pytest.raises(UsageError, match="lists no model"):
        run(own, "fleet", "check", str(path))


def test_a_second_run_says_what_is_new_with_the_path_to_it(own, fleet, tmp_path) -> None:
    state = tmp_path / "state.json"
    words = ("fleet", "check", str(fleet), "--baseline", str(state), "--format", "json")
    first = run(own, *words, "--write-baseline")
    assert "started" in first.stderr
    assert "new" not in first.stderr.split(";")[0]
    assert not any(one["new"] for one in json.loads(first.stdout))
    added = run(
        own,
        "claim",
        "add",
        "HuggingFaceH4/zephyr-7b-beta",
        "retirementDate",
        "2031-01-01",
        "--document",
        "https://example.org/notice",
        "--basis",
        "third-party",
    )
    assert not added.return_value
    again = run(
        own, "fleet", "check", str(fleet), "--baseline", str(state), "--new", "--format", "json"
    )
    told = [one for one in json.loads(again.stdout) if one["kind"] == "retirement"]
    assert any("2031-01-01" in one["finding"] for one in told)
    event = next(one for one in told if one["version"])
    assert event["system"] == "demo"
    assert event["path"][-1] == "HuggingFaceH4/zephyr-7b-beta"
    quiet = run(
        own, "fleet", "check", str(fleet), "--baseline", str(state), "--new", "--format", "json"
    )
    assert json.loads(quiet.stdout) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--fail-on", "retirment"), "did you mean retirement"),
        (("--new",), "needs --baseline"),
        (("--write-baseline",), "needs --baseline"),
        (("--baseline", "no-such-state.json"), "no baseline of that name"),
        (("--baseline", "s.json", "--as-of", "2026-01-01"), "give one of them"),
    ],
)
def test_options_that_do_not_go_together_are_refused(own, fleet, words, message) -> None:
    with pytest.raises(UsageError, match=message):
        run(own, "fleet", "check", str(fleet), *words)


def test_a_baseline_that_is_none_is_refused(own, fleet, tmp_path) -> None:
    state = tmp_path / "state.json"
    state.write_text("[]")
    with pytest.raises(UsageError, match="delete it"):
        run(own, "fleet", "check", str(fleet), "--baseline", str(state))
