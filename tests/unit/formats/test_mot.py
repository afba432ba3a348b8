"""The Model Openness Tool."""

from __future__ import annotations

import pytest
from reading import document, read, recorded, values_of
from shared import SHARED, needs_shared

from provenance_graph.core import iris
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, PG, PROV, SCHEMA
from provenance_graph.formats.catalogues import mot

HEAD = "framework: {name: Model Openness Framework, version: '1.0'}\nrelease:\n  name: X-1B\n"
MODEL = iris.entity("mot", "model", "x-1b")


@pytest.mark.parametrize(
    ("origin", "parent"),
    [
        ("X-1B-Base", iris.entity("mot", "model", "x-1b-base")),
        ("https://huggingface.co/o/base", iris.model("o/base")),
        ("o/base-1b", iris.model("o/base-1b")),
    ],
)
def test_an_origin_that_names_weights_is_a_parent(origin: str, parent: str) -> None:
    claims, problems = read(mot.READER, HEAD + f"  origin: '{origin}'\n", "x.yml")
    assert values_of(claims, MODEL, PROV.wasDerivedFrom) == [parent]
    assert problems == []


@pytest.mark.parametrize(
    "origin",
    [
        "GPT-3, some differences",
        "Gemma",
        "Mistral",
        "BERT",
        "X",
        "X-1B",
        "Older-7B-Base",
        "LLaMA 2",
    ],
)
def test_heritage_family_itself_and_another_size_are_no_parents(origin: str) -> None:
    claims, _ = read(mot.READER, HEAD + f"  origin: '{origin}'\n", "x.yml")
    assert not [c for c in claims if c.predicate in (*DERIVATIONS, PROV.wasDerivedFrom)]
    assert values_of(claims, MODEL, PG.statedOrigin) == [origin]


@pytest.mark.parametrize(
    ("name", "version", "nominal"),
    [
        ("Mixtral-8x7B-Instruct", "7B", ["7000000000"]),
        ("Qwen1.5-7B", "14B", ["14000000000"]),
        ("Qwen2.5-7B", "7B", ["7000000000"]),
        ("Mixtral", "8x7B", []),
    ],
)
def test_a_size_typed_as_a_version_is_a_nominal_size_and_no_count(
    name: str, version: str, nominal: list[str]
) -> None:
    head = HEAD.replace("X-1B", name) + f"  version: '{version}'\n"
    claims, _ = read(mot.READER, head, "x.yml")
    assert not [claim for claim in claims if claim.predicate == PG.parameterCount]
    results = [c for c in claims if c.predicate == PG.nominalParameterCount]
    assert [str(claim.value) for claim in results] == nominal
    versions = [str(c.value) for c in claims if c.predicate == SCHEMA.version]
    assert versions == ([] if nominal else [version])


def test_a_licence_in_the_place_of_the_origin_is_a_problem() -> None:
    claims, problems = read(mot.READER, HEAD + "  origin: Apache-2.0\n", "x.yml")
    assert values_of(claims, MODEL, PG.fineTunedFrom) == []
    assert [problem.where for problem in problems] == ["/release/origin"]


def test_the_day_of_an_entry_is_no_release_day() -> None:
    claims, _ = read(mot.READER, HEAD + "  date: '2024-11-15'\n", "x.yml")
    assert not [claim for claim in claims if claim.predicate == DCTERMS.issued]
    [date] = [claim for claim in claims if claim.predicate == PG.entryDate]
    assert str(date.value) == "2024-11-15"


def test_the_weights_own_licence_goes_before_the_release_wide_one() -> None:
    text = HEAD + (
        "  license: {distribution: {name: MIT, path: ''}}\n"
        "  components:\n    - {name: Model parameters (Final), license: Apache-2.0}\n"
    )
    claims, _ = read(mot.READER, text, "x.yml")
    assert values_of(claims, MODEL, DCTERMS.license) == ["http://spdx.org/licenses/Apache-2.0"]


@pytest.mark.parametrize(
    ("size", "licences"), [("Undisclosed", []), ("7B", ["http://spdx.org/licenses/MIT"])]
)
def test_a_service_without_weights_has_no_licence_of_weights(
    size: str, licences: list[str]
) -> None:
    text = HEAD + (
        f"  version: {size}\n  architecture: undisclosed\n"
        "  components:\n    - {name: Model parameters (Final), license: MIT}\n"
    )
    claims, _ = read(mot.READER, text, "x.yml")
    assert values_of(claims, MODEL, DCTERMS.license) == licences


def test_all_seventeen_components_are_included_or_not() -> None:
    text = HEAD + "  components:\n    - {name: Datasets, license: Component not include.}\n"
    claims, _ = read(mot.READER, text, "x.yml")
    verdicts = [str(claim.value) for claim in claims if claim.predicate == PG.verdict]
    assert verdicts == ["not included"] * 17


@needs_shared
def test_every_file_of_the_tool_is_recognised_and_read() -> None:
    assert SHARED is not None
    files = sorted((SHARED / "sources" / "mot" / "models").iterdir())
    for path in files:
        assert mot.READER.recognises(document(path.read_bytes(), path.name).features), path.name
        [record], _ = recorded(mot.READER, path)
        assert sum(claim.predicate == PG.criterion for claim in record.claims) == 17
    assert len(files) == 156


def test_an_origin_of_another_line_is_heritage() -> None:
    """``ChatGLM3-6B-Base`` is where ChatGLM2 is said to come from: not its weights."""
    claims, _ = read(mot.READER, HEAD + "  origin: 'Older-1B-Base'\n", "x.yml")
    assert values_of(claims, MODEL, PROV.wasDerivedFrom) == []
    assert [str(v) for v in values_of(claims, MODEL, PG.statedOrigin)] == ["Older-1B-Base"]


@pytest.mark.parametrize(
    ("producer", "makers"),
    [
        ("Multilateral, lead by BAAI", {"lead-by-baai"}),
        ("Telecom", set()),
        ("Heron Institute, Tern Labs", {"heron-institute", "tern-labs"}),
    ],
)
def test_a_word_for_a_kind_of_producer_is_no_maker(producer: str, makers: set[str]) -> None:
    claims, _ = read(mot.READER, HEAD + f"  producer: '{producer}'\n", "x.yml")
    made = {str(one) for one in values_of(claims, MODEL, DCTERMS.creator)} - {"PartlyStated"}
    assert {one.rpartition("/")[2] for one in made} == makers
