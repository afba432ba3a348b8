from __future__ import annotations

from reading import document
from shared import SHARED, needs_shared

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.terms import PG
from provenance_graph.formats.catalogues.exo import READER
from provenance_graph.formats.registry import readers

CARD = 'model_id = "acme/t-4bit"\nn_layers = 4\nquantization = "4bit"\nbase_model = "Tiny 9B"\n[storage_size]\n'


def test_a_parent_in_words_is_an_unresolved_reference():
    results = [c for c in READER.read(document(CARD, "x.toml")) if isinstance(c, Claim)]
    node = iris.entity("exo", "unresolved", "tiny-9b")
    assert [c.value for c in results if c.predicate == PG.quantizedFrom] == [node]


def test_a_card_without_a_repository_is_a_problem():
    results = list(
        READER.read(document('model_id = "x"\nn_layers = 1\n[storage_size]\n', "x.toml"))
    )
    assert [type(item) for item in results] == [Problem]


@needs_shared
def test_every_card_is_recognised_by_this_reader_alone():
    assert SHARED
    for path in sorted((SHARED / "sources/documents/model-catalogs").glob("*.toml")):
        it = document(path.read_bytes(), path.name)
        assert [name for name, reader in readers().items() if reader.recognises(it.features)] == [
            "exo"
        ]
        assert not [item for item in READER.read(it) if isinstance(item, Problem)]
