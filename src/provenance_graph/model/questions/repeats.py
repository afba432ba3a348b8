"""The answer of ``sources-that-repeat`` from counts stored per version.

The question compares every claim with every other of its model: in SPARQL that takes minutes for a
hundred thousand models. The counts are made from columns and stored beside the store; the answer is
the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from decimal import Decimal
from pathlib import Path
from typing import Final

from provenance_graph.acceptance.columns.wide import in_columns
from provenance_graph.acceptance.snapshot import AcceptedSnapshot, SourceAgreement
from provenance_graph.core import literals
from provenance_graph.core.claims import Literal, Value
from provenance_graph.core.files import replacing
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.store.values import Rows

NAME: Final = "sources-that-repeat"
_PROPERTIES: Final = (
    PG.parameterCount,
    PG.trainingTokenCount,
    DCTERMS.issued,
    PG.knowledgeCutoff,
)
_FORMAT: Final = "1"


def counts_file(folder: Path, version: str) -> Path:
    """The path of the file with the counts of a version."""
    return folder / f"agreement-{_FORMAT}-{version}.json"


def store_counts(folder: Path, snapshot: AcceptedSnapshot) -> list[SourceAgreement] | None:
    """Count and store the counts of a snapshot of now; None where it has no claim table."""
    counted = in_columns(snapshot).source_agreement(_PROPERTIES)
    if counted is not None:
        file = counts_file(folder, snapshot.version)
        with replacing(file) as aside:
            aside.write_text(json.dumps([astuple(one) for one in counted]), "utf-8")
    return counted


def stored_answer(
    snapshot: AcceptedSnapshot, bound: Mapping[str, Value], *, make: bool
) -> Rows | None:
    """The answer of the question from stored counts; None where there are none.

    With ``make`` they are counted and stored where there is a claim table.
    """
    folder, least = snapshot.folder, bound["least"]
    if folder is None or not isinstance(least, Literal):
        return None
    counted = _read(counts_file(folder, snapshot.version))
    if counted is None and make:
        counted = store_counts(folder, snapshot)
    return None if counted is None else _answered(counted, int(least.lexical))


def _read(file: Path) -> list[SourceAgreement] | None:
    try:
        rows = json.loads(file.read_text("utf-8"))
        return [SourceAgreement(Iri(p), Iri(a), Iri(b), int(m), int(e)) for p, a, b, m, e in rows]
    except (OSError, ValueError, TypeError):  # missing or damaged: the caller counts again
        return None


def _answered(counted: Iterable[SourceAgreement], least: int) -> Rows:
    ranked = [(one, _share(one)) for one in counted if one.models >= least]
    ranked.sort(key=lambda row: (row[0].property, -row[1], -row[0].models, *astuple(row[0])[1:3]))
    rows: list[tuple[Value | None, ...]] = [
        (
            one.property,
            one.one,
            one.other,
            literals.integer(one.models),
            literals.integer(one.equal),
            literals.decimal(share),
        )
        for one, share in ranked
    ]
    return Rows(("property", "one", "other", "models", "equal", "share"), rows)


def _share(one: SourceAgreement) -> Decimal:
    """The share of equal values in thousandths, half rounded up."""
    return Decimal((2000 * one.equal + one.models) // (2 * one.models)) / 1000
