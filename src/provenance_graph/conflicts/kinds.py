"""The kinds of conflict with their labels, and the kind of a disagreement on one value.

The developer contradicts itself if two values of developer rank and known custody exclude each
other. Sources disagree if two values exclude each other and their sources are of the same tier or
of adjacent ones (``pg:tier``). Dates compare by the period they name, counts by what they may be
rounded from. All other disagreements have kinds of their own, so that the list accuses a source
only of a contradiction.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from provenance_graph.acceptance.agreement import agree, date_span
from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.policy.bounds import Plausible
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import DEVELOPER_RANK, Literal, SourcedClaim, Value
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA
from provenance_graph.matching.entities import OFFERS
from provenance_graph.model.naming.folded import fold

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "developer": "the developer contradicts itself",
        "sources": "sources of equal weight disagree",
        "not-its-child": "not its child: the weights do not come from the declared parent",
        "undeclared-parent": "undeclared parent: the weights come from a model that is not named",
        "implausible": "implausible value",
        "apart": "values differ between names that are not merged",
        "variant": "another variant: size, edition, total against active",
        "announcement": "two events: announcement, availability, repository, entry",
        "weaker": "a weaker source gives another value",
        "outdated": "one publisher, at different times or places",
        "provider-limit": "a provider's own limit",
        "undisclosed": "a value, and a report that it is not disclosed",
        "unreadable": "text that could not be read as a value",
        "rounding": "rounding",
        "naming": "the same, written differently",
    }
)
"""Every kind with its label, worst first."""
DEFAULT = ("developer", "not-its-child", "undeclared-parent", "sources", "implausible", "apart")
"""The kinds that a list of conflicts contains by default."""
SEVERITY = MappingProxyType(
    {
        "developer": 90,
        "not-its-child": 85,
        "undeclared-parent": 75,
        "sources": 70,
        "implausible": 80,
        "apart": 60,
        "variant": 40,
        "announcement": 35,
        "weaker": 32,
        "outdated": 30,
        "provider-limit": 25,
        "undisclosed": 28,
        "unreadable": 15,
        "rounding": 12,
        "naming": 10,
    }
)
LIMITS = frozenset({PG.contextLength, PG.maxOutputTokens, PG.maxInputTokens})
CLOCKS = frozenset({DCTERMS.modified, DCTERMS.created})
"""Dates that a repository and a catalogue's entry have independently."""
RESEARCHED = 2
"""The last tier (tier 1 is the best) of sources whose entries were researched by people."""
NEAR = 60
"""The most days between an announcement and the weights or repository of one release."""
_NUMBER_FORMATS = ("fp8", "int8", "mxfp4", "nvfp4")
WIDER: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "HybridReasoning": frozenset({"Reasoning"}),
        "text": frozenset({"code"}),
        **{form: frozenset({"modelopt", "compressed-tensors"}) for form in _NUMBER_FORMATS},
    }
)
"""By value: values that are a broader or narrower term for the same thing.

For instance a number format, and the tool or container that writes this format among others.
"""
GENERIC = frozenset(
    [
        "decoder",
        "transformer",
        "transformer decoder",
        "decoder-only transformer",
        "encoder",
        "encoder-decoder",
        "transformer encoder",
    ]
)
"""General terms for a kind of network, compared with which a family's name is narrower."""


@dataclass(frozen=True, slots=True)
class ConflictKind:
    """A kind of conflict with its explanation and severity."""

    kind: str
    why: str
    severity: int


def conflict_kind(kind: str, why: str, more: int = 0) -> ConflictKind:
    """Make a conflict of a kind with its usual severity plus ``more``."""
    return ConflictKind(kind, why, SEVERITY[kind] + more)


def clusters(claims: Sequence[SourcedClaim]) -> list[list[SourcedClaim]]:
    """Group claims whose values all agree with each other."""
    groups: list[list[SourcedClaim]] = []
    for item in sorted(claims, key=lambda c: (str(c.value), c.header.record)):
        home = next((g for g in groups if all(_agrees(item, other) for other in g)), None)
        if home is None:
            groups.append([item])
        else:
            home.append(item)
    return groups


def _agrees(one: SourcedClaim, other: SourcedClaim) -> bool:
    if agree(one, other):
        return True
    mine, yours = (local_name(str(c.value)) for c in (one, other))
    return yours in WIDER.get(mine, ()) or mine in WIDER.get(yours, ())


