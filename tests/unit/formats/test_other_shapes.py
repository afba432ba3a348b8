"""Documents in other shapes than the samples: lists in one text, sources on the Hub, odd classes."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from reading import document

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Basis
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF
from provenance_graph.formats.registry import readers
from provenance_graph.formats.remaining import ClaimedTexts
from provenance_graph.ingest.intake import Options, Reading, read


def _read(data: bytes | str, name: str) -> Reading:
    return read(document(data, name), readers(), Options())


def _claims(reading: Reading) -> set[tuple[str, Iri, str]]:
    every = (claim for record in reading.records for claim in record.claims)
    return {(claim.subject, claim.predicate, str(claim.value)) for claim in every}


def _card(front: str) -> Reading:
    return _read(f"---\n{front}\n---\n# Heron\n", "heron--a/README.md")


@pytest.mark.parametrize("separator", [", ", "; ", ","])
def test_data_and_bases_in_one_text_are_each_their_own(separator: str) -> None:
    data = separator.join(("allenai/c4", "bigcode/the-stack"))
    bases = separator.join(("acme/one", "acme/two"))
    reading = _card(f'datasets: "{data}"\nbase_model: "{bases}"\nlanguage: "en, de"')
    claims, model = _claims(reading), iris.model("heron/a")
    for name in ("allenai/c4", "bigcode/the-stack"):
        assert (model, PG.trainedOn, iris.dataset(name)) in claims
    for name in ("acme/one", "acme/two"):
        assert (model, PG.mergedFrom, iris.model(name)) in claims
    assert not [o for _, p, o in claims if p == PG.otherStatement]
    assert "stated, not understood" not in str(reading.ledger)


def test_a_list_of_which_one_member_came_to_nothing_is_not_understood() -> None:
    reading = _read(json.dumps({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "components": [{"type": "machine-learning-model", "name": "heron",
                        "supplier": {"name": "Heron Labs"}, "scope": "required"}],
    }), "bom.json")  # fmt: skip
    shown = ClaimedTexts([c for record in reading.records for c in record.claims])
    assert shown.has("heron, Heron Labs")
    assert not shown.has("heron, Bittern Labs")
    assert not shown.has("1,024,123")


def test_a_score_in_per_cent_is_a_score() -> None:
    front = """model-index:
