"""MLDCAT-AP: DCAT's own terms on models, untyped nodes, keys that no context defines."""

from __future__ import annotations

import json

import pytest
from reading import document

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.formats.coverage import Treatment
from provenance_graph.formats.ledger import ReadingLedger
from provenance_graph.formats.licences import names as licence_names
from provenance_graph.formats.licences.lists import known_names
from provenance_graph.formats.registry import readers
from provenance_graph.formats.remaining import remaining

CATALOGUE = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix spdx: <http://spdx.org/rdf/terms#> . @prefix it6: <http://data.europa.eu/it6/> .
<https://cat.example/1> a it6:MachineLearningModel ; dct:title "Pine detector"@en ;
  dct:publisher <https://cat.example/org> ; dct:issued "2025-03-03" ;
  dct:license <http://publications.europa.eu/resource/authority/licence/EUPL_1_2> ;
  prov:wasDerivedFrom <https://huggingface.co/facebook/detr-resnet-50> ;
  dcat:distribution [ a dcat:Distribution ; dcat:accessURL <https://cat.example/w> ;
    spdx:checksum [ spdx:algorithm spdx:checksumAlgorithm_sha256 ; spdx:checksumValue "DIGEST" ] ] .
<https://cat.example/org> a foaf:Agent ; foaf:name "Pine Org" .
""".replace("DIGEST", "ab" * 32)


def test_terms_of_dcat_say_of_a_model_what_they_say_of_a_dataset() -> None:
    reader = readers()["mldcat-ap"]
    results = list(reader.read(document(CATALOGUE, "catalogue.ttl")))
    claims = [item for item in results if isinstance(item, Claim)]
    model = next(c.subject for c in claims if c.value == PG.Model and "cat.example-1" in c.subject)
    about = {(c.predicate, str(c.value)) for c in claims if c.subject == model}
    assert (DCTERMS.issued, "2025-03-03") in about
    assert (PG.suppliedBy, str(iris.organization("Pine Org"))) in about
    assert (PROV.wasDerivedFrom, str(iris.model("facebook/detr-resnet-50"))) in about
    assert (DCTERMS.license, "http://spdx.org/licenses/EUPL-1.2") in about
    assert f"sha256:{'ab' * 32}" in {str(c.value) for c in claims}
    assert not [c for c in claims if c.predicate == PG.fileName and "_:" in str(c.value)]
    assert not [item for item in results if isinstance(item, Problem)]


_LICENCES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix it6: <http://data.europa.eu/it6/> .
<https://cat.example/1> a it6:MachineLearningModel ; dct:title "Pine detector" ; PLACE .
LICENCE a dct:LicenseDocument ; rdfs:label "NAME" .
"""


def _licences(place: str, node: str, name: str) -> set[tuple[str, str]]:
    """What is read of one licence document: its values, and what is kept as it was stated."""
    text = _LICENCES.replace("PLACE", place.replace("LICENCE", node))
    text = text.replace("LICENCE", node, 1).replace("NAME", name)
    results = readers()["mldcat-ap"].read(document(text, "catalogue.ttl"))
    claims = [c for c in results if isinstance(c, Claim) and c.predicate == DCTERMS.license]
    return {(str(c.value or ""), "" if c.value else c.as_stated) for c in claims}


@pytest.mark.parametrize(
    "place",
    ["dct:license LICENCE", "dcat:distribution [ a dcat:Distribution ; dct:license LICENCE ]"],
)
def test_the_address_of_a_licence_says_more_than_the_name_beside_it(place: str) -> None:
    spdx = "<https://spdx.org/licenses/{}>".format
    mit = {("http://spdx.org/licenses/MIT", "")}
    assert _licences(place, spdx("AML"), "Apple MIT License") == {
        ("http://spdx.org/licenses/AML", "")
    }
    assert _licences(place, spdx("MIT"), "what we use here") == mit
    # an address that no list has, and a node without one, are known by their name
    assert _licences(place, "<https://cat.example/licence>", "MIT License") == mit
    assert _licences(place, "_:terms", "MIT License") == mit
    assert _licences(place, "_:terms", "Pine terms") == {("", "Pine terms")}


