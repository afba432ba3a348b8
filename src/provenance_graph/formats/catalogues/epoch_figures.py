"""The figures of a row of Epoch AI's table: size, compute, hardware and training data."""

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
    """The names in a cell: split at commas outside parentheses.

    >>> several("Example, Inc. (US, EU),Other")
    ['Example, Inc. (US, EU)', 'Other']
    """
    parts = re.split(r",(?!\s)(?![^()]*\))", cell[:5000])
    return [part.strip()[: statements.MAX_STATED] for part in parts if part.strip()]


def figures(row: Row, model: Iri, where: str) -> Iterator[Claim | Problem]:
    """Yield size and compute, with the confidence that Epoch's label gives them."""
    confidence = CONFIDENCES.get(row.get("Confidence", "").casefold())
    speculative = _speculative(row)
    press = _guessed(row, "Parameters notes")
    if stated := row.get("Parameters"):
        basis = speculative or press or _assumed(row, "Parameters notes")
        yield _count(model, PG.parameterCount, stated, f"{where} Parameters", basis, confidence)
    if stated := row.get(COMPUTE):
        counted = press if _counts_operations(row) else None
        yield statements.quantity(
            model,
            PG.trainingComputeFLOP,
            stated,
            f"{where} {COMPUTE}",
            basis=speculative
            or counted
            or _guessed(row, "Training compute notes")
            or compute_basis(row.get(METHOD, "")),
            confidence=confidence,
            kind=XSD.double,
        )


_GUESS = re.compile(
    r"//(?:[\w.-]+\.)?(?:cnbc|venturebeat|substack|xueqiu)\.com/|"
    r"^\W*not stated|speculat|conjectur|hazard a guess|this is a guess|guesstimat",
    re.IGNORECASE,
)
"""Notes that call a figure a guess, say that it is withheld, or cite a newspaper or newsletter."""


def _counts_operations(row: Row) -> bool:
    """Whether the compute was computed from the size and the data."""
    return "operation" in row.get(METHOD, "").casefold()


_ASSUMED = re.compile(r"\bassum|\bour estimate|\binferred\b", re.IGNORECASE)
"""Notes that derive a figure from others."""


def _assumed(row: Row, notes: str) -> Basis | None:
    """The basis Inference where the notes derive a figure from others, else None."""
    return Basis.INFERENCE if _ASSUMED.search(row.get(notes, "")) else None


def _assumed_data(row: Row) -> Basis | None:
    """The basis Estimate where the notes assume the data for the compute, else None."""
    notes = row.get("Training compute notes", "")
    return (
        Basis.ESTIMATE if re.search(r"\bassume\b[^.;]{0,30}\bepochs? on\b", notes, re.I) else None
    )


def _speculative(row: Row) -> Basis | None:
    """The basis Estimate where the row is labelled Speculative, else None."""
    return Basis.ESTIMATE if row.get("Confidence", "").casefold() == "speculative" else None


def _guessed(row: Row, notes: str) -> Basis | None:
    """The basis Estimate where the notes on a figure call it a guess, else None."""
    return Basis.ESTIMATE if _GUESS.search(row.get(notes, "")) else None


def _count(
    model: Iri,
    predicate: Iri,
    stated: str,
    where: str,
    basis: Basis | None,
    confidence: Decimal | None,
) -> Claim:
    """The claim of a count; some in the table are products of rounded numbers.

    ``247000000.00000003`` is a whole number with a floating-point error. ``388960152200.71`` is a
    number that Epoch computed: it is rounded, and an Inference.
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
    """The basis of a compute figure, by the method that Epoch names; None: the record's basis.

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
    """Yield training hardware, accelerator count, duration and cost of a model.

    Count, duration and cost of a run are derived together: where the notes on the duration guess,
    all of them are estimates; a cost that rests on speculative figures is speculative too.
    """
    guessed = _guessed(row, "Training time notes")
    for hardware in several(row.get("Training hardware", "")):
        yield Claim(model, PG.trainingHardware, statements.literal(hardware), basis=guessed)
    column = "Hardware quantity"
    if stated := row.get(column):
        yield statements.quantity(
            model, PG.acceleratorCount, stated, f"{where} {column}", basis=guessed
        )
    column = "Training time (hours)"
    if stated := row.get(column):
        hours = statements.score(stated)
        days = None if hours is None else str(round(Decimal(hours.lexical) / 24, 4))
        claim = statements.quantity(
            model,
            PG.trainingDurationDays,
            days or stated,
            f"{where} {column}",
            basis=guessed or _assumed(row, "Training time notes"),
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
            basis=guessed
            or _speculative(row)
            or _guessed(row, "Parameters notes")
            or Basis.INFERENCE,
            kind=XSD.decimal,
        )
        yield replace(claim, as_stated=f"{stated} (2023 USD)")


def data(row: Row, model: Iri, where: str) -> Iterator[Claim | Problem]:
    """Yield the training datasets of a model and their size."""
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
        notes = row.get("Dataset size notes", "")
        in_tokens = _counts_tokens(stated, notes)
        claim = _count(
            model,
            PG.trainingTokenCount if in_tokens else PG.trainingDatapointCount,
            stated,
            f"{where} {column}",
            _speculative(row) or _guessed(row, "Dataset size notes") or _assumed_data(row),
            CONFIDENCES.get(label),
        )
        why = _unseen(row, stated) if in_tokens else ""
        yield replace(claim, value=None, as_stated=stated, unusable=why) if why else claim


_SEEN = Decimal(4)
"""The factor by which the compute may exceed six operations per parameter and token."""
_COMPUTED = r"=\s*(?:\d[\d,.]*(?:[eE]\+?\d+)?|\d[\d,.]*\s*(?:thousand|million|billion|trillion|[KMBT]))[ -]*tokens?\b"


def _unseen(row: Row, stated: str) -> str:
    """The reason why a token count is not the number of tokens seen in training; empty if it is.

    The column holds the size of the data: BERT's descendants saw theirs dozens of times. It differs
    from the tokens seen if the table gives several epochs, if the notes compute it from a size of
    text, or if the compute exceeds what so many tokens need.
    """
    tokens = literals.number(stated)
    epochs = literals.number(row.get("Epochs", ""))
    if epochs is not None and epochs != 1:
        return f"the size of the data, of which the table gives {epochs.normalize():f} epochs"
    if re.search(_COMPUTED, row.get("Dataset size notes", "")[:20_000], re.IGNORECASE):
        return "the size of the data, which the notes compute from the length of the text"
    compute, count = (
        literals.number(row.get(COMPUTE, "")),
        literals.number(row.get("Parameters", "")),
    )
    if tokens and compute and count and compute > _SEEN * 6 * count * tokens:
        times = compute / (6 * count * tokens)
        return f"not all that was seen: the table's compute is {times:.3g} times what it needs"
    return ""


def _counts_tokens(stated: str, notes: str) -> bool:
    """Whether the notes give the same number in tokens; the column's unit changes by domain.

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
