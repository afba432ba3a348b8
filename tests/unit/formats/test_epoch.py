"""Epoch AI's table of models."""

from __future__ import annotations

from decimal import Decimal

import pytest
from reading import document, read, recorded, values_of
from shared import SHARED, needs_shared

from provenance_graph.acceptance.policy.data import load_policy
from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Stance
from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.formats.catalogues import epoch
from provenance_graph.ingest.shipped import reference_quads
from provenance_graph.store.memory import MemoryStore

HEAD = (
    "Model,Organization,Publication date,Parameters,Training compute (FLOP),"
    "Training compute estimation method,Confidence,Base model,Training dataset\n"
)
MODEL = iris.entity("epoch", "model", "x")


def one(row: str, predicate: str) -> Claim:
    claims, _ = read(epoch.READER, HEAD + row, "epoch.csv")
    [claim] = [c for c in claims if c.subject == MODEL and c.predicate == predicate]
    return claim


@pytest.mark.parametrize(
    ("label", "method", "basis", "confidence"),
    [
        ("Confident", "Reported", None, Decimal("0.9")),
        ("Likely", "Operation counting", Basis.INFERENCE, Decimal("0.7")),
        ("Likely", "Comparison with other models", Basis.ESTIMATE, Decimal("0.7")),
        ("Speculative", "Reported", Basis.ESTIMATE, Decimal("0.4")),
        ("Unknown", "", None, None),
    ],
)
def test_the_label_and_the_method_decide_on_what_basis_compute_stands(
    label: str, method: str, basis: Basis | None, confidence: Decimal | None
) -> None:
    claim = one(f"X,O,2024-01-01,1,1e24,{method},{label},,\n", PG.trainingComputeFLOP)
    assert (claim.basis, claim.confidence) == (basis, confidence)


@pytest.mark.parametrize(
    ("stated", "value", "basis"),
    [
        ("247000000.00000003", "247000000", None),
        ("346666666666.66", "346666666667", Basis.INFERENCE),
    ],
)
def test_a_count_with_a_fraction_is_rounded_and_kept_as_stated(
    stated: str, value: str, basis: Basis | None
) -> None:
    claim = one(f"X,O,2024-01-01,{stated},,,,,\n", PG.parameterCount)
    assert (str(claim.value), claim.as_stated, claim.basis) == (value, stated, basis)


def test_data_that_nobody_named_are_reported_undisclosed() -> None:
    claim = one("X,O,2024-01-01,1,1,,,,Unspecified unreleased\n", PG.trainedOn)
    assert (claim.value, claim.stance) == (None, Stance.REPORTS_UNDISCLOSED)


def test_a_base_model_with_a_row_of_its_own_is_that_row() -> None:
    text = HEAD + "X,O,2024-01-01,1,1,,,Y,\nY,O,2023-01-01,1,1,,,,\n"
    claims, _ = read(epoch.READER, text, "epoch.csv")
    assert values_of(claims, MODEL, PG.fineTunedFrom) == [iris.entity("epoch", "model", "y")]


@pytest.mark.parametrize(
    ("own", "base", "name", "label", "stands"),
    [
        ("110000000", "340000000", "Y", "", False),
        ("3000000000", "11000000000", "Y", "Confident", False),
        ("250000000", "340000000", "Y", "", True),  # within what counts of one size differ by
        ("680000000", "340000000", "Y", "", True),  # a part was added
        ("110000000", "340000000", "Y", "Speculative", True),  # the child's count is a guess
        ("7000000000", "70000000000", "Y-7B", "", True),  # the base's count is its sister's
        ("", "340000000", "Y", "", True),
    ],
)
def test_a_base_that_the_tables_own_counts_forbid_is_no_parent(
    own: str, base: str, name: str, label: str, stands: bool
) -> None:
    text = HEAD + f"X,O,2024-01-01,{own},,,{label},{name},\n{name},O,2023-01-01,{base},,,,,\n"
    claims, _ = read(epoch.READER, text, "epoch.csv")
    [claim] = [c for c in claims if c.subject == MODEL and c.predicate == PG.fineTunedFrom]
    if stands:
        assert claim.value is not None
        assert not claim.unusable
    else:
        assert (claim.value, claim.as_stated) == (None, name)
        assert "tuning keeps the size" in claim.unusable


