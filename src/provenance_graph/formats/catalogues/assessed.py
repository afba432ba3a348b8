"""Claims of published assessments: one node per assessment and one per criterion.

Only verdicts and numbers are claimed; sentences of an index are not. A criterion's IRI lies below
its scheme's and ends in the slug of the title or key that the index gives.
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
    """An assessment scheme: identifier, title, version where it has one, and evaluator."""

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
        """The IRI of a criterion, from its title or key.

        >>> iris.short_id(Scheme("fmti-2025", "", "", "").criterion("Data size"))
        'id:rubric/fmti-2025/data-size'
        """
        return _criterion(self.id, title)


ONE, ZERO = literals.decimal(1), literals.decimal(0)
"""The scores of a criterion that is met or not met."""


@lru_cache(maxsize=4096)
def _criterion(scheme: str, title: str) -> Iri:
    return iris.mint("rubric", scheme, iris.slug(title))


@lru_cache(maxsize=4096)
def _step(title: str) -> str:
    return iris.mint(iris.slug(title)).removeprefix(iris.ID)


def assessment(node: Iri, scheme: Scheme, subject: Iri | None = None) -> Iterator[Claim]:
    """Yield the claims of an assessment under a scheme, of a model where one is given."""
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
    """Yield the result of an assessment on one criterion: a verdict, a level or a score out of 1."""
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
    """The IRI of one criterion's result, below its assessment's."""
    return Iri(f"{node}/{_step(title)}")
