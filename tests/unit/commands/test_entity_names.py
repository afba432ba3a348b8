"""A name that nobody knows costs no reading of the whole store, however often it is asked."""

from __future__ import annotations

import pytest

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.claims import Literal, Quad
from provenance_graph.core.errors import Ambiguous, NotFound
from provenance_graph.core.terms import PG, RDF, SCHEMA
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.store.memory import MemoryStore


@pytest.fixture
def snapshot() -> AcceptedSnapshot:
    quads: list[Quad] = []
    for name in ("mistralai/Mistral-7B-v0.1", "mistralai/Mistral-7B-v0.3", "Qwen/Qwen2.5-7B"):
        entity = iris.model(name)
        quads.append((entity, RDF.type, PG.Model, None))
        quads.append((entity, SCHEMA.name, Literal(name.partition("/")[2]), None))
    return AcceptedSnapshot(MemoryStore(quads))


def test_names_are_read_once(snapshot: AcceptedSnapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound, match="Qwen"):
        find_entity(snapshot, "qwen2.5-7c", ["model"])

    def read(*_: object) -> None:
        raise AssertionError("the store was read again")

    monkeypatch.setattr("provenance_graph.model.naming.table.names", read)
    with pytest.raises(NotFound):
        find_entity(snapshot, "nothing of the kind", ["model"])
    assert find_entity(snapshot, "qwen 2.5 7b", ["model"]).iri == iris.model("Qwen/Qwen2.5-7B")
    assert find_entity(snapshot, "mistral 7b v0.3", ["model"]).kind == "model"


def test_what_one_source_names_is_found_by_the_name_that_it_uses() -> None:
    """A card of no account, a component of a bill of materials: ``org/name`` is what people type."""
    card = iris.entity("huggingface", "model", "acme/oak")
    part = iris.entity("cyclonedx", "model", "acme/elm")
    quads: list[Quad] = [(one, RDF.type, PG.Model, None) for one in (card, part)]
    found = AcceptedSnapshot(MemoryStore(quads))
    assert find_entity(found, "acme/oak", ["model"]).iri == card
    assert find_entity(found, "Acme/Elm").iri == part


def test_an_account_s_model_comes_before_one_that_a_source_names_alike() -> None:
    own, other = iris.model("acme/oak"), iris.entity("cyclonedx", "model", "acme/oak")
    quads: list[Quad] = [(one, RDF.type, PG.Model, None) for one in (own, other)]
    assert find_entity(AcceptedSnapshot(MemoryStore(quads)), "acme/oak", ["model"]).iri == own


def test_a_stub_that_is_called_so_does_not_hide_richer_editions() -> None:
    """As a conversion of one record named just "stable-diffusion" beside the well-known releases."""
    stub = iris.model("someone/stable-diffusion")
    known = [iris.model(f"maker/stable-diffusion-v{n}") for n in (1, 2)]
    quads: list[Quad] = [(one, RDF.type, PG.Model, None) for one in (stub, *known)]
    quads += [(one, PG.contextLength, Literal(str(n)), None) for one in known for n in range(9)]
    with pytest.raises(Ambiguous) as raised:
        find_entity(AcceptedSnapshot(MemoryStore(quads)), "Stable Diffusion", ["model"])
    assert all(name in str(raised.value) for name in ("someone/", "maker/stable-diffusion-v2"))
    alike = [quad for quad in quads if quad[1] == RDF.type]
    assert find_entity(AcceptedSnapshot(MemoryStore(alike)), "stable diffusion").iri == stub


def test_a_plus_is_part_of_a_name() -> None:
    plain, plus = iris.model("acme/oak-7b"), iris.entity("epoch", "model", "oak-plus")
    quads: list[Quad] = [(one, RDF.type, PG.Model, None) for one in (plain, plus)]
    quads += [
        (plain, SCHEMA.name, Literal("Oak"), None),
        (plus, SCHEMA.name, Literal("Oak+"), None),
    ]
    found = AcceptedSnapshot(MemoryStore(quads))
    for asked, meant in (("Oak", plain), ("oak+", plus), ("oak-plus", plus), ("oak + 7b", plain)):
        assert find_entity(found, asked, ["model"]).iri == meant
    with pytest.raises(NotFound):
        find_entity(found, "oak 7b+", ["model"])
