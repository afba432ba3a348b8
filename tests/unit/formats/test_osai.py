"""The European Open Source AI Index."""

from __future__ import annotations

import pytest
from reading import document, read, recorded, values_of
from shared import SHARED, needs_shared

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Problem, Stance
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.formats.catalogues import osai

HEAD = "system:\n  name: X\n  endmodelname: X-1B\n"
END = iris.entity("osai", "model", "x-1b")


def test_the_base_and_the_end_model_are_different_models() -> None:
    claims, _ = read(osai.READER, HEAD + "  basemodelname: X-Base\n", "x.yaml")
    base = iris.entity("osai", "model", "x-base")
    assert values_of(claims, END, PG.fineTunedFrom) == [base]


def test_one_name_for_both_is_one_model() -> None:
    claims, _ = read(osai.READER, HEAD + "  basemodelname: X-1B\n", "x.yaml")
    assert values_of(claims, END, PG.fineTunedFrom) == []


def test_a_repository_called_otherwise_does_not_become_the_models() -> None:
    text = HEAD + "weights_endmodel:\n  class: open\n  link: https://huggingface.co/o/X-2B\n"
    claims, problems = read(osai.READER, text, "x.yaml")
    assert values_of(claims, END, PG.hubRepository) == []
    assert [problem.where for problem in problems] == ["/weights_endmodel/link"]


@pytest.mark.parametrize(
    ("repository", "read_as_weights"),
    [("lab/Orchid-Base-delta", True), ("lab/OrchidBase", True), ("lab/Tulip-7B", False)],
)
def test_a_link_to_another_model_is_no_place_of_weights(repository, read_as_weights) -> None:
    head = "system:\n  name: Y\n  endmodelname: Tulip-7B\n  basemodelname: Orchid-Base-7B\n"
    link = f"weights_basemodel:\n  class: open\n  link: https://huggingface.co/{repository}\n"
    claims, problems = read(osai.READER, head + link, "y.yaml")
    base = iris.entity("osai", "model", "orchid-base-7b")
    assert bool(values_of(claims, base, PG.weightsLocation)) is read_as_weights
    assert [problem.where for problem in problems] == ["/weights_basemodel/link"]


def test_a_repository_called_alike_names_the_model() -> None:
    text = HEAD + "weights_endmodel:\n  class: open\n  link: https://huggingface.co/o/x_1b-hf\n"
    claims, _ = read(osai.READER, text, "x.yaml")
    assert iris.model("o/x_1b-hf") in {claim.subject for claim in claims}


def test_the_release_month_of_the_index_is_an_inference() -> None:
    claims, _ = read(osai.READER, HEAD + "  releasedate: 2023-09\n", "x.yaml")
    [issued] = [claim for claim in claims if claim.predicate == DCTERMS.issued]
    assert (issued.basis, issued.as_stated) == (Basis.INFERENCE, "2023-09")
    assert issued.locator == "/system/releasedate"


@pytest.mark.parametrize(
    ("stated", "value", "stance", "basis"),
    [
        (
            "~3.3e+24 FLOP +- 0.5 OoM (param count & dataset size)",
            3.3e24,
            Stance.STATED,
            Basis.INFERENCE,
        ),
        ("6.74e+24 FLOP (from preprint)", 6.74e24, Stance.STATED, None),
        (
            ">= 1.18e+22 FLOP (lower bound from 2x Chinchilla)",
            1.18e22,
            Stance.PARTLY_STATED,
            Basis.ESTIMATE,
        ),
        ("~3e+20 FLOP to ~1e+21 FLOP (hardware estimation)", None, Stance.PARTLY_STATED, None),
        ("unknown (~1e23?)", None, Stance.NOT_STATED, None),
        ("-", None, Stance.NOT_STATED, None),
    ],
)
def test_training_compute_is_read_from_the_comments(
    stated: str, value: float | None, stance: Stance, basis: Basis | None
) -> None:
    [claim] = osai.compute(f"---\n# - End model training compute: {stated}\n", END, None)
    assert not isinstance(claim, Problem)
    assert (claim.value and float(str(claim.value))) == value
    assert (claim.stance, claim.basis, claim.as_stated) == (stance, basis, stated)
    assert claim.locator == "L2"


def test_notes_do_not_pass() -> None:
    text = HEAD + "paper:\n  class: open\n  link:\n  notes: A sentence of the index.\n"
    claims, _ = read(osai.READER, text, "x.yaml")
    assert not any("sentence" in f"{claim.value} {claim.as_stated}" for claim in claims)


@needs_shared
def test_every_file_of_the_index_is_recognised_and_read() -> None:
    assert SHARED is not None
    files = sorted((SHARED / "sources" / "osai-index").glob("*.yaml"))
    computes = results = 0
    for path in files:
        assert osai.READER.recognises(document(path.read_bytes(), path.name).features), path.name
        [record], _ = recorded(osai.READER, path)
        results += sum(c.predicate == PG.criterion for c in record.claims)
        computes += any(
            c.predicate == PG.trainingComputeFLOP and c.value is not None for c in record.claims
        )
    assert len(files) == 127
    assert results == 127 * 12
    assert computes >= 30
