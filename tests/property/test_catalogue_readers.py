"""No document makes a reader raise anything but a SourceError, or say what RDF cannot hold."""

from __future__ import annotations

import json

import pytest
import yaml
from examples import sample
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import DAY, document

from provenance_graph.core import rdf
from provenance_graph.core.claims import Claim, Problem, Record
from provenance_graph.core.errors import SourceError
from provenance_graph.core.iris import Iri, is_iri
from provenance_graph.formats import statements
from provenance_graph.formats.catalogues import exo, litellm, modelsdev
from provenance_graph.formats.catalogues.modelsdev import FACTS
from provenance_graph.formats.catalogues.mteb import reader as mteb
from provenance_graph.formats.catalogues.mteb.reader import ROWS as LINES
from provenance_graph.formats.catalogues.osaimap import reader as osaimap
from provenance_graph.formats.document import Document, Reader
from provenance_graph.formats.huggingface import reader as huggingface
from provenance_graph.formats.huggingface.cards.card import FIELDS as CARD
from provenance_graph.formats.huggingface.tables import COUNTS
from provenance_graph.formats.records import header

READERS = (
    exo.READER,
    huggingface.READER,
    litellm.READER,
    modelsdev.READER,
    mteb.READER,
    osaimap.READER,
)
NAMES = ("README.md", "a--b_config.json", "x.jsonl", "models/acme/x.toml", "x.yaml", "t.csv", "x")

odd = st.sampled_from(
    ["", "-", "no", "MIT", "a/b", "a/b/c", "http://[", "https://huggingface.co/a/b", "2025-02-31",
     "1e400", "١٢", "\0", "\ud800", "../..", "x" * 400, "1,234", "https://exa mple.org/<>", "`^`"]
)  # fmt: skip
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**80), 2**80), st.floats(), odd, st.text(max_size=20)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(odd, inner, max_size=3),
    max_leaves=6,
)


def check(reader: Reader, it: Document) -> None:
    """Read it; whatever comes must be a claim that can be written, or a problem."""
    try:
        origin = reader.origin(it)
        results = list(reader.read(it))
    except SourceError:
        return
    assert all(isinstance(item, (Claim, Problem)) for item in results)
    claims = tuple(item for item in results if isinstance(item, Claim))
    for claim in claims:
        for part in (claim.subject, claim.predicate, claim.value):
            assert not isinstance(part, Iri) or is_iri(part), claim
    record = Record(header(reader, it, origin), claims).sort()
    assert rdf.read_trig(rdf.write_trig([record])) == [record]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.format)
@settings(max_examples=sample(15, 60), deadline=None)
@given(data=st.binary(max_size=300), name=st.sampled_from(NAMES))
def test_no_bytes_make_a_reader_raise_anything_but_its_own_errors(reader, data, name):
    it = document(data, name)
    try:
        reader.recognises(it.features)
    except SourceError:
        return
    check(reader, it)


def keyed(keys: list[str]) -> st.SearchStrategy[dict[str, object]]:
    """Mappings with the keys that a reader looks for and any value under each."""
    return st.dictionaries(st.sampled_from(keys), values, max_size=12)


CONFIG_KEYS = sorted(
    {key.partition(".")[0] for _, keys, _ in COUNTS for key in keys}
    | {"architectures", "model_type", "text_config", "vision_config", "rope_parameters", "rope_theta",
       "rope_scaling", "quantization_config", "torch_dtype", "hidden_act", "rms_norm_eps", "layer_types",
       "sliding_window", "use_sliding_window", "block_configs", "tie_word_embeddings", "tokenizer_class",
       "attn_config", "position_embedding_type", "_name_or_path", "multi_query", "transformers_version"}
)  # fmt: skip
API_KEYS = ["tags", "cardData", "config", "siblings", "safetensors", "gguf", "gated", "createdAt",
            "lastModified", "sha", "pipeline_tag", "library_name", "private"]  # fmt: skip
CARD_KEYS = [
    *sorted(CARD),
    "licence",
    "license_name",
    "license_link",
    "base_model_relation",
    "extra_gated_x",
]


@settings(max_examples=sample(24, 100), deadline=None)
@given(raw=keyed(CONFIG_KEYS), family=st.sampled_from(["llama", "t5", "mixtral", "dbrx", ""]))
def test_any_config_is_read(raw, family):
    it = {"model_type": family, "architectures": ["X"], "hidden_size": 8, **raw}
    check(huggingface.READER, document(json.dumps(it), "a--b_config.json"))


