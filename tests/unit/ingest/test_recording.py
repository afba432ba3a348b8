"""One's own findings: recorded, corrected, flagged, logged, and refused with a reason."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import built_stores
import pytest
import yaml
from click.testing import CliRunner, Result
from jsonschema_rs import Draft202012Validator

from provenance_graph import cli
from provenance_graph.core import iris
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import NotFound, Unreadable, UsageError
from provenance_graph.recording import AuditLog, read_entries, schema, template
from provenance_graph.recording.entry import FIELDS

CARD = "https://example.org/acme/card"


@pytest.fixture(scope="module")
def own(curated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_stores.copied(curated, tmp_path_factory.mktemp("own") / "graph")


def run(store: Path, *words: str) -> Result:
    return CliRunner().invoke(
        cli.app, ["--store", str(store), *words], standalone_mode=False, catch_exceptions=False
    )


def claims(store: Path, model: str, prop: str) -> list[dict]:
    return json.loads(run(store, "claims", model, prop, "--format", "json").stdout)


def add(store: Path, model: str, prop: str, *more: str, document: str = CARD) -> Result:
    return run(store, "claim", "add", model, prop, *more, "--document", document, "--by", "ada")


def test_a_finding_is_a_claim_with_its_place_and_quote(own) -> None:
    add(
        own,
        "acme/one",
        "contextLength",
        "128K",
        "--place",
        "p. 3",
        "--quote",
        "up to 128K",
        "--basis",
        "developer",
        "--publisher",
        "Acme",
    )
    (stored,) = claims(own, "acme/one", "contextLength")
    assert stored["value"] == 128_000
    assert stored["asStated"] == "128K"
    assert stored["locator"].startswith("p. 3; quote sha256:")
    assert stored["basis"] == "DeveloperStatement"
    assert stored["publisher"]["id"] == "acme"


def test_searched_and_not_found_is_an_entry_of_its_own(own) -> None:
    add(own, "acme/two", "contextLength", "8K", "--publisher", "Acme")
    add(own, "acme/two", "trainingComputeFLOP", "--not-found", "--place", "whole card")
    (stored,) = claims(own, "acme/two", "trainingComputeFLOP")
    assert (stored["value"], stored["stance"]) == (None, "ReportsUndisclosed")


def test_the_same_finding_again_replaces_the_earlier_one(own) -> None:
    add(own, "acme/three", "layerCount", "32", "--publisher", "Acme")
    reported = add(own, "acme/three", "layerCount", "33", "--publisher", "Acme")
    assert "replaced" in reported.stderr
    assert [stored["value"] for stored in claims(own, "acme/three", "layerCount")] == [33]


def test_several_values_stand_side_by_side(own) -> None:
    add(own, "acme/four", "language", "en", "--publisher", "Acme")
    add(own, "acme/four", "language", "de", "--publisher", "Acme")
    assert {stored["value"] for stored in claims(own, "acme/four", "language")} == {"en", "de"}


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("acme/five", "contextLengh", "8K"), NotFound, "contextLength"),
        (("acme/five", "contextLength", "many"), UsageError, "128K"),
        (("acme/five", "issued", "soon"), UsageError, "2025-10-15"),
        (("acme/five", "license", "aapache"), UsageError, "SPDX"),
        (("acme/five", "contextLength"), UsageError, "give the value"),
        (("acme/five", "contextLength", "8K", "--not-found"), UsageError, "no value"),
        (("acme/five", "contextLength", "8K", "--basis", "hearsay"), UsageError, "developer"),
        (("acme/five", "contextLength", "8K", "--quote-digest", "abc"), UsageError, "SHA-256"),
        (("claude-haiku-4-6", "contextLength", "8K"), NotFound, "claude-haiku-4-5"),
        (("acme/five", "contextLength", "8K", "--basis", "developer"), UsageError, "publisher"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_what_would_work(own, words, error, said) -> None:
    with pytest.raises(error, match=said):
        add(own, *words)


@pytest.mark.parametrize(
    ("words", "bound"),
    [
        (("contextLength", "0"), "a number of at least 1"),
        (("parameterCount", "0"), "a number of at least 1"),
        (("trainingDurationDays", "0"), "a number above 0"),
    ],
)
def test_a_number_below_the_least_one_of_its_property_is_refused(own, words, bound) -> None:
    """What the shapes of the property would find at once is not recorded first."""
    with pytest.raises(UsageError, match=bound):
        add(own, "acme/bounds", *words)


def test_a_code_of_another_list_is_no_value(own) -> None:
    with pytest.raises(NotFound, match="sparsity"):
        add(own, "acme/codes", "sparsity", "image")
    assert add(own, "acme/codes", "sparsity", "mixture of experts").exit_code == 0


def test_a_document_needs_an_address(own) -> None:
    with pytest.raises(UsageError, match="scheme"):
        add(own, "acme/five", "contextLength", "8K", document="my desk")


@pytest.mark.parametrize("form", ["csv", "yaml"])
def test_the_template_can_be_filled_in_and_read(own, tmp_path, form) -> None:
    path = tmp_path / f"findings.{form}"
    path.write_text(run(own, "claim", "template", "--format", form).stdout)
    assert path.read_text() == template(form)
    result = run(own, "claim", "import", str(path), "--by", "bob")
    assert (result.return_value or 0) == 0, result.stderr
    assert [stored["value"] for stored in claims(own, "acme/tiny-llama", "contextLength")] == [
        128_000
    ]


def test_the_schema_describes_the_template() -> None:
    Draft202012Validator(json.loads(schema())).validate(yaml.safe_load(template("yaml")))
    assert next(csv.reader(io.StringIO(template("csv")))) == list(FIELDS)


def test_a_file_with_faults_names_each_and_keeps_the_rest(own, tmp_path) -> None:
    path = tmp_path / "findings.csv"
    path.write_text(
        f"model,property,value,document,stanze\nacme/six,contextLength,8K,{CARD},stated\n"
    )
    (result,) = [entry for _, entry in read_entries(path)]
    assert isinstance(result, Problem)
    assert "stance" in result.hint
    path.write_text(
        "model,property,value,document\n"
        f"acme/six,contextLength,8K,{CARD}\n"
        f"acme/six,contextLength,many,{CARD}\n"
        f",contextLength,8K,{CARD}\n"
    )
    reported = run(own, "claim", "import", str(path), "--by", "bob")
    assert reported.return_value == 1
    assert "line 3" in reported.stderr
    assert "line 4" in reported.stderr
    assert [stored["value"] for stored in claims(own, "acme/six", "contextLength")] == [8_000]


ODD_ENTRIES = """\
- model: acme/odd
  property: parameterCount
  value: [8B, 9B]
  document: https://example.org/acme/card
