"""A form that somebody filled in is read as claims."""

from __future__ import annotations

import json
from typing import Any

import audit_store
import pytest
from form_cases import MODEL, document, filled, read_back, world

from provenance_graph.core import literals
from provenance_graph.core.claims import Basis, Claim, Stance
from provenance_graph.core.errors import NotFound, Unreadable
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.formats.forms.definition import form_named, forms
from provenance_graph.formats.registry import readers
from provenance_graph.forms.render import RENDERERS
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.intake import Options
from provenance_graph.ingest.run import import_documents
from provenance_graph.store.memory import MemoryStore


def test_an_untouched_form_adds_nothing_where_its_records_are() -> None:
    with world(Claim(MODEL, PG.parameterCount, literals.integer(7))) as store:
        value = json.loads(RENDERERS["json"](filled(store, "eu-gpai-mdf")))
        report = import_documents(store, [document(value)], readers(), Options(), lambda *_: None)
        assert (report.records, report.failed) == (0, 0)


def test_an_untouched_form_gives_its_claims_elsewhere() -> None:
    with world(Claim(MODEL, PG.parameterCount, literals.integer(7))) as store:
        value = json.loads(RENDERERS["json"](filled(store, "eu-gpai-mdf")))
    records, problems = read_back(value)
    assert problems == []
    claims = {(c.subject, c.predicate, str(c.value)) for r in records for c in r.claims}
    assert (MODEL, PG.parameterCount, "7") in claims
    assert all(r.header.exported_from for r in records)


def test_what_our_own_form_says_is_missing_is_no_unknown_key() -> None:
    with world(Claim(MODEL, PG.task, literals.text("text generation"))) as store:
        value = json.loads(RENDERERS["json"](filled(store, "eu-gpai-mdf")))
    assert any(f["missing"] for s in value["sections"] for f in s["fields"])
    _, problems = read_back(value)
    assert problems == []


def test_what_is_filled_in_by_hand_becomes_claims() -> None:
    with world() as store:
        value = json.loads(RENDERERS["json"](filled(store, "eu-gpai-mdf")))
    value["filledBy"] = "Org"
    by_id = {f["id"]: f for s in value["sections"] for f in s["fields"]}
    by_id["4.1"]["values"] = [{"value": "https://example.org/aup"}]
    by_id["2.7"]["values"] = [{"property": "parameterCount", "value": 7_000_000_000}]
    by_id["3.2"]["values"] = [{"property": "dcterms:license", "value": "Apache-2.0"}]
    by_id["1.4"]["values"] = ["2025-10"]
    by_id["3.1"]["values"] = [{"property": "pg:weightsAvailability", "value": "open weights"}]
    by_id["8.3"]["status"] = "notApplicable"
    records, problems = read_back(value)
    (record,) = [r for r in records if not r.header.exported_from]
    assert problems == []
    assert record.header.publisher == audit_store.ORG
    got = {c.predicate: c for c in record.claims}
    assert got[PG.usagePolicy].value == "https://example.org/aup"
    assert str(got[PG.parameterCount].value) == "7000000000"
    assert got[DCTERMS.license].value == audit_store.APACHE
    assert got[PG.weightsAvailability].value == PG.OpenWeights
    assert got[PG.inferenceEnergyMWh].stance is Stance.INAPPLICABLE
    assert got[DCTERMS.issued].precision is not None


WITHOUT_PROPERTY = {
    name: fields
    for name, form in forms().items()
    if (fields := [field.id for field in form.fields.values() if not field.sources])
}


@pytest.mark.parametrize("name", WITHOUT_PROPERTY)
def test_what_is_written_where_no_property_holds_it_comes_back_in_its_field(name: str) -> None:
    def asked(value: dict[str, Any]) -> list[dict[str, Any]]:
        every = {f["id"]: f for s in value["sections"] for f in s["fields"]}
        return [every[one] for one in WITHOUT_PROPERTY[name]]

    def taken(value: dict[str, Any]) -> int:
        found = import_documents(store, [document(value)], readers(), Options(), lambda *_: None)
        return found.claims

    model = Claim(MODEL, RDF.type, PG.Model)
    card = audit_store.record("card", "2025-05-01", Basis.DEVELOPER, model)
    with MemoryStore(compile_quads(audit_store.reference(), [card], [])) as store:
        value = json.loads(RENDERERS["json"](filled(store, name)))
        for field in asked(value):
            assert field["status"] == "empty"
            field["values"] = [{"value": f"As for {field['id']}"}]
        assert taken(value) == len(asked(value))
        again = json.loads(RENDERERS["json"](filled(store, name)))
        for field in asked(again):
            assert [each["text"] for each in field["values"]] == [f"As for {field['id']}"]
            assert field["values"][0]["footnotes"]
        assert taken(again) == 0


def test_invented_fields_and_values_are_problems_at_their_place() -> None:
    with world() as store:
        value = json.loads(RENDERERS["json"](filled(store, "eu-gpai-mdf")))
    fields = value["sections"][0]["fields"]
    fields.append({"id": "9.9", "values": ["x"]})
    fields[3]["values"] = ["the 45th of May"]
    fields[1]["values"] = ["which of the three?"]
    fields[0]["values"] = [{"value": ["a", "list"]}]
    value["sections"].append("no section")
    records, problems = read_back(value)
    places = {p.where: p.what for p in problems}
    assert places[f"/sections/{len(value['sections']) - 1}"].startswith("no object")
    assert "has no field '9.9'" in places["/sections/0/fields/6/id"]
    assert "/sections/0/fields/3/values/0" in places
    assert "does not say of which property" in places["/sections/0/fields/1/values/0"]
    assert "is not a text" in places["/sections/0/fields/0/values/0"]
    assert all(c.value is None for r in records for c in r.claims)


def test_another_form_and_another_thing_are_refused_in_a_sentence() -> None:
    mark = "provenance-graph form 1"
    with pytest.raises(Unreadable, match="no form named 'invented'"):
        read_back({"format": mark, "form": "invented", "iri": MODEL})
    with pytest.raises(Unreadable, match="/iri"):
        read_back({"format": mark, "form": "eu-gpai-mdf", "iri": "not an iri"})
    with pytest.raises(NotFound, match="eu-gpai-mdf"):
        form_named("gpai")


def test_too_many_values_are_bounded() -> None:
    field_ = {"id": "4.1", "values": ["https://example.org/x"] * 6_000}
    value = {
        "format": "provenance-graph form 1",
        "form": "eu-gpai-mdf",
        "iri": MODEL,
        "sections": [{"fields": [field_]}],
    }
    _, problems = read_back(value)
    assert "more than 5,000 values" in problems[0].what
