"""Tags, odd keys and keys that nothing reads: what a card or an answer of the Hub states arrives."""

from __future__ import annotations

import json

import pytest
from reading import document

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Problem, Record
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.formats.coverage import Treatment
from provenance_graph.formats.huggingface import reader as huggingface
from provenance_graph.formats.ledger import of_document
from provenance_graph.formats.records import records_of

MODEL = iris.model("acme-labs/Tiny")


def card(
    front: str, name: str = "acme-labs--Tiny.md"
) -> tuple[set[tuple[Iri, str]], list[Problem]]:
    results = list(huggingface.READER.read(document(f"---\n{front}\n---\n", name)))
    stated = {(c.predicate, str(c.value)) for c in results if isinstance(c, Claim)}
    return stated, [p for p in results if isinstance(p, Problem)]


def test_tasks_libraries_languages_and_other_tags_are_read() -> None:
    stated, _ = card("tags: [text-generation, transformers, de, gguf, chemistry, region:us]")
    assert stated >= {
        (PG.task, "text-generation"),
        (PG.framework, "transformers"),
        (DCTERMS.language, "de"),
        (PG.fileFormat, "gguf"),
        (PG.otherStatement, "tag: chemistry"),
    }
    assert not [value for _, value in stated if "region" in value]


@pytest.mark.parametrize(
    ("tags", "method", "bits"),
    [
        ("[awq, 4-bit]", "awq", "4"),
        ("[compressed-tensors, GPTQ, 8bit]", "gptq", ""),
        ("[gptq, 8-bit]", "gptq", "8"),
        ("[modelopt, nvfp4, 8-bit]", "nvfp4", ""),
        ("[4-bit, 8-bit]", "", ""),
    ],
)
def test_quantisation_is_read_from_tags(tags: str, method: str, bits: str) -> None:
    stated, _ = card(f"base_model: acme/base\ntags: {tags}")
    assert [v for p, v in stated if p == PG.quantizationMethod] == [method] * bool(method)
    assert [v for p, v in stated if p == PG.quantizationBits] == [bits] * bool(bits)
    assert not [v for p, v in stated if p == PG.otherStatement]


def test_tags_of_an_adapter_tell_nothing_of_its_own_weights() -> None:
    stated, _ = card("base_model: acme/base\nlibrary_name: peft\ntags: [bitsandbytes, 4-bit]")
    assert not [v for p, v in stated if p in (PG.quantizationMethod, PG.quantizationBits)]


@pytest.mark.parametrize("name", ["imagefolder", "Custom", "generator", "private"])
def test_a_word_for_how_data_were_loaded_is_no_dataset(name: str) -> None:
    stated, problems = card(f"datasets: [{name}, acme/data]")
    trained = {value for predicate, value in stated if predicate == PG.trainedOn}
    assert trained == {str(iris.dataset("acme/data"))}
    assert [p.what for p in problems] == [f"{name!r} states how data were loaded, not which"]


@pytest.mark.parametrize("key", ["dataset", "Datasets", "DATASETS", "train_datasets"])
def test_data_under_an_odd_key_are_training_data(key: str) -> None:
    stated, problems = card(f"{key}: [acme/data]")
    assert (PG.trainedOn, iris.dataset("acme/data")) in stated
    assert [p.hint for p in problems if "not read by the Hub" in p.what] == ["datasets"]


@pytest.mark.parametrize("key", ["base-model", "Base_Model", "base_models", "basemodel"])
def test_a_base_under_an_odd_key_is_a_parent(key: str) -> None:
    stated, _ = card(f"{key}: acme/base")
    assert iris.model("acme/base") in {value for _, value in stated}


