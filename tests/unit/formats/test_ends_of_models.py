"""Entries about ends of models that rest on nothing that could be read."""

from __future__ import annotations

import json

import pytest
from reading import document

from provenance_graph.acceptance.policy.data import load_policy
from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.formats.catalogues.lifecycle import READER
from provenance_graph.ingest.shipped import reference_quads
from provenance_graph.store.memory import MemoryStore

ANNOUNCED = {"provider": "Google", "model_id": "heron-2", "announcement_date": "2025-06-17"}
BARE = {**ANNOUNCED, "shutdown_date": "", "raw_content": "", "summary": "Unable to analyze"}


def announced(entry: dict[str, str]) -> Basis | None:
    items = READER.read(document(json.dumps([entry]), "feed.json"))
    [claim] = [c for c in items if isinstance(c, Claim) and c.predicate == PG.deprecationAnnounced]
    return claim.basis


@pytest.mark.parametrize(
    ("more", "basis"),
    [
        ({}, Basis.INFERENCE),
        ({"replacement_model": "heron-3"}, Basis.INFERENCE),
        ({"shutdown_date": "2025-12-01"}, None),
        ({"raw_content": "heron-2 is deprecated"}, None),
    ],
)
def test_an_announcement_without_end_and_text_is_inferred(
    more: dict[str, str], basis: Basis | None
) -> None:
    assert announced({**BARE, **more}) is basis


@pytest.mark.parametrize(
    ("title", "basis"),
    [("a registry (third-party)", Basis.INFERENCE), ("the provider's page", None)],
)
def test_what_replaces_a_model_by_an_entry_that_rests_on_a_list_is_inferred(
    title: str, basis: Basis | None
) -> None:
    entry = {
        "provider": "google",
        "model": "heron-0",
        "status": "retired",
        "replacements": [{"provider": "google", "model": "heron-2", "recommended": True}],
        "sources": [{"url": "https://example.org/list", "title": title}],
    }
    items = READER.read(document(json.dumps(entry), "heron-0.json"))
    [claim] = [c for c in items if isinstance(c, Claim) and c.predicate == DCTERMS.replaces]
    assert (claim.subject, claim.basis) == (iris.model("google/heron-2"), basis)


def test_neither_is_ever_accepted() -> None:
    policy = load_policy(MemoryStore(reference_quads()))
    ends = policy.sources[iris.mint("collection", "lifecycle")]
    assert {PG.deprecationAnnounced, DCTERMS.replaces} <= ends.refuses.keys()
