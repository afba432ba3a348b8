"""Parents that third parties name and that are too large to have been tuned into the child."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import reference_data

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.changes.updating import update_conflicts
from provenance_graph.conflicts import stored
from provenance_graph.conflicts.detect import conflicts
from provenance_graph.conflicts.number import path_of
from provenance_graph.conflicts.results import Conflict
from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Custody, Header, Record
from provenance_graph.core.iris import Iri
from provenance_graph.core.literals import integer
from provenance_graph.core.terms import PG, RDF
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.update import update
from provenance_graph.store import embedded
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.opening import derived_folder

REFERENCE = reference_data.reference()
CHILD, PARENT = iris.model("oak/child"), iris.model("ash/parent")


def record(source: str, *claims: Claim, basis: Basis = Basis.THIRD_PARTY) -> Record:
    name = iris.record(source, "doc", "2026-01-01")
    url = Iri(f"https://example.org/{source}")
    publisher = iris.organization(source)
    custody = Custody.VERIFIED  # so that what a maker's files say counts as read from them
    header = Header(name, url, publisher, "2026-01-01", source, basis, custody=custody)
    return Record(header, claims).sort()


def size(model: Iri, millions: int) -> tuple[Claim, Claim]:
    count = Claim(model, PG.parameterCount, integer(millions * 10**6))
    return Claim(model, RDF.type, PG.Model), count


def too_large(*records: Record) -> list[Conflict]:
    with MemoryStore(compile_quads(REFERENCE, list(records), [])) as store:
        listed = conflicts(AcceptedSnapshot(store))
        assert conflicts(AcceptedSnapshot(store), [CHILD]) == listed
    return [c for c in listed if "fine-tuning does not change the size" in c.explanation]


def test_a_parent_three_times_the_size_is_an_implausible_base() -> None:
    edge = Claim(CHILD, PG.fineTunedFrom, PARENT)
    (one,) = too_large(record("index", *size(CHILD, 110), *size(PARENT, 340), edge))
    assert (one.subject, one.property, one.kind) == (CHILD, PG.fineTunedFrom, "implausible")
    assert one.explanation.startswith(
        "110,000,000 parameters, and what it is tuned from has 340,000,000"
    )
    assert [value for value, _ in one.sides] == [PARENT, integer(110 * 10**6), integer(340 * 10**6)]
    assert all(claims for _, claims in one.sides)


@pytest.mark.parametrize(
    ("relation", "child", "basis"),
    [
        (PG.fineTunedFrom, 250, Basis.THIRD_PARTY),  # within what names and counts may differ
        (PG.fineTunedFrom, 800, Basis.THIRD_PARTY),  # encoders are added to a base
        (PG.distilledFrom, 110, Basis.THIRD_PARTY),
        (PG.prunedFrom, 110, Basis.THIRD_PARTY),
        (PG.adapterOf, 3, Basis.THIRD_PARTY),
        (PG.fineTunedFrom, 110, Basis.INFERENCE),  # nobody states the kind
    ],
)
def test_other_steps_and_sizes_are_no_conflict(relation: Iri, child: int, basis: Basis) -> None:
    edge = Claim(CHILD, relation, PARENT, basis=basis)
    assert not too_large(record("index", *size(CHILD, child), *size(PARENT, 340), edge))


def _rows(folder: Path, version: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path_of(folder, version)) as database:
        return database.execute("SELECT * FROM conflict ORDER BY number").fetchall()


@pytest.mark.parametrize("prop", [PG.parameterCount, PG.hiddenSize])
def test_a_later_word_on_the_parent_alone_reaches_the_child(tmp_path: Path, prop: Iri) -> None:
    root = tmp_path / "graph"
    embedded.build(root, reference_data.stamped_terms())
    child = (
        Claim(CHILD, RDF.type, PG.Model),
        Claim(CHILD, prop, integer(512), basis=Basis.ARTIFACT),
        Claim(CHILD, PG.fineTunedFrom, PARENT),
    )
    with EmbeddedStore.open_writer(root) as store:
        update(store, [record("oak", *child)])
    folder = Path(derived_folder(str(root)) or "")
    with EmbeddedStore.open(root) as store:
        stored.store_conflicts(folder, AcceptedSnapshot(store, folder=folder))
    for number in (2048, 4096):  # a conflict arises, and is brought along with its new value
        later = Claim(PARENT, prop, integer(number), basis=Basis.ARTIFACT)
        with EmbeddedStore.open_writer(root) as store:
            update(store, [record("ash", Claim(PARENT, RDF.type, PG.Model), later)])
        with EmbeddedStore.open(root) as store:
            snapshot = AcceptedSnapshot(store, folder=folder)
            update_conflicts(root, snapshot)
            carried = _rows(folder, snapshot.version)
            path_of(folder, snapshot.version).unlink()
            stored.store_conflicts(folder, snapshot)
            assert carried == _rows(folder, snapshot.version)
            assert [row[1] for row in carried] == [CHILD]
