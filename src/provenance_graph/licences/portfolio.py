"""A matrix of several models and uses, with the deciding reason in each cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import Ambiguous, NotFound
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.licences.answers import CellAnswer, PortfolioAnswer
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.results import NOT_ADVICE, LicenceReport, Verdict
from provenance_graph.lineage.results import named
from provenance_graph.model.naming.resolve import resolve

NOTHING_AGAINST = "nothing on any path forbids it"


@dataclass(frozen=True, slots=True)
class Cell:
    """The answer for one model and use."""

    verdict: Verdict

    @property
    def because(self) -> str:
        """The deciding reason with its clause; "" where there is none."""
        if not self.verdict.reasons:
            return NOTHING_AGAINST if self.verdict.answer == "allowed" else ""
        one = self.verdict.reasons[0]
        where = f" [{one.licence.name} {one.clause}]" if one.licence and one.clause else ""
        return f"{one.text}{where}"

    def to_json(self) -> CellAnswer:
        """As JSON."""
        reasons = self.verdict.reasons
        return {
            "use": self.verdict.use.key,
            "number": self.verdict.number,
            "answer": self.verdict.answer,
            "weights": self.verdict.weights.answer,
            "trainingData": self.verdict.data.answer,
            "contract": self.verdict.contract.answer,
            "because": self.because,
            "reason": reasons[0].to_json() if reasons else None,
        }


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A name that matches no model, or several, with a message that suggests others."""

    name: str
    problem: str


def subjects_of(
    snapshot: AcceptedSnapshot, names: Sequence[str]
) -> tuple[list[Iri], list[Unresolved]]:
    """The models that some names mean, and the names that could not be resolved.

    Raises NotFound or Ambiguous where no name could.
    """
    subjects: list[Iri] = []
    unresolved: list[Unresolved] = []
    for name in names:
        try:
            subjects.append(resolve(snapshot, name))
        except (NotFound, Ambiguous) as error:
            if len(unresolved) + 1 == len(names):
                raise
            unresolved.append(Unresolved(name, str(error)))
    return subjects, unresolved


@dataclass(frozen=True)
class Portfolio:
    """Licence reports of several models on the same uses, and the names that were not resolved."""

    reports: tuple[LicenceReport, ...]
    unresolved: tuple[Unresolved, ...] = ()

    @property
    def uses(self) -> list[str]:
        """The uses as column headings."""
        verdicts = self.reports[0].today.verdicts if self.reports else ()
        return [v.use.key + (f"={v.number}" if v.number is not None else "") for v in verdicts]

    def rows(self) -> Iterable[tuple[str, ...]]:
        """A row for each model and use: model, use, answer, deciding reason, lineage state."""
        for report in self.reports:
            for use, verdict in zip(self.uses, report.today.verdicts, strict=True):
                yield (
                    short_id(report.subject),
                    use,
                    verdict.answer,
                    Cell(verdict).because,
                    report.today.lineage.state,
                )
        for one in self.unresolved:
            for use in self.uses:
                yield (one.name, use, "unknown", one.problem, "not recorded")

    def to_json(self) -> PortfolioAnswer:
        """As JSON."""
        return {
            "uses": self.uses,
            "models": [
                {
                    "model": named(report.subject),
                    "sentence": report.sentence,
                    "lineage": report.today.lineage.state,
                    "cells": [Cell(one).to_json() for one in report.today.verdicts],
                }
                for report in self.reports
            ],
            "unresolved": [{"name": one.name, "problem": one.problem} for one in self.unresolved],
            "note": NOT_ADVICE,
        }


COLUMNS = ("model", "use", "answer", "because", "lineage")


def portfolio(
    graph: LicenceGraph,
    subjects: Sequence[Iri],
    uses: Iterable[str] = (),
    day: str = "",
    unresolved: Sequence[Unresolved] = (),
) -> Portfolio:
    """The matrix of some models and uses; raises NotFound and UsageError for a bad use."""
    wanted = list(uses)
    reports = tuple(graph.report(one, uses=wanted, day=day) for one in subjects)
    return Portfolio(reports, tuple(unresolved))
