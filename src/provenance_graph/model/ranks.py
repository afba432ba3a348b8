"""Ranks with their list, date and population, their movement, and correlation of scores.

A rank has no meaning without its list: entries are grouped by list. A list that was recomputed or
published again is another edition of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provenance_graph.core.claims import Value
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.lexical_forms import stated_count
from provenance_graph.core.terms import DCTERMS, PG

if TYPE_CHECKING:
    from provenance_graph.model.answers import MovementAnswer, RankAnswer

Facts = Mapping[Iri, Sequence[Value]]
EDITION = ", list at "
"""Text between a list's name and its edition."""


@dataclass(frozen=True, slots=True)
class Rank:
    """One rank in one edition of one list.

    ``date`` is the ISO day of the list; ``read`` the day on which it was read, used where no date
    is known.
    """

    node: Iri
    of: Iri
    edition: str
    rank: int
    population: int | None
    date: str
    read: str

    def to_json(self) -> RankAnswer:
        """As JSON."""
        return {
            "iri": self.node,
            "of": {"iri": self.of, "id": short_id(self.of)},
            "edition": self.edition or None,
            "rank": self.rank,
            "population": self.population,
            "date": self.date or None,
            "read": self.read or None,
            "share": round(self.rank / self.population, 3) if self.population else None,
        }


@dataclass(frozen=True, slots=True)
class Movement:
    """The ranks of one entity in one list, sorted by date."""

    list: str
    of: Iri
    ranks: tuple[Rank, ...]

    @property
    def change(self) -> int | None:
        """Places lost between the first and the last dated entry; None with fewer than two."""
        dated = [rank for rank in self.ranks if rank.date]
        return dated[-1].rank - dated[0].rank if len(dated) > 1 else None

    @property
    def comparable(self) -> bool:
        """Whether every entry has a date and a population."""
        return all(rank.date and rank.population for rank in self.ranks)

    def to_json(self) -> MovementAnswer:
        """As JSON."""
        return {
            "list": self.list,
            "of": {"iri": self.of, "id": short_id(self.of)},
            "ranks": [rank.to_json() for rank in self.ranks],
            "change": self.change,
            "comparable": self.comparable,
        }


def rank_of(node: Iri, facts: Facts, ranking_name: str, read: str) -> tuple[str, Rank] | None:
    """A rank entry from its accepted facts, with the name of its list; None if incomplete."""
    rank, of = _number(facts, PG.rank), _first(facts, PG.rankOf)
    if rank is None or not isinstance(of, Iri):
        return None
    name, _, edition = ranking_name.partition(EDITION)
    date = str(_first(facts, DCTERMS.date) or "")
    population = _number(facts, PG.population)
    return name, Rank(node, of, edition, rank, population, date, read)


def movements(entries: Iterable[tuple[str, Rank]]) -> list[Movement]:
    """The rank entries grouped by list and entity, each group sorted by date."""
    grouped: dict[tuple[str, Iri], list[Rank]] = defaultdict(list)
    for name, rank in entries:
        grouped[name, rank.of].append(rank)
    return [
        Movement(name, of, tuple(sorted(ranks, key=lambda r: (r.date, r.read, r.edition, r.node))))
        for (name, of), ranks in sorted(grouped.items())
    ]


def _first(facts: Facts, predicate: Iri) -> Value | None:
    return next(iter(facts.get(predicate, ())), None)


def _number(facts: Facts, predicate: Iri) -> int | None:
    value = _first(facts, predicate)
    return None if value is None else stated_count(str(value))


# ---- how far two ways of scoring agree -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Correlation:
    """The rank correlation of two scores over the models that both have.

    Spearman's rho and Kendall's tau with their p-values over ``count`` models; None where fewer
    than three are in common, or where one score does not vary.
    """

    one: str
    other: str
    count: int
    spearman: float | None = None
    spearman_p: float | None = None
    kendall: float | None = None
    kendall_p: float | None = None


def correlate(
    one: str, mine: Mapping[Iri, float], other: str, theirs: Mapping[Iri, float]
) -> Correlation:
    """The rank correlation of two scores over the models that both have.

    >>> a, b, c = Iri("urn:a"), Iri("urn:b"), Iri("urn:c")
    >>> found = correlate("x", {a: 1, b: 2, c: 3}, "y", {a: 10, b: 20, c: 30})
    >>> found.count, found.spearman
    (3, 1.0)
    """
    common = sorted(mine.keys() & theirs.keys())
    left, right = [mine[m] for m in common], [theirs[m] for m in common]
    if len(common) < 3 or len(set(left)) < 2 or len(set(right)) < 2:
        return Correlation(one, other, len(common))
    from scipy import stats  # heavy; only this needs it

    rho, tau = stats.spearmanr(left, right), stats.kendalltau(left, right)
    return Correlation(
        one,
        other,
        len(common),
        *(round(float(x), 3) for x in (rho.statistic, rho.pvalue, tau.statistic, tau.pvalue)),
    )