@pytest.mark.parametrize("key", ["Licence", "LICENSE", "lisence", "licnese", "licens", "licensse"])
def test_a_licence_under_an_odd_key_is_the_licence_whatever_its_tags_say(key: str) -> None:
    stated, problems = card(f"{key}: other\nlicense_name: kite-open\ntags: ['license:apache-2.0']")
    licences = {value for predicate, value in stated if predicate == DCTERMS.license}
    assert licences == {str(iris.mint("licence", "stated", "kite-open"))}
    assert [p.hint for p in problems if "not read by the Hub" in p.what] == ["license"]


@pytest.mark.parametrize(
    ("key", "value", "predicate"),
    [
        ("datsets", "[acme/data]", PG.trainedOn),
        ("base_mdoel", "acme/base", PG.fineTunedFrom),
        ("libary_name", "peft", PG.framework),
        ("languaje", "de", DCTERMS.language),
    ],
)
def test_a_slip_of_the_pen_in_a_key_is_told_and_its_value_read(
    key: str, value: str, predicate: Iri
) -> None:
    stated, problems = card(f"license: mit\n{key}: {value}")
    assert predicate in {each for each, _ in stated}
    assert [p.what for p in problems] == [f"{key!r} is not read by the Hub"]


@pytest.mark.parametrize(
    ("name", "base", "predicate"),
    [
        ("acme-labs--Tiny-AWQ.md", "acme/Tiny", PG.quantizedFrom),
        ("acme-labs--Tiny-FP8-Dynamic.md", "acme/Tiny", PG.quantizedFrom),
        ("acme-labs--Tiny-GPTQ-tales.md", "acme/Tiny-GPTQ", PG.fineTunedFrom),
        ("acme-labs--Tiny-tales.md", "acme/Tiny", PG.fineTunedFrom),
    ],
)
def test_a_name_that_says_how_weights_are_packed_tells_the_relation_where_none_is_stated(
    name: str, base: str, predicate: Iri
) -> None:
    stated, _ = card(f"license: mit\nbase_model: {base}", name)
    assert (predicate, iris.model(base)) in stated


def test_a_base_that_is_written_as_a_mapping_is_read_with_its_revision() -> None:
    stated, problems = card("license: mit\nbase_model: [{name: acme/base, revision: 093f9f3}]")
    assert (PG.fineTunedFrom, iris.model("acme/base")) in stated
    assert (SCHEMA.version, "093f9f3") in stated
    assert problems == []


@pytest.mark.parametrize("data", ["train.jsonl", "{path: ./data/local.csv}", "train"])
def test_a_file_that_a_card_names_as_data_is_no_dataset_that_others_mean(data: str) -> None:
    stated, _ = card(f"license: mit\ndatasets: [{data}]")
    [dataset] = [value for predicate, value in stated if predicate == PG.trainedOn]
    assert "/in/huggingface/dataset/acme-labs/Tiny/" in dataset


def test_the_name_of_data_that_a_card_gives_by_their_id_is_inferred() -> None:
    """A name that another source states goes before it: `squad` is called SQuAD."""
    text = "---\nlicense: mit\ndatasets: [rajpurkar/squad]\n---\n"
    claims = list(huggingface.READER.read(document(text, "acme-labs--Tiny.md")))
    data = iris.dataset("rajpurkar/squad")
    names = [c for c in claims if isinstance(c, Claim) and c.subject == data]
    assert [c.basis for c in names if c.predicate == SCHEMA.name] == [Basis.INFERENCE]


@pytest.mark.parametrize("kind", ["mamba2", "rwkv", "retnet"])
def test_heads_of_a_model_without_attention_are_no_attention_heads(kind: str) -> None:
    raw = {"model_type": kind, "num_heads": 80, "head_dim": 64, "hidden_size": 2560}
    result = document(json.dumps({**raw, "transformers_version": "4.44"}), "acme--m_config.json")
    claims = [c for c in huggingface.READER.read(result) if isinstance(c, Claim)]
    counts = {PG.attentionHeadCount, PG.headDimension, PG.attentionMechanism}
    assert not counts & {claim.predicate for claim in claims}
    kept = {str(c.value) for c in claims if c.predicate == PG.otherStatement}
    assert {"num_heads: 80", "head_dim: 64"} <= kept


