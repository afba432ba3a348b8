"""Names that may be one thing, with what speaks for and against it, for a human to decide.

Two names are compared when they share all words and sizes (in any order and spelling). They
are **decided** to be one by rule only where nothing at all tells them apart: the same full
name, a developer in common, sizes and dates that agree, not both listed by one source, not
two repositories. All else stays a candidate. Over-merging is worse than leaving apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.core import iris
from provenance_graph.core.iris import Iri, said
from provenance_graph.core.terms import PG, RDF, SKOS
from provenance_graph.matching.entities import Thing, owner, source, things
from provenance_graph.matching.names import Name

COLUMNS = ("name", "may be", "confidence", "verdict", "for", "against", "justification")
LEXICAL = "semapv:LexicalMatching"
COMPOSITE = "semapv:CompositeMatching"
ORDER = (
    "",
    "curated",
    "apx",
    "fmti",
    "osai",
    "mot",
    "epoch",
    "mteb",
    "osaimap",
    "modelsdev",
    "litellm",
)
"""Which name of several stands for all: ours first, then by source."""
CROWD = 40
"""Blocks larger than this hold a word, not a name, and are not compared pair by pair."""
WORTH = 0.5
"""Below this a pair is not shown: too much speaks against it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two names that may mean one thing. ``decided`` where the rule is sure."""

    subject: Iri
    other: Iri
    confidence: float
    decided: bool
    pro: tuple[str, ...]
    contra: tuple[str, ...]
    labels: tuple[str, str] = ("", "")

    @property
    def justification(self) -> str:
        """Why they were put together, as SSSOM calls it."""
        return COMPOSITE if any("agree" in reason for reason in self.pro) else LEXICAL

    def row(self) -> tuple[str, ...]:
        """As a row of COLUMNS."""
        return (
            said(self.subject), said(self.other), f"{self.confidence:.2f}",
            "one thing by rule" if self.decided else "to be decided",
            "; ".join(self.pro), "; ".join(self.contra), self.justification,
        )  # fmt: skip


def candidates(snapshot: AcceptedSnapshot) -> list[Candidate]:
    """Pairs worth a human's time, surest first, and those the rule decides.

    Names that are merged already are one thing and no pair. Two names of offers are paired
    only where the rule decides, since neither would tell what the other is.
    """
    offers = snapshot.quads(predicate=RDF.type, object=PG.OfferedModel)
    models = snapshot.quads(predicate=RDF.type, object=PG.Model)
    unknown = {name for name, *_ in offers} - {name for name, *_ in models}
    return [
        c
        for c in compared(snapshot)
        if c.decided
        or (c.confidence >= WORTH and not (c.subject in unknown and c.other in unknown))
    ]


def compared(snapshot: AcceptedSnapshot) -> list[Candidate]:
    """Every pair of names that share words and sizes, judged, surest first."""
    apart = denied(snapshot)
    judged = [
        candidate
        for one, other in pairs(things(snapshot))
        if frozenset((one.iri, other.iri)) not in apart and (candidate := judge(one, other))
    ]
    settled = _settle(judged)
    return sorted(settled, key=lambda c: (-c.confidence, c.subject, c.other))


def decisions(found: Iterable[Candidate]) -> list[Mapping]:
    """The mappings that the rule decides, one for each name that gives way to another."""
    groups: dict[Iri, set[Iri]] = {}
    chosen = [c for c in found if c.decided]
    for candidate in chosen:
        joined = groups.get(candidate.subject, {candidate.subject}) | groups.get(
            candidate.other, {candidate.other}
        )
        groups.update(dict.fromkeys(joined, joined))
    best = {frozenset((c.subject, c.other)): c for c in chosen}
    rows = []
    for name, group in groups.items():
        head = min(group, key=preference)
        if name != head:
            rows.append(_row(name, head, best.get(frozenset((name, head)))))
    return sorted(rows)


def _row(name: Iri, head: Iri, pair: Candidate | None) -> Mapping:
    if pair is None:
        why, sure, how = "by a third name that is the same as both", "0.90", LEXICAL
    else:
        why, sure, how = "; ".join(pair.pro), f"{pair.confidence:.2f}", pair.justification
    return Mapping(name, SKOS.exactMatch, head, how, sure, comment=why, author=RULE)


RULE = "id:rule/same-developer-and-name"


def preference(name: Iri) -> tuple[int, int, str]:
    """Names that stand for the whole sort first: hub repositories, our scheme, sources.

    >>> a, b = iris.model("openai/gpt-4"), iris.entity("epoch", "model", "gpt-4")
    >>> min(b, a, key=preference) == a
    True
    """
    place = source(name)
    hub_like = any(c.isupper() for c in name[len(iris.ID) :])
    return (ORDER.index(place) if place in ORDER else len(ORDER), not hub_like, name)


def denied(snapshot: AcceptedSnapshot) -> set[frozenset[Iri]]:
    """Pairs that somebody decided are not one thing."""

    def ends(node: Iri, part: Iri) -> list[Iri]:
        found = snapshot.quads(node, part, graph=identity.GRAPH)
        return [value for *_, value, _ in found if isinstance(value, Iri)]

    return {
        frozenset((one, other))
        for node, *_ in snapshot.quads(
            predicate=identity.MODIFIER, object=identity.NOT, graph=identity.GRAPH
        )
        for one in ends(node, identity.ANNOTATED_SOURCE)
        for other in ends(node, identity.ANNOTATED_TARGET)
    }


def pairs(found: Iterable[Thing]) -> Iterator[tuple[Thing, Thing]]:
    """Things that share all words and sizes of one of their names, each pair once."""
    blocks: dict[tuple[str, ...], dict[Iri, Thing]] = defaultdict(dict)
    for thing in found:
        for name in thing.names:
            blocks[name.key][thing.iri] = thing
    seen: set[tuple[Iri, Iri]] = set()
    for _, block in sorted(blocks.items()):
        if len(block) > CROWD:
            continue
        for one, other in combinations(sorted(block.values(), key=lambda t: t.iri), 2):
            if (one.iri, other.iri) not in seen:
                seen.add((one.iri, other.iri))
                yield one, other


def judge(one: Thing, other: Thing) -> Candidate | None:
    """What speaks for and against two things being one."""
    if min(other.iri, one.iri, key=preference) == one.iri:
        one, other = other, one
    pro, contra = _names(one.names, other.names)
    shared = one.developers & other.developers
    if shared:
        pro.append(f"same developer ({said(min(shared, key=len))})")
    elif one.developers and other.developers:
        contra.append("another developer")
        if not _weak(one) and not _weak(other):
            return None
    else:
        contra.append("developer not stated")
    contra += _contradictions(one, other)
    pro += _agreements(one, other)
    decided = not contra and bool(shared)
    confidence = 0.95 if decided else max(0.1, 0.75 - 0.2 * len(contra) + 0.05 * (len(pro) - 1))
    if decided and any("agree" in reason for reason in pro):
        confidence = 0.98
    return Candidate(
        one.iri, other.iri, min(confidence, 0.98), decided, tuple(pro), tuple(contra),
        (one.label, other.label),
    )  # fmt: skip


def _weak(thing: Thing) -> bool:
    """Whether its developer is only the provider's or uploader's name in an offer."""
    return thing.offered


def _names(mine: Sequence[Name], yours: Sequence[Name]) -> tuple[list[str], list[str]]:
    """The best match among the names, and how the names differ where they do."""
    alike = [(a, b) for a in mine for b in yours if a.key == b.key]
    best = min((a.differs(b) for a, b in alike), key=len, default=["words differ"])
    if best:
        return ["same words and sizes"], best
    # A label may leave out what the id holds: all names of a thing together tell it apart.
    apart = _together(mine).differs(_together(yours))
    equal = {a.key for a, b in alike if not a.differs(b)}
    for id_ in (mine[-1], yours[-1]):
        if not any(key[: key.index("|")] == tuple(sorted(id_.words)) for key in equal):
            apart.append("its id has other words")
        elif id_.sizes and id_.key not in equal:
            apart.append("its id names a size")
    return ["same full name" if not apart else "same label"], apart


def _together(found: Sequence[Name]) -> Name:
    """What all names of one thing say of its variant, quantisation and date."""
    return Name(
        (),
        variant=frozenset().union(*(name.variant for name in found)),
        quantised=frozenset().union(*(name.quantised for name in found)),
        dates=frozenset().union(*(name.dates for name in found)),
    )


def _contradictions(one: Thing, other: Thing) -> Iterator[str]:
    mine, yours = _billions(one), _billions(other)
    if mine and yours and not any(1 / 1.25 < a / b < 1.25 for a in mine for b in yours):
        yield f"sizes contradict ({min(mine):g}B against {min(yours):g}B)"
    if one.repositories and other.repositories and not one.repositories & other.repositories:
        yield "two hub repositories"
    if one.ours and other.ours and _converted(one.iri) != _converted(other.iri):
        yield "one repository holds the weights converted"
    if both := one.listed & other.listed:
        yield f"{min(both)} lists both"
    if (days := _days_apart(one, other)) is not None and days > 365:
        yield f"released {days} days apart"
    for a in one.names:
        if any(a.quantised != b.quantised for b in other.names if a.key == b.key):
            yield "one of the names is a quantised one's"
            return


def _converted(name: Iri) -> bool:
    return name.casefold().endswith(("-hf", "_hf"))


def _agreements(one: Thing, other: Thing) -> Iterator[str]:
    if any(1 / 1.12 < a / b < 1.12 for a in one.parameters for b in other.parameters if b):
        yield "parameter counts agree"
    if (days := _days_apart(one, other)) is not None and days <= 31:
        yield "release dates agree"


def _billions(thing: Thing) -> list[float]:
    """Stated parameter counts, and sizes in the names, in billions."""
    stated = [count / 1e9 for count in thing.parameters if count > 0]
    for name in thing.names:
        stated += [
            float(size[:-1])
            for size in name.sizes
            if size[0].isdigit() and size.endswith("b") and "x" not in size
        ]
    return stated


def _days_apart(one: Thing, other: Thing) -> int | None:
    try:
        first, second = date.fromisoformat(one.released), date.fromisoformat(other.released)
    except ValueError:
        return None
    return abs((first - second).days)


def _settle(judged: list[Candidate]) -> list[Candidate]:
    """Withhold decisions that would join two repositories or two entries of one source."""
    groups: dict[Iri, set[Iri]] = {}
    for candidate in judged:
        if candidate.decided:
            joined = groups.get(candidate.subject, {candidate.subject}) | groups.get(
                candidate.other, {candidate.other}
            )
            groups.update(dict.fromkeys(joined, joined))
    refused = {frozenset((c.subject, c.other)) for c in judged if c.contra and _hard(c)}
    spoilt: set[Iri] = set()
    for group in {id(g): g for g in groups.values()}.values():
        if len(group) > 2 and any(
            frozenset(pair) in refused for pair in combinations(sorted(group), 2)
        ):
            spoilt |= group
    settled = []
    for candidate in judged:
        if candidate.decided and candidate.subject in spoilt:
            why = (*candidate.contra, "a third name equals both and is not one of them")
            candidate = Candidate(
                candidate.subject, candidate.other, 0.6, False, candidate.pro, why, candidate.labels
            )
        settled.append(candidate)
    return settled


def _hard(candidate: Candidate) -> bool:
    """Whether what speaks against is more than something not stated."""
    return any(reason != "developer not stated" for reason in candidate.contra)


__all__ = [
    "COLUMNS",
    "Candidate",
    "candidates",
    "decisions",
    "judge",
    "owner",
    "pairs",
    "preference",
]
