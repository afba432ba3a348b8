"""Documents checked as a gate: what is found, where it stands, and how the command exits."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from exports_back import not_strict
from shared import SHARED, needs_shared

from provenance_graph import cli
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.checking import examine
from provenance_graph.checking.elements import Elements
from provenance_graph.core.claims import Record
from provenance_graph.core.errors import ProvenanceError
from provenance_graph.core.rdf import read_trig
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import PG
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.recorded import bearing_on
from provenance_graph.licences.results import LicenceFinding
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.shapes import validate_record, validate_records
from provenance_graph.shapes.findings import Severity
from provenance_graph.store.embedded import EmbeddedStore

TYPOS = "---\nlicense: aapache-2.0\nbase_model: metallama/Llama-3.1-8B\n---\n# hi\n"
MIT_LLAMA = "---\nlicense: mit\nbase_model: meta-llama/Llama-3.1-8B\n---\n# hi\n"
GPL_LLAMA = "---\nlicense: gpl\nbase_model: meta-llama/Llama-3.1-8B\nlibrary_name: peft\n---\n"
BROKEN = "---\nlicense: mit\ntags: [x\n---\n# hi\n"
BOM = """{
 "bomFormat": "CycloneDX",
 "specVersion": "1.6",
 "components": [
  {
   "type": "machine-learning-model"
  }
 ]
}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(store: Path | str, *words: str) -> Result:
    return CliRunner().invoke(
        cli.app, ["--store", str(store), *words], standalone_mode=False, catch_exceptions=False
    )


def code(result: Result) -> int:
    return result.return_value or 0


@pytest.mark.parametrize(
    ("name", "text", "options", "exit_code"),
    [
        ("typos.md", TYPOS, (), 1),
        ("typos.md", TYPOS, ("--severity", "violation"), 0),
        ("typos.md", TYPOS, ("--severity", "violation", "--strict"), 1),
        ("broken.md", BROKEN, ("--severity", "violation"), 2),
        ("bom.json", BOM, ("--severity", "violation"), 1),
        ("plain.md", "# nothing\n", ("--severity", "violation"), 0),
        ("plain.md", "# nothing\n", ("--strict",), 1),
        ("good.md", "---\nlicense: mit\nlanguage: en\n---\n# hi\n", ("--strict",), 0),
        ("empty.json", "", ("--severity", "violation"), 2),
        ("broken.json", '{"bomFormat": "CycloneDX",\n  oops}', ("--severity", "violation"), 2),
    ],
)
def test_validate_exits_as_a_gate_needs(here, name, text, options, exit_code) -> None:
    (here / name).write_text(text)
    result = run("none", "validate", name, *options)
    assert code(result) == exit_code, result.output


def test_a_valid_document_with_warnings_says_why_its_exit_code_is_one(here) -> None:
    (here / "bom.json").write_text('{"bomFormat": "CycloneDX", "specVersion": "1.6"}')
    result = run("none", "validate", "bom.json")
    assert code(result) == 1
    assert "exit code 1, since these are asked for: --severity violation" in result.stderr
    lenient = run("none", "validate", "bom.json", "--severity", "violation")
    assert code(lenient) == 0
    assert "exit code" not in lenient.stderr
    strict = run("none", "validate", "bom.json", "--severity", "violation", "--strict")
    assert code(strict) == 1
    assert "--severity violation without --strict lets them pass" in strict.stderr


@needs_shared
def test_a_violation_is_what_the_strict_schema_of_cyclonedx_refuses() -> None:
    assert SHARED is not None
    folder = SHARED / "sources" / "documents" / "cyclonedx-mlbom"
    checked = 0
    for path in sorted(folder.glob("*.json")):
        version = json.loads(path.read_bytes()).get("specVersion")
        if version is None:
            continue  # what a tool takes in, no bill of materials
        (one,) = examine([str(path)], retrieved="2026-11-30")
        grave = [f for f in one.findings if f.severity is Severity.VIOLATION]
        assert bool(grave) == bool(not_strict(path.read_text(), version)), path.name
        checked += 1
    assert checked >= 100


