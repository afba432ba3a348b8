"""Which entity a value of a document stands at, by its place."""

from __future__ import annotations

from collections.abc import Mapping

from provenance_graph.core.iris import Iri
from provenance_graph.formats.coverage import Leaf


class Places:
    """The entities of a document by the places where they stand."""

    def __init__(self, entities: Mapping[str, Iri]) -> None:
        """From the entity at each place."""
        self._entities = entities
        self._holders: set[str] = set()  # places with an entity somewhere below them
        for place in entities:
            while place:
                place = place.rpartition("/")[0]
                if place in self._holders:
                    break
                self._holders.add(place)

    def of(self, leaf: Leaf) -> tuple[Iri | None, str]:
        """The entity at the longest place that a value stands below, and the value's key from there."""
        steps = leaf.place
        if not isinstance(steps, str):
            below: list[str] = []
            while len(steps) == 2:
                steps, last = steps
                if type(last) is not int:
                    below.append(str(last))
            entity = self._entities.get(steps[0])
            if entity is not None and steps[0] not in self._holders:  # as in most catalogues
                return entity, _key(leaf, steps[0], "/".join(reversed(below)).split("/"))
        place = where = leaf.where
        while place and place not in self._entities:
            place = place.rpartition("/")[0]
        key = _key(leaf, where, where.removeprefix(place).split("/"))
        return self._entities.get(place), key


def _key(leaf: Leaf, where: str, below: list[str]) -> str:
    named = [step for step in below if step and not step.isdigit()]
    plain = named if where[:1] in ("/", "") and named else leaf.path[1:] or leaf.path
    return ".".join(plain)
