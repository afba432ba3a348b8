from __future__ import annotations

import json

import pytest
from reading import DAY, document
from shared import SHARED, needs_shared

from provenance_graph.core import iris, terms
from provenance_graph.core.claims import Basis, Claim, Stance
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats.document import Document
from provenance_graph.formats.huggingface import reader as huggingface
from provenance_graph.formats.huggingface.cards.front import front_matter, metadata
from provenance_graph.formats.huggingface.names import named_by
from tests.cards import READ, card, claims, problems

HERE = iris.model("acme-labs/Tiny")


def config(**raw: object) -> dict[Iri, Claim]:
    raw = {"architectures": ["X"], "vocab_size": 8, **raw}
    result = claims(json.dumps(raw), "acme-labs--Tiny_config.json")
    return {claim.predicate: claim for claim in result}


def lineage(front: str, **files: bytes) -> list[tuple[Iri, object, Basis | None]]:
    it = document(f"---\n{front}\n---\n", "acme-labs--Tiny.md")
    it = Document(
        it.url, it.data, DAY, it.name, {k.replace("_json", ".json"): v for k, v in files.items()}
    )
    return [
        (item.predicate, item.value, item.basis)
        for item in READ(it)
        if isinstance(item, Claim) and item.predicate in (*terms.DERIVATIONS, PROV.wasDerivedFrom)
    ]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("models--Qwen--Qwen3-8B/snapshots/abc/config.json", "Qwen/Qwen3-8B"),
        ("Qwen--Qwen3-8B_config.json", "Qwen/Qwen3-8B"),
        ("ai-x__configs__Qwen--Qwen3-8B_config.json", "Qwen/Qwen3-8B"),
        ("Qwen__Qwen3-8B/README.md", "Qwen/Qwen3-8B"),
        ("huggingface_hub__tests__card.md", ""),
        ("a--b--c_config.json", ""),
        ("config.json", ""),
    ],
)
def test_a_repository_is_named_by_a_path_that_spells_it(path, name):
    assert named_by("file:///data", path) == name


def test_the_address_names_the_repository_before_the_path():
    url = "https://huggingface.co/acme-labs/Tiny/resolve/main/README.md"
    it = document("---\nlicense: mit\n---\n", "x--y.md", url)
    assert {item.subject for item in READ(it) if isinstance(item, Claim)} >= {HERE}


def test_a_lone_config_keeps_where_it_was_loaded_from_as_a_hint():
    result = claims(
        '{"architectures": ["X"], "d_model": 8, "_name_or_path": "a/b"}', "m_config.json"
    )
    assert {claim.subject for claim in result} == {iris.entity("huggingface", "model", "m")}
    assert [str(c.value) for c in result if c.predicate == PG.sourceName] == ["a/b"]


def test_a_text_without_metadata_is_no_model():
    assert claims("# Some project\n", "README.md") == []
    assert problems("# Some project\n", "README.md")[0].kind == "missing"


@pytest.mark.parametrize(
    ("front", "relation"),
    [
        ("library_name: peft", PG.adapterOf),
        ("tags: [lora, gguf]", PG.adapterOf),
        ("tags: [gguf]", PG.quantizedFrom),
        ("quantized_by: someone", PG.quantizedFrom),
        ("tags: [mergekit]", PG.mergedFrom),
        ("tags: []", PG.fineTunedFrom),
    ],
)
def test_an_unstated_relation_is_inferred_as_the_hub_infers_it(front, relation):
    result = lineage(f"base_model: acme-labs/Base\n{front}")
    assert result == [(relation, iris.model("acme-labs/Base"), Basis.INFERENCE)]


def test_several_bases_without_a_relation_are_a_merge():
    result = lineage("base_model: [a/b, c/d]")
    assert {relation for relation, _, _ in result} == {PG.mergedFrom}
    assert len(result) == 2


def test_a_stated_relation_is_the_developers_word():
    result = lineage("base_model: a/b\nbase_model_relation: quantized\nlibrary_name: peft")
    assert result == [(PG.quantizedFrom, iris.model("a/b"), None)]


def test_a_relation_that_the_hub_does_not_know_is_a_problem_and_still_an_edge():
    front = "base_model: a/b\nbase_model_relation: inspired"
    assert lineage(front)[0][0] == PROV.wasDerivedFrom
    (problem,) = problems(f"---\n{front}\n---\n", "acme-labs--Tiny.md")
    assert problem.where == "/base_model_relation"


