"""Rules for two names of which one leaves out a size, version, number of experts or Instruct.

Each rule needs exactly one entity that fits; if two fit, the pair is left to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from provenance_graph.core.developers import developer_names
from provenance_graph.matching import bars
from provenance_graph.matching.bars import EntityGroup
from provenance_graph.matching.entities import Full, NamedEntity, fulls
from provenance_graph.matching.groups import NameGroups, distinct
from provenance_graph.matching.names import Name, owner
from provenance_graph.matching.outcome import PairVerdict

SIZE = "id:rule/size-left-out"
INSTRUCT = "id:rule/offer-leaves-instruct-out"
_RUNNERS = frozenset({"ollama", "lemonade", "lm_studio", "llamafile"})
_LATER = tuple(f"0.{number}" for number in range(2, 10))
_EXPERTS = re.compile(r"[ae]\d+(?:\.\d+)?b|\d+e")
"""Active parameters or the number of experts: ``a22b``, ``16e``."""


def _is_model(entity: NamedEntity) -> bool:
    return not entity.offered


class PartsLeftOut(NameGroups):
    """The rules that compare a name with a name of fewer parts."""

    def sizes_left_out(self) -> None:
        """R5: merge a name without size; a common developer, and parameter counts within 13 %."""
        for words in sorted(self.by_words):
            bare = [f for f in self.by_words[words] if not self.full_names[f].sizes]
            sized = [f for f in self.by_words[words] if self.full_names[f].sizes]
            sized += [f for f in self.bracketed.get(words, ()) if self.full_names[f].sizes]
            for full in sorted(bare):
                for group in self.groups(full, _is_model):
                    fitting = self._of_that_size(group, full, sized)
                    if len(fitting) == 1:
                        pro = ["same words, the size left out", "same developer"]
                        pro += ["parameter counts agree"]
                        self._decide(group, fitting[0], SIZE, pro)

    def _of_that_size(self, group: EntityGroup, full: Full, sized: list[Full]) -> list[EntityGroup]:
        """Models of the group's developer with its name plus a size near its parameter count."""
        rest = full[1].partition("|")[2]
        counts = {count / 1e9 for entity in group.members for count in entity.parameters}
        return distinct(
            other
            for one in sorted(sized)
            if one[1].partition("|")[2] == rest
            for other in self.groups(one, _is_model, bracketed=True)
            if other is not group
            and other.developers & group.developers
            and any(1 / 1.13 < a / b < 1.13 for a in counts for b in other.sizes if b)
        )

    def version_left_out(self, *, offers: bool = False) -> None:
        """R5: merge names without ``v0.1`` or ``v1``; common developer, equal sizes, one candidate.

        A service's name may leave out only ``v0.1``, and only if no later version is known, since
        the service decides what the name means. Offers are compared after all models, with
        ``offers``.
        """
        first = ("0.1",) if offers else ("0.1", "1")
        for full in sorted(self.by_full):
            name = self.full_names[full]
            if not name.sizes or len(name.words) < 2 or name.words[-1] not in first:
                continue
            bare = replace(name, words=name.words[:-1])
            if bars.no_real_name(bare):
                continue
            groups = self.groups(full, _is_model)
            if offers and self._has_later(bare):
                continue
            for other in dict.fromkeys(fulls(bare)):
                bares = self.groups(other)
                if offers and any(group.anchors for group in bares):
                    continue
                for group in bares:
                    if offers and not group.is_model:
                        self._offer_without_version(full, group, groups)
                    elif not offers and group.listed and group.is_model:
                        self._without_version(group, groups)

    def _has_later(self, bare: Name) -> bool:
        """Whether a later version than the first is known for a name."""
        later = (replace(bare, words=(*bare.words, version)) for version in _LATER)
        return any(full in self.by_full for name in later for full in fulls(name))

    def _without_version(self, group: EntityGroup, groups: list[EntityGroup]) -> None:
        fitting = [g for g in groups if g.developers & group.developers]
        if len(fitting) == 1 and self.current(fitting[0]) is not self.current(group):
            pro = ["same name, the first version left out", "same developer"]
            pro += bars.agreements(group, fitting[0])
            self._decide(group, fitting[0], SIZE, pro)

    def _offer_without_version(
        self, full: Full, group: EntityGroup, groups: list[EntityGroup]
    ) -> None:
        fitting = distinct(self.current(g) for g in groups if g.anchors)
        if len(fitting) == 1 and self.may_be_made_by(group, fitting[0]):
            pro = ["same name, the first version left out", "no later version of it is known"]
            self._decide_offer(full, group, fitting[0], pro)

    def experts_left_out(self) -> None:
        """R5: merge ``Qwen3-30B`` with ``Qwen3-30B-A3B``: active parameters or experts left out."""
        for words in sorted(self.by_words):
            whole: dict[Full, list[Full]] = {}
            for full in sorted(self.by_words[words]):
                sizes = self.full_names[full].sizes
                retained = frozenset(size for size in sizes if not _EXPERTS.fullmatch(size))
                if retained and retained != sizes:
                    rest = full[1].partition("|")[2]
                    bare = (words, f"{'+'.join(sorted(retained))}|{rest}")
                    if bare in self.by_full:
                        whole.setdefault(bare, []).append(full)
            for bare, named in sorted(whole.items()):
                if any(group.anchors for group in self.groups(bare)):
                    continue
                fitting = distinct(g for full in named for g in self.groups(full) if g.anchors)
                for group in self.groups(bare):
                    if len(fitting) == 1 and self.may_be_made_by(group, fitting[0]):
                        pro = ["same name, the active parameters or experts left out"]
                        self._decide_offer(named[0], group, self.current(fitting[0]), pro)

    def instruct_left_out(self) -> None:
        """R9: merge an offer without variant if only an Instruct or chat model has that name."""
        for full in sorted(self.by_full):
            name = self.full_names[full]
            if name.variant or name.quantised or bars.no_real_name(name) or not name.sizes:
                continue
            groups = self.groups(full)
            if any(group.anchors for group in groups):
                continue
            tuned = distinct(
                group
                for other in self.instruct_names(full)
                for group in self.groups(other)
                if group.anchors
            )
            for group in groups:
                if group.is_model or len(tuned) != 1:
                    continue  # an index or a repository leaves a variant out on purpose
                if not self.may_be_made_by(group, tuned[0]):
                    continue
                tuned = [self.current(tuned[0])]
                pro = ["same name but for Instruct", "no base model of that name is known"]
                against = list(bars.evidence(group, tuned[0], self.different))
                against += bars.meaning(group, tuned[0])
                if group.hosts & tuned[0].hosts:
                    against.append("the host offers the Instruct under its own name as well")
                if group.hosts & developer_names().hosts_of_base_models:
                    against.append("the host offers base models under their bare names")
                if against:
                    self.record(group, tuned[0], PairVerdict.BARRED, INSTRUCT, pro, against)
                else:
                    self.merge(group, tuned[0], INSTRUCT, 0.85, pro)

    def instruct_meant(self, full: Full, group: EntityGroup, target: EntityGroup) -> Iterator[str]:
        """Bar d: yield a reason if a host's bare name means the Instruct: both variants exist."""
        name = self.full_names[full]
        if group.is_model or name.variant or group.hosts & developer_names().hosts_of_base_models:
            return
        tuned = self._tuned(full, target)
        weights = name.sizes or target.repositories or any(g.repositories for g in tuned)
        if tuned and weights and not any(g.hosts & group.hosts for g in tuned):
            yield "base and Instruct both exist, and the host has only this name"
        elif name.sizes and group.hosts & _RUNNERS and self.has_tuned(full[0]):
            yield "a local runner's bare name means the Instruct or chat model"

    def served(self, full: Full, one: EntityGroup, other: EntityGroup) -> Iterator[str]:
        """Bar d: yield a reason if a service, even the developer's, uses the base's bare name.

        A name with the repository's owner in front denotes the weights themselves.
        """
        name = self.full_names[full]
        for group, target in ((one, other), (other, one)):
            service = group.hosts - developer_names().hosts_of_base_models == group.hosts
            if not group.hosts or not service or group.repositories or group.listed:
                continue
            if not name.sizes or name.variant or _is_base_there(group, target):
                continue
            if target.is_model and self._tuned(full, target):
                yield "base and Instruct both exist, and a service's bare name means the Instruct"

    def _tuned(self, full: Full, target: EntityGroup) -> list[EntityGroup]:
        """The Instruct or chat models of a target's developer with one of the target's names."""
        sized = self.full_names[full].sizes
        names = {full, *(f for entity in target.members for f in entity.fulls)}
        named = sorted(f for f in names if self.full_names[f].sizes == sized)
        tuned = distinct(
            group
            for one in named
            for other in self.instruct_names(one)
            for group in self.groups(other)
        )
        return [
            group
            for group in tuned
            if group is not target and group.anchors and group.developers & target.developers
        ]

    def _decide(self, group: EntityGroup, fitting: EntityGroup, rule: str, pro: list[str]) -> None:
        """Merge two groups, or record a candidate with the reasons against a merge."""
        if against := list(bars.evidence(group, fitting, self.different)):
            self.record(group, fitting, PairVerdict.CANDIDATE, rule, pro, against)
        else:
            self.merge(group, fitting, rule, 0.9, pro)

    def _decide_offer(
        self, full: Full, group: EntityGroup, fitting: EntityGroup, pro: list[str]
    ) -> None:
        """Merge an offer's or developerless name into a group, or record it as barred."""
        against = [*bars.evidence(group, fitting, self.different), *bars.meaning(group, fitting)]
        against += self.instruct_meant(full, group, fitting)
        if self.full_names[full].quantised:
            against.append("a quantised name, and the developer is not stated")
        if against:
            self.record(group, fitting, PairVerdict.BARRED, SIZE, pro, against)
        else:
            self.merge(group, fitting, SIZE, 0.85, pro)


def _is_base_there(group: EntityGroup, target: EntityGroup) -> bool:
    """Whether a service's id names the repository's owner, so that it denotes the base weights."""
    owners = {name.partition("/")[0].casefold() for name in target.repositories}
    owners |= {owner(entity.iri).casefold() for entity in target.members if entity.ours}
    return any(owner(entity.iri).casefold() in owners for entity in group.members)
