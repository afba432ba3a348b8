"""Several models and uses as a matrix, with the reason that decides in each cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from provenance_graph.core.iris import Iri, short_id
from provenance_graph.licences.answers import CellAnswer, PortfolioAnswer
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.results import NOT_ADVICE, LicenceReport, Verdict
from provenance_graph.lineage.results import named


@dataclass(frozen=True, slots=True)
class Cell:
    """The answer for one model and use, and what decides it."""

    verdict: Verdict

    @property
    def because(self) -> str:
        """The deciding reason, with its clause."""
        if not self.verdict.reasons:
            return ""
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


@dataclass(frozen=True)
class Portfolio:
    """Reports of several models on the same uses."""

    reports: tuple[LicenceReport, ...]

    @property
    def uses(self) -> list[str]:
        """The uses, as column heads."""
        verdicts = self.reports[0].today.verdicts if self.reports else ()
        return [v.use.key + (f"={v.number}" if v.number is not None else "") for v in verdicts]

    def rows(self) -> Iterable[tuple[str, ...]]:
        """A row for each model and use: model, use, answer, what decides, lineage."""
        for report in self.reports:
            for use, verdict in zip(self.uses, report.today.verdicts, strict=True):
                yield (
                    short_id(report.subject),
                    use,
                    verdict.answer,
                    Cell(verdict).because,
                    report.today.lineage.state,
                )

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
            "note": NOT_ADVICE,
        }


COLUMNS = ("model", "use", "answer", "because", "lineage")


def portfolio(
    graph: LicenceGraph, subjects: Sequence[Iri], uses: Iterable[str] = (), day: str = ""
) -> Portfolio:
    """The matrix of some models and uses; raises NotFound and UsageError for a bad use."""
    wanted = list(uses)
    return Portfolio(tuple(graph.report(one, uses=wanted, day=day) for one in subjects))
