"""The terms that a model inherits, each with its origin and its path."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from provenance_graph.licences.inheritance.passing import (
    FIRST,
    SECOND,
    Steps,
    TermClass,
    classes,
    edge_type,
)
from provenance_graph.licences.texts.catalogue import Catalogue, Licence
from provenance_graph.lineage.arrays import DERIVED, closure
from provenance_graph.lineage.index import DATASET, LineageIndex

Step = tuple[int, int]  # child's number, position of the edge in ``index.up``
Distance = tuple[bool, int]  # whether along data or outputs, number of edges
LicencesOf = Callable[[int], Sequence[Licence]]


@dataclass(frozen=True, slots=True)
class Inherited:
    """A class of terms of an ancestor's licence that reaches the model.

    ``settled`` is False where the texts do not settle whether the terms bind, for a ban where it
    was broken, and for unknown terms where they come with data. ``path`` goes from the model up to
    the origin; where there is a path along weights alone (``by_weights``), it is such a path.
    """

    origin: int
    licence: Licence | None
    terms: TermClass
    settled: bool
    path: tuple[Step, ...]
    by_weights: bool


MAX_ORIGINS = 50
"""Origins listed for one licence and class of terms; further ones would only add length."""


@dataclass(frozen=True, slots=True)
class Inheritance:
    """The terms that reach a node, nearest origins first, and the number of unknown origins."""

    reaching: tuple[Inherited, ...]
    unknown: int


def inherited(
    index: LineageIndex,
    catalogue: Catalogue,
    stored: LicencesOf,
    node: int,
    without: frozenset[int] = frozenset(),
) -> Inheritance:
    """The terms that reach a node from above, with the edges ``without`` left out.

    ``stored`` gives the licences of a node as they are to be read. An entity without a licence
    passes on unknown terms. Between models of one owner the child's own licence replaces the
    parent's, where it is known; not so for data, whose publisher is seldom the only owner.
    """
    above = [one for one in closure(index.up, node, influences=True).nodes.tolist() if one != node]
    licences = {one: stored(one) for one in (node, *above)}
    origins: dict[tuple[Steps, Steps], list[tuple[int, Licence | None, TermClass]]]
    origins = defaultdict(list)
    for origin in above:
        for licence in licences[origin] or (None,):
            known = licence if licence is not None else Licence(index.names[origin])
            for terms in classes(known, catalogue, bool(index.kind[origin] == DATASET)):
                origins[terms.profile].append((origin, licence, terms))
    licensed = {
        one: bool(rows) and all(one.known for one in rows) for one, rows in licences.items()
    }
    below = _steps_below(index, licences)
    order = {origin: position for position, origin in enumerate(above)}
    inheriteds: list[Inherited] = []
    counter: Counter[tuple[str, TermClass, bool]] = Counter()
    for profile, rows in origins.items():
        search = _TermSearch(index, node, profile, licensed, below, without)
        for origin, licence, terms in rows:
            settled = search.settled(origin)
            if settled is None:
                continue
            key = (licence.iri if licence else "", terms, settled)
            counter[key] += 1
            if counter[key] <= MAX_ORIGINS:
                path = search.path(origin, settled)
                weights = all(int(index.up.code[position]) < DERIVED for _, position in path)
                inheriteds.append(Inherited(origin, licence, terms, settled, path, weights))
    inheriteds.sort(key=lambda one: (order[one.origin], one.terms.kind, one.terms.conditions))
    unknown = sum(
        n for (_, terms, _), n in counter.items() if terms.kind in ("unknown", "ungranted")
    )
    return Inheritance(tuple(inheriteds), unknown)


def _steps_below(index: LineageIndex, nodes: Iterable[int]) -> Mapping[int, list[Step]]:
    """The steps from each parent down to some nodes, by parent.

    Only these are collected: a parent may have a hundred thousand other children.
    """
    results: dict[int, list[Step]] = defaultdict(list)
    for child in nodes:
        for position in index.up.edges_of(child):
            results[int(index.up.other[position])].append((child, position))
    return results


class _TermSearch:
    """A search backwards from the model for the nodes and states from which terms reach it.

    ``next`` gives, for a node and its state, the edge to take towards the model, and ``far`` the
    distance: whether over data or outputs, and the number of edges. Paths along weights come first:
    terms bind the weights however near the same terms come with data.
    """

    def __init__(
        self,
        index: LineageIndex,
        node: int,
        profile: tuple[Steps, Steps],
        licensed: dict[int, bool],
        below: Mapping[int, list[Step]],
        without: frozenset[int],
    ) -> None:
        self.index, self.node, self.licensed = index, node, licensed
        self.below = below
        self.without = without
        self.first, self.second = profile
        self.far: dict[int, dict[tuple[int, int], Distance]] = {FIRST: {}, SECOND: {}}
        self.next = {FIRST: self._backwards(FIRST), SECOND: self._backwards(SECOND)}

    def _backwards(self, final: int) -> dict[tuple[int, int], tuple[Step, int] | None]:
        start = (self.node, final)
        far = self.far[final]
        far[start] = (False, 0)
        results: dict[tuple[int, int], tuple[Step, int] | None] = {start: None}
        done: set[tuple[int, int]] = set()
        waiting = [(far[start], start)]
        up = self.index.up
        while waiting:
            (data, edges), (child, after) = heapq.heappop(waiting)
            if (child, after) in done:
                continue
            done.add((child, after))
            into_dataset = bool(self.index.kind[child] == DATASET)
            for position in up.edges_of(child):
                if position in self.without:
                    continue
                code = int(up.code[position])
                edge = edge_type(code, into_dataset)
                distance = (data or code >= DERIVED, edges + 1)
                for before, steps in ((FIRST, self.first), (SECOND, self.second)):
                    state = (int(up.other[position]), before)
                    if steps[edge] == after and (state not in far or distance < far[state]):
                        results[state], far[state] = ((child, position), after), distance
                        heapq.heappush(waiting, (distance, state))
        return results

    def settled(self, origin: int) -> bool | None:
        """Whether terms arrive from an origin in their first state; None where none arrive."""
        starts = self._starts(origin)
        for settled, final in ((True, FIRST), (False, SECOND)):
            if any((step[0], after) in self.next[final] for step, after in starts):
                return settled
        return None

    def path(self, origin: int, settled: bool) -> tuple[Step, ...]:
        """The best path of terms from their origin to the model, from the model upwards.

        A path along weights alone comes before any over data, then the shortest.
        """
        final = FIRST if settled else SECOND
        result, far = self.next[final], self.far[final]

        def length(start: tuple[Step, int]) -> tuple[bool, int, Step]:
            step, after = start
            data, edges = far[step[0], after]
            return data or int(self.index.up.code[step[1]]) >= DERIVED, edges, step

        step, after = min(
            (one for one in self._starts(origin) if (one[0][0], one[1]) in result), key=length
        )
        return (step, *self._rest(step[0], after, final))[::-1]

    def _starts(self, origin: int) -> list[tuple[Step, int]]:
        """First steps down from an origin to children that its owner did not relicense."""
        index = self.index
        starts = []
        for child, position in self.below.get(origin, ()):
            code = int(index.up.code[position])
            if position in self.without or (
                code < DERIVED and relicensed(index, child, origin, self.licensed[child])
            ):
                continue
            after = self.first[edge_type(code, bool(index.kind[child] == DATASET))]
            if after in (FIRST, SECOND):
                starts.append(((child, position), after))
        return starts

    def _rest(self, node: int, state: int, final: int) -> list[Step]:
        way = []
        here = self.next[final][node, state]
        while here is not None:
            step, state = here
            way.append(step)
            here = self.next[final][step[0], state]
        return way


def relicensed(index: LineageIndex, child: int, parent: int, licensed: bool) -> bool:
    """Whether child and parent have one owner, and the child known terms of its own."""
    owner = int(index.owner[child])
    return licensed and owner >= 0 and owner == int(index.owner[parent])
