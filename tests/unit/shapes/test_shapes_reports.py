"""Findings as table, JSON, SHACL report and SARIF."""

import json

import rdflib
from rdflib.namespace import RDF, SH
from shape_cases import quads

from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri
from provenance_graph.shapes import Finding, Severity, validate_store
from provenance_graph.shapes.reports import FORMATS, as_json, as_sarif, as_turtle, summarize, table
from provenance_graph.store.memory import MemoryStore

DATA = """
x:r a pg:RankEntry ; pg:rank 0 .
x:m pg:contextLength "200K \\"about\\"" ; pg:undisclosed "all" .
x:e pg:describedAs x:name . x:f pg:describedAs x:name .
x:c a pg:CriterionResult ; pg:criterion x:k .
"""


def found() -> list[Finding]:
    with MemoryStore(quads(DATA)) as store:
        return validate_store(store)


def test_the_table_tells_severity_thing_property_and_what_to_do() -> None:
    shown = table(found())
    head, first, *_ = shown.splitlines()
    assert head.split()[:3] == ["severity", "thing", "property"]
    assert first.startswith("Violation")
    assert "pg:contextLength" in shown
    assert shown.splitlines()[-1] == summarize(found())


def test_an_empty_table_says_that_nothing_was_found() -> None:
    assert table([]) == "no findings\n"


def test_counts_are_told_in_words() -> None:
    one = Finding(Severity.WARNING, Iri("https://example.org/a"), "", None, "m", "s")
    assert summarize([one]) == "1 warning"
    assert summarize([one, one]) == "2 warnings"


def test_json_holds_every_finding_and_whether_all_is_well() -> None:
    reported = json.loads(as_json(found()))
    assert reported["conforms"] is False
    assert len(reported["findings"]) == len(found()) == sum(reported["counts"].values())
    assert json.loads(as_json([])) == {
        "conforms": True,
        "counts": {"Info": 0, "Warning": 0, "Violation": 0},
        "findings": [],
    }


def test_turtle_is_a_shacl_report_that_reads_back() -> None:
    graph = rdflib.Graph().parse(data=as_turtle(found()), format="turtle")
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    results = list(graph.objects(report, SH.result))
    assert graph.value(report, SH.conforms) == rdflib.Literal(False)
    assert len(results) == len(found())
    for result in results:
        for needed in (
            SH.focusNode,
            SH.resultSeverity,
            SH.sourceConstraintComponent,
            SH.sourceShape,
        ):
            assert graph.value(result, needed) is not None, needed
    paths = {graph.value(result, SH.resultPath) for result in results}
    assert any(graph.value(path, SH.inversePath) for path in paths if path is not None)
    assert any(graph.value(path, SH.alternativePath) for path in paths if path is not None)


def test_a_report_without_findings_conforms() -> None:
    graph = rdflib.Graph().parse(data=as_turtle([]), format="turtle")
    assert next(graph.objects(None, SH.conforms)) == rdflib.Literal(True)


def test_a_finding_about_a_text_can_be_reported() -> None:
    odd = Finding(Severity.WARNING, Literal('a "page"\n'), "", Literal("é"), "m\n", "", "")
    for write in FORMATS.values():
        assert write([odd])
    assert rdflib.Graph().parse(data=as_turtle([odd]), format="turtle")


def test_sarif_has_a_rule_for_every_result_and_a_place() -> None:
    reported = json.loads(as_sarif(found()))
    (run,) = reported["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert reported["version"] == "2.1.0"
    assert rules == sorted(set(rules))
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_the_same_findings_give_the_same_bytes() -> None:
    for name, write in FORMATS.items():
        assert write(found()) == write(found()[::-1]), name