@settings(max_examples=sample(18, 80), deadline=None)
@given(raw=keyed(CARD_KEYS))
def test_any_card_is_read(raw):
    front = yaml.safe_dump(raw, allow_unicode=True)
    check(huggingface.READER, document(f"---\n{front}---\n".encode("utf-8", "replace"), "card.md"))


@settings(max_examples=sample(18, 80), deadline=None)
@given(raw=st.lists(keyed(API_KEYS), max_size=3), card=keyed(CARD_KEYS))
def test_any_answer_of_the_hub_is_read(raw, card):
    entries = [{"id": f"a/b{n}", "likes": 1, "tags": [], **each} for n, each in enumerate(raw)]
    first = {"id": "a/first", "likes": 1, "tags": [], "cardData": card}
    check(huggingface.READER, document(json.dumps([first, *entries]), "list.json"))
    check(huggingface.READER, document(json.dumps(first), "one.json"))


@settings(max_examples=sample(15, 60), deadline=None)
@given(rows=st.lists(values, max_size=4), name=st.sampled_from(["e.yaml", "a--b.yaml"]))
def test_any_results_file_is_read(rows, name):
    text = yaml.safe_dump([{"dataset": {"id": "a/b"}, "value": 1}, *rows], allow_unicode=True)
    check(huggingface.READER, document(text.encode("utf-8", "replace"), name))


@settings(max_examples=sample(18, 80), deadline=None)
@given(
    raw=keyed(
        [
            *(row.key for row in FACTS),
            "name",
            "knowledge",
            "weights",
            "links",
            "benchmarks",
            "open_weights",
        ]
    )
)
def test_any_table_of_models_dev_is_read(raw):
    it = document("name = 'x'\nfamily = 'x'\nrelease_date = '2025'\n", "models/acme/x.toml")
    it.__dict__["toml"] = {"name": "x", **raw}  # any value, whatever TOML can spell
    try:
        results = list(modelsdev.READER.read(it))
    except SourceError:
        return
    assert all(isinstance(item, (Claim, Problem)) for item in results)


@settings(max_examples=sample(18, 80), deadline=None)
@given(
    entry=keyed(
        [
            "max_input_tokens",
            "max_output_tokens",
            "input_cost_per_token",
            "deprecation_date",
            "source",
            "supported_modalities",
            "supports_reasoning",
            "output_vector_size",
            "litellm_provider",
        ]
    ),
    key=odd,
)
def test_any_offer_is_read(entry, key):
    it = {"first": {"litellm_provider": "x"}, key: {"litellm_provider": "acme", **entry}}
    check(litellm.READER, document(json.dumps(it), "map.json"))


@settings(max_examples=sample(18, 80), deadline=None)
@given(
    row=keyed([*(row.key for row in LINES), "name", "reference", "revision", "training_datasets"]),
    status=st.sampled_from(["declared", "declared-empty", "undisclosed", "unparsed", ""]),
)
def test_any_line_of_mteb_is_read(row, status):
    line = {"source": "mteb", "name": "a/b", "training_datasets_status": status, **row}
    check(mteb.READER, document(json.dumps(line), "models.jsonl"))


HEADERS = (
    "model_id,base_model,architecture,precision,params_b,license,model_type,average,submission_date",
    "model_id,author,downloads,likes,pipeline_tag,library_name,created_at,last_modified,tags",
    "model_id,github_repo,base_model_id,pipeline_tag",
    "dataset_id,created_at,last_modified,tags,likes",
)


@settings(max_examples=sample(18, 80), deadline=None)
@given(
    head=st.sampled_from(HEADERS),
    cells=st.lists(st.one_of(odd, st.text(max_size=12), st.just("a/b")), max_size=10),
)
def test_any_table_of_the_stack_map_is_read(head, cells):
    row = ",".join(["a/b", *cells])
    it = Document(
        Iri("https://example.org/t.csv"),
        f"{head}\n{row}\n".encode("utf-8", "replace"),
        DAY,
        "t.csv",
    )
    check(osaimap.READER, it)


@settings(max_examples=sample(15, 60), deadline=None)
@given(
    raw=keyed(
        [
            "n_layers",
            "hidden_size",
            "tasks",
            "quantization",
            "capabilities",
            "base_model",
            "backends",
        ]
    )
)
def test_any_card_of_exo_is_read(raw):
    it = document("model_id = 'a/b'\nn_layers = 1\n[storage_size]\n", "x.toml")
    it.__dict__["toml"] = statements.sanitise({"model_id": "a/b", **raw}, "\\u")  # as parsing does
    check(exo.READER, it)
