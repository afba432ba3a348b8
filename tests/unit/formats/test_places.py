"""Where values stand: the entity of an entry, the key below it, and what of a refused entry is lost."""

from __future__ import annotations

import json
from dataclasses import replace

from reading import document

from provenance_graph.core.claims import Problem
from provenance_graph.core.iris import Iri
from provenance_graph.formats import coverage
from provenance_graph.formats.coverage import Leaf, Treatment
from provenance_graph.formats.entity_places import EntityPlaces
from provenance_graph.formats.ledger import ReadingLedger
from provenance_graph.formats.records import whole_reading
from provenance_graph.formats.registry import readers

A, B = Iri("https://example.org/a"), Iri("https://example.org/b")
VALUE = {"x": {"parts": [{"name": "p", "n/m": 1}], "7": 2}, "y": {"name": "q"}}


def _leaves() -> list[Leaf]:
    return [
        leaf
        for key, entry in VALUE.items()
        for leaf in coverage.leaves(entry, ("entry",), f"/{key}")
    ]


def test_a_place_is_the_same_as_steps_and_as_a_text() -> None:
    shown = [(leaf.where, leaf.entered, leaf.value) for leaf in _leaves()]
    assert shown == [
        ("/x/parts/0/name", "/x", "p"),
        ("/x/parts/0/n/m", "/x", 1),
        ("/x/7", "/x", 2),
        ("/y/name", "/y", "q"),
    ]
    for entities in ({"/x": A, "/y": B}, {"": A}, {"/x": A, "/x/parts/0": B}, {}):
        places = EntityPlaces(entities)
        for leaf in _leaves():
            assert places.of(leaf) == places.of(leaf._replace(location=leaf.where))


def test_the_entity_is_that_of_the_longest_place() -> None:
    places = EntityPlaces({"/x": A, "/x/parts/0": B})
    assert [places.of(leaf) for leaf in _leaves()] == [
        (B, "name"),
        (B, "n.m"),
        (A, "7"),
        (None, "y.name"),
    ]


def test_values_of_one_key_share_its_path_whichever_document_they_stand_in() -> None:
    one, other = list(coverage.leaves({"a": {"b": 1}}, ("entry",), "")), _one_more()
    assert one[0].path is other[0].path


def _one_more() -> list[Leaf]:
    return list(coverage.leaves({"a": {"b": 2}}, ("entry",), "/1"))


def test_short_values_of_a_refused_entry_are_counted_as_not_understood() -> None:
    entries = {
        "p/a": {"litellm_provider": "p", "max_input_tokens": 9, "supports_vision": True},
        "b": {"max_input_tokens": 9, "supports_vision": True},
    }
    it = document(json.dumps(entries).encode(), "prices.json")
    ledger = ReadingLedger()
    problems = [
        each
        for each in whole_reading(readers()["litellm"], it, ledger)
        if isinstance(each, Problem)
    ]
    assert [(each.where, each.kind) for each in problems] == [("/b", "missing")]
    lost = ledger.by_key(Treatment.NOT_UNDERSTOOD)
    assert lost.get("offer/supports_vision") == 1
    assert ledger.by_key(Treatment.READ)["offer/supports_vision"] == 1
    whole = ReadingLedger()
    del entries["b"]
    it = replace(it, data=json.dumps(entries).encode())
    assert not [
        each for each in whole_reading(readers()["litellm"], it, whole) if isinstance(each, Problem)
    ]
    assert not whole.by_key(Treatment.NOT_UNDERSTOOD)