- name: h
  results:
  - task: {type: text-generation}
    dataset: {name: MMLU, type: cais/mmlu}
    metrics: [{type: acc, value: '65.2 %'}]"""
    reading = _card(front)
    assert "65.2" in {o for _, p, o in _claims(reading) if p == PG.score}
    assert not [p for p in reading.problems if "score" in p.what]


def test_two_revisions_of_a_base_are_both_kept_and_told() -> None:
    commits = ("01" * 20, "fe" * 20)
    raw = {
        "peft_type": "LORA",
        "base_model_name_or_path": f"acme/one@{commits[0]}",
        "revision": commits[1],
    }
    reading = _read(json.dumps(raw), "heron--a_adapter_config.json")
    versions = {o for _, p, o in _claims(reading) if p == PG.derivedFromVersion}
    assert {v.rpartition("/")[2] for v in versions} == set(commits)
    assert [p for p in reading.problems if p.where.endswith("/revision") and commits[0] in p.what]


def _package(name: str, source: str, **config: str) -> dict[str, Any]:
    return {
        "descriptor": {"name": name, "sourceURL": source, "revision": "ab" * 20},
        "config": {"format": "safetensors", **config},
        "modelfs": {"type": "layers", "diffIds": []},
    }


def test_a_package_of_a_repository_s_name_is_that_repository() -> None:
    raw = _package("heron-7b", "https://huggingface.co/heron-labs/heron-7b", paramSize="7b")
    claims = _claims(_read(json.dumps(raw), "config.json"))
    model = iris.entity("modelpack", "model", "heron-7b")
    assert (model, PG.hubRepository, hub.page("heron-labs/heron-7b")) in claims
    assert (model, PG.nominalParameterCount, "7000000000") in claims
    assert not [c for c in claims if c[1] in (PROV.wasDerivedFrom, PG.codeRepository)]


def test_a_quantised_package_comes_from_the_repository_that_it_names() -> None:
    raw = _package("wren-q", "hf.co/wren-ai/wren-1b", quantization="awq")
    reading = _read(json.dumps(raw), "config.json")
    model, parent = iris.entity("modelpack", "model", "wren-q"), iris.model("wren-ai/wren-1b")
    claims = _claims(reading)
    assert (model, PROV.wasDerivedFrom, parent) in claims
    quantised = [c for r in reading.records for c in r.claims if c.predicate == PG.quantizedFrom]
    assert [(c.value, c.basis) for c in quantised] == [(parent, Basis.INFERENCE)]
    assert [o for _, p, o in claims if p == PG.derivedFromVersion and o.endswith("ab" * 20)]


def test_a_kitfile_that_packs_a_repository_is_no_fine_tune_of_it() -> None:
    kit = 'manifestVersion: "1.0.0"\nmodel: {name: tern-7b, path: "hf://tern/tern-7b"}\n'
    claims = _claims(_read(kit, "Kitfile"))
    assert (hub.page("tern/tern-7b")) in {o for _, p, o in claims if p == PG.hubRepository}
    assert not [c for c in claims if c[1] in (PG.fineTunedFrom, PROV.wasDerivedFrom)]


def _bundle(begin: datetime, end: datetime, logged: int | None) -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer.example")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begin)
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "heron", "digest": {"sha256": "ab" * 32}}],
        "predicateType": "https://example.org/predicate",
    }
    raw = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()
    material: dict[str, Any] = {"certificate": {"rawBytes": raw}}
    if logged is not None:
        material["tlogEntries"] = [{"integratedTime": str(logged)}]
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": material,
        "dsseEnvelope": {
            "payload": base64.b64encode(json.dumps(statement).encode()).decode(),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": "YWJj"}],
        },
    }


DAY = datetime(2025, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begin", "end", "logged", "wrong"),
    [
        (DAY, DAY + timedelta(minutes=10), None, True),
        (DAY, DAY + timedelta(minutes=10), int(DAY.timestamp()) + 60, False),
        (DAY, DAY + timedelta(minutes=10), int(DAY.timestamp()) + 900, True),
        (DAY, DAY + timedelta(days=900), None, False),
        (DAY + timedelta(days=800), DAY + timedelta(days=900), None, True),
    ],
)
def test_a_certificate_that_was_not_valid_is_a_problem_at_its_place(
    begin: datetime, end: datetime, logged: int | None, wrong: bool
) -> None:
    reading = _read(json.dumps(_bundle(begin, end, logged)), "model.sig")
    told = [p for p in reading.problems if p.where == "/verificationMaterial"]
    assert bool(told) is wrong
    stated = {o for _, p, o in _claims(reading) if p == PG.otherStatement}
    assert any("not verified" in text for text in stated)


def test_a_package_named_like_somebody_else_s_repository_is_told() -> None:
    part = {
        "type": "machine-learning-model",
        "name": "meta-llama/Llama-3.1-8B",
        "manufacturer": {"name": "Mirror Ltd"},
    }
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [part]}
    told = [p for p in _read(json.dumps(bom), "bom.json").problems if p.kind == "identity"]
    assert [p.where for p in told] == ["/components/0/name"]
    assert "pkg:huggingface/meta-llama/Llama-3.1-8B" in told[0].hint
    for own in (
        {**part, "manufacturer": {"name": "Meta Llama"}},
        {**part, "purl": "pkg:huggingface/meta-llama/Llama-3.1-8B"},
    ):
        again = _read(json.dumps({**bom, "components": [own]}), "bom.json")
        assert not [p for p in again.problems if p.kind == "identity"]


def test_the_same_is_told_of_an_spdx_package() -> None:
    graph = [
        {"type": "Organization", "spdxId": "urn:x:hub", "name": "Mirror Ltd"},
        {"type": "SpdxDocument", "spdxId": "urn:x:doc", "rootElement": ["urn:x:m"]},
        {
            "type": "ai_AIPackage",
            "spdxId": "urn:x:m",
            "name": "acme/one",
            "suppliedBy": "urn:x:hub",
        },
    ]
    whole = {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": graph}
    told = [p for p in _read(json.dumps(whole), "a.json").problems if p.kind == "identity"]
    assert [p.where for p in told] == ["/@graph/2/name"]


def _mldcat(body: str) -> set[tuple[str, Iri, str]]:
    head = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix it6: <http://data.europa.eu/it6/> ."""
    return _claims(_read(f"{head}\n{body}", "catalogue.ttl"))


def test_an_organization_of_foaf_is_an_agent_by_its_name() -> None:
    claims = _mldcat(
        '<https://c.example/1> a it6:MachineLearningModel ; dct:title "Plover" ;'
        ' dct:creator [ a foaf:Organization ; foaf:name "Plover GmbH" ] .'
    )
    makers = {o for _, p, o in claims if p == DCTERMS.creator}
    assert makers == {iris.organization("Plover GmbH")}


def test_a_dataset_s_own_licence_is_read_as_that_of_a_distribution() -> None:
    claims = _mldcat(
        '<https://c.example/d> a dcat:Dataset ; dct:title "Wiesen" ;'
        " dct:license <https://creativecommons.org/licenses/by/4.0/> ."
        ' <https://c.example/1> a it6:MachineLearningModel ; dct:title "Plover" .'
    )
    licences = {(s, o) for s, p, o in claims if p == DCTERMS.license}
    assert licences == {(iris.dataset("Wiesen"), "http://spdx.org/licenses/CC-BY-4.0")}


def test_what_is_a_model_and_a_dataset_is_a_model() -> None:
    claims = _mldcat(
        "<https://huggingface.co/plover/p9> a dcat:Dataset , it6:MachineLearningModel ;"
        ' dct:title "p9" .'
    )
    assert (iris.model("plover/p9"), RDF.type, str(PG.Model)) in claims


