"""What is made from the claim table of a version is what is made from its store."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from benchmarks.hub.structure import Hub
from benchmarks.hub_generate import generate
from provenance_graph.acceptance.columns.snapshot import OF_CLAIMS, TableSnapshot
from provenance_graph.acceptance.columns.wide import in_columns
from provenance_graph.acceptance.policy.report import examine, subjects
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.changes.claim_rows import update_table
from provenance_graph.conflicts.detect import SILENT, conflicts
from provenance_graph.core import rdf
from provenance_graph.core.claims import Basis, Claim, Literal, Quad, Record
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PAV, PG, PROV, RDF, SCHEMA, SKOS
from provenance_graph.ingest.build import build
from provenance_graph.ingest.decisions import Decisions
from provenance_graph.ingest.update import update
from provenance_graph.matching.identify import identify
from provenance_graph.model.search.build import fill
from provenance_graph.model.stats import stats
from provenance_graph.service.processes import indexer
from provenance_graph.store import claim_columns as columns
from provenance_graph.store import claim_table
from provenance_graph.store.claim_table import ClaimTable
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.processes import LocalEngine
from provenance_graph.store.values import ANY


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of a generated hub, in several buckets."""
    folder = tmp_path_factory.mktemp("hub")
    generate(Hub(150, 3), folder, shard=50)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("provenance_graph.ingest.bulk.pipeline.BUCKET_CLAIMS", 1000)
        build(folder / "data", folder / "store", derive=EvidenceLevels(), fresh=True)
    return folder / "store"


@pytest.fixture(params=["generated", "curated"])
def pair(request: pytest.FixtureRequest) -> tuple[AcceptedSnapshot, TableSnapshot]:
    """A snapshot of a store, and the same over its claim table."""
    root: Path = request.getfixturevalue(request.param)
    with EmbeddedStore.open(root) as store:
        plain = AcceptedSnapshot(store)
        over = in_columns(AcceptedSnapshot(store, folder=root / "derived"))
        assert isinstance(over, TableSnapshot)
        yield plain, over


def catalogue(snapshot: AcceptedSnapshot) -> dict[str, list[str]]:
    """The rows of every table of the search index."""
    database = sqlite3.connect(":memory:")
    fill(database, snapshot)
    tables = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%fts5%'"
    ).fetchall()  # the text indexes stand in tables of their own
    return {
        name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for (name,) in tables
    }


MADE: dict[str, Callable[[AcceptedSnapshot], object]] = {
    "search": catalogue,
    "conflicts": lambda s: [c.to_json() for c in conflicts(s)],
    "statistics": stats,
    "identity": identify,
    "policy": lambda s: examine(s, subjects(s))[0],
}


@pytest.mark.parametrize("what", MADE)
def test_indexes_from_the_table_are_those_from_the_store(pair, what: str) -> None:
    plain, over = pair
    made = MADE[what](plain)
    assert made
    assert MADE[what](over) == made


def test_wide_readings_of_the_table_are_those_of_the_store(pair) -> None:
    plain, over = pair
    predicates = {p for _, p, _, _ in plain.quads()}
    for predicate in predicates:
        assert set(over.quads(predicate=predicate)) == set(plain.quads(predicate=predicate))
        assert over.count(predicate) == plain.count(predicate)
        assert sorted(over.pairs(predicate)) == sorted(plain.pairs(predicate))
    for predicate in OF_CLAIMS:
        stated = set(plain.quads(predicate=predicate, graph=ANY))
        assert set(over.quads(predicate=predicate, graph=ANY)) == stated
    for kind in (PG.Model, PG.Organization, PG.SourceRecord):
        wanted = {"predicate": RDF.type, "object": kind}
        assert set(over.quads(**wanted, graph=ANY)) == set(plain.quads(**wanted, graph=ANY))
        assert set(over.quads(**wanted)) == set(plain.quads(**wanted))
    for predicate in (SCHEMA.name, DCTERMS.issued, DCTERMS.creator):
        for basis in (None, Basis.INFERENCE.value):
            claims = sorted(map(repr, plain.annotated(predicate, basis)))
            assert sorted(map(repr, over.annotated(predicate, basis))) == claims
    assert set(over.records()) == set(plain.records())
    assert dict(over.titles()) == dict(plain.titles()) != {}
    for predicate in (PG.reader, PAV.retrievedOn, PROV.wasAttributedTo):
        assert sorted(over.header_values(predicate)) == sorted(plain.header_values(predicate))
    assert over.unreadable() == plain.unreadable()
    assert over.silenced(SILENT) == plain.silenced(SILENT)
    assert sorted(over.ended(DCTERMS.license)) == sorted(plain.ended(DCTERMS.license))


