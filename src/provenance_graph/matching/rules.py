"""The rules for model names, in the order of their application.

Two names are compared if they share a spelling of their words. They are merged if the full name is
equal (size, variant, quantisation, date, serving) and a rule applies: a common developer; a name
that only one group with a developer has; a host's name for that group. Models are merged before
offers. Every pair of equal full names that is not merged is recorded with its reason.
``docs/identity.md`` lists the rules and bars with the effect of each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations
from operator import ne

from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PG, SKOS
from provenance_graph.matching import bars
from provenance_graph.matching.bars import EntityGroup
from provenance_graph.matching.entities import Full, NamedEntity
from provenance_graph.matching.groups import distinct
from provenance_graph.matching.left_out import PartsLeftOut
from provenance_graph.matching.outcome import Pair, PairVerdict

MAX_BLOCK_SIZE = 60
"""If more groups share a full name, only the first ones are compared in pairs."""
_INDICES = frozenset({"osai", "mot", "epoch"})
RULE = "id:rule/same-developer-and-name"
UNIQUE = "id:rule/unique-name"
MOVED = "id:rule/moved-repository"
OFFER = "id:rule/unique-name-of-an-offer"


class Matcher(PartsLeftOut):
    """One run of the rules over entities; ``run`` returns every pair with its verdict."""

    def run(self) -> list[Pair]:
        """Apply all rules in order; return the pairs by falling confidence."""
        self._each(self._same_developer, lambda entity: not entity.offered)
        self._each(self._unique, lambda entity: not entity.offered)
        self.sizes_left_out()
        self.version_left_out()
        self._each(self._same_developer, lambda _: True)
        self._each(self._unique, lambda _: True)
        self.version_left_out(offers=True)
        self.experts_left_out()
        self.instruct_left_out()
        self._each(self._unmerged, lambda _: True)
        self._near_names()
        return sorted(self.pairs.values(), key=lambda p: (-p.confidence, p.subject, p.other))

    def _each(
        self, rule: Callable[[Full, list[EntityGroup]], None], counts: Callable[[NamedEntity], bool]
    ) -> None:
        for full in self.shared:
            groups = self.groups(full, counts)
            if len(groups) > 1:
                rule(full, groups)

    def _same_developer(self, full: Full, groups: list[EntityGroup]) -> None:
        """R0, R2, R4, R6: merge groups with the same full name and a common developer."""
        by_developer: dict[Iri, list[EntityGroup]] = defaultdict(list)
        for group in groups:
            for developer in self.developers_of(group, full):
                by_developer[developer].append(group)
        for developer, listed in sorted(by_developer.items()):
            block = distinct(self.current(group) for group in listed)[:MAX_BLOCK_SIZE]
            if any(map(bars.plain, block)):
                block = [g for g in block if bars.plain(g) or not bars.converted(g)]
            block = bars.without_versions(block)
            if len(block) < 2:
                continue
            clashes = {
                frozenset((id(a), id(b))): why
                for a, b in combinations(block, 2)
                if (why := tuple(bars.evidence(a, b, self.different)))
            }
            for one, other in combinations(block, 2):
                first, second = self.current(one), self.current(other)
                if first is second:
                    continue
                pro = ["same full name", f"same developer ({short_id(developer)})"]
                pro += bars.agreements(first, second)
                moved = bool(first.repositories and second.repositories)
                if (clash := clashes.get(frozenset((id(one), id(other))))) is not None:
                    self.record(first, second, PairVerdict.CANDIDATE, RULE, pro, clash)
                elif _between(one, other, block, clashes):
                    why = ("a third name equals both and is not one of them",)
                    self.record(first, second, PairVerdict.CANDIDATE, RULE, pro, why)
                elif why := (
                    *self._bare(full, first, second),
                    *self.served(full, first, second),
                    *bars.evidence(first, second, self.different),
                ):
                    self.record(first, second, PairVerdict.BARRED, RULE, pro, why)
                else:
                    self.merge(first, second, MOVED if moved else RULE, 0.95, pro)

    def _unique(self, full: Full, groups: list[EntityGroup]) -> None:
        """R3, R7, R8: merge a name without developer into the only group that has both."""
        name = self.full_names[full]
        known = [group for group in groups if group.anchors]
        known = known or [group for group in groups if group.own_offer]
        taken = {id(group) for group in known}
        known = bars.without_versions(known)
        originals = [g for g in known if not self.is_copy(g, known)] or known
        if not name.quantised:
            originals = [g for g in originals if not bars.quantised_copy(g)] or originals
        stated = [g for g in originals if g.makers and not (bars.converted(g) and len(known) > 1)]
        chosen = self._meant(full, stated or originals)
        for group in groups:
            if id(group) in taken or not self.has_no_developer(group, full):
                continue
            rule = UNIQUE if group.is_model else OFFER
            target = self.current(chosen[0]) if len(chosen) == 1 else None
            if target is None:
                for other in chosen[:1]:
                    why = (f"{len(chosen)} models of different developers have the name",)
                    self.record(group, other, PairVerdict.BARRED, rule, ["same full name"], why)
                continue
            pro = ["same full name", "no other model with a developer has it"]
            pro += bars.agreements(group, target)
            against = [*bars.evidence(group, target, self.different), *bars.meaning(group, target)]
            against += self._bare(full, group, target, everywhere=True)
            against += self.instruct_meant(full, group, target)
            if "latest" in name.serving:
                against.append(
                    "each host moves its name for the latest release at a time of its own"
                )
            if bars.no_real_name(name):
                against.append("nothing but a version or a qualifier")
            elif not group.is_model and bars.single_word(name):
                against.append("a host's single word without a figure")
            if name.quantised:
                against.append("a quantised name, and the developer is not stated")
            if against:
                self.record(group, target, PairVerdict.BARRED, rule, pro, against)
            else:
                self.merge(group, target, rule, 0.9, pro)

    def _bare(
        self, full: Full, one: EntityGroup, other: EntityGroup, *, everywhere: bool = False
    ) -> Iterator[str]:
        """Bars a and b: reasons against a series' bare name, or a service's name of a release."""
        name = self.full_names[full]
        if name.sizes or name.dates:
            return
        series, dated = self._series(full, one.developers | other.developers)
        if any(self._own_name(full, group, series) for group in (one, other)):
            series = set()
        counted = [group for group in (one, other) if group.sizes]
        if len(series) > 1 and (everywhere or len(counted) == 1):
            yield f"bare name of a series with sizes {', '.join(sorted(series)[:4])}"
        index = [g for g in (one, other) if g.is_model]
        entry = len(index) == 1 and index[0].listed & _INDICES and not index[0].repositories
        if dated and entry and not bars.has_reliable_names(one.developers | other.developers):
            yield "a service's bare name, and dated releases of that name exist"

    def _series(self, full: Full, developers: set[Iri]) -> tuple[set[str], bool]:
        """The sizes that developers use with a bare name, and whether they use it with a date."""
        series: set[str] = set()
        dated = False
        for sibling in self.by_words[full[0]]:
            parts = self.full_names[sibling]
            if (parts.sizes or parts.dates) and parts.variant == self.full_names[full].variant:
                owners = [g for g in self.groups(sibling) if g.developers & developers]
                if owners and parts.sizes:
                    series.add("+".join(sorted(parts.sizes)))
                dated = dated or bool(owners and parts.dates)
        return series, dated

    @staticmethod
    def _own_name(full: Full, group: EntityGroup, series: set[str]) -> bool:
        """Whether a bare name is that of the developer's own repository of the largest model.

        ``bigscience/bloom`` is the 176B BLOOM beside ``bloom-560m``. A bare name of the smallest
        model, as in GPT-2's repository, gives no evidence.
        """
        sizes = (size for whole in series for size in whole.split("+"))
        largest = max(bars.counts_of(sizes), default=0)
        return group.named_by_developer(full) and max(group.sizes, default=0) * 1.25 > largest

    def _meant(self, full: Full, groups: list[EntityGroup]) -> list[EntityGroup]:
        """The group whose own repository has the name, if all share a developer; else all."""
        stated = [group.developers for group in groups]
        if len(groups) < 2 or not set.intersection(*stated):
            return groups
        series, _ = self._series(full, set.union(*stated))
        own = [group for group in groups if self._own_name(full, group, series)]
        return own if len(own) == 1 else groups

    def _unmerged(self, _: Full, groups: list[EntityGroup]) -> None:
        """Record every group of a name that no rule merged, against the first one, with reasons."""
        groups = distinct(self.current(group) for group in groups)
        if len(groups) < 2 or not any(group.is_model for group in groups):
            return
        first = min(groups, key=lambda g: (not g.is_model, not g.makers, g.head.iri))
        for group in groups:
            if group is first:
                continue
            against = list(bars.evidence(first, group, self.different))
            if first.developers and group.developers and not first.developers & group.developers:
                against.append("another developer")
            if not (first.developers and group.developers):
                against.append("developer not stated")
            weak = not group.is_model or not group.developers
            hard = [why for why in against if why != "developer not stated"]
            verdict = PairVerdict.CANDIDATE if weak and len(hard) < 2 else PairVerdict.BARRED
            self.record(first, group, verdict, RULE, ["same full name"], against)

    def _near_names(self) -> None:
        """Record pairs that differ only in variant, quantisation, date or serving."""
        for words in sorted(self.by_words):
            blocks: dict[str, list[tuple[Full, list[str]]]] = defaultdict(list)
            for full in sorted(self.by_words[words]):
                if self.full_names[full].spellings[0] == words:
                    sizes, *rest = full[1].split("|")
                    blocks[sizes].append((full, rest))
            for block in blocks.values():
                for (one, mine), (other, yours) in combinations(block[:MAX_BLOCK_SIZE], 2):
                    if sum(map(ne, mine, yours)) == 1:
                        a, b = self.full_names[one], self.full_names[other]
                        self._near_pair(one, other, a.differs(b)[0], bool(a.serving ^ b.serving))

    def _near_pair(self, one: Full, other: Full, why: str, serving: bool) -> None:
        for first in self.groups(one)[:3]:
            for second in self.groups(other)[:3]:
                if first is second or not first.developers & second.developers:
                    continue
                against = [why, *bars.evidence(first, second, self.different)]
                if first.repositories and second.repositories:
                    continue
                related = serving and "latest" not in why
                self.record(
                    first,
                    second,
                    PairVerdict.RELATED
                    if related
                    else PairVerdict.CANDIDATE
                    if len(against) == 1
                    else PairVerdict.BARRED,
                    RULE,
                    ["same words and sizes", "same developer"],
                    against,
                    PG.servingVariantOf if related else SKOS.exactMatch,
                )


def _between(
    one: EntityGroup,
    other: EntityGroup,
    block: list[EntityGroup],
    clashes: dict[frozenset[int], tuple[str, ...]],
) -> bool:
    """Whether a third group contradicts exactly one of two groups."""
    for third in block:
        if third is one or third is other:
            continue
        with_one = frozenset((id(one), id(third))) in clashes
        with_other = frozenset((id(other), id(third))) in clashes
        if with_one != with_other:
            return True
    return False
