"""The result of comparing two names: same entity, candidate, related or barred, with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import SKOS

COLUMNS = ("name", "may be", "confidence", "verdict", "for", "against", "justification")
LEXICAL = "semapv:LexicalMatching"
COMPOSITE = "semapv:CompositeMatching"


class PairVerdict(Enum):
    """The verdict on a pair of names."""

    SAME = "one entity by rule"
    CANDIDATE = "to be decided"
    BARRED = "kept apart"
    RELATED = "related"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names with the verdict of a rule, and the reasons for and against it.

    ``rule`` names the rule that decided, or the bar that kept the names apart. ``predicate`` is the
    relation between names that are not the same entity.
    """

    subject: Iri
    other: Iri
    verdict: PairVerdict
    rule: str
    confidence: float
    pro: tuple[str, ...] = ()
    contra: tuple[str, ...] = ()
    predicate: Iri = SKOS.exactMatch
    labels: tuple[str, str] = ("", "")

    @property
    def decided(self) -> bool:
        """Whether a rule merges the two names."""
        return self.verdict is PairVerdict.SAME

    @property
    def justification(self) -> str:
        """The mapping justification of the pair, as a term of SSSOM's vocabulary."""
        return COMPOSITE if any("agree" in reason for reason in self.pro) else LEXICAL

    @property
    def key(self) -> frozenset[Iri]:
        """The two names without order."""
        return frozenset((self.subject, self.other))

    def row(self) -> tuple[str, ...]:
        """The pair as a row of COLUMNS."""
        return (
            short_id(self.subject),
            short_id(self.other),
            f"{self.confidence:.2f}",
            self.verdict.value,
            "; ".join(self.pro),
            "; ".join(self.contra),
            self.justification,
        )

    def mapping(self) -> Mapping:
        """The mapping row of the rule's decision."""
        return Mapping(
            self.subject,
            self.predicate,
            self.other,
            self.justification,
            f"{self.confidence:.2f}",
            comment="; ".join(self.pro),
            author=self.rule,
        )
