"""What identity finds of two names: one entity, perhaps one, related, or barred, and why."""

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
    """What became of a pair of names."""

    SAME = "one entity by rule"
    CANDIDATE = "to be decided"
    BARRED = "kept apart"
    RELATED = "related"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names, what a rule made of them, what speaks for it and what against.

    ``rule`` names the rule that decided or the bar that kept them apart; ``predicate`` is how they
    are related where they are not one.
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
        """Whether a rule says that both mean one entity."""
        return self.verdict is PairVerdict.SAME

    @property
    def justification(self) -> str:
        """Why they were put together, as SSSOM calls it."""
        return COMPOSITE if any("agree" in reason for reason in self.pro) else LEXICAL

    @property
    def key(self) -> frozenset[Iri]:
        """The two names, in whichever order."""
        return frozenset((self.subject, self.other))

    def row(self) -> tuple[str, ...]:
        """As a row of COLUMNS."""
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
        """The row of the table that the rule's decision becomes."""
        return Mapping(
            self.subject,
            self.predicate,
            self.other,
            self.justification,
            f"{self.confidence:.2f}",
            comment="; ".join(self.pro),
            author=self.rule,
        )
