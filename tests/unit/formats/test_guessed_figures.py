"""Epoch's figures that its own notes guess, assume, or give for the data and not for what was seen."""

from __future__ import annotations

import csv
import io

import pytest
from reading import read

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats.catalogues import epoch

MODEL = iris.entity("epoch", "model", "x")
NEEDED = {
    "Model": "X",
    "Organization": "O",
    "Publication date": "2024-01-01",
    "Parameters": "1e9",
    "Training compute (FLOP)": "",
}
COST = "Training compute cost (2023 USD)"
TOKENS = "Training dataset size (datapoints)"


def claims_on(predicate: Iri, **cells: str) -> list[Claim]:
    row = {**NEEDED, **{key.replace("_", " "): value for key, value in cells.items()}}
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row))
    writer.writeheader()
    writer.writerow(row)
    claims, _ = read(epoch.READER, text.getvalue(), "epoch.csv")
    return [c for c in claims if c.subject == MODEL and c.predicate == predicate]


@pytest.mark.parametrize(
    ("notes", "basis"),
    [
        ("(Speculative) a newsletter conjectures that it took 90 days", Basis.ESTIMATE),
        ("Speculation by a competitor: about 3 months", Basis.ESTIMATE),
        ("reported GPU hours, assuming that all were used at once", Basis.INFERENCE),
        ("We trained it for 920 hours", None),
    ],
)
def test_a_run_that_the_notes_guess_is_not_known_in_length_or_width(
    notes: str, basis: Basis | None
) -> None:
    run = {
        "Training time (hours)": "2280",
        "Training time notes": notes,
        "Hardware quantity": "25000",
    }
    [length] = claims_on(PG.trainingDurationDays, **run)
    [width] = claims_on(PG.acceleratorCount, **run)
    assert length.basis is basis
    assert width.basis is (Basis.ESTIMATE if basis is Basis.ESTIMATE else None)


@pytest.mark.parametrize(
    ("label", "notes", "basis"),
    [
        ("Speculative", "", Basis.ESTIMATE),
        ("Likely", "leaked to https://www.cnbc.com/2023/05/16/x.html", Basis.ESTIMATE),
        ("Likely", "given in the paper", Basis.INFERENCE),
    ],
)
def test_a_price_is_no_surer_than_the_size_it_is_reckoned_from(
    label: str, notes: str, basis: Basis
) -> None:
    [price] = claims_on(
        PG.trainingCostUSD, **{COST: "40000000", "Confidence": label, "Parameters notes": notes}
    )
    assert price.basis is basis


@pytest.mark.parametrize(
    ("notes", "basis"),
    [
        ("Not stated. Another one (presumably smaller) has 9.6B", Basis.ESTIMATE),
        ("Assuming fp16 the files hold 19.9B", Basis.INFERENCE),
        ("Table 2", None),
    ],
)
def test_a_size_is_as_sure_as_its_notes(notes: str, basis: Basis | None) -> None:
    [size] = claims_on(PG.parameterCount, **{"Parameters notes": notes})
    assert size.basis is basis


@pytest.mark.parametrize(
    ("stated", "notes", "more", "seen"),
    [
        ("300000000000", "trained for 300 billion tokens", {}, True),
        ("300000000000", "trained for 300B tokens", {"Epochs": "1.0"}, True),
        ("180000000000", "The training data contains 180B tokens", {"Epochs": "1.6667"}, False),
        ("32000000000", "160GB * 200M words/GB * 4/3 = 3.2e10 tokens", {}, False),
        ("32000000000", "32B tokens", {"Training compute (FLOP)": "8.5e21"}, False),
        ("32000000000", "32B tokens", {"Training compute (FLOP)": "1.9e20"}, True),
        (
            "1400000000000",
            "its predecessor saw 1.4T tokens",
            {"Training compute notes": "Assume 1 epoch on 1.4T tokens."},
            False,
        ),
    ],
)
def test_the_size_of_the_data_is_not_what_was_seen(
    stated: str, notes: str, more: dict[str, str], seen: bool
) -> None:
    [claim] = claims_on(
        PG.trainingTokenCount, **{TOKENS: stated, "Dataset size notes": notes, **more}
    )
    accepted = claim.value is not None and claim.basis is not Basis.ESTIMATE
    assert accepted is seen
    assert seen or claim.value is not None or claim.as_stated == stated
