"""MLDCAT-AP: DCAT's own terms on models, untyped nodes, keys that no context defines."""

from __future__ import annotations

import json

import pytest
from reading import document

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.formats.coverage import Fate
from provenance_graph.formats.ledger import ReadingLedger
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
    model = next(c.subject for c in claims if c.value == PG.Model and "pine" in c.subject)
    about = {(c.predicate, str(c.value)) for c in claims if c.subject == model}
    assert (DCTERMS.issued, "2025-03-03") in about
    assert (PG.suppliedBy, str(iris.organization("Pine Org"))) in about
    assert (PROV.wasDerivedFrom, str(iris.model("facebook/detr-resnet-50"))) in about
    assert (DCTERMS.license, "http://spdx.org/licenses/EUPL-1.2") in about
    assert f"sha256:{'ab' * 32}" in {str(c.value) for c in claims}
    assert not [c for c in claims if c.predicate == PG.fileName and "_:" in str(c.value)]
    assert not [item for item in results if isinstance(item, Problem)]


def test_a_key_that_no_context_defines_is_quoted() -> None:
    whole = {
        "@context": {"dct": "http://purl.org/dc/terms/", "it6": "http://data.europa.eu/it6/"},
        "@graph": [{"@id": "https://cat.example/1", "@type": "it6:MachineLearningModel",
                    "dct:title": "Pine", "colour": "green as a pine"}],
    }  # fmt: skip
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
    lost = {path for (fate, path), n in ledger.values.items() if n and fate is Fate.NOT_UNDERSTOOD}
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