@pytest.mark.parametrize(
    ("word", "stance", "predicate"),
    [
        ("none", Stance.NOT_STATED, PG.fineTunedFrom),
        ("N/A", Stance.NOT_STATED, PG.fineTunedFrom),
        ("TBD", Stance.NOT_STATED, PG.fineTunedFrom),
        ("'-'", Stance.NOT_STATED, PG.fineTunedFrom),
        ("from scratch", Stance.DECLARED_EMPTY, PROV.wasDerivedFrom),
        ("Trained from scratch", Stance.DECLARED_EMPTY, PROV.wasDerivedFrom),
    ],
)
def test_a_word_for_no_model_is_no_parent(word, stance, predicate):
    """It is kept as stated: nothing is named after it."""
    stated = claims(f"---\nbase_model: {word}\n---\n", "acme-labs--Tiny.md")
    (claim,) = [c for c in stated if c.predicate == predicate]
    assert (claim.value, claim.stance, claim.as_stated) == (None, stance, word.strip("'"))
    assert not [c for c in stated if c.value == PG.UnresolvedReference]


def test_an_adapter_file_beside_the_card_makes_it_an_adapter():
    raw = b'{"base_model_name_or_path": "a/b", "peft_type": "LORA"}'
    result = lineage("base_model: a/b", adapter_config_json=raw)
    assert {(relation, basis) for relation, _, basis in result} == {
        (PG.adapterOf, Basis.INFERENCE),
        (PG.adapterOf, Basis.ARTIFACT),
    }


@pytest.mark.parametrize(
    ("stated", "tonnes"),
    [
        ("1200", "0.0012"),
        ('"2.5 kg"', "0.0025"),
        ("{emissions: 3}", "0.000003"),
        ('"1,000 kg CO2eq"', "1"),
    ],
)
def test_emissions_are_grams_unless_they_say_otherwise(stated, tonnes):
    (claim,) = [
        c for c in card(f"co2_eq_emissions: {stated}") if c.predicate == PG.trainingCO2eTonnes
    ]
    assert str(claim.value) == tonnes
    assert claim.as_stated


def test_an_unread_mass_keeps_its_text():
    (claim,) = [
        c for c in card("co2_eq_emissions: not much") if c.predicate == PG.trainingCO2eTonnes
    ]
    assert (claim.value, claim.as_stated, claim.unusable) == (None, "not much", "not a mass")


def test_several_licences_have_no_single_value():
    (claim,) = [c for c in card("license: [mit, gemma]") if c.predicate == DCTERMS.license]
    assert (claim.value, claim.as_stated) == (None, "mit; gemma")


def test_windows_line_ends_and_a_byte_order_mark_are_no_hindrance():
    data = "\ufeff---\r\nlicense: mit\r\n---\r\n# A\r\n"
    assert any(c.predicate == DCTERMS.license for c in claims(data, "a--b.md"))


def test_a_closing_fence_is_looked_for_only_at_the_head():
    front, problems_ = front_matter("---\na: 1\n\n# text\n")
    assert front == "---\na: 1\n"[4:-1]
    assert "no closing" in problems_[0].what


@pytest.mark.parametrize("top", ["[]", "just words", "3"])
def test_metadata_that_is_no_mapping_is_a_problem(top):
    result, problems_ = metadata(f"---\n{top}\n---\n", "x")
    assert result == {}
    assert "not a mapping" in problems_[0].what


def test_broken_metadata_is_read_key_by_key():
    result, problems_ = metadata("---\nlicense: mit\ntags: [a\nlanguage: en\n---\n", "x")
    assert result["license"] == "mit"
    assert any(problem.where.startswith("L3") for problem in problems_)


def test_an_alias_bomb_in_a_card_is_refused_and_the_rest_read():
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(97 + i)}: &{chr(97 + i)} [{','.join([f'*{chr(96 + i)}'] * 9)}]\n"
        for i in range(1, 12)
    )
    result, problems_ = metadata(f"---\nlicense: mit\n{bomb}---\n", "x")
    assert result["license"] == "mit"
    assert problems_


def test_grouped_heads_are_told_from_the_counts():
    result = config(num_attention_heads=32, num_key_value_heads=8)
    assert result[PG.attentionMechanism].value == PG.GroupedQueryAttention
    assert config(num_attention_heads=8, kv_lora_rank=4)[PG.attentionMechanism].value == (
        PG.MultiHeadLatentAttention
    )