def test_a_tuned_models_least_size_is_the_one_of_the_policy() -> None:
    assert (
        float(epoch._LEAST_SIZE_RATIO)
        == load_policy(MemoryStore(reference_quads())).plausible.least_size_in_name
    )


def test_names_that_differ_in_punctuation_alone_stay_apart() -> None:
    claims, _ = read(epoch.READER, HEAD + "A-B,O,,1,,,,,\nA B,O,,2,,,,,\n", "epoch.csv")
    models = {c.subject for c in claims if c.value == PG.Model}
    assert len(models) == 2


@needs_shared
@pytest.mark.parametrize(
    ("plain", "plus"), [("CodeT5", "CodeT5+"), ("PointNet", "PointNet++"), ("Oak-7B", "Oak+-7B")]
)
def test_a_plus_is_part_of_the_name_in_whatever_edition_it_stands(plain: str, plus: str) -> None:
    named = []
    for name in (plain, plus):  # two editions of the table, each with one of them
        claims, _ = read(epoch.READER, HEAD + f"{name},O,2024-01-01,1,,,,,\n", "epoch.csv")
        named.append({c.subject for c in claims if c.predicate == SCHEMA.name})
    assert not named[0] & named[1] - {iris.organization("O")}


@needs_shared
def test_the_table_is_recognised_and_read_and_keeps_ernies_sizes_as_it_has_them() -> None:
    assert SHARED is not None
    [path] = (SHARED / "sources" / "epoch").glob("*.csv")
    assert epoch.READER.recognises(document(path.read_bytes(), path.name).features)
    [record], problems = recorded(epoch.READER, path)
    assert problems == []
    claims = list(record.claims)
    assert sum(claim.value == PG.Model for claim in claims) == 914
    for name, size in (("ernie-3.0", "10000000000"), ("ernie-3.0-titan", "260000000000")):
        model = iris.entity("epoch", "model", name)
        assert values_of(claims, model, PG.parameterCount) == [size]


WITH_DOMAIN = HEAD.replace("Base model", "Base model,Domain")


@pytest.mark.parametrize(
    ("listed", "read_as"),
    [
        ("Language,Image generation", {"language"}),
        ("Vision,Image generation", {"vision", "image generation"}),
        ("Image generation", {"image generation"}),
    ],
)
def test_drawing_beside_language_is_what_a_service_does(listed: str, read_as: set[str]) -> None:
    row = f'X,O,2024-01-01,1,,,,,"{listed}",\n'
    claims, _ = read(epoch.READER, WITH_DOMAIN + row, "epoch.csv")
    domains = [c for c in claims if c.predicate == PG.applicationDomain]
    assert {str(c.value) for c in domains if c.value is not None} == read_as
    assert all(c.as_stated == "Image generation" for c in domains if c.value is None)


@pytest.mark.parametrize(("base", "is_base"), [("X 2", False), ("Y 2", True), ("X 2-7B", True)])
def test_an_earlier_version_of_the_line_is_no_base(base: str, is_base: bool) -> None:
    rows = f"X 2.1,O,2024-01-01,,,,,{base},\n{base},O,2023-01-01,,,,,,\n"
    claims, _ = read(epoch.READER, HEAD + rows, "epoch.csv")
    (stated,) = [c for c in claims if c.predicate == PG.fineTunedFrom]
    assert (stated.value is not None, bool(stated.unusable)) == (is_base, not is_base)


def test_a_count_that_only_the_press_gives_is_an_estimate() -> None:
    head = HEAD.replace("Parameters,", "Parameters,Parameters notes,")
    for note, basis in (
        ("https://www.cnbc.com/2023/05/16/a.html", Basis.ESTIMATE),
        ("https://arxiv.org/abs/2305.10403", None),
    ):
        row = f"X,O,2024-01-01,340000000000,{note},,,Likely,,\n"
        claims, _ = read(epoch.READER, head + row, "epoch.csv")
        (count,) = [c for c in claims if c.predicate == PG.parameterCount]
        assert count.basis is basis
