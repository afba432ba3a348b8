"""Names right after a write: those of the version before, with what the commit changed."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest
from audit_store import MODEL, ORG, record, records, reference

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim
from provenance_graph.core.terms import PG, RDF, SCHEMA
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.update import update
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.model.naming.followed import NamesFollowed
from provenance_graph.model.naming.table import NamesInMemory, kinds_of, names, table_of
from provenance_graph.service.api.common import access as access_module
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.processes.indexer import index_all
from provenance_graph.store import embedded
from provenance_graph.store.embedded import EmbeddedStore

NEW, PARENT = iris.model("new/Thing-7B"), iris.model("new/Parent-v0.1")
KINDS: tuple[tuple[str, ...], ...] = ((), ("model", "family"), ("organization",), ("dataset",))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("built") / "store"
    embedded.build(where, list(compile_quads(reference(), records(), [])))
    index_all(where)
    return where


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    """A store of the test's own."""
    return Path(shutil.copytree(built, tmp_path / "store"))


def write(root: Path, *, drop: bool = False) -> None:
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
    with EmbeddedStore.open_writer(root) as store:
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
        assert set(followed.called(name)) == set(whole.called(name)), name
        shorter = name.rpartition("-")[0]
        assert set(followed.editions(shorter)) == set(whole.editions(shorter)), shorter
    assert followed.called("") == followed.editions("") == []


@pytest.mark.parametrize("kinds", KINDS)
def test_names_after_a_commit_are_those_of_a_whole_table(root: Path, kinds: tuple[str, ...]):
    access = Access(root, indexed=True)
    access.prepared("catalogue")
    write(root)
    compared(access.snapshot(), kinds)


@pytest.mark.parametrize("kinds", KINDS)
def test_names_that_went_with_a_commit_are_gone(root: Path, kinds: tuple[str, ...]):
    write(root)
    index_all(root)
    access = Access(root, indexed=True)
    access.prepared("catalogue")
    write(root, drop=True)
    compared(access.snapshot(), kinds)


def test_a_name_is_found_at_once_and_near_names_come_of_both(root: Path):
    access = Access(root, indexed=True)
    access.prepared("catalogue")
    write(root)
    present = access.snapshot()
    assert find_entity(present, "Thing 7B").iri == NEW
    assert find_entity(present, "the m model").iri == MODEL
    assert find_entity(present, "Org", ["organization"]).iri == ORG
    assert "new/Thing-7B" in table_of(present, ["model"]).near("Thing 8B")
    day = present.at("2026-05-01")
    assert find_entity(day, "Thing 7B").iri == NEW


def test_what_is_too_much_to_follow_is_made_whole(root: Path, monkeypatch: pytest.MonkeyPatch):
    access = Access(root, indexed=True)
    access.prepared("catalogue")
    monkeypatch.setattr(access_module, "changed_subjects", lambda *_: None)
    write(root)
    assert isinstance(table_of(access.snapshot(), ["model"]), NamesInMemory)