def test_an_absent_key_of_a_known_class_is_an_inference():
    result = config(
        model_type="llama", num_attention_heads=32, hidden_size=4096, transformers_version="4.31"
    )
    claim = result[PG.keyValueHeadCount]
    assert (str(claim.value), claim.basis) == ("32", Basis.INFERENCE)
    assert result[PG.ropeTheta].locator == "library default, transformers 4.31"
    assert result[PG.hiddenSize].basis is None


def test_an_absent_key_of_an_unknown_class_is_silence():
    assert PG.keyValueHeadCount not in config(model_type="novel", num_attention_heads=32)


def test_quantised_weights_are_not_of_the_computing_format():
    result = config(torch_dtype="bfloat16", quantization_config={"quant_method": "awq", "bits": 4})
    assert result[PG.weightPrecision].value == PG.Int4
    assert str(result[PG.quantizationBits].value) == "4"


@pytest.mark.parametrize(
    ("said", "stored", "bits"),
    [
        ({"quant_method": "fp8"}, PG.Float8, "8"),
        ({"quant_method": "mxfp4"}, PG.Float4, "4"),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, PG.Int4, "4"),
        (
            {
                "quant_method": "compressed-tensors",
                "config_groups": {"g": {"weights": {"num_bits": 8, "type": "int"}}},
            },
            PG.Int8,
            "8",
        ),
    ],
)
def test_a_quantisation_tells_the_format_that_is_stored(said, stored, bits):
    result = config(quantization_config=said)
    assert (result[PG.weightPrecision].value, str(result[PG.quantizationBits].value)) == (
        stored,
        bits,
    )


def test_the_width_of_an_expert_may_stand_under_the_dense_key():
    result = config(model_type="mixtral", num_local_experts=8, intermediate_size=14336)
    assert str(result[PG.expertIntermediateSize].value) == "14336"
    assert PG.feedForwardSize not in result


def test_a_window_that_is_switched_off_is_no_window():
    result = config(sliding_window=4096, use_sliding_window=False)
    assert str(result[PG.slidingWindowAttention].value) == "false"
    assert PG.slidingWindowSize not in result


def test_a_layer_norm_key_does_not_make_t5_normalise_by_layer():
    claim = config(model_type="t5", layer_norm_epsilon=1e-6)[PG.normalization]
    assert (claim.value, claim.basis) == (PG.RmsNormalization, Basis.INFERENCE)


def test_the_hubs_first_day_is_no_creation_date():
    raw = {"id": "a/b", "tags": [], "likes": 1, "createdAt": "2022-03-02T23:29:04.000Z"}
    (claim,) = [c for c in claims(json.dumps(raw), "x.json") if c.predicate == DCTERMS.created]
    assert (claim.value, claim.as_stated) == (None, "2022-03-02T23:29:04.000Z")


def test_a_folder_without_a_card_is_read_from_its_config():
    files = {"config.json": b'{"architectures": ["X"], "d_model": 8}', "model.bin": b""}
    it = huggingface.folder(Iri("https://huggingface.co/a/b"), files, DAY)
    assert huggingface.READER.recognises(it.features)
    (width,) = [c for c in READ(it) if isinstance(c, Claim) and c.predicate == PG.hiddenSize]
    assert width.basis is Basis.ARTIFACT
    with pytest.raises(Unreadable, match=r"README\.md"):
        huggingface.folder(Iri("https://huggingface.co/a/b"), {}, DAY)


def test_a_card_and_a_config_of_one_repository_are_two_records():
    one = huggingface.READER.origin(document("---\nlicense: mit\n---\n", "a--b.md"))
    two = huggingface.READER.origin(
        document('{"architectures": [], "d_model": 1}', "a--b_config.json")
    )
    assert (one.local, two.local) == ("a/b/card", "a/b/config")


@needs_shared
def test_the_known_configs_say_what_is_known_of_them():
    assert SHARED
    expected = {
        "deepseek-ai--DeepSeek-V3.2": (PG.expertCount, "256"),
        "openai--gpt-oss-120b": (PG.contextLength, "131072"),
        "Qwen--Qwen3-8B": (PG.layerCount, "36"),
        "meta-llama--Llama-4-Scout-17B-16E-Instruct": (PG.expertCount, "16"),
        "nvidia--Llama-3_3-Nemotron-Super-49B-v1": (PG.keyValueHeadCount, "8"),
    }
    for name, (predicate, value) in expected.items():
        (path,) = (SHARED / "sources/documents/hf-configs").glob(f"*{name}_config.json")
        result = claims(path.read_text(), path.name)
        subject = iris.model(name.replace("--", "/"))
        assert [
            str(c.value) for c in result if (c.subject, c.predicate) == (subject, predicate)
        ] == [value]