def test_a_configuration_of_the_data_is_kept() -> None:
    stated, _ = card("datasets:\n- name: acme/data\n  config: small\n- acme/more")
    assert (PG.datasetConfiguration, "small") in stated
    assert {(PG.trainedOn, iris.dataset(n)) for n in ("acme/data", "acme/more")} <= stated


def test_a_relation_and_a_licence_under_odd_keys_belong_to_what_they_stand_beside() -> None:
    odd = "Base_Model: [acme/a, acme/b]\nBase_Model_Relation: merge"
    stated, problems = card(f"{odd}\nlicense: other\nLicense_Name: kite-open")
    assert {(PG.mergedFrom, iris.model(f"acme/{each}")) for each in "ab"} <= stated
    assert not [p for p in problems if p.kind == "missing"]
    assert (DCTERMS.license, iris.mint("licence", "stated", "kite-open")) in stated


def test_names_of_data_in_one_text_are_several_and_a_remark_is_none() -> None:
    stated, _ = card('datasets: "c4, the_pile"')
    assert {(PG.trainedOn, iris.dataset(each)) for each in ("c4", "the_pile")} <= stated
    assert not [value for _, value in stated if "c4-the" in value]
    stated, _ = card('datasets: ["web pages (English, German)"]')
    assert len([each for each in stated if each[0] == PG.trainedOn]) == 1


def test_a_dataset_s_card_names_its_parts_tasks_and_sources() -> None:
    front = (
        "license: mit\ntask_categories: [text-classification]\nsize_categories: [1K<n<10K]\n"
        "configs:\n- config_name: small\n  data_files: x.csv\n"
        "source_datasets: [original, 'extended|acme/older']\n"
    )
    stated, _ = card(front, "acme-labs--data.md")
    assert stated >= {
        (PG.datasetConfiguration, "small"),
        (PG.task, "text-classification"),
        (PROV.wasDerivedFrom, iris.dataset("acme/older")),
        (PG.otherStatement, "source_datasets: original"),
        (PG.otherStatement, "size_categories: 1K<n<10K"),
    }


def test_a_key_that_nothing_reads_is_kept_as_stated_and_display_is_not() -> None:
    stated, _ = card(
        "license: mit\nprompt_template: '[INST]'\nour_field: {a: 1, b: [x]}\nwidget: [{text: hi}]"
    )
    retained = {value for predicate, value in stated if predicate == PG.otherStatement}
    assert retained == {"prompt_template: [INST]", "our_field.a: 1", "our_field.b: x"}


def test_a_file_of_the_repository_as_terms_is_its_address() -> None:
    stated, _ = card("license: other\nlicense_name: acme-terms\nlicense_link: LICENSE.md")
    page = "https://huggingface.co/acme-labs/Tiny/blob/main/LICENSE.md"
    assert (PG.termsOfUse, page) in stated
    assert (SCHEMA.name, "acme-terms") in stated


def test_weight_files_of_an_answer_have_digest_and_size() -> None:
    digest = "a" * 64
    raw = {
        "id": "acme-labs/Tiny",
        "likes": 1,
        "tags": ["en", "region:us", "transformers"],
        "gated": "manual",
        "siblings": [
            {"rfilename": "model.safetensors", "size": 10, "lfs": {"sha256": digest, "size": 10}},
            {"rfilename": "old.bin", "size": 7},
            {"rfilename": "README.md", "size": 3},
        ],
    }
    result = huggingface.READER.read(document(json.dumps(raw), "api.json"))
    stated = {(c.predicate, str(c.value)) for c in result if isinstance(c, Claim)}
    assert stated >= {
        (PG.fileName, "model.safetensors"),
        (PG.digest, f"sha256:{digest}"),
        (PG.byteSize, "10"),
        (PG.fileName, "old.bin"),
        (PG.byteSize, "7"),
        (PG.fileFormat, "safetensors"),
        (PG.fileFormat, "pytorch"),
        (DCTERMS.language, "en"),
        (PG.framework, "transformers"),
        (PG.weightsAvailability, PG.GatedWeights),
    }
    assert (PG.fileName, "README.md") not in stated


