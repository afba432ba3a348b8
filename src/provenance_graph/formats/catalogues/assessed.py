"""Assessments as indices publish them: one node per assessment, one per criterion.

Only verdicts and numbers pass; what an index writes about them in sentences does not.
Criteria are named below their scheme, by the slug of the title or key the index gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Claim, Literal
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA


@dataclass(frozen=True, slots=True)
class Scheme:
    """An assessment scheme, its version where it has one, and who assesses by it."""

    id: str
    title: str
    version: str
    evaluator: str

    @property
    def iri(self) -> Iri:
        """The scheme's IRI.

        >>> iris.short_id(Scheme("osai", "", "", "").iri)
        'id:rubric/osai'
        """
        return iris.mint("rubric", self.id)

    def criterion(self, title: str) -> Iri:
        """A criterion's IRI, from its title or key.

        >>> iris.short_id(Scheme("fmti-2025", "", "", "").criterion("Data size"))
        'id:rubric/fmti-2025/data-size'
        """
        return _criterion(self.id, title)


ONE, ZERO = literals.decimal(1), literals.decimal(0)
"""The scores of a criterion that is met or not."""


@lru_cache(maxsize=4096)
def _criterion(scheme: str, title: str) -> Iri:
    return iris.mint("rubric", scheme, iris.slug(title))


@lru_cache(maxsize=4096)
def _step(title: str) -> str:
    return iris.mint(iris.slug(title)).removeprefix(iris.ID)


def assessment(node: Iri, scheme: Scheme, subject: Iri | None = None) -> Iterator[Claim]:
    """That there is an assessment under a scheme, of a model where one is named."""
    evaluator = iris.organization(scheme.evaluator)
    yield Claim(evaluator, RDF.type, PG.Organization)
    yield Claim(evaluator, SCHEMA.name, literals.text(scheme.evaluator))
    yield Claim(node, RDF.type, PG.Assessment)
    yield Claim(node, PG.scheme, scheme.iri)
    if scheme.version:
        yield Claim(node, PG.rubricVersion, literals.text(scheme.version))
    yield Claim(node, PG.evaluator, evaluator)
    if subject is not None:
        yield Claim(node, PG.assessmentOf, subject)


def result(
    node: Iri,
    scheme: Scheme,
    title: str,
    *,
    verdict: str = "",
    level: Iri | None = None,
    score: Literal | None = None,
) -> Iterator[Claim]:
    """What the assessment found on one criterion: its own word, a level, or a score of 1."""
    results = result_iri(node, title)
    yield Claim(results, RDF.type, PG.CriterionResult)
    yield Claim(results, DCTERMS.isPartOf, node)
    yield Claim(results, PG.criterion, scheme.criterion(title))
    if verdict:
        yield Claim(results, PG.verdict, Literal(verdict))
    if level is not None:
        yield Claim(results, PG.level, level)
    if score is not None:
        yield Claim(results, PG.score, score)
        yield Claim(results, PG.maxScore, ONE)


def result_iri(node: Iri, title: str) -> Iri:
    """The node of one criterion's result, below its assessment."""
    return Iri(f"{node}/{_step(title)}")
