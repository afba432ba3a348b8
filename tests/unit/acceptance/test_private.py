"""Private collections: the public state is what it would be if they had never been written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import reference_data
from typed import run

from provenance_graph.changes.log import ChangeLog
from provenance_graph.core.claims import Basis, Claim, Header, Record
from provenance_graph.core.iris import Iri, mint, model
from provenance_graph.core.literals import integer
from provenance_graph.core.terms import PG
from provenance_graph.ingest.private import mark, private_collections
from provenance_graph.ingest.update import set_private, update
from provenance_graph.store import embedded
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.states import public_root

OURS = mint("collection", "ours")
SECRET = mint("collection", "secret")


def record(collection: Iri, name: str, value: int, day: str = "2026-11-22") -> Record:
    """One claim about one model, in a collection."""
    place = collection.rpartition("/")[2]
    iri = mint("record", place, name, day)
    about = Iri("https://example.org/ours")
    header = Header(
        record=iri,
        document=iri,
        publisher=about,
        retrieved=day,
        reader="test",
        basis=Basis.THIRD_PARTY,
        collection=collection,
    )
    claim = Claim(model(f"acme/{name}"), PG.contextLength, integer(value))
    return Record(header, (claim,)).sort()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("private") / "empty"
    embedded.build(root, reference_data.stamped_terms())
    return root


@pytest.fixture
def root(empty: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(empty, tmp_path / "store"))


@pytest.fixture
def other(empty: Path, tmp_path: Path) -> Path:
    """The same store, into which nothing private is ever written."""
    return Path(shutil.copytree(empty, tmp_path / "other"))


def lines(root: Path) -> list[bytes]:
    with EmbeddedStore.open(root) as store:
        return sorted(store.dump().splitlines())


def version(root: Path) -> str:
    with EmbeddedStore.open(root) as store:
        return store.version


def write(root: Path, *steps: tuple[Record, bool]) -> None:
    with EmbeddedStore.open_writer(root) as store:
        for one, private in steps:
            update(store, [one], notes=[mark(one.header.collection)] if private else ())


def test_the_public_state_is_as_if_nothing_private_had_been_written(
    root: Path, other: Path
) -> None:
    public = [record(OURS, "a", 1), record(OURS, "b", 2), record(OURS, "a", 3, "2026-11-23")]
    write(
        root,
        (public[0], False),
        (record(SECRET, "a", 999), True),
        (public[1], False),
        (record(SECRET, "c", 7), True),
        (public[2], False),
    )
    write(other, *((one, False) for one in public))
    assert public_root(root) == root / "public"
    assert lines(root / "public") == lines(other)
    assert version(root / "public") == version(other)
    assert any(b"999" in line for line in lines(root))
    assert not any(b"secret" in line for line in lines(root / "public"))


def test_without_private_collections_there_is_one_state(root: Path) -> None:
    write(root, (record(OURS, "a", 1), False))
    assert public_root(root) == root


def test_the_public_log_goes_on_and_names_nothing_private(root: Path) -> None:
    write(root, (record(OURS, "a", 1), False), (record(SECRET, "b", 2), True))
    write(root, (record(OURS, "c", 3), False))
    public = root / "public"
    commits = ChangeLog(public).last(version(public))
    named = [name for commit in commits for name in commit.added]
    assert [name for name in named if "secret" in name.casefold()] == []
    assert len(named) == 2


def test_the_view_of_each_state_follows_from_its_own_records(root: Path) -> None:
    write(root, (record(OURS, "a", 1), False), (record(SECRET, "b", 2), True))
    for folder, seen in ((root, True), (root / "public", False)):
        with EmbeddedStore.open(folder) as store:
            assert any(True for _ in store.quads(model("acme/a"), PG.contextLength))
            assert any(True for _ in store.quads(model("acme/b"), PG.contextLength)) is seen


def test_dropping_a_record_drops_it_from_both_states(root: Path) -> None:
    ours = record(OURS, "a", 1)
    write(root, (ours, False), (record(SECRET, "b", 2), True))
    with EmbeddedStore.open_writer(root) as store:
        update(store, drop=[ours.header.record])
    assert not any(b"acme/a" in line for line in lines(root) + lines(root / "public"))


def test_writes_of_a_group_reach_both_states_together(root: Path, other: Path) -> None:
    with EmbeddedStore.open_writer(root) as store, store.group():
        update(store, [record(OURS, "a", 1)])
        update(store, [record(SECRET, "b", 2)], notes=[mark(SECRET)])
        update(store, [record(OURS, "c", 3)])
    write(other, (record(OURS, "a", 1), False), (record(OURS, "c", 3), False))
    assert lines(root / "public") == lines(other)


def test_a_collection_can_be_made_private_and_public_again(root: Path, other: Path) -> None:
    write(root, (record(OURS, "a", 1), False), (record(SECRET, "b", 2), False))
    write(other, (record(OURS, "a", 1), False))
    with EmbeddedStore.open_writer(root) as store:
        set_private(store, [SECRET], None, private=True)
    assert lines(root / "public") == lines(other)
    assert not ChangeLog(root / "public").last(version(root / "public"))  # it named the record
    with EmbeddedStore.open_writer(root) as store:
        assert private_collections(store) == {SECRET}
        set_private(store, [SECRET], None, private=False)
    assert public_root(root) == root
    assert any(b"acme/b" in line for line in lines(root))


def test_a_private_record_makes_earlier_records_of_its_collection_private(
    root: Path, other: Path
) -> None:
    write(root, (record(OURS, "a", 1), False), (record(SECRET, "b", 2), False))
    write(root, (record(SECRET, "c", 3), True), (record(OURS, "d", 4), False))
    write(other, (record(OURS, "a", 1), False), (record(OURS, "d", 4), False))
    assert lines(root / "public") == lines(other)
    with EmbeddedStore.open(root) as store:
        assert private_collections(store) == {SECRET}


def test_unchanged_documents_make_their_collection_private_too(root: Path, tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text("---\nlicense: mit\n---\n# A model\n")
    line = ("import", str(card), "--collection", "secret")
    assert run(root, *line).returncode == 0
    assert public_root(root) == root
    done = run(root, *line, "--private")
    assert (done.returncode, "1 unchanged" in done.stderr) == (0, True)
    assert not any(b"secret" in one for one in lines(root / "public"))


def test_a_public_state_left_behind_is_made_anew(root: Path, other: Path) -> None:
    write(root, (record(OURS, "a", 1), False), (record(SECRET, "b", 2), True))
    (root / "public" / "FOLLOWS").unlink()  # as after a kill between the two
    write(root, (record(OURS, "c", 3), False))
    write(other, (record(OURS, "a", 1), False), (record(OURS, "c", 3), False))
    assert lines(root / "public") == lines(other)
