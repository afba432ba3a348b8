"""Evidence tables, published scores, and the levels that a store keeps."""

from __future__ import annotations

import csv
import io

import pytest
from audit_store import INDEX, MODEL, OLD, SIBLING, VERSION, levels, record, records, store
from click.testing import CliRunner

from provenance_graph.acceptance.evidence import StoreStatements
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.assess import assess_everywhere, assess_model
from provenance_graph.assessment.evidence import table as evidence_table
from provenance_graph.assessment.evidence.gather import GRAPH, roots, stored_levels
from provenance_graph.assessment.rubrics.loader import from_store
from provenance_graph.assessment.score import rounded
from provenance_graph.assessment.totals import all_totals, query
from provenance_graph.commands.models.assess import command
from provenance_graph.core.claims import Basis, Claim
from provenance_graph.core.errors import NotFound
from provenance_graph.core.iris import Iri
from provenance_graph.core.literals import integer
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import PG
from provenance_graph.session import Session
from provenance_graph.store.memory import MemoryStore


@pytest.fixture(scope="module")
def kept() -> MemoryStore:
    return store()


def rows(memory_store: MemoryStore, name: str) -> dict[str, evidence_table.CriterionRow]:
    return {
        row.item: row
        for row in evidence_table.evidence(
            assess_model(AcceptedSnapshot(memory_store), MODEL, name)
        )
    }


def test_each_item_names_the_document_that_serves(kept: MemoryStore):
    result = rows(kept, "eu-annex-xi")
    licence = result["S1 1(f)"]
    assert licence.status == evidence_table.COVERED
    assert [d.url for d in licence.documents] == [
        "https://example.org/card",
        "https://example.org/forms",
    ]
    release = result["S1 1(c)"]
    assert (release.status, release.missing) == (
        evidence_table.PARTLY,
        ("Channels of distribution",),
    )


def test_missing_says_whether_somebody_looked(kept: MemoryStore):
    result = rows(kept, "eu-annex-xi")
    assert result["S1 2(e)"].status == evidence_table.UNKNOWN
    assert result["S2 3"].status == evidence_table.OUTSIDE
    compute = result["S1 2(d)"]
    assert compute.documents == ()
    assert [d.url for d in compute.others] == ["https://example.org/page"]


def test_a_document_of_others_serves_for_nothing(kept: MemoryStore):
    architecture = rows(kept, "eu-annex-xi")["S1 1(d)"]
    assert architecture.documents == ()
    assert architecture.others[0].url == "https://example.org/page"
    assert "parameters" in architecture.missing


def test_what_the_vendor_must_still_give_leaves_out_what_is_there(kept: MemoryStore):
    result = assess_model(AcceptedSnapshot(kept), MODEL, "eu-annex-xi")
    items = {row.item for row in evidence_table.missing([result])}
    assert "S1 1(f)" not in items
    assert "S1 2(e)" in items


def test_the_table_has_a_line_per_document(kept: MemoryStore):
    evidence = evidence_table.evidence(assess_model(AcceptedSnapshot(kept), MODEL, "eu-annex-xi"))
    lines = list(evidence_table.table(evidence))
    assert all(len(line) == len(evidence_table.COLUMNS) for line in lines)
    assert sum(line[1] == "S1 1(f)" for line in lines) == 2
    assert len({line[1] for line in lines}) == 14


# ---- published scores -------------------------------------------------------------------------


def test_a_score_of_another_model_says_so(kept: MemoryStore):
    json = assess_model(AcceptedSnapshot(kept), MODEL, "osai").to_json()
    (made,) = json["published"]
    assert made["iri"] == INDEX
    assert made["relation"] == "another model of the developer"
    assert not made["sameModel"]
    assert (made["score"], made["maximum"], made["addedUpFrom"]) == (1.0, 14.0, 1)
    own = assess_model(AcceptedSnapshot(kept), SIBLING, "osai").to_json()["published"]
    assert own[0]["relation"] == "this model"


def test_a_published_score_is_set_beside_our_range(kept: MemoryStore):
    (made,) = assess_model(AcceptedSnapshot(kept), SIBLING, "kg-transparency").to_json()[
        "published"
    ]
    assert made["insideRange"]
    assert made["apart"] == 0.0


def test_before_it_was_read_there_was_no_published_score(kept: MemoryStore):
    assert assess_model(AcceptedSnapshot(kept, as_of="2025-06-30"), SIBLING).published == ()


# ---- the levels that a store keeps ------------------------------------------------------------


