"""What comes down to an entity of a small graph, by walking every chain from every origin.

A second reading of how ``docs/licences.md`` says that terms travel, to hold the engine against: it
shares with it the licences as data (what each grants, asks, forbids and passes on) and no step of
reasoning. There is no index, no class of terms, no bit, no path that stands for others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from provenance_graph.licences.texts.catalogue import Catalogue, Condition, Licence

WEIGHTS = {
    "finetune": "finetune",
    "adapter": "adapter",
    "merge": "merge",
    "quantize": "quantize",
    "distill": "distill",
    "derived": "finetune",
}
"""Steps over which weights pass, with the kind of derivation that licences speak of."""


@dataclass(frozen=True)
class Plan:
    """A small world: ``(child, kind, parent)`` steps, declared licences, what is multimodal.

    ``recorded``: the developers say of every model what it was made from.
    """

    edges: tuple[tuple[str, str, str], ...]
    licences: Mapping[str, str]
    multimodal: Mapping[str, bool]
    recorded: bool

    @property
    def names(self) -> set[str]:
        """Everything in it."""
        return {name for child, _, parent in self.edges for name in (child, parent)} | {
            *self.licences
        }


@dataclass(frozen=True)
class Arrival:
    """What comes from an origin: a group of a licence's terms, a breach, something unknown."""

    origin: str
    licence: Licence | None
    what: str
    settled: bool
    weights: bool


def is_data(name: str) -> bool:
    """Whether a name is that of a dataset."""
    return name.startswith("data:")


def owner(name: str) -> str:
    """The namespace of a name."""
    return name.removeprefix("data:").partition("/")[0]


Step = Callable[[str, str, str], str | None]
"""The state after a step of a kind into a child, from a state; None where nothing passes."""