def kind_of(
    snapshot: AcceptedSnapshot, subject: Iri, prop: Iri, claims: Sequence[SourcedClaim]
) -> ConflictKind | None:
    """The kind of a disagreement about one value; None if all claims can be true."""
    values = list(dict.fromkeys(c.value for c in claims if c.value is not None))
    if len(values) < 2 or prop == SCHEMA.name:  # other names are names too
        return None
    if _spelt_alike(values, snapshot):
        return conflict_kind("naming", "the values differ only in how they are written")
    groups = clusters(claims)
    if len(groups) < 2:
        return conflict_kind(
            "rounding", "the values can all be true: one is rounded or names a period"
        )
    if prop in LIMITS:
        return _limits(groups, values, snapshot.policy)
    if prop in CLOCKS:
        return conflict_kind(
            "announcement", "a repository and a catalogue's entry have dates of their own"
        )
    if prop == DCTERMS.issued and (days := _days(groups)) is not None and days <= NEAR:
        return conflict_kind(
            "announcement", f"{days} days apart: announcement, weights or repository"
        )
    if prop in (DCTERMS.issued, PG.weightsAvailability) and _two_events(snapshot, subject, claims):
        return conflict_kind(
            "announcement", "one source describes the service, another the weights"
        )
    if prop == DCTERMS.issued and _announced_first(groups, snapshot.policy):
        return conflict_kind(
            "announcement", "an index has the announcement, catalogues the availability"
        )
    if prop == PG.architectureFamily and any(str(value).casefold() in GENERIC for value in values):
        return conflict_kind("variant", "one source names the family, another the kind of network")
    if (
        prop in (PG.parameterCount, PG.nominalParameterCount)
        and (of_size := _sizes(snapshot, subject, groups)) is not None
    ):
        return of_size
    return by_weight(groups, snapshot.policy, prop)


def _announced_first(groups: list[list[SourcedClaim]], policy: Policy) -> bool:
    """Whether researched indices have the earliest day, and only catalogues the later ones."""
    by_day = sorted(
        (span[0], {policy.source(item).tier for item in items})
        for items in groups
        if (span := date_span(items[0])) is not None
    )
    if len(by_day) != len(groups) or len(by_day) < 2:
        return False
    first, *later = (tiers for _, tiers in by_day)
    return max(first) <= RESEARCHED and all(min(tiers) > RESEARCHED for tiers in later)


def _two_events(snapshot: AcceptedSnapshot, subject: Iri, claims: Sequence[SourcedClaim]) -> bool:
    """Whether the same sources differ both on the day and on the availability of weights."""
    publishers = {c.header.publisher for c in claims}
    for prop in (DCTERMS.issued, PG.weightsAvailability):
        reported = [
            c
            for c in snapshot.claims(subject, prop)
            if c.header.publisher in publishers and c.value is not None and not c.implausible
        ]
        by = {c.header.publisher: str(c.value) for c in reported}
        if set(by) != publishers or len(set(by.values())) < 2:
            return False
    return True


def contradicting(
    counts: Sequence[SourcedClaim], nominal: Sequence[SourcedClaim], bounds: Plausible
) -> list[SourcedClaim]:
    """Nominal sizes that are not the rounding of any stated count: sides of a conflict."""
    low, high = bounds.least_size_in_name, bounds.greatest_size_in_name
    stated = _numbers([c.value for c in counts if c.value is not None])
    return [
        item
        for item in nominal
        if stated
        and item.value is not None
        and (sizes := _numbers([item.value]))
        and not any(low < count / max(sizes[0], 1) < high for count in stated)
    ]


def by_weight(groups: list[list[SourcedClaim]], policy: Policy, prop: Iri) -> ConflictKind:
    """The kind of a disagreement between groups that exclude each other, by their sources."""
    what = f"{len(groups)} values that exclude each other"
    if prop == DCTERMS.issued and (days := _days(groups)) is not None:
        what = f"{days} days apart"
    own = [g for g in groups if any(c.basis in DEVELOPER_RANK for c in g)]
    if len(own) > 1:
        if len({c.header.document for g in own for c in g}) > 1:
            return conflict_kind("developer", f"documents of the developer: {what}")
        return conflict_kind("outdated", f"one document of the developer, read twice: {what}")
    publishers = {c.header.publisher for g in groups for c in g}
    if len(publishers) == 1:
        return conflict_kind(
            "outdated", f"one publisher gives {what}, at different times or places"
        )
    tiers = sorted(min(tier(c, policy) for c in g) for g in groups)
    if tiers[1] - tiers[0] <= 1:
        return conflict_kind("sources", what, 5 - tiers[0])
    return conflict_kind(
        "weaker", f"a source of tier {tiers[1]} against one of tier {tiers[0]}: {what}"
    )


