"""The Foundation Model Transparency Index."""

from __future__ import annotations

from collections import Counter

import pytest
from reading import document, read, recorded, values_of
from shared import SHARED, needs_shared

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Record, Stance
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import PG
from provenance_graph.formats.catalogues.fmti import reader as fmti
from provenance_graph.formats.records import records_of
from tools.regenerate import without_prose

REPORT = "Anthropic_fmtransparencyreport_Dec2025.csv"
HEAD = "Indicator,Definition,Notes,Disclosure,Justification,References,Score\n"


def test_the_flagship_is_stated_only_where_the_report_names_it_and_else_inferred() -> None:
    rows = "Compute provider,,,{},,,1\nModel cost,,,,,,0\n"
    for text, basis in (("Claude Opus 4 uses one.", None), ("Claude Opus 4.1", Basis.INFERENCE)):
        claims, _ = read(fmti.READER, HEAD + rows.format(text), REPORT)
        results = [(c.value, c.basis) for c in claims if c.predicate == PG.assessmentOf]
        assert results == [(iris.entity("fmti", "model", "claude-opus-4"), basis)]
        assert [c.value for c in claims if c.predicate == PG.assessedSubject] == [
            iris.organization("Anthropic")
        ]


def test_the_sentences_of_a_report_stay_as_stated_and_no_shipped_record_has_one() -> None:
    rows = "Compute provider,,,Claude Opus 4 ran on it.,Because it says so.,,1\n"
    it = document(HEAD + rows, REPORT)
    record = next(item for item in records_of(fmti.READER, it) if isinstance(item, Record))
    kept = {str(c.value) for c in record.claims if c.predicate == PG.otherStatement}
    assert kept == {
        "Disclosure: Claude Opus 4 ran on it.",
        "Justification: Because it says so.",
    }
    for claim in without_prose(record).claims:
        said = f"{claim.value} {claim.as_stated} {claim.locator}"
        assert "ran on" not in said
        assert "Because" not in said


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"Score": "1", "Disclosure": "x"}, Stance.PARTLY_STATED),
        ({"Score": "0", "Disclosure": "This information is proprietary."}, Stance.DECLINES),
        ({"Score": "0", "Justification": "Company acknowledges no disclosure"}, Stance.DECLINES),
        ({"Score": "0", "Disclosure": "No information provided"}, Stance.REPORTS_UNDISCLOSED),
        ({"Score": "0", "Disclosure": "x", "Justification": "partial"}, Stance.PARTLY_STATED),
    ],
)
def test_a_row_gives_a_stance(row: dict[str, str], expected: Stance) -> None:
    assert fmti.stance(row)[0] is expected


def test_a_total_that_is_not_the_sum_is_a_problem() -> None:
    text = "Indicator,Adept,Google,Meta\nModel size,1,0,0\nTotal,2,0,0\n"
    _, problems = read(fmti.READER, text, "May2024_scores.csv")
    assert [problem.where for problem in problems] == ["Adept"]


def test_a_table_of_other_things_is_not_recognised() -> None:
    text = "Indicator,Germany,France\nPopulation,84,68\n"
    assert not fmti.READER.recognises(document(text, "world.csv").features)


@needs_shared
def test_every_table_of_the_index_is_recognised_and_read() -> None:
    assert SHARED is not None
    files = sorted((SHARED / "sources" / "fmti").rglob("*.csv"))
    results: Counter[str] = Counter()
    for path in files:
        assert fmti.READER.recognises(document(path.read_bytes(), path.name).features), path.name
        [record], problems = recorded(fmti.READER, path)
        assert not [problem for problem in problems if problem.kind != "link"], path.name
        assert record.claims
        results[path.parts[-2]] += sum(c.predicate == PG.criterion for c in record.claims)
    assert len(files) == 32
    assert results["reports"] == 2700


@needs_shared
def test_totals_and_criteria_are_those_of_the_index() -> None:
    assert SHARED is not None
    totals = {}
    for year, name in (("2024", "May2024"), ("2025", "Dec2025")):
        path = SHARED / "sources" / "fmti" / name / f"{name}_scores.csv"
        [record], _ = recorded(fmti.READER, path)
        claims = list(record.claims)
        for who in ("ibm", "anthropic"):
            node = iris.entity("fmti", "assessment", f"fmti-{year}/{who}")
            totals[year, who] = values_of(claims, node, PG.score)
        rubric = (folder("ontology") / "rubrics" / f"fmti-{year}.ttl").read_text()
        criteria = {str(c.value) for c in claims if c.predicate == PG.criterion}
        base = iris.mint("rubric", f"fmti-{year}")
        missing = {c for c in criteria if f"<{c.removeprefix(base + '/')}> a" not in rubric}
        assert not missing
    assert totals == {
        ("2024", "ibm"): ["64"],
        ("2024", "anthropic"): ["51"],
        ("2025", "ibm"): ["95"],
        ("2025", "anthropic"): ["46"],
    }