@dataclass
class Above:
    """One entity of a plan; ``cut`` are parents of its own that are left out.

    ``instead`` are licences in place of those that entities declare.
    """

    plan: Plan
    catalogue: Catalogue
    subject: str
    day: str
    cut: frozenset[str] = frozenset()
    instead: Mapping[str, tuple[Licence, ...]] = field(default_factory=dict)

    @cached_property
    def edges(self) -> list[tuple[str, str, str]]:
        """The steps that are left; one whose kind nobody states says nothing beside one that does."""
        gone = {(self.subject, parent) for parent in self.cut}
        stated = {(c, p) for c, kind, p in self.plan.edges if kind in WEIGHTS and kind != "derived"}
        return [
            (child, kind, parent)
            for child, kind, parent in self.plan.edges
            if (child, parent) not in gone and (kind != "derived" or (child, parent) not in stated)
        ]

    @cached_property
    def children(self) -> Mapping[str, list[tuple[str, str]]]:
        """Per entity what was made of it, and how."""
        result = defaultdict(list)
        for child, kind, parent in self.edges:
            result[parent].append((child, kind))
        return result

    def licences(self, name: str) -> tuple[Licence, ...]:
        """What an entity declares, by the texts of the day."""
        if name in self.instead:
            return self.instead[name]
        keys = self.plan.licences.get(name, "").split()
        known = (self.catalogue.by_key[key] for key in keys)
        return tuple(self.catalogue.in_force(one, self.day) for one in known)

    @cached_property
    def own(self) -> tuple[Licence, ...]:
        """What the subject declares."""
        return self.licences(self.subject)

    @cached_property
    def arrivals(self) -> list[Arrival]:
        """Everything that comes down to the subject, of each origin and thing the best."""
        return [
            one
            for origin in sorted(self.plan.names - {self.subject})
            for licence in self.licences(origin) or (None,)
            for one in self._from(origin, licence)
        ]

    def _from(self, origin: str, licence: Licence | None) -> Iterable[Arrival]:
        for what, start, step in self._tokens(origin, licence):
            ends = self._ends(origin, start, step)
            if ends:
                best = min(ends, key=lambda end: (end[0] != "first", not end[1]))
                yield Arrival(origin, licence, what, best[0] == "first", best[1])

    def _ends(self, origin: str, start: str, step: Step) -> set[tuple[str, bool]]:
        """In which states, and over weights alone or not, a token comes to the subject."""
        seen: set[tuple[str, str, bool]] = set()
        waiting = [(origin, start, True, True)]
        while waiting:
            here, state, weights, leaving = waiting.pop()
            for child, kind in self.children.get(here, ()):
                if leaving and kind in WEIGHTS and self._relicensed(origin, child):
                    continue
                after = step(state, kind, child)
                if after is not None:
                    end = (child, after, weights and kind in WEIGHTS)
                    if end not in seen:
                        seen.add(end)
                        waiting.append((*end, False))
        return {(state, weights) for here, state, weights in seen if here == self.subject}

    def _relicensed(self, origin: str, child: str) -> bool:
        licences = self.licences(child)
        return (
            owner(child) == owner(origin) and bool(licences) and all(one.known for one in licences)
        )

    def _tokens(self, origin: str, licence: Licence | None) -> Iterable[tuple[str, str, Step]]:
        if licence is None or not licence.known:
            yield "unknown", "first", lambda state, kind, _: state if kind in WEIGHTS else "second"
            return

        def carry(kind: str) -> tuple[str, frozenset[str]]:
            derivation = WEIGHTS.get(kind, "outputs")
            if kind == "trained" and is_data(origin):
                derivation = "training-data"
            found = licence.passes.get(derivation)
            return (found.mode, found.groups) if found else ("", frozenset())

        def passing(group: str) -> Step:
            def step(state: str, kind: str, _: str) -> str | None:
                mode, groups = carry(kind)
                if group not in groups or mode not in ("firm", "unsettled"):
                    return None
                return state if mode == "firm" else "second"

            return step

        conditions = self.catalogue.conditions
        for group in {conditions[key].group for key in licence.conditions} | {"grants"}:
            yield group, "first", passing(group)

        def ban(state: str, kind: str, child: str) -> str | None:
            mode = carry(kind)[0]
            if state == "first":
                return None if mode != "banned" else "first" if is_data(child) else "second"
            return "second" if kind in WEIGHTS and mode != "banned" else None

        if any(one.mode == "banned" for one in licence.passes.values()):
            yield "ban", "first", ban

        def ungranted(state: str, kind: str, _: str) -> str | None:
            if state == "second":
                return state
            return "second" if carry(kind)[0] in ("nogrant", "unknown", "") else None

        if any(one.mode in ("nogrant", "unknown") for one in licence.passes.values()):
            yield "ungranted", "first", ungranted

    # What arrives, as terms

    @cached_property
    def terms(self) -> list[tuple[Licence, Condition, Arrival]]:
        """Duties and restrictions that come from above."""
        return [
            (one.licence, self.catalogue.conditions[key], one)
            for one in self.arrivals
            if one.licence is not None and one.what not in ("unknown", "ban", "ungranted")
            for key in one.licence.conditions
            if self.catalogue.conditions[key].group == one.what
        ]

    def settled(self, key: str) -> list[Licence]:
        """Licences whose condition binds the subject from above."""
        return once(lic for lic, one, by in self.terms if one.key == key and by.settled)

    def excepted(self, licence: Licence) -> bool:
        """Whether a ban of a licence leaves models under the same licence out."""
        if not any(one.key == "banned-unless-same-licence" for one in licence.passes.values()):
            return False
        return any(one.iri == licence.iri for one in self.own) or any(
            one.licence is not None
            and one.licence.iri == licence.iri
            and one.what == "grants"
            and one.settled
            for one in self.arrivals
        )

    @cached_property
    def broken(self) -> list[Arrival]:
        """Bans on training with outputs that were not kept on the way."""
        return [
            one
            for one in self.arrivals
            if one.what == "ban" and not one.settled and not self.excepted(one.licence)
        ]

    def applies(self, licence: Licence, key: str, holders: Iterable[str]) -> bool | None:
        """Whether a clause that names some of a licensor's models applies to one of the holders."""
        limits = licence.clause(key).applies
        if not limits.limits_models:
            return True
        assert limits.multimodal
        assert not limits.names
        mine = [
            one for one in holders if not licence.namespaces or owner(one) in licence.namespaces
        ]
        if not mine:
            return None
        answers = [
            self.plan.multimodal.get(one, self._made_of_images(licence, one)) for one in mine
        ]
        return True if True in answers else None if None in answers else False

    def _made_of_images(self, licence: Licence, name: str) -> bool | None:
        parents = [p for c, kind, p in self.plan.edges if c == name and kind in WEIGHTS]
        mine = [one for one in parents if owner(one) in licence.namespaces]
        return True if any(self.plan.multimodal.get(one) for one in mine) else None


def once(licences: Iterable[Licence]) -> list[Licence]:
    """Licences, each once."""
    return list({one.iri: one for one in licences}.values())