def test_views_from_the_table_are_those_of_the_store(pair) -> None:
    plain, over = pair
    subjects = sorted({s for s, *_ in plain.quads(predicate=RDF.type, object=PG.Model)})
    seen = dict(over.views(subjects))
    assert seen.keys() == set(subjects)
    for subject in subjects:
        mine, stored = seen[subject], plain.view(subject)
        assert sorted(map(repr, mine.claims)) == sorted(map(repr, stored.claims))
        assert set(mine.quads) == set(stored.quads)
        assert mine.statuses == stored.statuses


def test_a_table_is_of_its_version_alone(generated: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    shutil.copytree(generated, root)
    with EmbeddedStore.open_writer(root) as store:
        record = next(iter(AcceptedSnapshot(store).records()))
        update(store, drop=[record], derive=EvidenceLevels())
    with EmbeddedStore.open(root) as store:
        snapshot = AcceptedSnapshot(store, folder=root / "derived")
        assert in_columns(snapshot) is snapshot


@pytest.fixture(params=["dropped", "renamed", "decided", "several"])
def committed(
    request: pytest.FixtureRequest, generated: Path, tmp_path: Path
) -> tuple[Path, AcceptedSnapshot, TableSnapshot]:
    """A store after commits, and its snapshot from the store and from the table brought along."""
    root = tmp_path / "store"
    shutil.copytree(generated, root)
    with EmbeddedStore.open_writer(root) as store:
        before = AcceptedSnapshot(store)
        records = sorted(before.records())
        models = sorted(before.related(RDF.type, PG.Model))
        changed = rdf.from_quads(store.quads(graph=records[3]))
        named = Claim(models[5], SCHEMA.name, Literal("Quite another name"))
        other = replace(changed, claims=(*changed.claims[1:], named))
        same = Decisions(put=(Mapping(models[7], SKOS.exactMatch, models[8]),))
        for kind in {"several": ("dropped", "renamed", "decided")}.get(
            request.param, (request.param,)
        ):
            if kind == "dropped":
                update(store, drop=records[:2], derive=EvidenceLevels())
            elif kind == "renamed":
                update(store, [other], derive=EvidenceLevels())
            else:
                update(store, decided=same, derive=EvidenceLevels())
    with EmbeddedStore.open(root) as store:
        snapshot = AcceptedSnapshot(store, folder=root / "derived")
        update_table(root, snapshot)
        over = in_columns(snapshot)
        assert isinstance(over, TableSnapshot)
        yield root, AcceptedSnapshot(store), over


def test_a_table_that_is_brought_along_is_that_of_the_store(committed) -> None:
    root, plain, over = committed
    facts = {quad for rows in over.table.facts_by_subject() for quad in _quads(rows)}
    assert facts == set(plain.quads())
    stated = {(record.header, claim) for record in _records(over) for claim in record.claims}
    assert stated == {(r.header, c) for r in _stored(plain) for c in r.claims}
    assert over.table.names == {
        name: subject
        for name in {*over.table.names, *plain.related(RDF.type, PG.Model)}
        if (subject := plain.canonical(Iri(name))) != name
    }
    current = {header.record for r in _stored(plain) if plain.latest.counts(header := r.header)}
    assert set(over.table.headers.filter("current")["iri"]) == current
    for what, make in MADE.items():
        assert make(over) == make(plain), what
    assert len(claim_table.versions(root / "derived")) == 2


def _quads(rows: pl.DataFrame) -> Iterator[Quad]:
    for s, p, *value in rows.select(*columns.QUADS).iter_rows():
        yield Iri(s), Iri(p), columns.value_of(*value), None  # type: ignore[misc]


def _records(over: TableSnapshot) -> Iterator[Record]:
    return columns.records(over.table.claims.collect(), over.table.headers)


def _stored(plain: AcceptedSnapshot) -> list[Record]:
    return [rdf.from_quads(plain.quads(graph=record)) for record in plain.records()]


@pytest.mark.parametrize("committed", ["several"], indirect=True)
def test_the_table_before_the_last_is_removed(committed) -> None:
    root, _, over = committed
    with EmbeddedStore.open_writer(root) as store:
        update(store, drop=[next(over.records())], derive=EvidenceLevels())
    with EmbeddedStore.open(root) as store:
        snapshot = AcceptedSnapshot(store, folder=root / "derived")
        update_table(root, snapshot)
        assert sorted(claim_table.versions(root / "derived")) == sorted(
            [over.version, snapshot.version]
        )


@pytest.mark.parametrize("committed", ["several"], indirect=True)
def test_too_many_changes_leave_the_table_behind(committed, monkeypatch) -> None:
    root, _, over = committed
    monkeypatch.setattr("provenance_graph.changes.claim_rows.MAX_CHANGED", 0)
    with EmbeddedStore.open_writer(root) as store:
        update(store, drop=[next(over.records())], derive=EvidenceLevels())
    with EmbeddedStore.open(root) as store:
        snapshot = AcceptedSnapshot(store, folder=root / "derived")
        update_table(root, snapshot)
        assert in_columns(snapshot) is snapshot


@pytest.mark.parametrize("damage", ["byte", "cut", "gone", "manifest"])
def test_a_damaged_table_is_told_and_removed(generated, tmp_path, caplog, damage: str) -> None:
    derived = tmp_path / "derived"
    shutil.copytree(generated / "derived", derived)
    with EmbeddedStore.open(generated) as store:
        version = store.version
    folder = claim_table.folder_of(derived, version)
    file = folder / ("manifest.json" if damage == "manifest" else "claims-00001.parquet")
    data = file.read_bytes()
    match damage:
        case "byte":
            file.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
        case "gone":
            file.unlink()
        case _:
            file.write_bytes(data[: len(data) // 2])
    with caplog.at_level(logging.WARNING):
        assert ClaimTable.open(derived, version) is None
    assert "was changed after it was written" in caplog.text
    assert not folder.exists()


def test_indexes_made_side_by_side_are_those_made_one_after_another(
    generated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = Path(shutil.copytree(generated, tmp_path / "together"))
    alone = Path(shutil.copytree(generated, tmp_path / "alone"))
    steps: list[tuple[int, int]] = []
    beside: list[list[int]] = []

    def meanwhile(engine: LocalEngine) -> None:
        beside.append(sorted(engine.run(abs, [-1, 2])))

    monkeypatch.setattr(indexer, "_MANY_CLAIMS", 1)
    indexer.index_all(
        together, seldom=False, step=lambda *done: steps.append(done), meanwhile=meanwhile
    )
    assert steps[-1] == (4, 4)
    assert beside == [[1, 2]]
    monkeypatch.setattr(indexer, "_MANY_CLAIMS", 10**9)
    indexer.index_all(
        alone,
        seldom=False,
        step=lambda *_: pytest.fail("more than one process"),
        meanwhile=meanwhile,
    )
    assert beside == [[1, 2], [1, 2]]
    assert _indexes(together) == _indexes(alone)


def _indexes(root: Path) -> dict[str, object]:
    """The files of all indexes: what the databases hold, what the texts say, how large others are."""
    found: dict[str, object] = {}
    for file in (root / "derived").rglob("*.*"):
        if file.name.startswith("licences-"):
            continue  # reference data, which this process may hold already
        if file.suffix == ".sqlite":
            with closing(sqlite3.connect(file)) as database:
                found[file.name] = sorted(
                    map(repr, database.execute(f"SELECT * FROM {_TABLES[file.name[:4]]}"))
                )
        elif file.suffix in (".json", ".npy") and file.name != "manifest.json":
            found[file.name] = file.read_bytes()
        else:
            found[file.name] = None
    return found


_TABLES = {"cata": "thing", "conf": "conflict", "prof": "profile"}


def test_a_build_keeps_the_table_of_its_version_alone(generated: Path) -> None:
    with EmbeddedStore.open(generated) as store:
        version = store.version
    build(generated.parent / "data", generated, derive=EvidenceLevels(), fresh=True)
    with EmbeddedStore.open(generated) as store:
        assert store.version != version
        folders = sorted(generated.glob("derived/*claims-*"))
        assert folders == [claim_table.folder_of(generated / "derived", store.version)]