def test_every_licence_that_spdx_lists_is_read_by_its_address_whatever_it_is_called() -> None:
    names = [name for name in known_names() if _licence_of(name).startswith("http://spdx.org/")]
    assert len(names) > 500
    models = [
        f'<https://cat.example/{n}> a it6:MachineLearningModel ; dct:title "M{n}" ;'
        f" dct:license <https://spdx.org/licenses/{name}> .\n"
        f'<https://spdx.org/licenses/{name}> rdfs:label "terms {n}" .'
        for n, name in enumerate(names)
    ]
    text = "\n".join([*_LICENCES.strip().splitlines()[:2], *models])
    results = list(readers()["mldcat-ap"].read(document(text, "catalogue.ttl")))
    claims = [c for c in results if isinstance(c, Claim) and c.predicate == DCTERMS.license]
    assert {str(c.value) for c in claims} == {_licence_of(name) for name in names}
    assert len(claims) == len(names)


def _licence_of(name: str) -> str:
    return str(licence_names.normalise(name).value)


def test_a_key_that_no_context_defines_is_quoted() -> None:
    whole = {
        "@context": {"dct": "http://purl.org/dc/terms/", "it6": "http://data.europa.eu/it6/"},
        "@graph": [
            {
                "@id": "https://cat.example/1",
                "@type": "it6:MachineLearningModel",
                "dct:title": "Pine",
                "colour": "green as a pine",
            }
        ],
    }
    results = readers()["mldcat-ap"].read(document(json.dumps(whole), "catalogue.jsonld"))
    problems = [str(item) for item in results if isinstance(item, Problem)]
    assert any("green as a pine" in problem for problem in problems)


def test_references_and_terms_of_lists_that_were_read_count_as_read() -> None:
    text = """
@prefix dct: <http://purl.org/dc/terms/> . @prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix it6: <http://data.europa.eu/it6/> . @prefix biro: <http://purl.org/spar/biro/> .
<https://cat.example/1> a it6:MachineLearningModel ; dct:title "Pine detector" ;
  it6:hasFile <https://cat.example/files/a> ;
  it6:hasBibliographicReference <https://cat.example/references/7> .
<https://cat.example/files/a> a it6:File ; dct:identifier "pine.safetensors" ;
  dct:format <https://cat.example/format/safetensors> ;
  spdx:checksum <https://cat.example/checksums/1> .
<https://cat.example/checksums/1> a spdx:Checksum ; spdx:checksumValue "DIGEST" ;
  spdx:algorithm spdx:checksumAlgorithm_sha256 .
<https://cat.example/references/7> a biro:BibliographicReference ;
  dct:references <https://arxiv.org/abs/2211.01786> .
<https://cat.example/references/8> a biro:BibliographicReference ;
  dct:references <https://arxiv.org/abs/1706.03762> .
""".replace("DIGEST", "ab" * 32)
    reader, page = readers()["mldcat-ap"], document(text, "catalogue.ttl")
    results = list(reader.read(page))
    ledger = ReadingLedger()
    rest = list(remaining(reader, page, results, ledger))
    lost = {
        path
        for (treatment, path), n in ledger.values.items()
        if n and treatment is Treatment.NOT_UNDERSTOOD
    }
    assert lost == {"BibliographicReference/references"}  # of the one that nothing points to
    assert [str(claim.value) for claim in rest] == ["references: https://arxiv.org/abs/1706.03762"]


def test_the_profiles_context_may_be_imported_and_another_address_is_refused() -> None:
    profile = "https://semiceu.github.io/MLDCAT-AP/releases/3.1.0/context/mldcat-ap.jsonld"
    context = {"@import": profile, "title": "http://purl.org/dc/terms/title"}
    model = {"@id": "https://cat.example/1", "@type": "MachineLearningModel", "title": "Pine"}
    whole = json.dumps({"@context": context, "@graph": [model]})
    claims = list(readers()["mldcat-ap"].read(document(whole, "catalogue.jsonld")))
    assert "Pine" in {str(c.value) for c in claims if isinstance(c, Claim)}
    elsewhere = whole.replace("/context/mldcat-ap", "/html/examples/other")
    with pytest.raises(Unreadable, match="which is not fetched; put the context"):
        list(readers()["mldcat-ap"].read(document(elsewhere, "catalogue.jsonld")))
