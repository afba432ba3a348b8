"""What mergekit's recipes, adapters and folders of the Hub's cache say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from reading import document

from provenance_graph.core import iris, terms
from provenance_graph.core.claims import Claim, Problem, Record
from provenance_graph.core.errors import UnknownFormat
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats.document import Document
from provenance_graph.formats.huggingface import reader as huggingface
from provenance_graph.formats.records import records_of
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import discover
from provenance_graph.ingest import intake

COMMIT = "7231864981174d9bee8c7687c24c8344414eae6b"


def claims(text: str, name: str) -> list[Claim]:
    it = document(text, name)
    assert [r.format for r in readers().values() if r.recognises(it.features)] == ["huggingface"]
    return [c for c in huggingface.READER.read(it) if isinstance(c, Claim)]


def parents(text: str, name: str = "acme-labs--Tiny/mergekit_config.yml") -> set[str]:
    subject = iris.model("acme-labs/Tiny")
    return {
        str(c.value).removeprefix(iris.model(""))
        for c in claims(text, name)
        if c.subject == subject and c.predicate == PG.mergedFrom
    }


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        ("models:\n- model: org/a+org/lora\n- model: org/b@8f2b1c0\nmerge_method: ties\nbase_model: org/c\n",
         {"org/a", "org/lora", "org/b", "org/c"}),
        ("slices:\n- sources:\n  - {model: org/a, layer_range: [0, 24]}\n- sources:\n"
         "  - {model: org/a, layer_range: [8, 32]}\nmerge_method: passthrough\n", {"org/a"}),
        ("modules:\n  text_decoder:\n    slices:\n    - sources:\n      - model:\n"
         "          model: {path: org/a, revision: v1}\n          lora: {path: org/lora}\n"
         "merge_method: slerp\nbase_model: {model: {path: org/a}}\n", {"org/a", "org/lora"}),
        ("base_model: org/a\ngate_mode: hidden\nexperts:\n- source_model: org/b\n- source_model: org/c\n"
         "shared_experts:\n- source_model: org/d\n", {"org/a", "org/b", "org/c", "org/d"}),
        ("models:\n- model: /cache/hub/models--org--a/snapshots/0123abc\n"
         "merge_method: linear\n", {"org/a"}),
    ],
)  # fmt: skip
def test_every_model_of_a_recipe_is_a_parent(recipe: str, expected: set[str]) -> None:
    assert parents(recipe) == expected
    assert parents(recipe, "acme-labs--Tiny/mergekit_moe_config.yml") == expected


SEVERAL = """name: first
merge_method: linear
models:
- {model: org/a, parameters: {weight: 0.7}}
- model: org/b
dtype: float32
---
merge_method: dare_ties
base_model: org/a
models:
- {model: second, parameters: {weight: 0.5}}
- {model: org/d@8f2b1c0, parameters: {weight: 0.4}}
dtype: bfloat16
---
name: second
merge_method: slerp
base_model: first
models:
- model: first+org/lora
- model: org/c
"""


def test_a_recipe_of_several_merges_has_the_models_of_all_that_the_final_one_uses() -> None:
    expected = {"org/a", "org/b", "org/c", "org/d", "org/lora"}
    assert parents(SEVERAL) == expected
    result = claims(SEVERAL, "acme-labs--Tiny/mergekit_config.yml")
    entity = {c.subject: c.value for c in result if c.predicate == PROV.entity}
    methods = {
        (str(entity[c.subject]).removeprefix(iris.model("")), str(c.value))
        for c in result
        if c.predicate == PG.mergeMethod
    }
    assert {("org/d", "dare_ties"), ("org/c", "slerp"), ("org/b", "linear")} <= methods
    weights = {
        str(entity[c.subject]): str(c.value) for c in result if c.predicate == PG.mergeWeight
    }
    assert weights == {iris.model("org/d"): "0.4"}  # a share of a share is no share of the result
    others = {str(c.value) for c in result if c.predicate == PG.otherStatement}
    assert "first: models.parameters.weight: org/a: 0.7" in others
    assert "models.parameters.weight: second: 0.5" in others
    precision = {str(c.value) for c in result if c.predicate == PG.weightPrecision}
    assert len(precision) == 1, "that of the final merge"


@pytest.mark.parametrize("empty", ["---\n", "---\n# nothing\n", "---\n---\n"])
def test_an_empty_document_of_a_recipe_says_nothing(empty: str) -> None:
    assert parents(f"models:\n- model: org/a\nmerge_method: linear\n{empty}") == {"org/a"}


@pytest.mark.parametrize(
    ("recipe", "why"),
    [
        ("name: x\nmerge_method: linear\nmodels: [{model: org/a}]\n---\nname: y\n"
         "merge_method: linear\nmodels: [{model: org/b}]\n", "2 of the 2 merges are used by no other"),
        ("merge_method: linear\nmodels: [{model: org/a}]\n---\nmerge_method: linear\n"
         "models: [{model: org/b}]\n", "two merges of one name"),
        ("name: x\nmerge_method: linear\nmodels: [{model: y}]\n---\nname: y\n"
         "merge_method: linear\nmodels: [{model: x}]\n", "0 of the 2 merges"),
    ],
)  # fmt: skip
def test_no_parent_comes_from_merges_of_which_none_is_the_result(recipe: str, why: str) -> None:
    it = document(recipe, "acme-labs--Tiny/mergekit_config.yml")
    result = list(huggingface.READER.read(it))
    assert not [c for c in result if isinstance(c, Claim) and c.predicate == PG.mergedFrom]
    assert [p for p in result if isinstance(p, Problem) and why in p.what]


def test_a_merge_that_the_final_one_does_not_use_is_a_problem() -> None:
    unused = f"{SEVERAL}---\nname: third\nmerge_method: linear\nmodels: [{{model: org/z}}]\n"
    it = document(unused, "acme-labs--Tiny/mergekit_config.yml")
    result = list(huggingface.READER.read(it))
    assert [p.where for p in result if isinstance(p, Problem) and "'third'" in p.what] == ["/3"]
    assert "org/z" not in parents(unused)


def test_a_recipe_of_several_merges_beside_or_in_a_card_is_read_alike() -> None:
    card = "---\nlicense: mit\n---\n# Tiny\n"
    for text, files in (
        (card, {"mergekit_config.yml": SEVERAL.encode()}),
        (f"{card}\n```yaml\n{SEVERAL}```\n", {}),
    ):
        it = Document(
            url="https://huggingface.co/acme-labs/Tiny",
            data=text.encode(),
            retrieved="2026-07-01",
            name="acme-labs--Tiny/README.md",
            files=files,
        )
        found = {
            str(c.value).removeprefix(iris.model(""))
            for c in huggingface.READER.read(it)
            if isinstance(c, Claim) and c.predicate == PG.mergedFrom
        }
        assert found == {"org/a", "org/b", "org/c", "org/d", "org/lora"}


def test_other_yaml_of_several_documents_is_refused_with_what_would_work() -> None:
    it = document("a: 1\n---\nb: 2\n", "some.yml")
    reading = intake.read(it, readers(), intake.Options())
    assert isinstance(reading.failure, UnknownFormat)
    assert "2 YAML documents" in str(reading.failure)
    assert "a file of its own" in str(reading.failure)


def test_a_revision_of_a_recipe_is_kept_where_it_can_be_asked() -> None:
    result = claims(
        "models:\n- model: org/b@8f2b1c0\nmerge_method: ties\n", "acme-labs--Tiny/m.yml"
    )
    (version,) = [c.value for c in result if c.predicate == PG.derivedFromVersion]
    stated = {c.predicate: c.value for c in result if c.subject == version}
    assert stated[PROV.specializationOf] == iris.model("org/b")
    assert str(stated[SCHEMA.version]) == "8f2b1c0"
    assert not [c for c in result if "@" in str(c.value) or "@" in c.subject]


def test_an_adapter_s_revision_is_its_base_s() -> None:
    raw = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": 8,
        "lora_alpha": 16,
        "target_modules": ["q_proj", "v_proj"],
        "base_model_name_or_path": "org/base",
        "revision": COMMIT,
    }
    result = claims(json.dumps(raw), "acme-labs--Tiny_adapter_config.json")
    subject = iris.model("acme-labs/Tiny")
    own = {(c.predicate, str(c.value)) for c in result if c.subject == subject}
    assert own >= {
        (PG.adapterOf, iris.model("org/base")),
        (PG.adapterRank, "8"),
        (PG.adapterAlpha, "16"),
        (PG.adapterTarget, "q_proj"),
        (PG.adapterTarget, "v_proj"),
    }
    (version,) = [c.value for c in result if c.predicate == PG.derivedFromVersion]
    stated = {c.predicate: str(c.value) for c in result if c.subject == version}
    assert stated == {
        RDF.type: PG.ModelVersion,
        PROV.specializationOf: iris.model("org/base"),
        SCHEMA.version: COMMIT,
    }


def test_a_cached_path_as_a_base_is_the_repository_at_its_commit() -> None:
    path = f"/home/me/.cache/huggingface/hub/models--org--base/snapshots/{COMMIT}"
    raw = {"peft_type": "LORA", "base_model_name_or_path": path}
    result = claims(json.dumps(raw), "acme-labs--Tiny_adapter_config.json")
    edges = {c.value for c in result if c.predicate in terms.DERIVATIONS}
    assert edges == {iris.model("org/base")}
    versions = {str(c.value) for c in result if c.predicate == SCHEMA.version}
    assert versions == {COMMIT}


def records(path: Path) -> list[Record]:
    results = []
    for it in discover([str(path)], retrieved="2026-01-31"):
        assert isinstance(it, Document), it
        results += [r for r in records_of(huggingface.READER, it) if isinstance(r, Record)]
    return results


def test_folders_of_the_cache_are_their_repositories(tmp_path: Path) -> None:
    for folder, files in {
        "models--acme--cached/snapshots/abc123": {
            "README.md": "---\nlicense: mit\nbase_model: gpt2\n---\n",
            "config.json": '{"model_type": "gpt2", "n_layer": 12}',
        },
        "datasets--acme--data/snapshots/def": {"README.md": "---\nlicense: cc0-1.0\n---\n"},
        "datasets--acme--tickets-2025": {"README.md": "---\nlicense: mit\n---\n"},
    }.items():
        (tmp_path / folder).mkdir(parents=True)
        for name, text in files.items():
            (tmp_path / folder / name).write_text(text)
    stated = {(c.subject, c.predicate, str(c.value)) for r in records(tmp_path) for c in r.claims}
    data, model = iris.dataset("acme/data"), iris.model("acme/cached")
    assert (data, RDF.type, PG.Dataset) in stated
    assert (data, SCHEMA.version, "def") in stated
    assert (data, DCTERMS.license, "http://spdx.org/licenses/CC0-1.0") in stated
    assert (iris.dataset("acme/tickets-2025"), RDF.type, PG.Dataset) in stated
    assert (model, PG.fineTunedFrom, iris.model("openai-community/gpt2")) in stated
    versions = {s for s, p, v in stated if p == PROV.specializationOf and v == model}
    assert {(v, SCHEMA.version, "abc123") in stated for v in versions} == {True}
    assert {s for s, p, v in stated if p == RDF.type and v == PG.Model} == {model}


def test_a_folder_that_was_named_owns_the_repositories_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "acme" / "internal-llama"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("---\nlicense: mit\n---\n# It\n")
    monkeypatch.chdir(tmp_path)
    (record,) = records(Path("acme"))
    assert (record.header.publisher, record.header.title) == (
        iris.organization("acme"),
        "acme/internal-llama",
    )
    assert (iris.model("acme/internal-llama"), RDF.type) in {
        (c.subject, c.predicate) for c in record.claims
    }


def test_cards_of_equal_names_under_two_owners_are_two_models(tmp_path: Path) -> None:
    for owner in ("org-c", "org-d"):
        (tmp_path / owner / "chat").mkdir(parents=True)
        (tmp_path / owner / "chat" / "README.md").write_text("---\nlicense: mit\n---\n")
    models = {c.subject for r in records(tmp_path) for c in r.claims if c.value == PG.Model}
    assert models == {iris.model("org-c/chat"), iris.model("org-d/chat")}


def test_a_space_s_card_claims_nothing_of_a_model() -> None:
    it = document("---\nlicense: mit\nsdk: gradio\n---\n", "spaces--acme--demo/README.md")
    results = list(huggingface.READER.read(it))
    assert [type(item) for item in results] == [Problem]


LINES = [
    {"id": "acme/one", "likes": 1, "tags": ["license:mit"]},
    {"id": "acme/two", "likes": 1, "tags": ["license:apache-2.0"]},
]


@pytest.mark.parametrize("form", ["lines", "list"])
def test_a_list_of_answers_is_a_record_a_model(form: str) -> None:
    text = (
        "\n".join(map(json.dumps, LINES)) + "\nnot json\n" if form == "lines" else json.dumps(LINES)
    )
    name = "models.jsonl" if form == "lines" else "models.json"
    reading = intake.read(document(text, name), readers(), intake.Options())
    assert reading.failure is None
    assert [r.header.publisher for r in reading.records] == [iris.organization("acme")] * 2
    assert [
        str(r.header.record).split("/record/")[1].rpartition("/")[0] for r in reading.records
    ] == ["huggingface/acme/one/api", "huggingface/acme/two/api"]
    assert len({r.header.digest for r in reading.records}) == 2
    wanted = ["L3"] if form == "lines" else []
    assert [p.where for p in reading.problems if p.kind == "syntax"] == wanted


@pytest.mark.parametrize(
    ("format", "text", "name"),
    [
        ("epoch", "model_id,created_at,tags,likes\nacme/toy,2024-01-01,license:mit,3\n", "t.csv"),
        ("osaimap", "Model,Domain,Notes\nX,Language,y\n", "t.csv"),
        ("huggingface", '{"bomFormat": "CycloneDX"}', "bom.json"),
        ("mot", "a: 1\n", "x.yml"),
        ("modelsdev", 'name = "x"\n', "x.toml"),
        ("mlflow", "---\nlicense: mit\nbase_model: acme/base\n---\n", "README.md"),
        ("apx", "---\nlicense: mit\n---\n# Toy\n", "README.md"),
        ("modelpack", "FROM llama3.2:1b\nPARAMETER num_ctx 8192\n", "Modelfile"),
    ],
)
def test_the_wrong_format_is_refused(format: str, text: str, name: str) -> None:
    reading = intake.read(document(text, name), readers(), intake.Options(format=format))
    assert isinstance(reading.failure, UnknownFormat)
    assert f"no {format} document" in str(reading.failure)
    assert not reading.records


def test_prose_that_shows_no_format_is_read_as_the_one_that_is_named() -> None:
    page = "# Toy 7B\n\nParameters\n7B\n"
    reading = intake.read(document(page, "README.md"), readers(), intake.Options(format="apx"))
    assert reading.failure is None


def test_a_recipe_of_a_merge_names_parents_weights_and_method():
    recipe = b"""