def test_stored_levels_are_those_of_an_assessment(kept: MemoryStore):
    known = from_store(kept)
    totals = {(t.subject, t.rubric): t for t in all_totals(AcceptedSnapshot(kept), known)}
    for model in (MODEL, OLD, SIBLING):
        for result in assess_everywhere(AcceptedSnapshot(kept), model):
            made = result.assessment
            total = totals[model, made.rubric.iri]
            assert (total.low, total.high) == (made.low, made.high), made.rubric.id


def test_what_others_measured_on_a_version_is_evidence_about_its_model(kept: MemoryStore):
    facet = Iri("https://w3id.org/provenance-graph/id/facet/independent-results")
    assert stored_levels(AcceptedSnapshot(kept))[MODEL][facet] == PG.LevelVerified
    assert VERSION not in stored_levels(AcceptedSnapshot(kept))


def test_a_changed_node_leads_to_the_models_above_it(kept: MemoryStore):
    assert roots([VERSION], StoreStatements(kept)) == {VERSION, MODEL}


def test_one_more_claim_changes_only_the_levels_of_its_model():
    retained = records()
    more = record(
        "paper",
        "2025-11-01",
        Basis.DEVELOPER,
        Claim(MODEL, PG.parameterCount, integer(7_000_000_000)),
    )
    before, after = set(levels(retained)), set(levels([*retained, more]))
    changed = {quad for quad in before ^ after if quad[1] == PG.evidenceProfile}
    assert {quad[0] for quad in changed} == {MODEL}
    assert {quad[3] for quad in after} == {GRAPH}
    (profile,) = (quad[2] for quad in changed & after)
    assert (profile, PG.evidenceDisclosed, PG.parameterCount, GRAPH) in after


def test_the_stored_query_agrees_on_a_whole_store(kept: MemoryStore):
    known = from_store(kept)
    for rubric in known:
        if rubric.is_computed:
            rows_ = list(kept.select(query(rubric)))
            for row in rows_:
                made = assess_model(
                    AcceptedSnapshot(kept), Iri(str(row["model"])), rubric.id
                ).assessment
                figures = float(str(row["totalLow"])), float(str(row["totalHigh"]))
                assert figures == (rounded(made.low), rounded(made.high))
            assert {row["model"] for row in rows_} == {MODEL, OLD, SIBLING}


# ---- the command ------------------------------------------------------------------------------


def run(memory_store: MemoryStore, *arguments: str) -> str:
    session = Session("memory")
    session._store = memory_store
    result = CliRunner().invoke(command, arguments, obj=session, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_shows_points_gaps_and_the_way_to_check(kept: MemoryStore):
    reported = run(kept, "org/m", "--rubric", "apx-10")
    assert "kg-transparency is our reading of it" in reported
    assert "https://example.org/card L3" in reported
    assert "What the developer would have to publish to gain the most" in reported
    assert "The same total by one SPARQL query" in reported


def test_the_command_writes_csv_of_evidence(kept: MemoryStore):
    reported = list(
        csv.DictReader(io.StringIO(run(kept, "org/m", "--evidence", "--format", "csv")))
    )
    assert {row["list"] for row in reported} == {"eu-annex-xi", "eu-annex-xii", "eu-gpai-mdf"}
    assert any(row["document"] == "https://example.org/card" for row in reported)


def test_several_rubrics_make_a_summary(kept: MemoryStore):
    reported = list(
        csv.DictReader(io.StringIO(run(kept, "org/m", "--rubric", "all", "--format", "csv")))
    )
    assert len({row["rubric"] for row in reported}) == 12


def test_an_unknown_rubric_names_those_there_are(kept: MemoryStore):
    with pytest.raises(NotFound, match="eu-annex-xi"):
        run(kept, "org/m", "--rubric", "nothing")


def test_a_rubric_can_be_tried_from_its_file(kept: MemoryStore, tmp_path):
    source = (folder("ontology") / "rubrics" / "osaid-1.0.ttl").read_text()
    mine = tmp_path / "mine.ttl"
    mine.write_text(source.replace("osaid-1.0", "mine"))
    assert "(mine, version 1.0)" in run(kept, "org/m", "--rubric", str(mine))


def test_the_command_prints_the_query_that_gives_the_same_total(kept: MemoryStore):
    text = run(kept, "org/m", "--rubric", "eu-annex-xi", "--query")
    (row,) = list(kept.select(text))
    made = assess_model(AcceptedSnapshot(kept), MODEL, "eu-annex-xi").assessment
    assert (float(str(row["totalLow"])), row["model"]) == (rounded(made.low), MODEL)