def tier(item: SourcedClaim, policy: Policy) -> int:
    """The tier of the source of a claim; a claim of developer rank has tier 1."""
    return 1 if item.basis in DEVELOPER_RANK else max(2, policy.source(item).tier)


def _limits(
    groups: list[list[SourcedClaim]], values: Sequence[Value], policy: Policy
) -> ConflictKind | None:
    rest = [c for g in groups for c in g if c.header.reader not in OFFERS]
    if len(clusters(rest)) < 2:
        return conflict_kind("provider-limit", "a provider's limit differs from the model's own")
    numbers = sorted(_numbers(values))
    if len(numbers) > 1 and numbers[-1] / max(numbers[0], 1) < 1.5:
        return conflict_kind("variant", "one source counts input alone, another input and output")
    return by_weight(clusters(rest), policy, PG.contextLength)


def _sizes(
    snapshot: AcceptedSnapshot, subject: Iri, groups: list[list[SourcedClaim]]
) -> ConflictKind | None:
    numbers = sorted(_numbers([c.value for g in groups for c in g if c.value is not None]))
    if len(numbers) < 2 or numbers[0] <= 0:
        return None
    ratio = numbers[-1] / numbers[0]
    if ratio < 1.12:
        return conflict_kind("rounding", "embeddings and extra heads counted or not, or rounded")
    if (whose := _whose(snapshot, subject, groups)) is not None:
        return conflict_kind("variant", f"{ratio:.1f} times apart: {whose}", 10)
    return None


def _whose(
    snapshot: AcceptedSnapshot, subject: Iri, groups: list[list[SourcedClaim]]
) -> str | None:
    """The reason if a value is the size of another model of the series, or of active weights."""
    name = fold(label(snapshot, subject) or local_name(subject))
    active = {c.value for c in snapshot.claims(subject, PG.activeParameterCount)}
    for value in sorted({c.value for g in groups for c in g if isinstance(c.value, Literal)}):
        if value in active:
            return f"{value.lexical} are the active ones"
        others = name and list(_begin_with(name, _of_size(snapshot, value)))
        if others:
            _, display_name = min(others)
            return f"{value.lexical} is what {display_name} has"
    return None


_Sized = tuple[str, Iri, str]
"""A model's folded name, its IRI, and its name."""


def _of_size(snapshot: AcceptedSnapshot, size: Literal) -> list[_Sized]:
    """The models of a size sorted by folded name; cached, since thousands may have one size."""

    def read() -> list[_Sized]:
        models = snapshot.related(PG.parameterCount, size)
        named = [(label(snapshot, model) or short_id(model), model) for model in models]
        return sorted((fold(name), model, name) for name, model in named)

    return snapshot.cached(f"models of size {size.lexical}", read)


def _begin_with(name: str, models: Sequence[_Sized]) -> Iterator[tuple[Iri, str]]:
    """Yield the models whose folded names continue a name."""
    for folded, model, display_name in models[bisect_left(models, (name,)) :]:
        if not folded.startswith(name):
            return
        if folded != name:
            yield model, display_name


def _spelt_alike(values: Sequence[Value], snapshot: AcceptedSnapshot) -> bool:
    spellings = {
        fold(label(snapshot, v) or short_id(v)) if isinstance(v, Iri) else fold(str(v))
        for v in values
    }
    return len(spellings) == 1


def _numbers(values: Sequence[Value]) -> list[float]:
    numbers = []
    for value in values:
        try:
            numbers.append(float(str(value)))
        except ValueError:
            return []
    return numbers


def _days(groups: list[list[SourcedClaim]]) -> int | None:
    """The days between the two groups' periods that are farthest apart; None without dates."""
    spans: list[tuple[date, date]] = [
        span for g in groups for c in g if (span := date_span(c)) is not None
    ]
    if not spans:
        return None
    first_end, last_start = min(end for _, end in spans), max(start for start, _ in spans)
    return max((last_start - first_end).days, 0)
