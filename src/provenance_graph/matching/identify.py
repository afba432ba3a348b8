"""Runs the identity rules for models, datasets, organisations and licences over a snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.matching.candidates import compared, decisions, denied
from provenance_graph.matching.datasets import datasets
from provenance_graph.matching.entities import makers_of
from provenance_graph.matching.licences import licences
from provenance_graph.matching.organizations import Organizations, counted, organizations
from provenance_graph.matching.outcome import Pair, PairVerdict

KINDS = ("organization", "model", "dataset", "licence")
"""The kinds of entities with identity rules; organisations come first, since models need them."""
SURE = 0.8
"""The least confidence with which a rule states that two names are related."""


@dataclass(frozen=True, slots=True)
class IdentityOutcome:
    """The pairs that the rules found in a store, by falling confidence."""

    pairs: tuple[Pair, ...]

    @classmethod
    def over(
        cls, pairs: Iterable[Pair], different: Iterable[frozenset[Iri]] = ()
    ) -> IdentityOutcome:
        """Build an outcome from pairs, without those that a person decided are different."""
        rest = (pair for pair in pairs if pair.key not in different)
        return cls(tuple(sorted(rest, key=lambda p: (-p.confidence, p.subject, p.other))))

    def of(self, *verdicts: PairVerdict) -> list[Pair]:
        """The pairs with one of these verdicts."""
        return [pair for pair in self.pairs if pair.verdict in verdicts]

    @property
    def mappings(self) -> list[Mapping]:
        """The rows that the rules decide: merges, and relations of at least SURE confidence."""
        related = [
            pair.mapping() for pair in self.of(PairVerdict.RELATED) if pair.confidence >= SURE
        ]
        return sorted([*decisions(self.of(PairVerdict.SAME)), *related])


def identify(snapshot: AcceptedSnapshot, kinds: Iterable[str] = ()) -> IdentityOutcome:
    """Run the rules over a snapshot, for all kinds or some; UsageError for an unknown kind."""
    wanted = list(kinds) or list(KINDS)
    if unknown := [kind for kind in wanted if kind not in KINDS]:
        raise UsageError(f"no kind {unknown[0]!r}; there are {', '.join(KINDS)}")
    different, before = denied(snapshot), Organizations(snapshot)
    lines, names = counted(snapshot, before)
    firms = IdentityOutcome.over(organizations(names, lines, before), different)
    pairs = list(firms.pairs) if "organization" in wanted else []
    known = Organizations(snapshot, firms.mappings)
    if "model" in wanted:
        pairs += compared(snapshot, known, makers_of(snapshot, before))
    if "dataset" in wanted:
        pairs += datasets(snapshot, known)
    if "licence" in wanted:
        pairs += licences(snapshot)
    return IdentityOutcome.over(pairs, different)


def compare(snapshot: AcceptedSnapshot) -> list[Mapping]:
    """The rows of the rules for models and datasets, given decided organisations."""
    known = Organizations(snapshot)
    pairs = [*compared(snapshot, known), *datasets(snapshot, known)]
    return IdentityOutcome.over(pairs, denied(snapshot)).mappings


def compare_organizations(
    names: Iterable[Iri], lines: Dict[Iri, int], snapshot: AcceptedSnapshot
) -> list[Mapping]:
    """The rows of the rules for some organisations; the snapshot holds the other decisions."""
    pairs = organizations(names, lines, Organizations(snapshot))
    return IdentityOutcome.over(pairs, denied(snapshot)).mappings


def compare_licences(snapshot: AcceptedSnapshot, used: Iterable[Iri]) -> list[Mapping]:
    """The rows of the rules for some licences that records name."""
    return IdentityOutcome.over(licences(snapshot, used), denied(snapshot)).mappings
