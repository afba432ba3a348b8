"""``sources-that-repeat`` from kept counts is what its SPARQL gives."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import built_stores
import pytest

from provenance_graph import asking
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.changes.claim_rows import update_table
from provenance_graph.core import literals
from provenance_graph.core.claims import Basis, Claim, Header, Literal, Record
from provenance_graph.core.iris import Iri, model
from provenance_graph.core.terms import PG, RDF, XSD
from provenance_graph.ingest.update import update
from provenance_graph.model.questions import repeats, stored
from provenance_graph.service.api.common import indexes
from provenance_graph.store.embedded import EmbeddedStore

QUESTION = stored.find(repeats.NAME)
EX = "https://example.org/"
A, B = model("one/a"), model("one/b")
SEVEN, EIGHT = Literal("7000000000", XSD.integer), Literal("8", XSD.integer)
SEVEN_AS_DOUBLE = Literal("7e9", XSD.double)


@pytest.fixture
def copied(curated: Path, tmp_path: Path) -> Path:
    """A store that this test may change."""
    return built_stores.copied(curated, tmp_path / "store")


@pytest.fixture
def snapshot(copied: Path) -> Iterator[AcceptedSnapshot]:
    """Its newest version, with the folder of its indexes."""
    with EmbeddedStore.open(copied) as store:
        yield AcceptedSnapshot(store, folder=copied / "derived")


def by_sparql(snapshot: AcceptedSnapshot, least: int) -> list[tuple[object, ...]]:
    """The rows of the question as it is written."""
    return list(snapshot.select(QUESTION.text, {"least": literals.integer(least)}).rows)


def forget(snapshot: AcceptedSnapshot) -> None:
    """Delete the counts that the build kept."""
    repeats.counts_file(snapshot.folder, snapshot.version).unlink()


@pytest.mark.parametrize("least", [1, 2, 3, 100_000])
def test_the_counts_give_what_the_query_gives(snapshot: AcceptedSnapshot, least: int) -> None:
    forget(snapshot)
    wanted = by_sparql(snapshot, least)
    assert bool(wanted) is (least < 100)
    answer = asking.ask(snapshot, repeats.NAME, {"least": str(least)})
    assert repeats.counts_file(snapshot.folder, snapshot.version).is_file()
    assert answer.rows == wanted
    assert answer.names == ("property", "one", "other", "models", "equal", "share")


def said(publisher: str, thing: Iri, values: tuple[Literal, ...]) -> Record:
    """A record in which a publisher gives parameter counts of a model, each with its place."""
    document = Iri(f"{EX}{publisher}/{thing.rpartition('/')[2]}")
    claims = [Claim(thing, PG.parameterCount, value, locator="p. 1") for value in values]
    header = Header(
        record=Iri(f"{document}/read"),
        document=document,
        publisher=Iri(EX + publisher),
        retrieved="2026-01-02",
        reader="test",
        basis=Basis.THIRD_PARTY,
    )
    return Record(header, (Claim(thing, RDF.type, PG.Model), *claims))


def test_equal_numbers_of_other_types_and_several_values_count_as_in_sparql(
    copied: Path, snapshot: AcceptedSnapshot
) -> None:
    given = [
        *(said("x", A, (SEVEN,)), said("y", A, (SEVEN_AS_DOUBLE,)), said("z", A, (EIGHT, SEVEN))),
        *(said("x", B, (SEVEN,)), said("y", B, (EIGHT,))),
    ]
    with EmbeddedStore.open_writer(copied) as store:
        update(store, given, derive=EvidenceLevels())
    with EmbeddedStore.open(copied) as store:
        after = AcceptedSnapshot(store, folder=copied / "derived")
        update_table(copied, after)
        answer = asking.ask(after, repeats.NAME, {"least": "1"}).rows
        assert answer == by_sparql(after, 1)
        mine = {(str(r[1])[-1], str(r[2])[-1]): r[3:5] for r in answer if r[1].startswith(EX)}
        assert {pair: [int(n.lexical) for n in row] for pair, row in mine.items()} == {
            ("x", "y"): [2, 1],
            ("x", "z"): [1, 1],
            ("y", "z"): [1, 1],
        }


def test_what_a_commit_changed_is_in_the_counts_of_the_new_version(
    copied: Path, snapshot: AcceptedSnapshot
) -> None:
    before = asking.ask(snapshot, repeats.NAME, {"least": "1"}).rows
    publisher = before[0][1]
    gone = [r for r in snapshot.records() if snapshot.header(r).publisher == publisher]
    with EmbeddedStore.open_writer(copied) as store:
        update(store, drop=gone, derive=EvidenceLevels())
    with EmbeddedStore.open(copied) as store:
        after = AcceptedSnapshot(store, folder=copied / "derived")
        indexes.make_all(copied / "derived", after, snapshot.version, slow=True, seldom=False)
        assert repeats.counts_file(copied / "derived", after.version).is_file()
        bound = {"least": literals.integer(1)}
        known = stored.known(after, QUESTION, bound)
        assert known is not None
        assert known.rows == by_sparql(after, 1)
        assert known.rows != before


def test_damaged_counts_are_made_again(snapshot: AcceptedSnapshot) -> None:
    wanted = asking.ask(snapshot, repeats.NAME).rows
    file = repeats.counts_file(snapshot.folder, snapshot.version)
    file.write_text(json.dumps([["cut"]]), "utf-8")
    assert asking.ask(snapshot, repeats.NAME).rows == wanted


def test_a_store_without_a_claim_table_is_asked_by_sparql(snapshot: AcceptedSnapshot) -> None:
    forget(snapshot)
    for table in snapshot.folder.glob("claims-*"):
        shutil.rmtree(table)
    wanted = by_sparql(snapshot, 3)
    assert asking.ask(snapshot, repeats.NAME).rows == wanted
    assert not repeats.counts_file(snapshot.folder, snapshot.version).exists()