def test_a_feed_s_list_of_replacements_is_read_for_its_run_together_name() -> None:
    entry = {
        "provider": "Anthropic",
        "model_id": "claude-nova-9@20270101",
        "announcement_date": "2026-12-01",
        "shutdown_date": "2027-06-01",
        "replacement_model": "claude-nova-10orclaude-nova-11",
        "replacement_models": ["claude-nova-10", "claude-nova-11"],
    }
    reading = _read(json.dumps([entry]), "feed.json")
    claims = _claims(reading)
    old = iris.model("anthropic/claude-nova-9@20270101")
    for name in ("claude-nova-10", "claude-nova-11"):
        assert (iris.model(f"anthropic/{name}"), DCTERMS.replaces, old) in claims
    assert (old, RDF.type, str(PG.ModelVersion)) in claims
    assert not [p for p in reading.problems if p.kind == "lineage"]


def test_a_pipeline_s_namespace_of_the_hub_names_models_and_datasets() -> None:
    event = {
        "eventType": "COMPLETE",
        "eventTime": "2026-01-01T10:00:00Z",
        "run": {"runId": "01941a5a-0000-7000-8000-000000000001"},
        "job": {"namespace": "train", "name": "finetune"},
        "inputs": [
            {"namespace": "huggingface", "name": "datasets/allenai/c4"},
            {"namespace": "hf", "name": "Qwen/Qwen2-7B"},
        ],
        "outputs": [{"namespace": "HuggingFace", "name": "tern/tern-7b"}],
        "producer": "https://x.example",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    }
    claims = _claims(_read(json.dumps(event), "event.json"))
    made = iris.model("tern/tern-7b")
    assert (made, PG.trainedOn, iris.dataset("allenai/c4")) in claims
    assert (made, PROV.wasDerivedFrom, iris.model("Qwen/Qwen2-7B")) in claims


def test_rdf_xml_with_entities_is_refused_with_its_line() -> None:
    text = (
        '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "bb">]>\n<rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:it6="http://data.europa.eu/it6/"/>'
    )
    failure = _read(text, "a.rdf").failure
    assert failure is not None
    assert "line 2" in str(failure)


def test_languages_in_one_text_are_each_their_own() -> None:
    entry = {"Unique Dataset Identifier": "w", "Dataset Name": "w", "Licenses": [],
             "Languages": "English, French"}  # fmt: skip
    claims = _claims(_read(json.dumps({"w": entry}), "w.json"))
    assert {o for _, p, o in claims if p == DCTERMS.language} == {"English", "French"}


def test_a_descriptor_s_size_as_text_is_read() -> None:
    raw = {
        "_descriptorVersion": "0.0.1",
        "name": "Heron 7B",
        "resources": {
            "canonicalUrl": "https://huggingface.co/heron-labs/heron-7b",
        },
        "files": {"all": [{
            "url": "https://huggingface.co/bob/h-GGUF/resolve/main/h.Q4_K_M.gguf",
            "sizeBytes": "4140385024", "sha256checksum": "ab" * 32,
        }]},
    }  # fmt: skip
    claims = _claims(_read(json.dumps(raw), "h.json"))
    assert "4140385024" in {o for _, p, o in claims if p == PG.byteSize}


@pytest.mark.parametrize("raw", [
    {"model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"], "num_hidden_layers": 36,
     "hidden_size": 1 << 62, "intermediate_size": 1 << 62, "vocab_size": 1 << 62,
     "num_attention_heads": 32, "num_key_value_heads": 8, "tie_word_embeddings": False},
])  # fmt: skip
def test_dimensions_that_multiply_beyond_64_bits_give_no_count(raw: dict[str, Any]) -> None:
    reading = _read(json.dumps(raw), "heron--a_config.json")
    assert reading.failure is None
    assert not [o for _, p, o in _claims(reading) if p == PG.parameterCount]


def test_counts_by_type_that_add_up_beyond_64_bits_are_told_as_unusable() -> None:
    raw = {
        "id": "heron/a", "modelId": "heron/a", "tags": [], "sha": "ab" * 20, "siblings": [],
        "pipeline_tag": "text-generation",
        "safetensors": {"parameters": {"BF16": (1 << 63) - 1, "F32": (1 << 63) - 1}},
    }  # fmt: skip
    reading = _read(json.dumps(raw), "a.api.json")
    counts = [c for r in reading.records for c in r.claims if c.predicate == PG.parameterCount]
    assert [bool(c.unusable) and c.value is None for c in counts] == [True]


def test_a_component_s_licence_as_a_bare_text_is_read() -> None:
    for licences in ("MIT", ["MIT"], [{"license": "MIT"}]):
        part = {"type": "machine-learning-model", "name": "heron", "licenses": licences}
        bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [part]}
        claims = _claims(_read(json.dumps(bom), "bom.json"))
        assert "http://spdx.org/licenses/MIT" in {o for _, p, o in claims if p == DCTERMS.license}


def test_spdx_2_is_refused_by_its_name_with_what_would_work() -> None:
    failure = _read(json.dumps({"spdxVersion": "SPDX-2.3", "packages": []}), "a.json").failure
    assert failure is not None
    assert "SPDX-2.3" in str(failure)
    assert "SPDX 3.0.1" in str(failure)
