"""A class of models as one context in which licence rules are evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from provenance_graph.core.iris import Iri
from provenance_graph.licences.inheritance.whole import Bit
from provenance_graph.licences.results import OtherText, Unknown
from provenance_graph.licences.rules.context import (
    ParentStep,
    Reaching,
    RuleMatch,
)
from provenance_graph.licences.texts.catalogue import Catalogue, Licence
from provenance_graph.licences.uses import PlannedUse
from provenance_graph.lineage.results import Edge

_ANYBODY = Iri("urn:any")

Prefix = tuple[str, frozenset[str]]
"""A name prefix that a licence asks for, and the namespaces of its licensor."""


@dataclass(frozen=True)
class ClassContext:
    """All models of one class as one context.

    Facts that differ inside a class are answered so that a rule matches; the models are then
    evaluated.
    """

    catalogue: Catalogue
    declared: tuple[Licence, ...]
    terms: tuple[tuple[Bit, bool], ...] = ()
    parents: Sequence[ParentStep] = ()
    merged_parents: int = 0
    missing_prefixes: frozenset[Prefix] = frozenset()
    files_without_licence: int = 0
    label_change: str = ""
    written_above: bool = False
    plans: Sequence[PlannedUse] = ()
    name: str = ""

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[Reaching]]:
        by_kind: dict[str, list[Reaching]] = {}
        for bit, settled in sorted(self.terms, key=lambda one: not one[1]):
            if bit.licence is not None:
                one = Reaching(bit.terms, bit.licence, settled)
                by_kind.setdefault(bit.terms.kind, []).append(one)
        return by_kind

    def reaching(self, kind: str = "terms") -> Sequence[Reaching]:
        """Classes of terms of a kind that reach the models, settled ones first."""
        return self._by_kind.get(kind, ())

    @cached_property
    def unknowns(self) -> Sequence[Unknown]:
        """One unknown where the class has any; evaluating the model gives the details."""
        own = not self.declared or not all(one.known for one in self.declared)
        above = any(bit.terms.kind in ("unknown", "ungranted") for bit, _ in self.terms)
        return [Unknown("", _ANYBODY, None)] if own or above else []

    def excepted(self, one: Reaching) -> bool:
        """Whether a ban excepts the models: they declare its licence, or inherit its limits."""
        if not any(c.key == "banned-unless-same-licence" for c in one.licence.passes.values()):
            return False
        return any(own.iri == one.licence.iri for own in self.declared) or any(
            bit.licence is not None
            and bit.licence.iri == one.licence.iri
            and bit.terms.limits
            and settled
            for bit, settled in self.terms
        )

    def through_data(self, _: Reaching) -> bool | None:
        """None: a class has no paths that could tell."""
        return None

    def through_outputs(self, _: Reaching) -> bool:
        """False: a class has no paths that could tell."""
        return False

    def model_wrote(self, _: Reaching) -> bool:
        """Whether data that a model wrote is among the ancestors, so that it may be on the path."""
        return self.written_above

    def writer(self, _: Reaching) -> str:
        """Empty: a class has no paths that could tell."""
        return ""

    def lacks_prefix(self, licence: Licence) -> bool:
        """Whether the models' names lack the prefix that a licence requires."""
        return (licence.prefix, licence.namespaces) in self.missing_prefixes

    def shows(self, _: Licence) -> bool:
        """False: a model of the class may not show the text."""
        return False

    def excluded(self, use: str) -> Iterator[RuleMatch]:
        """Matches of clauses that may exclude a use."""
        reaching = [(key, r.licence) for r in self.reaching() for key in r.terms.conditions]
        own = [(key, licence) for licence in self.declared for key in licence.restrictions]
        for key, licence in (*own, *reaching):
            blocks = use in self.catalogue.conditions[key].blocks
            if blocks and licence.clause(key).applies.limits_models:
                yield RuleMatch("", licence)

    def thresholds(self) -> Iterator[RuleMatch]:
        """No matches: a pass over a store has no planned uses."""
        return iter(())

    def dated(self) -> Iterator[tuple[Licence, Iri | None, tuple[Edge, ...]]]:
        """The licences declared and inherited, without holders and paths."""
        for licence in (*self.declared, *(one.licence for one in self.reaching())):
            yield licence, None, ()

    def text_note(self, _: Licence) -> str:
        """Empty: not known of a class."""
        return ""

    def holder(self, _: Reaching) -> str:
        """Empty: not known of a class."""
        return ""

    def match(
        self, message: str, one: Reaching, condition: str = "", severity: str = ""
    ) -> RuleMatch:
        """A match on inherited terms, without holder and path."""
        return RuleMatch(
            message, one.licence, one.licence.clause(condition).location, None, (), severity
        )

    def other_text(self, one: Reaching) -> OtherText:
        """Inherited terms as the other side of a conflict, without holder and path."""
        return OtherText(one.licence)