def test_the_ledger_of_a_card_tells_every_value() -> None:
    front = "license: mit\nDatasets: [a/b]\nwidget: [{text: hi}]\nprompt_template: x\nours: 1"
    ledger = of_document(huggingface.READER, document(f"---\n{front}\n---\n", "a--b.md"))
    assert {treatment: ledger.total(treatment) for treatment in Treatment} == {
        Treatment.READ: 2,
        Treatment.NOT_PROVENANCE: 1,
        Treatment.NOT_READ: 1,
        Treatment.UNKNOWN: 1,
        Treatment.NOT_UNDERSTOOD: 0,
    }


def test_a_tag_that_says_otherwise_than_the_key_of_its_kind_is_kept() -> None:
    front = "license: mit\nbase_model: acme/big-chat\nlanguage: [de]\ndatasets: [acme/a]\ntags: "
    tags = ["license:mit", "license:gpl-3.0", "base_model:acme/big", "dataset:acme/b"]
    stated, _ = card(front + json.dumps([*tags, "base_model:adapter:acme/big-chat", "language:fr"]))
    kept = {value for predicate, value in stated if predicate == PG.otherStatement}
    assert kept == {
        "tag: license:gpl-3.0",
        "tag: base_model:acme/big",
        "tag: dataset:acme/b",
        "tag: language:fr",
    }


def test_a_tag_speaks_where_its_key_is_missing() -> None:
    stated, _ = card("tags: [license:mit, base_model:acme/big, language:fr, 'dataset:acme/b']")
    assert stated >= {
        (DCTERMS.license, "http://spdx.org/licenses/MIT"),
        (PROV.wasDerivedFrom, iris.model("acme/big")),
        (DCTERMS.language, "fr"),
        (PG.trainedOn, iris.dataset("acme/b")),
    }


def test_what_a_configuration_of_a_dataset_says_of_its_licence_is_kept() -> None:
    front = (
        "license: mit\ntask_categories: [x]\ndataset_info:\n- config_name: a\n  license: cc0-1.0\n"
    )
    stated, _ = card(front, "datasets--acme-labs--Tiny.md")
    assert (PG.otherStatement, "dataset_info.license: cc0-1.0") in stated


def test_a_claim_under_a_key_spelt_otherwise_points_at_the_key_as_it_stands() -> None:
    page = document("---\nlcense: Apache 2\n---\n", "a--b.md")
    stated = [c for c in huggingface.READER.read(page) if isinstance(c, Claim)]
    assert [c.locator for c in stated if c.predicate == DCTERMS.license] == ["/lcense"]


def test_a_slip_beside_the_key_itself_is_told_and_does_not_replace_it() -> None:
    page = document("---\nlicense: mit\nliscence: apache-2.0\n---\n", "a--b.md")
    result = list(huggingface.READER.read(page))
    licences = {c.value for c in result if isinstance(c, Claim) and c.predicate == DCTERMS.license}
    assert licences == {iris.Iri("http://spdx.org/licenses/MIT")}
    assert [(p.where, p.hint) for p in result if isinstance(p, Problem)] == [
        ("/liscence", "license")
    ]


def test_what_is_beside_the_emissions_of_a_card_is_kept() -> None:
    front = "co2_eq_emissions: {emissions: 12, source: codecarbon, geographical_location: Hamburg}"
    results = records_of(huggingface.READER, document(f"---\n{front}\n---\n", "acme-labs--T.md"))
    [record] = [item for item in results if isinstance(item, Record)]
    assert {str(c.value) for c in record.claims if c.predicate == PG.otherStatement} == {
        "co2_eq_emissions.source: codecarbon",
        "co2_eq_emissions.geographical_location: Hamburg",
    }
