"""Adapters whose config names a folder on the disk where they were trained."""

from __future__ import annotations

import json

import pytest
from reading import DAY, document

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim
from provenance_graph.core.terms import PG
from provenance_graph.formats.document import Document
from tests.cards import READ

BASE = iris.model("a/b")


def adapted(front: str, base: str) -> list[Claim]:
    """What a folder with a card and an adapter's config states it is an adapter of."""
    it = document(f"---\n{front}\n---\n", "acme-labs--Tiny.md")
    config = json.dumps({"base_model_name_or_path": base, "peft_type": "LORA"}).encode()
    folder = Document(it.url, it.data, DAY, it.name, {"adapter_config.json": config})
    return [
        item for item in READ(folder) if isinstance(item, Claim) and item.predicate == PG.adapterOf
    ]


@pytest.mark.parametrize("path", ["/mnt/models/b", "./out/checkpoint-300", "C:\\models\\b"])
def test_the_card_states_the_base_whose_config_names_a_folder(path: str) -> None:
    """An inference gives way to any statement; here it would give way to one that names nothing."""
    (named,) = [c for c in adapted("base_model: a/b", path) if c.value == BASE]
    assert named.basis is None
    (folder,) = [c for c in adapted("base_model: a/b", path) if c.value != BASE]
    assert (folder.as_stated, folder.basis) == (path, Basis.ARTIFACT)


def test_where_the_config_names_the_repository_the_cards_relation_stays_inferred() -> None:
    bases = {(c.value, c.basis) for c in adapted("base_model: a/b", "a/b")}
    assert bases == {(BASE, Basis.INFERENCE), (BASE, Basis.ARTIFACT)}


def test_a_folder_that_the_card_names_too_is_no_more_stated_than_before() -> None:
    bases = {c.basis for c in adapted("base_model: ./out/base", "/mnt/models/b")}
    assert bases == {Basis.INFERENCE, Basis.ARTIFACT}
