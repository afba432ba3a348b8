"""Agreement of our totals with published totals, over the models that both assess.

An index that reports what a developer does not disclose is also a source of this store, and its
reports move our range. The comparison therefore leaves out the index's own claims, since otherwise
the index would be compared with itself. The result with these claims is given too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.evidence.gather import ModelEvidence, is_model
from provenance_graph.assessment.levels.rules import findings
from provenance_graph.assessment.published import PublishedScores, read
from provenance_graph.assessment.rubrics.rubric import DEFAULT_RUBRIC, Rubric, rubric_id
from provenance_graph.assessment.score import rounded
from provenance_graph.assessment.totals import Calculator, Total
from provenance_graph.core.claims import SourcedClaim
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.results import fields_of
from provenance_graph.core.terms import PG
from provenance_graph.model.ranks import Correlation, correlate

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ScorePair:
    """A model with a published percentage and our range, all on a scale to 100."""

    model: Iri
    published: Fraction
    low: Fraction
    high: Fraction

    @property
    def inside(self) -> bool:
        """Whether the published figure lies in our range."""
        return self.low <= self.published <= self.high


@dataclass(frozen=True, slots=True)
class Agreement:
    """Our totals under one rubric compared with the published totals of one scheme.

    ``low`` correlates the certain points, ``middle`` the middle of the range, both without the
    index's own claims; ``circular`` is ``middle`` with these claims. ``width`` is the mean width of
    our ranges, which measures evidence that no source has examined.
    """

    rubric: str
    scheme: str
    pairs: tuple[ScorePair, ...]
    low: Correlation
    middle: Correlation
    circular: Correlation

    @property
    def inside(self) -> int:
        """The number of models whose published figure lies in our range."""
        return sum(pair.inside for pair in self.pairs)

    @property
    def width(self) -> float:
        """The mean width of our ranges, in points of 100."""
        if not self.pairs:
            return 0.0
        return rounded(sum((p.high - p.low for p in self.pairs), Fraction(0)) / len(self.pairs))

    def to_json(self) -> Json:
        """The agreement as JSON, with all model pairs."""
        return {
            "rubric": self.rubric,
            "scheme": self.scheme,
            "count": len(self.pairs),
            "inside": self.inside,
            "width": self.width,
            "low": fields_of(self.low, dict[str, object]),
            "middle": fields_of(self.middle, dict[str, object]),
            "circular": fields_of(self.circular, dict[str, object]),
            "models": [
                {
                    "iri": p.model,
                    "id": short_id(p.model),
                    "published": rounded(p.published),
                    "low": rounded(p.low),
                    "high": rounded(p.high),
                    "inside": p.inside,
                }
                for p in self.pairs
            ],
        }


def agreements(snapshot: AcceptedSnapshot, rubric: str = DEFAULT_RUBRIC) -> list[Agreement]:
    """Compare each published scheme with our rubric, and with our reading of that scheme.

    Only assessments of a model count; a judgement of a developer without a model has no
    counterpart. Of several assessments of a model under a scheme, the latest by date counts.
    """
    gathered = ModelEvidence(snapshot)
    theirs: dict[Iri, dict[Iri, PublishedScores]] = defaultdict(dict)
    for node, _, model, _ in list(snapshot.quads(predicate=PG.assessmentOf)):
        if not isinstance(model, Iri):
            continue
        made = read(snapshot, node, model, "", gathered.rubrics)
        if made is not None and made.percent is not None:
            before = theirs[made.scheme].get(model)
            if before is None or before.date <= made.date:
                theirs[made.scheme][model] = made
    result: list[Agreement] = []
    claims: dict[Iri, list[SourcedClaim]] = {}
    for scheme in sorted(theirs):
        for model in theirs[scheme]:
            if model not in claims:
                claims[model] = gathered.claims(model)
        result += [
            _agreement(gathered, applied, scheme, theirs[scheme], claims)
            for applied in gathered.rubrics
            if applied.is_computed and (applied.id == rubric or applied.iri == scheme)
        ]
    return result


def _agreement(
    gathered: ModelEvidence,
    rubric: Rubric,
    scheme: Iri,
    published: Mapping[Iri, PublishedScores],
    claims: Mapping[Iri, list[SourcedClaim]],
) -> Agreement:
    calculator = Calculator(rubric)

    def total(model: Iri, sourced_claims: Iterable[SourcedClaim]) -> Total:
        levels = {
            name: f.level for name, f in findings(sourced_claims, gathered.question, model).items()
        }
        return calculator.total(model, levels)

    pairs, circular = [], {}
    for model, made in sorted(published.items()):
        if not is_model(model, claims[model]):
            continue
        publishers = {header.publisher for header in made.sources}
        others = [
            sourced_claims
            for sourced_claims in claims[model]
            if sourced_claims.header.publisher not in publishers
        ]
        ours, whole = total(model, others), total(model, claims[model])
        scale = 100 / rubric.maximum
        assert made.percent is not None
        pairs.append(ScorePair(model, made.percent, scale * ours.low, scale * ours.high))
        circular[model] = float(scale * (whole.low + whole.high) / 2)
    marks = {p.model: float(p.published) for p in pairs}
    low = {p.model: float(p.low) for p in pairs}
    middle = {p.model: float((p.low + p.high) / 2) for p in pairs}
    other, name = rubric_id(scheme), rubric.id
    return Agreement(
        name,
        other,
        tuple(pairs),
        correlate(f"{name}, low", low, other, marks),
        correlate(f"{name}, middle", middle, other, marks),
        correlate(f"{name}, middle, with the claims of {other}", circular, other, marks),
    )
