"""Lookup of the entity that a value of a document belongs to, by the value's location."""

from __future__ import annotations

from collections.abc import Mapping

from provenance_graph.core.iris import Iri
from provenance_graph.formats.coverage import Leaf


class EntityPlaces:
    """The entities of a document by their locations (JSON pointers)."""

    def __init__(self, entities: Mapping[str, Iri]) -> None:
        """Index the entities by location, together with every location above them."""
        self._entities = entities
        self._holders: set[str] = set()  # places with an entity somewhere below them
        for location in entities:
            while location:
                location = location.rpartition("/")[0]
                if location in self._holders:
                    break
                self._holders.add(location)

    def of(self, leaf: Leaf) -> tuple[Iri | None, str]:
        """The entity at the longest location above a value, or None, and the value's key below it."""
        entry = leaf.entered
        entity = self._entities.get(entry)
        if entity is not None and entry not in self._holders:  # as in most catalogues
            return entity, _below(leaf)
        location = where = leaf.where
        while location and location not in self._entities:
            location = location.rpartition("/")[0]
        return self._entities.get(location), _key(leaf, where.removeprefix(location).split("/"))


def _below(leaf: Leaf) -> str:
    """The key of a value relative to the location from which the walk started."""
    steps = leaf.location
    if isinstance(steps, str) or leaf.entered[:1] not in ("/", ""):
        return _key(leaf, [])
    below: list[str] = []
    while len(steps) == 2:
        steps, last = steps
        below.append(str(last))
    return _key(leaf, "/".join(reversed(below)).split("/"))


def _key(leaf: Leaf, below: list[str]) -> str:
    plain = below if leaf.entered[:1] in ("/", "") else []
    named = [step for step in plain if step and not step.isdigit()]
    return ".".join(named or leaf.path[1:] or leaf.path)
