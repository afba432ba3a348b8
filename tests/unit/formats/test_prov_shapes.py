"""Documents that speak PROV in its several forms: PROV-O, PROV-JSON, a research object."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from reading import document

from provenance_graph.core import iris
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, RDF
from provenance_graph.formats.registry import readers
from provenance_graph.ingest.intake import Options, Reading, read


def _read(data: bytes | str, name: str) -> Reading:
    return read(document(data, name), readers(), Options())


def _claims(reading: Reading) -> set[tuple[str, Iri, str]]:
    every = (claim for record in reading.records for claim in record.claims)
    return {(claim.subject, claim.predicate, str(claim.value)) for claim in every}


PROV_O = """@prefix prov: <http://www.w3.org/ns/prov#> . @prefix ex: <https://{host}.example/> .
ex:m a prov:Entity , ex:MLModel ; prov:wasGeneratedBy ex:run .
ex:run a prov:Activity ; prov:used ex:data .
ex:data a prov:Entity , ex:Dataset .
"""


def test_prov_o_says_what_prov_json_says() -> None:
    claims = _claims(_read(PROV_O.replace("{host}", "a"), "run.ttl"))
    model = iris.entity("prov", "model", "a.example-m")
    assert (model, PG.trainedOn, iris.entity("prov", "dataset", "a.example-data")) in claims


def test_equal_short_names_of_two_namespaces_are_two_entities() -> None:
    subjects = [
        {
            s
            for s, p, o in _claims(_read(PROV_O.replace("{host}", host), "run.ttl"))
            if p == RDF.type and o == PG.Model
        }
        for host in "ab"
    ]
    assert len(subjects[0] | subjects[1]) == 2


def test_an_id_without_a_declared_prefix_belongs_to_its_document() -> None:
    whole = {"entity": {"x:m": {"prov:type": "Model"}}, "activity": {"x:a": {}}}
    one, two = (
        {s for s, p, o in _claims(read(each, readers(), Options())) if o == PG.Model}
        for each in (
            replace(document(json.dumps(whole), name), collection="runs")
            for name in ("a.json", "b.json")
        )
    )
    assert one
    assert two
    assert one != two


def test_turtle_that_uses_a_term_of_prov_alone_stays_rdf() -> None:
    text = "@prefix prov: <http://www.w3.org/ns/prov#> . <urn:a> prov:wasDerivedFrom <urn:b> ."
    assert _read(text, "x.ttl").format == "rdf"


@pytest.mark.parametrize(
    ("context", "kind", "format_"),
    [
        ("https://w3id.org/ro/crate/1.1/context", "CreativeWork", "rocrate"),
        ({"prov": "http://www.w3.org/ns/prov#"}, "prov:Entity", "prov"),
    ],
)
def test_a_research_object_that_speaks_prov_is_one(context: Any, kind: str, format_: str) -> None:
    graph = [
        {"@id": "ro-crate-metadata.json", "@type": kind, "about": {"@id": "./"}},
        {"@id": "./", "@type": "Dataset", "name": "x"},
        {"@id": "urn:x:run", "@type": ["CreateAction", "prov:Activity"]},
    ]
    whole = {"@context": context, "@graph": graph}
    it = document(json.dumps(whole), "ro-crate-metadata.json").features
    assert [name for name, reader in readers().items() if reader.recognises(it)] == [format_]


def test_the_publisher_of_a_run_is_its_agent_by_label_and_no_program() -> None:
    whole = {
        "prefix": {"ex": "https://a.example/"},
        "entity": {"ex:m": {"prov:type": "ex:Model"}},
        "agent": {
            "ex:trainer": {"prov:type": {"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"}},
            "ex:org": {"prov:type": "prov:Organization", "prov:label": "Sandbank e.V."},
        },
    }
    [record] = _read(json.dumps(whole), "run.json").records
    assert record.header.publisher == iris.organization("Sandbank e.V.")
