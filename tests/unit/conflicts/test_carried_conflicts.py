"""Conflicts stored for a version are brought along to the next one by the change log."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import reference_data

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.changes.updating import update_conflicts
from provenance_graph.conflicts import detect, stored
from provenance_graph.conflicts.number import number_of, path_of
from provenance_graph.conflicts.selection import counted, summary
from provenance_graph.core.claims import Basis, Claim, Header, Record
from provenance_graph.core.iris import Iri, entity, mint, model
from provenance_graph.core.literals import integer
from provenance_graph.core.terms import PG, RDF
from provenance_graph.ingest.update import update
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.service.api.common.indexes import make_all
from provenance_graph.store import embedded
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.opening import derived_folder


def record(source: str, number: int, layers: int) -> Record:
    """What a source states of the layers of a model."""
    name = mint("record", source, f"m{number}", "2026-01-01")
    header = Header(
        record=name,
        document=name,
        publisher=Iri(f"https://example.org/{source}"),
        reader="test",
        retrieved="2026-01-01",
        basis=Basis.THIRD_PARTY,
        collection=mint("collection", source),
    )
    about = model(f"acme/m{number}")
    claims = Claim(about, RDF.type, PG.Model), Claim(about, PG.layerCount, integer(layers))
    return Record(header, claims).sort()


def entity_record(source: str, layers: int) -> Record:
    """What a source states of a model under a name of its own, with the repository it is."""
    stated = record(source, 0, layers)
    about = entity(source, "model", "m0")
    claims = (
        Claim(about, RDF.type, PG.Model),
        Claim(about, PG.layerCount, integer(layers)),
        Claim(about, PG.hubRepository, Iri("https://huggingface.co/acme/m0")),
    )
    return Record(stated.header, claims).sort()


def rows(folder: Path, version: str) -> list[tuple[object, ...]]:
    """The stored conflicts of a version, with their answers; the counts beside them are right."""
    with sqlite3.connect(path_of(folder, version)) as database:
        listed = stored.load(folder, version)
        assert listed is not None
        assert listed.kinds == summary(listed)
        assert len(listed) == len(list(listed))
        assert dict(database.execute("SELECT iri, conflicts FROM counted")) == counted(listed)
        query = "SELECT * FROM conflict JOIN answer USING (number) ORDER BY number"
        return database.execute(query).fetchall()


def test_conflicts_after_a_commit_are_those_of_a_full_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "graph"
    embedded.build(root, reference_data.stamped_terms())
    with EmbeddedStore.open_writer(root) as store:
        update(store, [record("one", n, 10 + n) for n in range(3)])
        update(store, [record("two", 0, 40)])
    folder = Path(derived_folder(str(root)) or "")
    with EmbeddedStore.open(root) as store:
        first = AcceptedSnapshot(store, folder=folder)
        about = model("acme/m0")
        alone = number_of(first, about)  # found for it alone, then counted in the file
        stored.store_conflicts(folder, first)
        assert len(rows(folder, first.version)) == 1
        assert alone == number_of(first, about) == counted(stored.ledger(first))[about] == 1
        assert number_of(first, model("acme/m")) == 0
    with EmbeddedStore.open_writer(root) as store:
        update(store, [record("two", 1, 50)])
    with EmbeddedStore.open(root) as store:
        snapshot = AcceptedSnapshot(store, folder=folder)
        sought: list[object] = []
        seek = detect.conflicts
        monkeypatch.setattr(
            detect, "conflicts", lambda s, about=None: sought.append(about) or seek(s, about)
        )
        update_conflicts(root, snapshot)
        carried = rows(folder, snapshot.version)
        assert sought == [frozenset({model("acme/m1")})]
        path_of(folder, snapshot.version).unlink()
        stored.store_conflicts(folder, snapshot)
        assert carried == rows(folder, snapshot.version)
        assert len(carried) == 2
        listed = stored.load(folder, snapshot.version)
        assert listed is not None
        (kind,) = listed.kinds
        assert [one.subject for one in listed.of_kinds([kind])[1:]] == [listed[1].subject]
        assert list(listed.of_kinds(["rounding"])) == []


def test_the_indexes_of_the_service_follow_the_same_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "graph"
    embedded.build(root, reference_data.stamped_terms())
    with EmbeddedStore.open_writer(root) as store:
        update(store, [record("one", n, 10 + n) for n in range(3)])
    folder = Path(derived_folder(str(root)) or "")
    with EmbeddedStore.open(root) as store:
        first = AcceptedSnapshot(store, folder=folder)
        make_all(folder, first)
    with EmbeddedStore.open_writer(root) as store:
        update(store, [record("two", 1, 50)])  # by whatever writes, a command or the service
    with EmbeddedStore.open(root) as store:
        snapshot = AcceptedSnapshot(store, folder=folder)
        asked: list[object] = []
        monkeypatch.setattr(
            LineageIndex,
            "update",
            lambda index, now, changed: asked.append(changed) or LineageIndex.build(now),
        )
        make_all(folder, snapshot, first.version)
    assert asked == [frozenset({model("acme/m1")})]


def test_a_name_that_a_commit_maps_has_its_conflict_once(tmp_path: Path) -> None:
    root = tmp_path / "graph"
    embedded.build(root, reference_data.stamped_terms())
    with EmbeddedStore.open_writer(root) as store:
        update(store, [record("one", 0, 12)])
    folder = Path(derived_folder(str(root)) or "")
    with EmbeddedStore.open(root) as store:
        stored.store_conflicts(folder, AcceptedSnapshot(store, folder=folder))
    with EmbeddedStore.open_writer(root) as store:
        update(store, [entity_record("index", 24)])
    with EmbeddedStore.open(root) as store:
        snapshot = AcceptedSnapshot(store, folder=folder)
        update_conflicts(root, snapshot)
        carried = rows(folder, snapshot.version)
        path_of(folder, snapshot.version).unlink()
        stored.store_conflicts(folder, snapshot)
        assert carried == rows(folder, snapshot.version)
        assert [row[1] for row in carried] == [model("acme/m0")]
