"""How conditions pass along lineage: classes of a licence's terms, and their state after an edge.

The conditions of a licence fall into classes that pass along the same edges. A class is in one of
two states, and an edge keeps the state, changes the first to the second, or stops the class:

=========  ==========================  ====================================================
class      first state                 second state
=========  ==========================  ====================================================
terms      binding                     the texts do not settle whether it binds
ban        outputs in use, no breach   a model was trained against the ban
unknown    unknown along the weights   unknown along data and outputs
=========  ==========================  ====================================================
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from provenance_graph.core.terms import PG
from provenance_graph.licences.texts.catalogue import (
    BANNED,
    BINDING,
    GRANTS,
    NO_GRANT,
    UNKNOWN,
    UNSETTLED,
    Catalogue,
    Condition,
    Licence,
)
from provenance_graph.lineage.arrays import CODE, DERIVED, RELATIONS

STOP, FIRST, SECOND = 0, 1, 2
TRAINED_ON = CODE[PG.trainedOn]
EDGE_TYPES = 2 * len(RELATIONS)
"""Number of edge types: a relation, and whether its child is a dataset (``2 * code + dataset``)."""

Steps = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TermClass:
    """Conditions of one licence that pass along the same edges from one kind of origin.

    ``first`` and ``second`` give, by edge type, the state after the edge from each of the two
    states.
    """

    kind: str
    conditions: tuple[str, ...]
    limits: bool
    first: Steps
    second: Steps

    @property
    def profile(self) -> tuple[Steps, Steps]:
        """The state tables of both states: classes with the same profile reach the same nodes."""
        return self.first, self.second


def classes(licence: Licence, catalogue: Catalogue, from_dataset: bool) -> tuple[TermClass, ...]:
    """The classes of terms of a licence that a dataset, or a model, holds."""
    if not licence.known:
        return (_unknown(),)
    return _classes(
        _Terms(
            licence.conditions,
            tuple(
                sorted((kind, carry.mode, carry.groups) for kind, carry in licence.passes.items())
            ),
        ),
        _Lookup(catalogue.conditions, catalogue.kind_of),
        from_dataset,
    )


@dataclass(frozen=True)
class _Terms:
    conditions: tuple[str, ...]
    passes: tuple[tuple[str, str, frozenset[str]], ...]


class _Lookup:
    """The tables of conditions and kinds as a cache key; equal for the same tables."""

    def __init__(self, conditions: Mapping[str, Condition], kind_of: Mapping[int, str]) -> None:
        self.conditions, self.kind_of = conditions, kind_of

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Lookup) and self.conditions is other.conditions

    def __hash__(self) -> int:
        return id(self.conditions)


@lru_cache(maxsize=4096)
def _classes(terms: _Terms, lookup: _Lookup, from_dataset: bool) -> tuple[TermClass, ...]:
    modes = {kind: (mode, groups) for kind, mode, groups in terms.passes}
    stored: dict[str, list[str]] = defaultdict(list)
    for key in terms.conditions:
        stored[lookup.conditions[key].group].append(key)
    stored.setdefault(GRANTS, [])
    alike: dict[tuple[Steps, Steps], list[str]] = defaultdict(list)
    for group in sorted(stored):
        first = tuple(
            _passed(modes, group, lookup.kind_of, edge, from_dataset) for edge in range(EDGE_TYPES)
        )
        second = tuple(SECOND if step else STOP for step in first)
        alike[first, second].append(group)
    results = [
        TermClass(
            "terms",
            tuple(key for group in groups for key in stored[group]),
            GRANTS in groups,
            *profile,
        )
        for profile, groups in sorted(alike.items())
        if any(profile[0])
    ]
    if any(mode == BANNED for mode, _ in modes.values()):
        results.append(_ban(modes, lookup.kind_of, from_dataset))
    if any(mode in (NO_GRANT, UNKNOWN) for mode, _ in modes.values()):
        results.append(_ungranted(modes, lookup.kind_of, from_dataset))
    return tuple(results)


Modes = Mapping[str, tuple[str, frozenset[str]]]


def _kind(kind_of: Mapping[int, str], edge: int, from_dataset: bool) -> str:
    """The kind of derivation that an edge is for terms from a dataset, or from a model.

    A model's terms reach a model trained on a dataset that the first model wrote as its outputs.
    """
    code = edge // 2
    if code == TRAINED_ON and not from_dataset:
        return "outputs"
    return kind_of.get(code, "")


def _passed(modes: Modes, group: str, kind_of: Mapping[int, str], edge: int, data: bool) -> int:
    mode, groups = modes.get(_kind(kind_of, edge, data), ("", frozenset()))
    if group not in groups:
        return STOP
    return FIRST if mode == BINDING else SECOND if mode == UNSETTLED else STOP


def _ban(modes: Modes, kind_of: Mapping[int, str], from_dataset: bool) -> TermClass:
    """The class of a ban on outputs: a dataset of outputs is no breach, training on it is."""
    first, second = [], []
    for edge in range(EDGE_TYPES):
        mode, _ = modes.get(_kind(kind_of, edge, from_dataset), ("", frozenset()))
        into_dataset = edge % 2
        weights = edge // 2 < DERIVED
        if mode == BANNED:
            first.append(FIRST if into_dataset else SECOND)
        else:
            first.append(STOP)
        second.append(SECOND if weights and mode != BANNED else STOP)
    return TermClass("ban", (), False, tuple(first), tuple(second))


def _ungranted(modes: Modes, kind_of: Mapping[int, str], from_dataset: bool) -> TermClass:
    """The class of derivations that were never granted: unknown from such an edge on."""
    first, second = [], []
    for edge in range(EDGE_TYPES):
        mode, _ = modes.get(_kind(kind_of, edge, from_dataset), (UNKNOWN, frozenset()))
        first.append(SECOND if mode in (NO_GRANT, UNKNOWN) else STOP)
        second.append(SECOND)
    return TermClass("ungranted", (), False, tuple(first), tuple(second))


@lru_cache(maxsize=1)
def _unknown() -> TermClass:
    first = tuple(FIRST if edge // 2 < DERIVED else SECOND for edge in range(EDGE_TYPES))
    return TermClass("unknown", (), False, first, (SECOND,) * EDGE_TYPES)


def edge_type(code: int, child_is_dataset: bool) -> int:
    """The number of an edge's type, from its relation code and the kind of its child."""
    return 2 * code + child_is_dataset
