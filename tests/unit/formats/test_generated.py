"""Parents and data that stand in a card's machine-written sentences alone."""

from __future__ import annotations

import pytest
from reading import document

from provenance_graph.core import iris, terms
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV
from provenance_graph.formats.huggingface import reader as huggingface

LINEAGE = (*terms.DERIVATIONS, PROV.wasDerivedFrom)


def read(body: str, front: str = "license: mit") -> list[Claim | Problem]:
    return list(
        huggingface.READER.read(document(f"---\n{front}\n---\n\n{body}\n", "acme-labs--Tiny.md"))
    )


def parents(body: str, front: str = "license: mit") -> list[tuple[Iri, object]]:
    return [
        (c.predicate, c.value)
        for c in read(body, front)
        if isinstance(c, Claim) and c.predicate in LINEAGE
    ]


LINK = "[org/base-7b](https://huggingface.co/org/base-7b)"


@pytest.mark.parametrize(
    ("sentence", "relation"),
    [
        (f"This model is a fine-tuned version of {LINK} on an unknown dataset.", PG.fineTunedFrom),
        (f"This model is a fine-tuned version of {LINK}.", PG.fineTunedFrom),
        ("- **Finetuned from model :** org/base-7b", PG.fineTunedFrom),
        (f"- **Finetuned from model [optional]:** {LINK}", PG.fineTunedFrom),
        (
            "This model was converted to GGUF format from [`org/base-7b`](https://huggingface.co/org/base-7b)"
            " using llama.cpp via the ggml.ai's space.",
            PG.quantizedFrom,
        ),
        (
            f"The Model [x/y](https://huggingface.co/x/y) was converted to MLX format from {LINK} using"
            " mlx-lm version **0.20.1**.",
            PG.convertedFrom,
        ),
        ("This model was converted to MLX format from [`org/base-7b`]().", PG.convertedFrom),
        (f"Original model: {LINK}", PROV.wasDerivedFrom),
        ("Original model: https://huggingface.co/org/base-7b", PROV.wasDerivedFrom),
        (f"- **Original model:** {LINK} (MIT)", PROV.wasDerivedFrom),
        (f"> This model is a fine-tuned version of {LINK}.", PG.fineTunedFrom),
        (
            f"This is a [sentence-transformers](https://www.SBERT.net) model finetuned from {LINK}."
            " It maps sentences to vectors.",
            PG.fineTunedFrom,
        ),
        (
            "This is a [SetFit](https://github.com/huggingface/setfit) model that can be used for Text"
            f" Classification. This SetFit model uses {LINK} as the Sentence Transformer embedding model.",
            PG.fineTunedFrom,
        ),
        (
            "These are LoRA adaption weights for org/base-7b. The weights were fine-tuned.",
            PG.adapterOf,
        ),
        (
            "This pipeline was finetuned from **org/base-7b** on the **x/y** dataset.",
            PG.fineTunedFrom,
        ),
    ],
)
def test_a_tool_s_sentence_names_the_parent(sentence: str, relation: Iri) -> None:
    assert parents(sentence) == [(relation, iris.model("org/base-7b"))]


@pytest.mark.parametrize(
    "body",
    [
        "This model is a fine-tuned version of [](https://huggingface.co/) on the None dataset.",
        "This model is a fine-tuned version of [None](https://huggingface.co/None).",
        "Unlike others, this is not a fine-tuned version of [org/base](https://huggingface.co/org/base).",
        "See [org/base](https://huggingface.co/org/base) for the original model.",
        "Original model: [Suno AI](https://github.com/suno-ai/bark)",
        "- **Finetuned from model [optional]:** [More Information Needed]",
        "This model is a fine-tuned version of [acme-labs/Tiny](https://huggingface.co/acme-labs/Tiny).",
    ],
)
def test_what_is_no_template_or_names_nobody_is_no_parent(body: str) -> None:
    assert parents(body) == []


def test_what_the_metadata_says_is_not_repeated_and_another_parent_is_kept() -> None:
    front = "license: mit\nbase_model: org/base-7b"
    sentence = f"This model is a fine-tuned version of {LINK}."
    assert parents(sentence, front) == [(PG.fineTunedFrom, iris.model("org/base-7b"))]
    other = sentence.replace("base-7b", "other-7b")
    assert [value for _, value in parents(other, front)] == [
        iris.model("org/base-7b"),
        iris.model("org/other-7b"),
    ]


def test_an_old_name_is_the_repository_it_moved_to() -> None:
    body = "This model is a fine-tuned version of [gpt2](https://huggingface.co/gpt2) on the imdb dataset."
    assert parents(body) == [(PG.fineTunedFrom, iris.model("openai-community/gpt2"))]


def test_mergekit_lists_its_models() -> None:
    body = (
        "This model was merged using the [TIES](https://arxiv.org/abs/2306.01708) merge method using"
        " [org/base](https://huggingface.co/org/base) as a base.\n\n### Models Merged\n\n"
        "The following models were included in the merge:\n"
        "* [org/one](https://huggingface.co/org/one)\n* org/two + org/lora\n* ./local\n\nNot a part.\n"
        "* [org/never](https://huggingface.co/org/never)\n"
    )
    results = [value for _, value in parents(body)]
    assert results[:2] == [iris.model("org/base"), iris.model("org/one")]
    assert iris.model("org/never") not in results