@pytest.mark.parametrize("path", ["nosuch.md", "empty", "*.nothing"])
def test_what_was_asked_for_and_is_not_there_fails(here, path) -> None:
    (here / "empty").mkdir()
    (here / "good.md").write_text("---\nlicense: mit\n---\n")
    assert code(run("none", "validate", path, "--severity", "violation")) == 2
    assert code(run("none", "validate", "good.md", path, "--severity", "violation")) == 2


def test_a_broken_document_among_good_ones_is_a_violation(here) -> None:
    (here / "broken.md").write_text(BROKEN)
    (here / "good.md").write_text("---\nlicense: mit\n---\n")
    result = run("none", "validate", ".", "--severity", "violation")
    assert code(result) == 1
    assert result.stdout.startswith("broken.md:4:1: error: not YAML")


def test_sarif_names_the_file_and_the_line(here) -> None:
    folder = here / "models" / "acme--tiny"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("---\nlanguage: en\nlicense: aapache-2.0\n---\n# tiny\n")
    (folder / "config.json").write_text("{nonsense")
    (here / "models" / "bom.json").write_text(BOM)
    results = run("none", "validate", "models", "--format", "sarif")
    places = {
        (where["artifactLocation"]["uri"], where["region"]["startLine"]): result["level"]
        for result in json.loads(results.stdout)["runs"][0]["results"]
        for where in [result["locations"][0]["physicalLocation"]]
    }
    assert places == {
        ("models/acme--tiny/README.md", 3): "warning",
        ("models/acme--tiny/config.json", 1): "warning",
        ("models/bom.json", 5): "error",
    }


def test_junit_fails_a_case_per_document(here) -> None:
    (here / "typos.md").write_text(TYPOS)
    (here / "good.md").write_text("---\nlicense: mit\n---\n")
    (here / "broken.md").write_text(BROKEN)
    suite = ET.fromstring(run("none", "validate", ".", "--format", "junit").stdout)[0]
    assert {name: suite.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "3",
        "failures": "1",
        "errors": "1",
    }


HOUSE = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix pg: <https://w3id.org/provenance-graph/ns#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
<urn:house> a sh:NodeShape ; sh:targetClass pg:Model ;
  sh:property [ sh:path dcterms:language ; sh:minCount 1 ;
    sh:message "our house wants the languages of every model" ] .
