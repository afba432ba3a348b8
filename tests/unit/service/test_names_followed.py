"""Names right after a write: those of the version before, with what the commit changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest
from audit_store import MODEL, ORG, record

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim
from provenance_graph.core.errors import BeingIndexed, NotFound
from provenance_graph.core.terms import PG, RDF, SCHEMA
from provenance_graph.ingest.update import update
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.model.naming.followed import NamesFollowed, table_of
from provenance_graph.model.naming.table import NamesInMemory, kinds_of, names
from provenance_graph.service.api.common import access as access_module
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.processes.indexer import index_all
from provenance_graph.store.embedded import EmbeddedStore

NEW, PARENT = iris.model("new/Thing-7B"), iris.model("new/Parent-v0.1")
KINDS: tuple[tuple[str, ...], ...] = ((), ("model", "family"), ("organization",), ("dataset",))


def write(audited_indexed_copy: Path, *, drop: bool = False) -> None:
    """A new model with a parent and a maker, another name of a known one; or they go again."""
    fresh = record(
        "fresh",
        "2026-04-01",
        Basis.THIRD_PARTY,
        Claim(NEW, RDF.type, PG.Model),
        Claim(NEW, SCHEMA.name, literals.text("Thing 7B")),
        Claim(NEW, PG.finetunedFrom, PARENT),
        Claim(NEW, PG.trainedOn, iris.mint("dataset", "new/data")),
        Claim(MODEL, SCHEMA.alternateName, literals.text("The M Model")),
        publisher="Fresh",
    )
    with EmbeddedStore.open_writer(audited_indexed_copy) as store:
        if drop:
            update(store, drop=[fresh.header.record])
        else:
            update(store, [replace(fresh, ordered=False)])


def compared(present: AcceptedSnapshot, kinds: Collection[str]) -> None:
    """The followed table of a snapshot gives what a table of all of it gives."""
    followed = table_of(present, kinds)
    assert isinstance(followed, NamesFollowed)
    bare = names(present, kinds_of(present, kinds))
    whole = NamesInMemory(bare)
    gone = ("Thing 7B", "new/Thing-7B", "Parent", "Fresh", "new/data", "The M Model")
    for name in sorted({name for known in bare.values() for name in known} | set(gone)):
        assert set(followed.by_name(name)) == set(whole.by_name(name)), name
        shorter = name.rpartition("-")[0]
        assert set(followed.editions(shorter)) == set(whole.editions(shorter)), shorter
    assert followed.by_name("") == followed.editions("") == []


@pytest.mark.parametrize("kinds", KINDS)
def test_names_after_a_commit_are_those_of_a_whole_table(
    audited_indexed_copy: Path, kinds: tuple[str, ...]
):
    access = Access(audited_indexed_copy, indexed=True)
    access.prepared("catalogue")
    write(audited_indexed_copy)
    compared(access.snapshot(), kinds)


@pytest.mark.parametrize("kinds", KINDS)
def test_names_that_went_with_a_commit_are_gone(audited_indexed_copy: Path, kinds: tuple[str, ...]):
    write(audited_indexed_copy)
    index_all(audited_indexed_copy)
    access = Access(audited_indexed_copy, indexed=True)
    access.prepared("catalogue")
    write(audited_indexed_copy, drop=True)
    compared(access.snapshot(), kinds)


def test_a_name_is_found_at_once_and_near_names_come_of_both(audited_indexed_copy: Path):
    access = Access(audited_indexed_copy, indexed=True)
    access.prepared("catalogue")
    write(audited_indexed_copy)
    present = access.snapshot()
    assert find_entity(present, "Thing 7B").iri == NEW
    assert find_entity(present, "the m model").iri == MODEL
    assert find_entity(present, "Org", ["organization"]).iri == ORG
    assert "new/Thing-7B" in table_of(present, ["model"]).near("Thing 8B")
    day = present.at("2026-05-01")
    assert find_entity(day, "Thing 7B").iri == NEW


def test_what_is_too_much_to_follow_is_made_whole(
    audited_indexed_copy: Path, monkeypatch: pytest.MonkeyPatch
):
    access = Access(audited_indexed_copy, indexed=True)
    access.prepared("catalogue")
    monkeypatch.setattr(access_module, "changed_subjects", lambda *_: None)
    write(audited_indexed_copy)
    assert isinstance(table_of(access.snapshot(), ["model"]), NamesInMemory)


def test_what_a_write_brought_is_not_missing_while_its_indexes_are_made(
    audited_indexed_copy: Path,
):
    access = Access(audited_indexed_copy, indexed=True)
    access.prepared("lineage")
    write(audited_indexed_copy)
    behind = access.prepared("lineage")  # nobody indexes, so the version before answers
    for name in ("new/Thing-7B", "Thing 7B", NEW):
        with pytest.raises(BeingIndexed):
            find_entity(behind, name, ("model",))
        assert find_entity(access.snapshot(), name, ("model",)).iri == NEW
    with pytest.raises(NotFound):
        find_entity(behind, "new/Nothing", ("model",))
    index_all(audited_indexed_copy)
    assert find_entity(access.prepared("lineage"), "Thing 7B", ("model",)).iri == NEW