@pytest.mark.parametrize(
    ("folder", "subject"),
    [
        ("acme-labs/Tiny", HERE),
        ("downloads/Tiny", iris.entity("huggingface", "model", "Tiny")),
        ("Tiny", iris.entity("huggingface", "model", "Tiny")),
    ],
)
def test_a_folder_given_as_owner_and_name_is_that_repository(folder, subject):
    data = b"---\nlicense: mit\n---\n"
    it = Document(Iri("urn:file:x"), data, DAY, f"{folder}/README.md", {"model.gguf": b""})
    results = [item for item in READ(it) if isinstance(item, Claim)]
    assert [c.subject for c in results if c.predicate == DCTERMS.license] == [subject]
    assert [str(c.value) for c in results if c.predicate == PG.fileFormat] == ["gguf"]


def test_a_datasets_card_is_about_a_dataset():
    front = "license: odc-by\ntask_categories: [text-generation]\nlanguage: [en]\ntags: [gguf]\n"
    url = "https://huggingface.co/datasets/acme-labs/chats"
    results = list(READ(document(f"---\n{front}---\n", "README.md", url)))
    dataset = iris.dataset("acme-labs/chats")
    assert Claim(dataset, RDF.type, PG.Dataset) in results
    assert not [c for c in results if isinstance(c, Claim) and c.value == PG.Model]


def test_a_name_made_from_the_repository_yields_to_a_stated_one():
    (name,) = [c for c in card("license: mit") if c.predicate == SCHEMA.name and c.subject == HERE]
    assert (str(name.value), name.basis) == ("Tiny", Basis.INFERENCE)


def test_mlx_keeps_its_bits_under_a_key_of_its_own():
    result = config(quantization={"group_size": 64, "bits": 4}, quantization_config={"bits": 4})
    assert str(result[PG.quantizationBits].value) == "4"
    assert result[PG.quantizationMethod].basis is Basis.INFERENCE


def test_a_tower_tells_what_goes_in():
    raw = {"architectures": ["X"], "vocab_size": 8, "vision_config": {"depth": 1}}
    result = claims(json.dumps(raw), "acme-labs--Tiny_config.json")
    kinds = {c.value for c in result if c.predicate == PG.inputModality}
    assert kinds == {PG.Image, PG.Text}


@pytest.mark.parametrize("blank", ["", '""', "null", "[]"])
def test_a_blank_licence_is_not_stated(blank):
    (claim,) = [
        c for c in card(f"license: {blank}\nlanguage: en") if c.predicate == DCTERMS.license
    ]
    assert (claim.value, claim.stance) == (None, Stance.NOT_STATED)


@pytest.mark.parametrize(
    ("name", "folder", "model"),
    [
        ("same/org-c/chat/README.md", "", "in/huggingface/model/same/org-c/chat"),
        ("same/org-d/chat/README.md", "", "in/huggingface/model/same/org-d/chat"),
        ("models/org-c/chat/README.md", "", "model/org-c/chat"),
        ("README.md", "chat", "in/huggingface/model/chat"),
    ],
)
def test_cards_in_folders_of_one_name_describe_models_of_their_own(
    name: str, folder: str, model: str
) -> None:
    it = Document(Iri("urn:file:x"), b"---\nlicense: mit\n---\n", DAY, name, folder=folder)
    stated = [c for c in READ(it) if isinstance(c, Claim) and c.predicate == DCTERMS.license]
    assert [c.subject for c in stated] == [f"https://w3id.org/provenance-graph/id/{model}"]


@pytest.mark.parametrize(
    ("tags", "parents"),
    [
        (["base_model:a/b"], [(PROV.wasDerivedFrom, "a/b")]),
        (["base_model:a/b", "base_model:finetune:a/b"], [(PG.fineTunedFrom, "a/b")]),
    ],
)
def test_a_base_among_the_tags_alone_is_a_parent(tags, parents):
    told = {
        "id": "acme-labs/Tiny",
        "modelId": "acme-labs/Tiny",
        "sha": "0" * 40,
        "tags": tags,
        "downloads": 1,
    }
    result = claims(json.dumps(told), "tiny.json")
    kinds = {*terms.DERIVATIONS, PROV.wasDerivedFrom}
    assert [(c.predicate, c.value) for c in result if c.predicate in kinds] == [
        (relation, iris.model(base)) for relation, base in parents
    ]
