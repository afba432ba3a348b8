"""Which entity a value of a document stands at, by its place."""

from __future__ import annotations

from collections.abc import Mapping

from provenance_graph.core.iris import Iri
from provenance_graph.formats.coverage import Leaf


def at_place(leaf: Leaf, places: Mapping[str, Iri]) -> tuple[Iri | None, str]:
    """The entity at the longest place that a value stands below, and the value's key from there."""
    place = leaf.where
    while place and place not in places:
        place = place.rpartition("/")[0]
    below = [s for s in leaf.where.removeprefix(place).split("/") if s and not s.isdigit()]
    plain = below if leaf.where.startswith("/") and below else leaf.path[1:] or leaf.path
    return places.get(place), ".".join(plain)
