"""Groups of names during one run of the rules, with the pairs decided so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from provenance_graph.core import iris
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import SKOS
from provenance_graph.matching.bars import DENIED, EntityGroup
from provenance_graph.matching.entities import Full, NamedEntity, fulls
from provenance_graph.matching.names import Name, local, owner, parse, preference
from provenance_graph.matching.outcome import Pair, PairVerdict

LABEL_OF_MANY = 3
"""From so many different ids on, a shared label does not count as a name."""


class NameGroups:
    """Entities indexed by their full names, in groups merged so far, and the pairs decided."""

    def __init__(self, entities: Iterable[NamedEntity], different: set[frozenset[Iri]]) -> None:
        self.different = different
        self.entities = sorted(entities, key=lambda entity: entity.iri)
        self.group: dict[Iri, EntityGroup] = {
            entity.iri: EntityGroup.of(entity) for entity in self.entities
        }
        self.pairs: dict[frozenset[Iri], Pair] = {}
        self.by_full: dict[Full, list[Iri]] = defaultdict(list)
        self.by_words: dict[str, set[Full]] = defaultdict(set)
        self.full_names: dict[Full, Name] = {}
        self.bracketed: dict[str, set[Full]] = defaultdict(set)
        self.of_bracketed: dict[Full, list[Iri]] = defaultdict(list)
        for entity in self.entities:
            for name in entity.names:
                for full in fulls(name):
                    holders = self.by_full[full]
                    if not holders or holders[-1] != entity.iri:  # entities come in sequence
                        holders.append(entity.iri)
                    self.by_words[full[0]].add(full)
                    self.full_names.setdefault(full, name)
            for name in entity.alternates:
                for full in fulls(name):
                    self.bracketed[full[0]].add(full)
                    self.of_bracketed[full].append(entity.iri)
                    self.full_names.setdefault(full, name)

        self.shared = sorted(
            full
            for full, holders in self.by_full.items()
            if len(holders) > 1 and not self._is_label_of_many(full, holders)
        )

    def groups(
        self,
        full: Full,
        counts: Callable[[NamedEntity], bool] = lambda _: True,
        *,
        bracketed: bool = False,
    ) -> list[EntityGroup]:
        """The distinct groups, in order, of entities with this full name.

        A group is included if ``counts`` holds for any of its members.
        """
        groups: dict[int, EntityGroup] = {}
        for iri in (
            *self.by_full.get(full, ()),
            *(self.of_bracketed.get(full, ()) if bracketed else ()),
        ):
            group = self.group[iri]
            if any(counts(entity) for entity in group.members):
                groups.setdefault(id(group), group)
        return list(groups.values())

    def current(self, group: EntityGroup) -> EntityGroup:
        """The group that holds these entities after the merges so far."""
        return self.group[group.members[0].iri]

    def _is_label_of_many(self, full: Full, holders: list[Iri]) -> bool:
        """Whether a label is shared by entities with different ids of our scheme.

        An id of our scheme is a name. If LABEL_OF_MANY ids share a label, it names none of them.
        """
        own = {
            next(fulls(parse(local(iri))))
            for iri in holders
            if iri.startswith(iris.ID + "model/") and full not in set(fulls(parse(local(iri))))
        }
        return len(own) >= LABEL_OF_MANY

    def developers_of(self, group: EntityGroup, full: Full) -> set[Iri]:
        """The developers of a group that count for a name; a host only if it made the model."""
        return set() if self.has_no_developer(group, full) else group.developers

    def has_no_developer(self, group: EntityGroup, full: Full) -> bool:
        """Whether a group has no developer that counts for a name.

        R8: a host that also makes models is not the developer of a name that none of its own models
        has and that another developer's model has. An owner in the id that is not a host is the
        developer.
        """
        if not group.developers:
            return True
        if group.is_model or (group.makers | group.owners) - self.hosting(group):
            return False
        others = [g for g in self.groups(full) if g.anchors]
        return bool(others) and not any(g.developers & group.developers for g in others)

    def hosting(self, group: EntityGroup) -> set[Iri]:
        """The organisations that host the offers of a group."""
        return {iris.organization(host) for host in group.hosts}

    def may_be_made_by(self, group: EntityGroup, model: EntityGroup) -> bool:
        """Whether a group has a developer in common with a model, or no developer but its hosts."""
        hosted = self.hosting(group) | {iris.organization(owner(t.iri)) for t in group.members}
        return bool(group.developers & model.developers) or not group.developers - hosted

    def is_copy(self, group: EntityGroup, others: list[EntityGroup]) -> bool:
        """Whether members of a group were made from another group of the same name: a re-upload."""
        parents = {parent for entity in group.members for parent in entity.parents}
        return any(
            entity.iri in parents
            for other in others
            if other is not group
            for entity in other.members
        )

    def instruct_names(self, full: Full) -> list[Full]:
        """The known full names that differ from one only in the variant Instruct or chat."""
        sizes, _, rest = full[1].split("|", 2)
        named = [(full[0], f"{sizes}|{variant}|{rest}") for variant in ("instruct", "chat")]
        return [other for other in named if other in self.by_full]

    def has_tuned(self, words: str) -> bool:
        """Whether a name with the same words has the variant Instruct or chat."""
        return any(self.full_names[f].variant & {"instruct", "chat"} for f in self.by_words[words])

    def merge(
        self, one: EntityGroup, other: EntityGroup, rule: str, sure: float, pro: list[str]
    ) -> None:
        """Merge two groups and record the pair with its rule, confidence and reasons."""
        one, other = self.current(one), self.current(other)
        if one is other:
            return
        a, b = _best(one, other)
        confidence = 0.98 if sure >= 0.95 and any("agree" in why for why in pro) else sure
        pair = Pair(
            a.iri, b.iri, PairVerdict.SAME, rule, confidence, tuple(pro), labels=(a.label, b.label)
        )
        self.pairs[pair.key] = pair
        for entity in other.members:
            one.add(entity)
            self.group[entity.iri] = one

    def record(
        self,
        one: EntityGroup,
        other: EntityGroup,
        verdict: PairVerdict,
        rule: str,
        pro: Iterable[str],
        contra: Iterable[str],
        predicate: Iri = SKOS.exactMatch,
    ) -> None:
        """Record an unmerged pair with its reasons; the first verdict on a pair is kept."""
        a, b = _best(one, other)
        known = self.pairs.get(frozenset((a.iri, b.iri)))
        if known is not None:
            return
        reasons, against = tuple(pro), tuple(dict.fromkeys(contra))
        if DENIED in against:
            verdict = PairVerdict.BARRED
        confidence = max(0.1, 0.75 - 0.2 * len(against) + 0.05 * (len(reasons) - 1))
        pair = Pair(
            a.iri,
            b.iri,
            verdict,
            rule,
            min(confidence, 0.9),
            reasons,
            against,
            predicate,
            (a.label, b.label),
        )
        self.pairs[pair.key] = pair


def distinct(groups: Iterable[EntityGroup]) -> list[EntityGroup]:
    """The distinct groups, in order."""
    return list({id(group): group for group in groups}.values())


def _best(one: EntityGroup, other: EntityGroup) -> tuple[NamedEntity, NamedEntity]:
    """The preferred member of each of two groups; the more preferred one comes second."""
    a, b = (min(g.members, key=lambda t: preference(t.iri)) for g in (one, other))
    return (b, a) if preference(a.iri) < preference(b.iri) else (a, b)
