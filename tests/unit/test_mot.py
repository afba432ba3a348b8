"""The Model Openness Tool."""

from __future__ import annotations

import pytest
from readers_b import document, read, recorded, values_of
from shared import SHARED, needs_shared

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.formats.catalogues import mot

HEAD = "framework: {name: Model Openness Framework, version: '1.0'}\nrelease:\n  name: X-1B\n"
MODEL = iris.entity("mot", "model", "x-1b")


@pytest.mark.parametrize(
    ("origin", "parent"),
    [
        ("Older-7B-Base", iris.entity("mot", "model", "older-7b-base")),
        ("GPT-3, some differences", iris.entity("mot", "unresolved", "gpt-3-some-differences")),
        ("Gemma", iris.entity("mot", "unresolved", "gemma")),
        ("https://huggingface.co/o/base", iris.model("o/base")),
    ],
)
def test_an_origin_is_a_model_or_stays_an_unresolved_text(origin: str, parent: str) -> None:
    claims, problems = read(mot.READER, HEAD + f"  origin: '{origin}'\n", "x.yml")
    assert values_of(claims, MODEL, PG.fineTunedFrom) == [parent]
    assert problems == []


def test_a_licence_in_the_place_of_the_origin_is_a_problem() -> None:
    claims, problems = read(mot.READER, HEAD + "  origin: Apache-2.0\n", "x.yml")
    assert values_of(claims, MODEL, PG.fineTunedFrom) == []
    assert [problem.where for problem in problems] == ["/release/origin"]


def test_a_date_may_be_that_of_the_entry_and_so_is_an_inference() -> None:
    claims, _ = read(mot.READER, HEAD + "  date: '2024-11-15'\n", "x.yml")
    [date] = [claim for claim in claims if claim.predicate == DCTERMS.issued]
    assert (str(date.value), date.basis) == ("2024-11-15", Basis.INFERENCE)


def test_the_weights_own_licence_goes_before_the_release_wide_one() -> None:
    text = HEAD + (
        "  license: {distribution: {name: MIT, path: ''}}\n"
        "  components:\n    - {name: Model parameters (Final), license: Apache-2.0}\n"
    )
    claims, _ = read(mot.READER, text, "x.yml")
    assert values_of(claims, MODEL, DCTERMS.license) == ["http://spdx.org/licenses/Apache-2.0"]


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
        assert mot.READER.recognises(document(path.read_bytes(), path.name).hints), path.name
        [record], _ = recorded(mot.READER, path)
        assert sum(claim.predicate == PG.criterion for claim in record.claims) == 17
    assert len(files) == 156