@pytest.mark.parametrize(
    ("stated", "data"),
    [
        ("the [org/data](https://huggingface.co/datasets/org/data) dataset", ["org/data"]),
        ("the imdb dataset", ["imdb"]),
        ("the generator dataset", []),
        ("an unknown dataset", []),
        ("the None dataset", []),
        ("the json dataset", []),
    ],
)
def test_the_data_of_the_sentence_are_training_data(stated: str, data: list[str]) -> None:
    body = f"This model is a fine-tuned version of {LINK} on {stated}."
    results = [c.value for c in read(body) if isinstance(c, Claim) and c.predicate == PG.trainedOn]
    assert results == [iris.dataset(name) for name in data]


def test_several_datasets_of_one_sentence_are_told_apart() -> None:
    body = (
        f"This model is a fine-tuned version of {LINK} on the "
        "[a/one](https://huggingface.co/datasets/a/one), the two and the b/three datasets."
    )
    data = [c.value for c in read(body) if isinstance(c, Claim) and c.predicate == PG.trainedOn]
    assert data == [iris.dataset("a/one"), iris.dataset("two"), iris.dataset("b/three")]


@pytest.mark.parametrize("front", ["license: mit", "base_model: org/base-7b"])
@pytest.mark.parametrize("head", ["Base model", "Sentence Transformer body"])
def test_the_commit_of_a_base_is_kept(head: str, front: str) -> None:
    commit = "8b3219a92973c328a8e22fadcfa821b5dc75636a"
    body = f"### Model Description\n- **{head}:** {LINK} <!-- at revision {commit} -->"
    claims = [c for c in read(body, front) if isinstance(c, Claim)]
    assert parents(body, front) == [(PG.fineTunedFrom, iris.model("org/base-7b"))]
    (node,) = [c.value for c in claims if c.predicate == PROV.qualifiedDerivation]
    (version,) = [c.value for c in claims if c.predicate == PG.derivedFromVersion]
    assert (node, PROV.entity, iris.model("org/base-7b")) in [
        (c.subject, c.predicate, c.value) for c in claims
    ]
    assert [str(c.value) for c in claims if c.subject == version and str(c.value) == commit]


def test_a_relation_without_a_base_is_a_problem_and_stays() -> None:
    results = read("Text.", "base_model_relation: finetune")
    (problem,) = [r for r in results if isinstance(r, Problem) and "base_model_relation" in r.where]
    assert problem.what == "a relation to a base model, and no base model"
    assert "base_model_relation: finetune" in [
        str(c.value) for c in results if isinstance(c, Claim)
    ]


RECIPE = """models:
  - model: org/base-7b
  - model: org/tuned-7b@a1b2c3d
    parameters:
      weight: 0.4
merge_method: dare_ties
base_model: org/base-7b
dtype: bfloat16"""


@pytest.mark.parametrize("fence", ["```yaml\n{}\n```", "~~~~\n{}\n~~~~", "   ```YML\n{}\n   ```"])
def test_the_recipe_that_mergekit_writes_into_a_card_gives_the_parents(fence: str) -> None:
    results = read(f"The following YAML configuration was used:\n\n{fence.format(RECIPE)}\n\nText.")
    stated = {c.predicate: c for c in results if isinstance(c, Claim)}
    named = {c.value for c in results if isinstance(c, Claim) and c.predicate == PG.mergedFrom}
    assert named == {iris.model("org/base-7b"), iris.model("org/tuned-7b")}
    assert stated[PG.weightPrecision].value == PG.BFloat16
    assert str(stated[PG.mergeWeight].value) == "0.4"
    assert stated[PG.mergedFrom].basis is None  # the card's: no file of the repository


@pytest.mark.parametrize(
    "code",
    [
        f"```python\n{RECIPE}\n```",  # of another language
        "```yaml\nexperts: [org/a]\n```",  # no recipe
        "```yaml\nmodels:\n- model: org/a\n```",  # without a method
        f"```yaml\n{RECIPE}",  # never closed
        RECIPE,  # no code
    ],
)
def test_other_code_names_no_parents(code: str) -> None:
    assert parents(code) == []


def test_a_broken_recipe_is_told_with_its_line() -> None:
    (problem,) = [p for p in read("```yaml\nmerge_method: [ties\n```") if isinstance(p, Problem)]
    assert problem.kind == "syntax"
    assert problem.where.startswith("L6")


def test_of_very_many_recipes_the_first_are_read_and_the_rest_is_told() -> None:
    body = "\n".join(
        f"```yaml\nmerge_method: linear\nmodels: [{{model: org/m{n}}}]\n```" for n in range(400)
    )
    results = read(body)
    assert len({c.value for c in results if getattr(c, "predicate", "") == PG.mergedFrom}) == 20
    assert any(isinstance(p, Problem) and "400 recipes" in p.what for p in results)


def test_the_card_s_recipe_is_not_read_beside_the_file() -> None:
    card = f"---\nlicense: mit\n---\n\n```yaml\n{RECIPE}\n```\n"
    files = {"README.md": card.encode(), "mergekit_config.yml": RECIPE.encode()}
    folder = huggingface.folder(Iri("https://example.org/acme"), files, "2026-01-01", "acme/x")
    stated = [c for c in huggingface.READER.read(folder) if isinstance(c, Claim)]
    weights = [c for c in stated if c.predicate == PG.mergeWeight]
    assert [c.basis for c in weights] == [Basis.ARTIFACT]