merge_method: ties
base_model: acme-labs/Base
models:
  - model: acme-labs/A
    parameters: {weight: 0.5, density: 0.3}
  - model: {model: {path: acme-labs/B}}
slices:
  - sources: [{model: acme-labs/A+acme-labs/lora}, {model: /tmp/x}, {layer_range: [0, 1]}, 7]
"""
    files = {"mergekit_config.yml": recipe, "config.json": b"{"}
    it = Document(
        Iri("https://huggingface.co/acme-labs/Tiny"),
        b"---\nlicense: mit\n---\n",
        "2026-11-20",
        "README.md",
        files,
    )
    results = list(huggingface.READER.read(it))
    parents = [c.value for c in results if isinstance(c, Claim) and c.predicate == PG.mergedFrom]
    assert parents[:2] == [iris.model("acme-labs/A"), iris.model("acme-labs/B")]
    assert parents[-1] == iris.model("acme-labs/Base")
    stated = {c.predicate: str(c.value) for c in results if isinstance(c, Claim)}
    assert (stated[PG.mergeMethod], stated[PG.mergeWeight]) == ("ties", "0.5")
    assert sorted(p.kind for p in results if isinstance(p, Problem)) == ["lineage"] * 3 + ["syntax"]


def test_each_weight_of_a_model_that_is_merged_twice_is_kept() -> None:
    result = claims(
        "models:\n- model: org/a\n  lora: org/fr\n  parameters: {weight: 0.6}\n"
        "- model: org/a\n  lora: org/de\n  parameters: {weight: 0.4}\n"
        "- model: org/b\n  parameters: {weight: [0, 0.3, 1]}\nmerge_method: linear\n",
        "acme-labs--Tiny/mergekit_config.yml",
    )
    nodes = {
        c.subject for c in result if (c.predicate, c.value) == (PROV.entity, iris.model("org/a"))
    }
    weights = {c.subject: str(c.value) for c in result if c.predicate == PG.mergeWeight}
    assert weights.keys() == nodes
    assert sorted(weights.values()) == ["0.4", "0.6"]
    assert "models.parameters.weight: org/b: 0, 0.3, 1" in {
        str(c.value) for c in result if c.predicate == PG.otherStatement
    }


def test_a_branch_that_moves_on_is_no_revision_of_a_merged_model() -> None:
    recipe = "merge_method: ties\nmodels: [{model: 'a/b@main'}, {model: 'c/d@v2'}]\n"
    fixed = {
        claim.value
        for claim in claims(recipe, "acme-labs--Tiny/mergekit_config.yml")
        if claim.predicate == PG.derivedFromVersion
    }
    assert [str(each).rpartition("/")[2] for each in fixed] == ["v2"]
