"""What a rebuild notes: every accepted fact that came, went or changed, and no other."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Literal, Quad
from provenance_graph.core.terms import PG, RDF
from provenance_graph.ingest import noting
from provenance_graph.ingest.noting import ViewBefore
from provenance_graph.store import embedded
from provenance_graph.store.embedded import EmbeddedStore

KEPT, GONE, CHANGED, NEW = (
    iris.model(f"org/{name}") for name in ("kept", "gone", "changed", "new")
)


def fact(model: iris.Iri, count: int) -> Quad:
    return model, PG.parameterCount, literals.integer(count), None


def typed(*models: iris.Iri) -> set[Quad]:
    return {(model, RDF.type, PG.Model, None) for model in models}


BEFORE = {*typed(KEPT, GONE, CHANGED), fact(KEPT, 1), fact(GONE, 2), fact(CHANGED, 3)}
RECORD: Quad = (KEPT, PG.parameterCount, Literal("9"), iris.Iri("https://example.org/record"))


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize(
    ("after", "gone", "came"),
    [
        (BEFORE, set(), set()),
        (
            {*typed(KEPT, CHANGED, NEW), fact(KEPT, 1), fact(CHANGED, 4), fact(NEW, 5)},
            {*typed(GONE), fact(GONE, 2), fact(CHANGED, 3)},
            {*typed(NEW), fact(CHANGED, 4), fact(NEW, 5)},
        ),
        ({*typed(KEPT, GONE, CHANGED), fact(KEPT, 1), fact(GONE, 2)}, {fact(CHANGED, 3)}, set()),
        ({*typed(KEPT), fact(KEPT, 1)}, BEFORE - {*typed(KEPT), fact(KEPT, 1)}, set()),
    ],
)
def test_a_rebuild_notes_what_changed_of_every_subject(
    tmp_path: Path, after: set[Quad], gone: set[Quad], came: set[Quad], parts: int
) -> None:
    embedded.build(tmp_path, [*BEFORE, RECORD])
    ordered = sorted(after, key=str)
    views: Iterable[set[Quad]] = [after] if parts == 1 else [set(ordered[:2]), set(ordered)]
    with EmbeddedStore.open(tmp_path) as store:
        assert ViewBefore._difference(store, views) == (gone, came)


def test_the_whole_view_is_gone_through_only_where_a_subject_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.build(tmp_path, [*BEFORE, RECORD])
    with EmbeddedStore.open(tmp_path) as store:
        asked: list[object] = []
        real = store.quads
        monkeypatch.setattr(store, "quads", lambda *given: asked.append(given) or real(*given))
        ViewBefore._difference(store, [BEFORE])
        assert () not in asked
        ViewBefore._difference(store, [BEFORE - {*typed(GONE), fact(GONE, 2)}])
        assert () in asked
        assert noting._count(store) == len(BEFORE)