- {model: acme/odd, property: contextLength, value: -5, document: "https://example.org/a"}
- {model: "acme/odd <x>", property: contextLength, value: 5, document: "https://example.org/a"}
- {model: acme/odd, property: contextLength, value: 5, document: "https:/nowhere"}
- model: acme/odd
  property: contextLength
  value: 5
  document: https://example.org/a
  retrieved: 2099-01-01
- {model: acme/odd, property: contextLength, value: 7, document: "https://example.org/a"}
"""


def test_every_odd_entry_of_a_yaml_file_is_refused_with_its_line(own, tmp_path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(ODD_ENTRIES)
    reported = run(own, "claim", "import", str(path), "--by", "bob")
    assert reported.return_value == 1
    for shown in (
        "line 1: value: expected one text, not a list",
        "line 5: contextLength takes a whole number",
        "line 6: nothing is known of 'acme/odd <x>', and a new model is named owner/name",
        "line 7: document: 'https:/nowhere' names no host",
        "line 8: retrieved: 2099-01-01 is to come",
    ):
        assert shown in reported.stderr
    assert [one["value"] for one in claims(own, "acme/odd", "contextLength")] == [7]


def test_a_flag_stands_beside_the_claim_and_changes_nothing_else(own) -> None:
    add(own, "acme/seven", "contextLength", "8K", "--publisher", "Acme")
    (stored,) = claims(own, "acme/seven", "contextLength")
    run(own, "claim", "flag", stored["claim"], "--why", "that is the input limit", "--by", "ada")
    (after,) = claims(own, "acme/seven", "contextLength")
    assert after["flags"] == ["that is the input limit"]
    shown = run(own, "show", "acme/seven").stdout
    assert "flagged as wrong: contextLength: that is the input limit" in shown
    (listed,) = json.loads(run(own, "ask", "flagged-claims", "--format", "json").stdout)
    assert (listed["claim"], listed["by"]) == (stored["claim"], "ada")
    assert after["standing"] == stored["standing"]
    with pytest.raises(UsageError, match="IRI of every claim"):
        run(own, "claim", "flag", stored["claim"] + "0", "--why", "x", "--by", "ada")
    whole = stored["claim"].partition("#")[0]
    for name in (f"<{whole}>", iris.record_path(whole), iris.shorten(whole)):
        assert "withdraws the flag" in run(own, "claim", "flag", name, "--why", "x").stderr
    for why in ("  ", "x" * 2001):
        with pytest.raises(UsageError, match="needs a reason"):
            run(own, "claim", "flag", stored["claim"], "--why", why, "--by", "ada")


def test_the_log_says_who_did_what_and_shows_tampering(tmp_path) -> None:
    log = AuditLog(tmp_path)
    log.add("ada", "add", "r1", "one")
    log.add("bob", "add", "r2", "two")
    log.add("ada", "flag", "r3", "three")
    assert [(one.who, one.sound) for one in log.lines()] == [
        ("ada", True),
        ("bob", True),
        ("ada", True),
    ]
    path = tmp_path / "recorded.jsonl"
    path.write_text(path.read_text().replace("bob", "eve"))
    assert [one.sound for one in log.lines()] == [True, True, False]


def test_a_quantity_with_a_k_says_how_it_was_read(own) -> None:
    told = add(own, "acme/four", "contextLength", "128K", "--publisher", "Acme").stderr
    assert "128K is read as 128,000" in told
    assert "131,072" in told
    assert "read as" not in add(own, "acme/four", "layerCount", "32", "--publisher", "Acme").stderr


def test_a_finding_claims_no_name_and_makes_nobody_an_organization(own) -> None:
    told = add(own, "acme/five", "trainingComputeFLOP", "--not-found", "--place", "whole card")
    assert "acme/five is a Model" in told.stderr
    assert claims(own, "acme/five", "name") == []
    (stored,) = claims(own, "acme/five", "trainingComputeFLOP")
    assert stored["publisher"]["iri"].endswith("/id/agent/ada")
    listed = run(own, "query", "--format", "csv", "-e", f"SELECT ?t {{ <{stored['publisher']['iri']}> a ?t }}")  # fmt: skip
    assert "Organization" not in listed.stdout


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("model,property,value,document,model", "line 1: the column 'model' occurs twice"),
        ("model;property;value;document", "separated by commas here, not by ';'"),
        ("model\tproperty\tvalue\tdocument", "separated by commas"),
    ],
)
def test_a_header_that_would_lose_values_is_refused(tmp_path: Path, head: str, told: str) -> None:
    path = tmp_path / "findings.csv"
    path.write_text(f"{head}\nacme/six,license,MIT,{CARD},acme/seven\n")
    with pytest.raises(Unreadable, match=told):
        list(read_entries(path))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("f.yaml", "- {model: acme/x, property: license, value: MIT, value: Apache-2.0}\n"),
        ("f.json", '[{"model": "acme/x", "property": "license", "value": "MIT", "value": "ISC"}]'),
    ],
)
def test_findings_with_a_field_that_stands_twice_are_refused(
    tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(Unreadable, match="'value' stands 2 times"):
        list(read_entries(path))


def test_a_table_in_utf_16_without_its_mark_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "findings.csv"
    path.write_bytes("model,property\nacme/x,license\n".encode("utf-16-le"))
    with pytest.raises(Unreadable, match="save it as UTF-8"):
        list(read_entries(path))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "DATA:text/html,x", "vbscript:x"])
def test_a_script_is_no_document(own, address) -> None:
    with pytest.raises(UsageError, match="is not an address of a document"):
        add(own, "openai/gpt-4o", "contextLength", "128000", document=address)


def test_a_misspelt_model_is_told_with_near_ones(own, tmp_path) -> None:
    result = add(own, "claud/claude-haiku-4-5", "contextLength", "200000")
    assert result.exit_code == 0
    assert "a model that no record named before; did you mean" in result.stderr
    assert "anthropic/claude-haiku-4-5" in result.stderr
    table = tmp_path / "t.csv"
    table.write_text(
        f"model,property,value,document\nclod/claude-haiku-4-5,contextLength,1,{CARD}\n"
    )
    dry = run(own, "claim", "import", str(table), "--dry-run")
    assert "no record names clod/claude-haiku-4-5 yet; did you mean" in dry.stderr