"""


def test_shapes_of_ones_own_are_checked_beside_ours(here) -> None:
    (here / "house.ttl").write_text(HOUSE)
    (here / "good.md").write_text("---\nlicense: mit\nlanguage: en\n---\n")
    (here / "bad.md").write_text("---\nlicense: mit\n---\n")
    assert code(run("none", "validate", "good.md", "--shapes", "house.ttl")) == 0
    result = run("none", "validate", "bad.md", "--shapes", "house.ttl")
    assert code(result) == 1
    assert "our house wants the languages" in result.stdout


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("house.ttl", "nonsense", "house.ttl"),
        ("house.ttl", "<urn:a> <urn:b> <urn:c> .", "no shape with a target"),
        ("house.ttl", "<urn:a> <urn:b> <<( <urn:a> <urn:b> 1 )>> .", "triple terms"),
        ("house.owl", "<a><b></a>", "house.owl: not RDF/XML"),
        ("house.jsonld", '{"@context": "http://localhost/context"}', "remote contexts"),
    ],
)
def test_a_file_without_shapes_is_refused(here, name, text, message) -> None:
    (here / name).write_text(text)
    (here / "good.md").write_text("---\nlicense: mit\n---\n")
    with pytest.raises(ProvenanceError, match=message):
        run("none", "validate", "good.md", "--shapes", name)


def test_check_asks_the_store_about_parents(here, shipped) -> None:
    for name, text in (("typos.md", TYPOS), ("mit.md", MIT_LLAMA), ("gpl.md", GPL_LLAMA)):
        (here / name).write_text(text)
    result = run(shipped, "check", "typos.md")
    assert "typos.md:2:10: warning" in result.stdout
    assert "did you mean Apache-2.0?" in result.stdout
    assert "typos.md:3:13: warning" in result.stdout
    assert "did you mean meta-llama/Llama-3.1-8B?" in result.stdout
    result = run(shipped, "check", "mit.md", "--format", "json")
    assert code(result) == 1
    rules = {f["shape"].rpartition("/")[2] for f in json.loads(result.stdout)["findings"]}
    assert {"LR-04", "LR-07"} <= rules
    result = run(shipped, "check", "gpl.md", "--severity", "violation")
    assert code(result) == 1
    assert "llama-3.1" in result.stdout


FLEET = """[helpdesk]
uses = ["commercial", "eu"]
models = [
  "intfloat/mmE5-mllama-11b-instruct",
  "meta-llama/Llama-3.1-8B-Instrct",
]
"""


def test_check_of_a_fleet_asks_the_store_about_each_model_on_its_line(here, shipped) -> None:
    (here / "fleet.toml").write_text(FLEET)
    (here / "mit.md").write_text(MIT_LLAMA)
    result = run(shipped, "check", "fleet.toml", "mit.md")
    assert code(result) == 1
    assert "fleet.toml:4: error: helpdesk: intfloat/mmE5-mllama-11b-instruct: eu: blocked" in (
        result.stdout
    )
    assert "fleet.toml:5: warning: helpdesk: meta-llama/Llama-3.1-8B-Instrct" in result.stdout
    assert "mit.md:2:10: error" in result.stdout
    result = run(shipped, "check", "fleet.toml", "--severity", "violation", "--format", "sarif")
    (found,) = json.loads(result.stdout)["runs"]
    assert {one["level"] for one in found["results"]} == {"error"}


def test_check_of_a_folder_takes_the_fleet_in_it(here, shipped) -> None:
    (here / "ops").mkdir()
    (here / "ops" / "fleet.toml").write_text(FLEET)
    (here / "ops" / "README.md").write_text(MIT_LLAMA)
    result = run(shipped, "check", "ops")
    assert code(result) == 1
    assert "ops/fleet.toml:4: error: helpdesk: intfloat/mmE5-mllama-11b-instruct: eu: blocked" in (
        result.stdout
    )
    assert "ops/README.md:2:10: error" in result.stdout


def test_the_count_of_findings_tells_those_below_the_severity(here, shipped) -> None:
    (here / "new.md").write_text(
        "---\nlicense: mit\nbase_model: nobody-knows/Zeppelin-9T\n---\n# New\n"
    )
    result = run(shipped, "check", "new.md")
    assert code(result) == 0
    assert "no findings; " in result.stderr
    assert "below warning, see --severity" in result.stderr
    listed = run(shipped, "check", "new.md", "--severity", "info")
    assert "its licence cannot be checked" in listed.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[x]\nmodels = ["meta-llama/Llama-3.1-8B"]\nuses = ["comercial"]\n',
            "fleet.toml:3: error: x.uses: no planned use named 'comercial'; did you mean commercial?",
        ),
        ('[x]\nmodels = ["a/b"]\nmodel = "c"\n', "x.model: no such field"),
        ("[x]\nmodels = [1]\n", "models"),
        ("[x]\nother = 1\n", "no reader recognises it"),
        ("[x\n", "fleet.toml:1:3: error: not TOML"),
    ],
)
def test_a_fleet_that_cannot_be_read_is_refused_with_its_reason(
    here, shipped, text, message
) -> None:
    (here / "fleet.toml").write_text(text)
    result = run(shipped, "check", "fleet.toml")
    assert code(result) == 2
    assert message in result.stdout


def test_check_says_which_elements_a_document_leaves_out(here, shipped) -> None:
    (here / "mit.md").write_text(MIT_LLAMA)
    result = run(shipped, "check", "mit.md", "--against", "EU-Annex-XI", "--format", "json")
    reported = [
        f["message"] for f in json.loads(result.stdout)["findings"] if "eu-annex-xi" in f["message"]
    ]
    assert any("Energy consumption" in message for message in reported)
    with pytest.raises(ProvenanceError, match="eu-annex-xi"):
        run(shipped, "check", "mit.md", "--against", "eu-annex-xx")


def test_an_element_that_a_document_discloses_is_not_left_out(shipped) -> None:
    records = read_trig((folder("data") / "records" / "audit" / "dbrx.trig").read_bytes())
    results = Elements(EmbeddedStore(shipped), "EU-Annex-XI")(records)
    by_severity = {
        severity: [f.message for findings in results for f in findings if f.severity is severity]
        for severity in (Severity.WARNING, Severity.INFO)
    }
    assert any("Energy consumption" in message for message in by_severity[Severity.WARNING])
    assert not [message for message in by_severity[Severity.WARNING] if "Licence" in message]
    assert any("Licence" in message for message in by_severity[Severity.INFO])


def test_a_model_of_the_store_is_held_to_a_rubric_too(here, shipped) -> None:
    result = run(
        shipped, "check", "allenai/OLMo-2-1124-7B", "--against", "apx-10", "--format", "json"
    )
    reported = [f["message"] for f in json.loads(result.stdout)["findings"]]
    assert any(message.startswith("apx-10 ") for message in reported)
    assert all(message.endswith(" in the store") for message in reported)


def test_a_form_of_several_sources_is_one_document_to_the_licence_rules(here, shipped) -> None:
    words = ("form", "allenai/OLMo-2-1124-7B", "--as", "eu-gpai-mdf", "--format", "json")
    assert code(run(shipped, *words, "-o", "form.json")) == 0
    result = run(shipped, "check", "form.json")
    assert "comes down to it and asks" in result.stdout
    assert "it states no licence that we know" not in result.stdout


def test_a_model_that_would_descend_from_itself_is_found(here, shipped) -> None:
    card = here / "meta-llama--Llama-3.1-8B" / "README.md"
    card.parent.mkdir()
    card.write_text("---\nbase_model: meta-llama/Llama-3.1-8B-Instruct\n---\n")
    result = run(shipped, "check", ".", "--severity", "violation")
    assert "would descend from itself" in result.stdout


def test_checking_many_gives_what_checking_each_gives(here) -> None:
    for n in range(7):
        folder = here / f"acme--m{n}"
        folder.mkdir()
        (folder / "README.md").write_text(
            f"---\nlicense: {'mit' if n % 2 else 'nonsense'}\nlanguage: [en, q!]\n---\n"
        )
        (folder / "config.json").write_text(
            json.dumps({"model_type": "llama", "hidden_size": -n, "vocab_size": 100 + n})
        )
    records: list[Record] = [
        r for one in examine(["."], retrieved="2026-01-01") for r in one.records
    ]
    assert len(records) == 7
    assert validate_records(records) == [validate_record(record) for record in records]
    assert any(finding for finding in validate_records(records))
    assert PG.Model  # the records are of models


def worded(findings: list[LicenceFinding]) -> list[tuple[str, str, str]]:
    """Findings without the numbers of their nodes, which an index has for itself."""
    return [(one.rule.id, one.severity, one.message) for one in findings]


def test_part_of_the_lineage_decides_as_the_whole_does(shipped) -> None:
    """Licences of a document are judged over what bears on it, not over the whole store."""
    with EmbeddedStore.open(shipped) as store:
        snapshot = AcceptedSnapshot(store)
        index = LineageIndex.open(snapshot)
        whole = LicenceGraph(snapshot, index)
        derived = [n for n in range(len(index)) if len(index.up.edges_of(n))]
        compared = 0
        for node in derived[::40]:
            part = index.among(bearing_on(index, [node]))
            assert len(part) < len(index) // 4
            assert list(part.names) == sorted(part.names, key=index.names.find)
            alone = LicenceGraph(AcceptedSnapshot(store), part, whole.catalogue)
            expected = worded(whole.findings(index.names[node]))
            assert worded(alone.findings(index.names[node])) == expected
            compared += len(expected)
        assert compared > 20
