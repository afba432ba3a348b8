"""What a row of Epoch AI's table says in figures: size, compute, hardware and training data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, XSD
from provenance_graph.formats import statements

COMPUTE = "Training compute (FLOP)"
METHOD = "Training compute estimation method"
CONFIDENCES = {"confident": Decimal("0.9"), "likely": Decimal("0.7"), "speculative": Decimal("0.4")}
"""Epoch's labels as confidences; ``Unknown`` has none."""

_GUESSES = ("benchmark", "comparison", "third-party", "other")
_UNNAMED = re.compile(r"(?:unspecified|unknown)\b.*", re.IGNORECASE)
Row = Mapping[str, str]


def several(cell: str) -> list[str]:
    """The names in a cell: split at commas that no parenthesis holds.

    >>> several("Example, Inc. (US, EU),Other")
    ['Example, Inc. (US, EU)', 'Other']
    """
    parts = re.split(r",(?!\s)(?![^()]*\))", cell[:5000])
    return [part.strip()[: statements.MAX_STATED] for part in parts if part.strip()]


def figures(row: Row, model: Iri, where: str) -> Iterator[Claim | Problem]:
    """Size and compute, with Epoch's label of confidence in them."""
    label = row.get("Confidence", "").casefold()
    confidence = CONFIDENCES.get(label)
    speculative = Basis.ESTIMATE if label == "speculative" else None
    if stated := row.get("Parameters"):
        press = Basis.ESTIMATE if _PRESS.search(row.get("Parameters notes", "")) else None
        yield _count(
            model,
            PG.parameterCount,
            stated,
            f"{where} Parameters",
            speculative or press,
            confidence,
        )
    if stated := row.get(COMPUTE):
        yield statements.quantity(
            model,
            PG.trainingComputeFLOP,
            stated,
            f"{where} {COMPUTE}",
            basis=speculative or compute_basis(row.get(METHOD, "")),
            confidence=confidence,
            kind=XSD.double,
        )


_PRESS = re.compile(r"//(?:[\w.-]+\.)?(?:cnbc|venturebeat|substack|xueqiu)\.com/")
"""Newspapers and newsletters, which the table cites for counts that the developer does not give."""


def _count(
    model: Iri,
    predicate: Iri,
    stated: str,
    where: str,
    basis: Basis | None,
    confidence: Decimal | None,
) -> Claim:
    """A count; the table holds some that are products of rounded numbers.

    ``247000000.00000003`` is a whole number spoilt by arithmetic. ``388960152200.71`` is a
    number that Epoch computed: rounded, and an Inference.
    """
    number = literals.number(stated)
    if number is None or number == number.to_integral_value():
        return statements.quantity(
            model, predicate, stated, where, basis=basis, confidence=confidence
        )
    near = round(number)
    computed = abs(number - near) > Decimal("0.01")
    quantity = statements.quantity(
        model,
        predicate,
        near,
        where,
        confidence=confidence,
        basis=basis or (Basis.INFERENCE if computed else None),
    )
    return replace(quantity, as_stated=stated, locator=where)


def compute_basis(method: str) -> Basis | None:
    """On what basis a compute figure stands, by the method that Epoch names.

    >>> compute_basis("Reported"), compute_basis("Hardware,Operation counting").label
    (None, 'Inference')
    >>> compute_basis("Benchmarks").label
    'Estimate'
    """
    methods = [part.strip().casefold() for part in method.split(",") if part.strip()]
    if not methods or "reported" in methods:
        return None
    if all(part.startswith(_GUESSES) for part in methods):
        return Basis.ESTIMATE
    return Basis.INFERENCE


def hardware_of(row: Row, model: Iri, where: str) -> Iterator[Claim | Problem]:
    """On what it was trained, on how many, for how long and at what cost."""
    for hardware in several(row.get("Training hardware", "")):
        yield Claim(model, PG.trainingHardware, statements.literal(hardware))
    if stated := row.get("Hardware quantity"):
        yield statements.quantity(model, PG.acceleratorCount, stated, f"{where} Hardware quantity")
    column = "Training time (hours)"
    if stated := row.get(column):
        hours = statements.score(stated)
        days = None if hours is None else str(round(Decimal(hours.lexical) / 24, 4))
        claim = statements.quantity(
            model,
            PG.trainingDurationDays,
            days or stated,
            f"{where} {column}",
            kind=XSD.decimal,
        )
        yield replace(claim, as_stated=f"{stated} hours", locator=f"{where} {column}")
    column = "Training compute cost (2023 USD)"
    if stated := row.get(column):
        claim = statements.quantity(
            model,
            PG.trainingCostUSD,
            stated,
            f"{where} {column}",
            basis=Basis.INFERENCE,
            kind=XSD.decimal,
        )
        yield replace(claim, as_stated=f"{stated} (2023 USD)")


def data(row: Row, model: Iri, where: str) -> Iterator[Claim | Problem]:
    """On what data it was trained, and on how much of them."""
    column = "Training dataset"
    result = several(row.get(column, ""))
    some = any(not _UNNAMED.fullmatch(name) for name in result)
    for name in result:
        if _UNNAMED.fullmatch(name):
            stance = Stance.PARTLY_STATED if some else Stance.REPORTS_UNDISCLOSED
            yield statements.not_given(model, PG.trainedOn, stance, name, f"{where} {column}")
        else:
            dataset = iris.dataset(name)
            yield from statements.is_a(dataset, PG.Dataset, name)
            yield Claim(model, PG.trainedOn, dataset)
    column = "Training dataset size (datapoints)"
    if stated := row.get(column):
        label = row.get("Confidence", "").casefold()
        in_tokens = _counts_tokens(stated, row.get("Dataset size notes", ""))
        yield _count(
            model,
            PG.trainingTokenCount if in_tokens else PG.trainingDatapointCount,
            stated,
            f"{where} {column}",
            Basis.ESTIMATE if label == "speculative" else None,
            CONFIDENCES.get(label),
        )


def _counts_tokens(stated: str, notes: str) -> bool:
    """Whether the notes give the same number in tokens; the column's unit changes by field.

    >>> _counts_tokens("18000000000000.0", "trained on 18T tokens"), _counts_tokens("60000", "")
    (True, False)
    """
    number = literals.number(stated)
    finditer = re.finditer(
        r"(\d[\d,.]{0,40}(?:[eE]\+?\d{1,3})?)[ -]?(thousand|million|billion|trillion|[KMBT])?\b[ -]*tokens?\b",
        notes[:20_000],
        re.IGNORECASE,
    )
    return number is not None and any(
        literals.number(match[1].rstrip(".,") + (match[2] or "")) == number for match in finditer
    )
