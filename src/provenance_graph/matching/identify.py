"""Identity of models, datasets, organisations and licences over one snapshot of any store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from types import MappingProxyType

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.matching.candidates import compared, decisions, denied
from provenance_graph.matching.datasets import datasets
from provenance_graph.matching.licences import licences
from provenance_graph.matching.organizations import Organizations, organizations
from provenance_graph.matching.outcome import Pair, Verdict

KINDS: Dict[str, Callable[[AcceptedSnapshot, Organizations], list[Pair]]] = MappingProxyType(
    {
        "organization": organizations,
        "model": compared,
        "dataset": datasets,
        "licence": licences,
    }
)
"""What identity is decided of, organisations first: models are compared by their developers."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules made of the names of a store, by verdict, surest first."""

    pairs: tuple[Pair, ...]

    def of(self, *verdicts: Verdict) -> list[Pair]:
        """The pairs with these verdicts."""
        return [pair for pair in self.pairs if pair.verdict in verdicts]

    @property
    def mappings(self) -> list[Mapping]:
        """The rows that the rules decide: one thing, and how two are related."""
        related = [pair.mapping() for pair in self.of(Verdict.RELATED) if pair.confidence >= 0.8]
        return sorted([*decisions(self.of(Verdict.SAME)), *related])


def identify(
    snapshot: AcceptedSnapshot,
    kinds: Iterable[str] = (),
    only: frozenset[Iri] | None = None,
) -> Outcome:
    """Run the rules over a snapshot: for every kind, or some, or only where one of ``only`` is met.

    Raises UsageError for a kind there is not.
    """
    wanted = list(kinds) or list(KINDS)
    if unknown := [kind for kind in wanted if kind not in KINDS]:
        raise UsageError(f"no kind {unknown[0]!r}; there are {', '.join(KINDS)}")
    apart = denied(snapshot)
    known = Organizations(snapshot)
    made = {"organization": organizations(snapshot, known)}
    known = Organizations(snapshot, (p for p in made["organization"] if p.key not in apart))
    made |= {kind: KINDS[kind](snapshot, known) for kind in wanted if kind not in made}
    results = [
        pair
        for kind in wanted
        for pair in made[kind]
        if pair.key not in apart and (only is None or pair.key & only)
    ]
    return Outcome(tuple(sorted(results, key=lambda p: (-p.confidence, p.subject, p.other))))
