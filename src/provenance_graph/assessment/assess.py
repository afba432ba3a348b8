"""Assesses a model under a rubric, with the claims for every point and published scores beside.

``assess_model`` is the entry point; the service and the page show ``Assessed.to_json``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from markupsafe import Markup

from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.evidence.gather import ModelEvidence
from provenance_graph.assessment.published import PublishedScores, distance, labels, published
from provenance_graph.assessment.rubrics.loader import from_store
from provenance_graph.assessment.rubrics.rubric import DEFAULT_RUBRIC, Rubric, Rubrics
from provenance_graph.assessment.score import (
    ROUNDING,
    Assessment,
    ClaimUse,
    ItemResult,
    PillarScore,
    assess,
    rounded,
)
from provenance_graph.core.claims import SourcedClaim
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import PG
from provenance_graph.model.cells import claim_json, claim_labels

if TYPE_CHECKING:
    from provenance_graph.assessment.answers import (
        AssessedAnswer,
        EvidenceUse,
        GapAnswer,
        ItemAnswer,
        PillarAnswer,
        PublishedAnswer,
        SchemeAnswer,
    )
    from provenance_graph.core.results import Ref

QUERY = "total"
"""The stored query that computes the same total."""
ACTIONS = {
    PG.LevelUnmet: "change",
    PG.LevelContradicted: "settle",
    PG.LevelNotAssessed: "look, then publish",
    PG.LevelEstimate: "look, then publish",
}
"""The action that closes a gap, by level; the default is to publish."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment with all data shown with it.

    ``requested`` is the scheme that was requested. It differs from the rubric applied if its
    publisher gives no rule and our rubric is a reading of it.
    """

    assessment: Assessment
    requested: Rubric
    published: tuple[PublishedScores, ...]
    rubrics: Rubrics
    name: str
    labels: dict[Iri, str]

    @property
    def total_text(self) -> str:
        """The total as text."""
        return self.assessment.total_text

    def __str__(self) -> str:
        return f"{self.name}: {self.total_text} under {self.assessment.rubric.id}"

    def __repr__(self) -> str:
        return f"<assessment of {self}>"

    def _repr_html_(self) -> str:
        rows = Markup("").join(
            Markup("<tr><td>{}</td><td>{:g}</td><td>{:g}</td><td>{:g}</td></tr>").format(
                c.criterion.label, rounded(c.low), rounded(c.high), rounded(c.maximum)
            )
            for c in self.assessment.criteria
        )
        head = Markup("<tr><th>criterion</th><th>low</th><th>high</th><th>of</th></tr>")
        return Markup("<p>{}</p><table>{}{}</table>").format(self, head, rows)

    # ---- JSON ----------------------------------------------------------------------------

    def to_json(self) -> AssessedAnswer:
        """The whole assessment as JSON: stable keys, labels with IRIs, claims with their places."""
        made, rubric = self.assessment, self.assessment.rubric
        return {
            "subject": {"iri": made.subject, "id": short_id(made.subject), "name": self.name},
            "asOf": made.as_of or None,
            "asked": _scheme(self.requested),
            "rubric": _scheme(rubric),
            "total": {
                "low": rounded(made.low),
                "high": rounded(made.high),
                "maximum": float(rubric.maximum),
                "shown": made.total_text,
                "rounding": ROUNDING,
                "query": QUERY,
            },
            "grade": made.grade or None,
            "possibleGrade": made.possible_grade or None,
            "counts": self._counts(),
            "pillars": [self._pillar(pillar) for pillar in made.pillars],
            "criteria": [
                {
                    "iri": c.criterion.iri,
                    "id": c.criterion.iri.rsplit("/", 1)[-1],
                    "label": c.criterion.label,
                    "pillar": self.rubrics.label(c.criterion.pillar)
                    if c.criterion.pillar
                    else None,
                    "low": rounded(c.low),
                    "high": rounded(c.high),
                    "maximum": rounded(c.maximum),
                    "items": [self._item(item) for item in c.items],
                }
                for c in made.criteria
            ],
            "gaps": [self._gap(item) for item in made.gaps],
            "published": [self._published(p) for p in self.published],
        }

    def _counts(self) -> dict[str, int]:
        results: dict[str, int] = {}
        for item in self.assessment.items:
            name = level_name(item.level)
            results[name] = results.get(name, 0) + 1
        return dict(sorted(results.items()))

    def _pillar(self, pillar: PillarScore) -> PillarAnswer:
        answer: PillarAnswer = {
            "iri": pillar.iri,
            "label": pillar.label,
            "low": rounded(pillar.low),
            "high": rounded(pillar.high),
            "maximum": rounded(pillar.maximum),
        }
        if pillar.grade:
            answer |= {
                "grade": pillar.grade,
                "reached": pillar.reached,
                "possible": pillar.possible,
                "missing": [self._named(iri) for iri in pillar.missing],
            }
        return answer

    def _named(self, iri: Iri) -> Ref:
        return {"iri": iri, "id": local_name(iri), "label": self.rubrics.label(iri)}

    def _item(self, result: ItemResult) -> ItemAnswer:
        return {
            "iri": result.item.iri,
            "id": result.item.code,
            "label": result.item.label,
            "level": level_name(result.level),
            "low": rounded(result.low, 2),
            "high": rounded(result.high, 2),
            "maximum": rounded(result.maximum, 2),
            "rule": local_name(result.item.rule),
            "why": result.rule,
            "gain": rounded(result.gain, 2),
            "evidence": [self._use(use) for use in result.uses],
        }

    def _use(self, use: ClaimUse) -> EvidenceUse:
        facet = self.rubrics.facets.get(use.name)
        return {
            **self._named(use.name),
            "facet": facet is not None,
            "level": level_name(use.finding.level),
            "why": use.finding.rule,
            "claims": [claim_json(stored, self.labels) for stored in use.finding.claims],
            "otherClaims": [claim_json(stored, self.labels) for stored in use.finding.other_claims],
        }

    def _gap(self, result: ItemResult) -> GapAnswer:
        return {
            "iri": result.item.iri,
            "id": result.item.code,
            "label": result.item.label,
            "level": level_name(result.level),
            "gain": rounded(result.gain, 2),
            "action": ACTIONS.get(result.level, "publish"),
            "missing": [self._named(name) for name in result.missing],
        }

    def _published(self, made: PublishedScores) -> PublishedAnswer:
        full = self.assessment.rubric.maximum or Fraction(1)
        low, high = (100 * n / full for n in (self.assessment.low, self.assessment.high))
        difference = distance(made, low, high)
        return {
            **made.to_json(self.rubrics, self.labels),
            "apart": None if difference is None else rounded(difference),
            "insideRange": None if difference is None else difference == 0,
        }

    # ---- tables --------------------------------------------------------------------------

    def item_rows(self) -> Iterator[tuple[object, ...]]:
        """Yield a row per item: criterion, item, title, level, low, high, of, why, evidence."""
        for criterion in self.assessment.criteria:
            for result in criterion.items:
                yield (
                    criterion.criterion.label,
                    result.item.code,
                    result.item.label,
                    level_name(result.level),
                    rounded(result.low, 2),
                    rounded(result.high, 2),
                    rounded(result.maximum, 2),
                    result.rule,
                    "; ".join(
                        locators(use.finding.claims) for use in result.uses if use.finding.claims
                    ),
                )


ITEM_COLUMNS = (
    "criterion",
    "item",
    "title",
    "level",
    "low",
    "high",
    "of",
    "why",
    "evidence",
)


def level_name(level: Iri) -> str:
    """The name of a level in words.

    >>> level_name(PG.LevelNotAssessed)
    'not assessed'
    """
    words = local_name(level).removeprefix("Level")
    return "".join(f" {c.lower()}" if c.isupper() else c for c in words).strip()


def locators(claims: Iterable[SourcedClaim]) -> str:
    """The documents and locators of claims, without duplicates, as text."""
    results = {
        f"{stored.header.document} {stored.claim.locator}".strip(): None for stored in claims
    }
    return ", ".join(results)


def _scheme(rubric: Rubric) -> SchemeAnswer:
    return {
        "iri": rubric.iri,
        "id": rubric.id,
        "label": rubric.label,
        "definition": rubric.definition,
        "version": rubric.version,
        "kind": local_name(rubric.kind),
        "maximum": float(rubric.maximum),
        "computed": rubric.is_computed,
        "sources": list(rubric.sources),
        "licence": rubric.licence or None,
        "attribution": rubric.attribution or None,
    }


def assess_model(
    snapshot: AcceptedSnapshot,
    subject: Iri,
    rubric: str = DEFAULT_RUBRIC,
    known: Rubrics | None = None,
) -> Assessed:
    """Assess a model under one rubric; raises NotFound for an unknown rubric.

    ``known`` are the available schemes, by default those of the store.
    """
    (result,) = assess_under(snapshot, subject, [rubric], known)
    return result


def assess_everywhere(snapshot: AcceptedSnapshot, subject: Iri) -> list[Assessed]:
    """Assess a model under every computed rubric, in order of their ids."""
    known = from_store(snapshot)
    return assess_under(snapshot, subject, sorted(r.id for r in known if r.is_computed))


def assess_under(
    snapshot: AcceptedSnapshot, subject: Iri, names: Iterable[str], known: Rubrics | None = None
) -> list[Assessed]:
    """Assess a model under several rubrics; its claims are read once."""
    gathered = ModelEvidence(snapshot, known)
    schemes = gathered.rubrics
    chosen = [(schemes.get(name), schemes.applied(name)) for name in names]
    subject = snapshot.canonical(subject)
    findings = gathered.findings(subject)
    others = tuple(published(snapshot, subject, schemes))
    made = [assess(subject, applied, findings, snapshot.as_of) for _, applied in chosen]
    cited = {
        claim
        for assessment in made
        for item in assessment.items
        for use in item.uses
        for claim in (*use.finding.claims, *use.finding.other_claims)
    }
    called = {**labels(snapshot, others), **claim_labels(snapshot, cited)}
    return [
        Assessed(
            assessment=assessment,
            requested=rubric,
            published=others,
            rubrics=schemes,
            name=label(snapshot, subject) or short_id(subject),
            labels=called,
        )
        for assessment, (rubric, _) in zip(made, chosen, strict=True)
    ]
