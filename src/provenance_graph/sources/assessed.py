"""Assessments as indices publish them: one node per assessment, one per criterion.

Only verdicts and numbers pass; what an index writes about them in sentences does not.
Criteria are named below their scheme, by the slug of the title or key the index gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from provenance_graph import names, values, vocab
from provenance_graph.claims import Claim, Literal
from provenance_graph.names import Iri


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

        >>> names.said(Scheme("osai", "", "", "").iri)
        'id:rubric/osai'
        """
        return names.mint("rubric", self.id)

    def criterion(self, title: str) -> Iri:
        """A criterion's IRI, from its title or key.

        >>> names.said(Scheme("fmti-2025", "", "", "").criterion("Data size"))
        'id:rubric/fmti-2025/data-size'
        """
        return _criterion(self.id, title)


ONE, ZERO = values.decimal(1), values.decimal(0)
"""The scores of a criterion that is met or not."""


@lru_cache(maxsize=4096)
def _criterion(scheme: str, title: str) -> Iri:
    return names.mint("rubric", scheme, names.slug(title))


@lru_cache(maxsize=4096)
def _step(title: str) -> str:
    return names.mint(names.slug(title)).removeprefix(names.ID)


def assessment(node: Iri, scheme: Scheme, subject: Iri | None = None) -> Iterator[Claim]:
    """That there is an assessment under a scheme, of a model where one is named."""
    evaluator = names.organization(scheme.evaluator)
    yield Claim(evaluator, vocab.RDF_TYPE, vocab.ORGANIZATION_CLASS)
    yield Claim(evaluator, vocab.NAME, values.text(scheme.evaluator))
    yield Claim(node, vocab.RDF_TYPE, vocab.ASSESSMENT_CLASS)
    yield Claim(node, vocab.SCHEME, scheme.iri)
    if scheme.version:
        yield Claim(node, vocab.RUBRIC_VERSION, values.text(scheme.version))
    yield Claim(node, vocab.EVALUATOR, evaluator)
    if subject is not None:
        yield Claim(node, vocab.ASSESSMENT_OF, subject)


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
    found = result_iri(node, title)
    yield Claim(found, vocab.RDF_TYPE, vocab.CRITERION_RESULT_CLASS)
    yield Claim(found, vocab.IS_PART_OF, node)
    yield Claim(found, vocab.CRITERION, scheme.criterion(title))
    if verdict:
        yield Claim(found, vocab.VERDICT, Literal(verdict))
    if level is not None:
        yield Claim(found, vocab.LEVEL, level)
    if score is not None:
        yield Claim(found, vocab.SCORE, score)
        yield Claim(found, vocab.MAX_SCORE, ONE)


def result_iri(node: Iri, title: str) -> Iri:
    """The node of one criterion's result, below its assessment."""
    return Iri(f"{node}/{_step(title)}")
