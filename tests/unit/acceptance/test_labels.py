"""What an entity is called, and how many look-ups it costs to learn that it has no name."""

from __future__ import annotations

from collections.abc import Iterator

from provenance_graph.acceptance.labels import label
from provenance_graph.core import iris
from provenance_graph.core.claims import Literal, Quad
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, SCHEMA, SKOS
from provenance_graph.store.memory import MemoryStore

PAGE = Iri("https://example.org/page")
MODEL = iris.model("acme/one")


class Counted(MemoryStore):
    """A store that counts what it is asked."""

    asked = 0

    def quads(self, *pattern: object, **named: object) -> Iterator[Quad]:
        """As the store has it."""
        self.asked += 1
        return super().quads(*pattern, **named)  # type: ignore[arg-type]


def test_of_an_address_that_nothing_is_stated_of_one_look_up_is_enough() -> None:
    store = Counted([(MODEL, SCHEMA.name, Literal("One"), None)])
    assert label(store, PAGE) == ""
    assert store.asked == 1


def test_an_address_and_a_name_of_ours_are_called_what_is_stated_of_them() -> None:
    store = Counted(
        [
            (MODEL, SCHEMA.name, Literal("One"), None),
            (PAGE, DCTERMS.title, Literal("A page"), None),
            (PAGE, SCHEMA.name, Literal("The name"), None),
            (PAGE, SKOS.prefLabel, PAGE, None),
        ]
    )
    assert label(store, MODEL) == "One"
    assert label(store, PAGE) == "The name"
