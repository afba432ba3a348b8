"""What the REST API reads: the day in the tag, indexes beside the requests, as of a day."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from api_reads import API, ONE, ROUTES
from audit_store import MODEL
from fastapi import FastAPI
from starlette.testclient import TestClient
from waiting import PATIENCE, wait_until

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal, Quad
from provenance_graph.core.deadline import Deadline, use
from provenance_graph.core.errors import QueryTooLarge, RequestRefused
from provenance_graph.core.terms import DCTERMS
from provenance_graph.ingest import day as ingest_day
from provenance_graph.service.api.common import access as access_module
from provenance_graph.service.api.common import days
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.indexes import INDEXES, Index, intact, missing
from provenance_graph.service.api.routers import routers
from provenance_graph.service.processes.indexer import index_all
from provenance_graph.store import embedded
from provenance_graph.store.base import Change
from provenance_graph.store.opening import derived_folder


def client(access: Access) -> TestClient:
    app = FastAPI()
    for router in routers(access.root, access):
        app.include_router(router)
    return TestClient(app)


def commit(audited_copy: Path, *quads: Quad) -> str:
    writer = embedded.EmbeddedStore.open_writer(audited_copy)
    try:
        return writer.commit(Change(add=quads))
    finally:
        writer.close()


def made(open: Callable[[AcceptedSnapshot], object]) -> Index:
    """An index that is made where it is wanted and never kept."""
    return Index(open, lambda folder, version: False, None)


def test_the_day_is_in_the_tag_and_in_the_key(audited_copy: Path):
    day = ["2026-11-01"]
    api = client(Access(audited_copy, today=lambda: day[0]))
    first = api.get(f"{ONE}/licences")
    assert first.status_code == 200
    tag = first.headers["etag"]
    again = {"if-none-match": tag}
    assert api.get(f"{ONE}/licences", headers=again).status_code == 304
    assert first.json()["answers"][-1]["day"] == "2026-11-01"
    day[0] = "2026-11-02"
    second = api.get(f"{ONE}/licences", headers=again)
    assert second.status_code == 200
    assert second.headers["etag"] != tag
    assert second.json()["answers"][-1]["day"] == "2026-11-02"


def test_the_version_before_answers_while_an_index_is_made(
    audited_copy: Path, monkeypatch: pytest.MonkeyPatch
):
    inside, go = threading.Event(), threading.Event()
    make = access_module.INDEXES["lineage"].open

    def slow(snapshot: AcceptedSnapshot) -> object:
        inside.set()
        assert go.wait(PATIENCE)
        return make(snapshot)

    access = Access(audited_copy)
    old = access.prepared("lineage")
    monkeypatch.setattr(access_module, "INDEXES", {**access_module.INDEXES, "lineage": made(slow)})
    monkeypatch.setattr(access_module, "PATIENCE", 0.01)
    version = commit(audited_copy, (MODEL, DCTERMS.replaces, MODEL, None))
    assert access.prepared("lineage") is old
    assert inside.wait(PATIENCE)
    assert access.prepared("lineage") is old, "asked again while it is made"
    assert access.snapshot().version == version, "what needs no index is of the newest version"
    assert access.prepared("catalogue").version == version, "another index is not held up"
    go.set()
    wait_until(lambda: access.prepared("lineage").version == version, "the index that is made")


def stored_for(versions: set[str]) -> Index:
    """An index that another process has stored for some versions."""
    return Index(lambda snapshot: snapshot, lambda folder, version: version in versions, None)


def test_of_versions_that_come_fast_the_newest_with_an_index_answers(
    audited_copy: Path, monkeypatch: pytest.MonkeyPatch
):
    indexed: set[str] = set()
    monkeypatch.setattr(access_module, "INDEXES", {"lineage": stored_for(indexed)})
    monkeypatch.setattr(access_module, "PATIENCE", 0.01)
    access = Access(audited_copy, indexed=True)
    first = access.snapshot()
    indexed.add(first.version)
    assert access.prepared("lineage") is first
    commit(audited_copy, (MODEL, DCTERMS.replaces, MODEL, None))
    second = access.snapshot()
    commit(audited_copy, (MODEL, DCTERMS.isPartOf, MODEL, None))
    assert access.prepared("lineage") is first
    indexed.add(second.version)
    assert access.prepared("lineage") is second


def test_who_waits_for_an_index_takes_that_of_a_newer_version(
    audited_copy: Path, monkeypatch: pytest.MonkeyPatch
):
    indexed: set[str] = set()
    monkeypatch.setattr(access_module, "INDEXES", {"lineage": stored_for(indexed)})
    access = Access(audited_copy, indexed=True)
    results: list[AcceptedSnapshot] = []
    waiting = threading.Thread(target=lambda: results.append(access.prepared("lineage")))
    waiting.start()
    version = commit(audited_copy, (MODEL, DCTERMS.replaces, MODEL, None))
    indexed.add(version)
    waiting.join(PATIENCE)
    assert [snapshot.version for snapshot in results] == [version]


def test_what_is_stored_is_opened_before_it_is_asked_for(
    audited_copy: Path, monkeypatch: pytest.MonkeyPatch
):
    opened: list[AcceptedSnapshot] = []
    index = Index(opened.append, lambda folder, version: True, None)
    monkeypatch.setattr(access_module, "INDEXES", {"lineage": index})
    access = Access(audited_copy, indexed=True)
    access.open_stored(("lineage",))
    assert access.prepared("lineage") is opened[0]
    assert len(opened) == 1


FILES = {
    "catalogue": "catalogue-*.sqlite",
    "conflicts": "conflicts-*.sqlite",
    "stats": "stats-*.json",
    "lineage": "lineage/*.npy",
    "identity": "identity-*.json",
    "profiles": "profiles-*.sqlite",
    "policy": "policy-*.json",
}


def flipped(whole: bytes) -> bytes:
    return bytes(byte ^ 0x5A for byte in whole)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "damage",
    [lambda _: b"", lambda whole: whole[: len(whole) // 2], flipped],
    ids=["empty", "cut", "flipped"],
)
def test_a_damaged_index_is_made_anew(
    audited_indexed_copy: Path, name: str, damage: Callable[[bytes], bytes]
):
    root = audited_indexed_copy
    folder = derived_folder(str(root))
    assert folder is not None
    sound = Access(root).prepared(name)
    assert missing(folder, sound.version) is missing(folder, sound.version, slow=True) is False
    for file in folder.glob(FILES[name]):
        content = file.read_bytes()
        file.unlink()
        file.write_bytes(damage(content))
    access = Access(root, indexed=True)
    access.open_stored(INDEXES)
    assert missing(folder, sound.version, slow=INDEXES[name].slow), "it was not dropped"
    index_all(root)
    again = Access(root, indexed=True)
    again.open_stored(INDEXES)
    assert not missing(folder, sound.version, slow=INDEXES[name].slow)
    assert again.prepared(name).version == sound.version


def test_an_index_is_opened_by_size_and_time_and_examined_to_the_end_afterwards(
    audited_indexed_copy: Path,
):
    root = audited_indexed_copy
    folder = derived_folder(str(root))
    assert folder is not None
    (file,) = folder.glob(FILES["stats"])
    known, content = file.stat(), file.read_bytes()
    file.write_bytes(flipped(content))  # as a disk changes it: no later time
    os.utime(file, ns=(known.st_atime_ns, known.st_mtime_ns))
    access = Access(root, indexed=True)
    version = access.snapshot().version
    assert access.at_hand("conflicts", access.snapshot())
    assert intact(folder, "stats", version), "it is not read to be opened"
    access.examine_stored()
    assert not file.exists()
    assert not access.at_hand("stats", access.snapshot())
    index_all(root)
    assert file.read_bytes() == content
    access.examine_stored()
    assert access.at_hand("stats", access.snapshot())
    assert access.at_hand("conflicts", access.snapshot())


def test_too_many_that_wait_for_the_first_index_are_sent_away(
    audited_copy: Path, monkeypatch: pytest.MonkeyPatch
):
    go = threading.Event()
    monkeypatch.setattr(access_module, "INDEXES", {"lineage": made(lambda _: go.wait(PATIENCE))})
    monkeypatch.setattr(access_module, "MAX_WAITING", 1)
    access = Access(audited_copy)
    waiting = threading.Thread(target=access.prepared, args=("lineage",))
    waiting.start()
    wait_until(lambda: not access._waiting._value, "the first who waits")
    with pytest.raises(RequestRefused, match="lineage index is being made"):
        access.prepared("lineage")
    go.set()
    waiting.join(PATIENCE)


def test_an_index_that_cannot_be_made_is_tried_again(
    audited_copy: Path, monkeypatch: pytest.MonkeyPatch
):
    tries = []

    def make(snapshot: object) -> object:
        tries.append(snapshot)
        if len(tries) == 1:
            raise OSError("no space")
        return snapshot

    monkeypatch.setattr(access_module, "INDEXES", {"lineage": made(make)})
    access = Access(audited_copy)
    with pytest.raises(OSError, match="no space"):
        access.prepared("lineage")
    assert access.prepared("lineage") is access.snapshot()


TIMELESS = {f"{API}/{name}" for name in ("rubrics", "exports", "forms", "questions", "check/lists")}
"""Routes that list what the software has."""
OF_NOW = {f"{API}/changes", f"{API}/identity"}
"""Commits by version, and pairs that wait for a decision."""


@pytest.fixture(scope="module")
def api(audited_indexed: Path) -> TestClient:
    """Routes over a store; for reading only."""
    return client(Access(audited_indexed))


def test_every_route_that_reads_records_takes_a_day(api: TestClient):
    paths = api.get("/openapi.json").json()["paths"]
    without = {
        path
        for path, methods in paths.items()
        if "get" in methods
        and "asOf" not in {p["name"] for p in methods["get"].get("parameters", [])}
    }
    without = {path for path in without if not path.startswith("/reconcile")}  # of today's names
    own = {f"{API}/questions/{{question}}"}  # questions check their own
    assert without == TIMELESS | OF_NOW | own


@pytest.mark.parametrize("route", ROUTES)
def test_nothing_is_told_of_a_day_before_all_records(api: TestClient, route: str):
    result = api.get(f"{route}{'&' if '?' in route else '?'}asOf=2000-01-01")
    assert result.status_code == 200, result.text
    licence = () if "search" in route else ("spdx.org/licenses/MIT",)  # reference data is found
    for later in ("16000", "16,000", "20250301", "Arena", "m-latest", *licence):
        assert later not in result.text
    assert api.get(f"{route}{'&' if '?' in route else '?'}asOf=soon").status_code in (400, 422)


def test_an_index_that_takes_longer_than_an_answer_may_is_told_as_not_ready(
    audited_copy: Path, monkeypatch: pytest.MonkeyPatch
):
    """On a read-only disk the process makes its own; it goes on when the answer is given up."""
    go = threading.Event()
    monkeypatch.setattr(access_module, "INDEXES", {"lineage": made(lambda _: go.wait(PATIENCE))})
    access = Access(audited_copy)
    access.snapshot()  # the time limit is for the index alone
    with use(Deadline(0.05)), pytest.raises(RequestRefused, match="being made") as refused:
        access.prepared("lineage")
    assert getattr(refused.value.problem, "status", 0) == 503
    go.set()
    assert access.prepared("lineage").version


def test_what_a_killed_process_left_unfinished_is_deleted(audited_copy: Path):
    index_all(audited_copy)
    folder = derived_folder(str(audited_copy))
    assert folder is not None
    old, fresh = folder / ".catalogue-1-x.sqlite.99", folder / ".conflicts-1-y.sqlite.98"
    for file in (old, fresh):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    index_all(audited_copy)
    assert not old.exists()
    assert fresh.exists(), "somebody may be making it"


def test_a_past_day_is_made_as_a_whole_once_and_kept(
    audited_copy: Path, monkeypatch: pytest.MonkeyPatch
):
    made = []
    make = days.make
    monkeypatch.setattr(days, "make", lambda one: made.append(one.as_of) or make(one))
    access = Access(audited_copy)
    assert access.snapshot("2025-12-31").folder is None
    for name in ("catalogue", "conflicts", "models", "lineage"):
        assert access.prepared(name, "2025-12-31").folder is not None
    assert access.snapshot("Dec 2025").folder is not None  # what is about one entity reads it too
    assert made == ["2025-12-31"]
    assert Access(audited_copy).snapshot("2025-12-31").folder is not None
    commit(audited_copy, (MODEL, DCTERMS.title, Literal("x"), None))
    assert access.snapshot("2025-12-31").folder is None
    assert access.prepared("catalogue", "2025-12-31").folder is not None


def test_while_a_past_day_is_made_that_is_told(audited_copy: Path, monkeypatch: pytest.MonkeyPatch):
    go = threading.Event()
    make = days.make
    monkeypatch.setattr(days, "make", lambda one: go.wait(PATIENCE) and make(one))
    monkeypatch.setattr(access_module, "ALONE_SECONDS", 0.05)
    api = client(Access(audited_copy))
    reply = api.get(f"{API}/search?q=m&asOf=2025-12-31")
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")
    assert "what was known on 2025-12-31 is being put together" in reply.json()["detail"]
    assert api.get(f"{ONE}?asOf=2025-12-31").json()["name"] == "M"  # one entity needs no whole day
    go.set()
    monkeypatch.setattr(access_module, "ALONE_SECONDS", PATIENCE)
    assert api.get(f"{API}/search?q=m&asOf=2025-12-31").json()["total"] > 0


def test_a_past_day_made_for_an_earlier_version_answers_while_writes_go_on(
    audited_copy: Path, monkeypatch: pytest.MonkeyPatch
):
    first, second = threading.Event(), threading.Event()
    gates, make = iter((first, second)), days.make
    monkeypatch.setattr(days, "make", lambda one: next(gates).wait(PATIENCE) and make(one))
    monkeypatch.setattr(access_module, "ALONE_SECONDS", 0.05)
    api, address = client(Access(audited_copy)), f"{API}/search?q=m&asOf=2025-12-31"
    assert api.get(address).status_code == 503
    commit(audited_copy, (MODEL, DCTERMS.title, Literal("x"), None))
    assert api.get(address).status_code == 503
    first.set()
    wait_until(lambda: api.get(address).status_code == 200, "the day as the version before had it")
    second.set()


def test_a_day_is_made_in_a_bounded_process_and_refused_above_a_size(
    audited_copy: Path, monkeypatch: pytest.MonkeyPatch
):
    access = Access(audited_copy, indexed=True)
    monkeypatch.setattr(access_module, "DAY_SECONDS", 120.0)
    assert access.prepared("models", "2025-12-31").folder is not None
    monkeypatch.setattr(ingest_day, "MAX_QUADS", 10)
    alone = Access(audited_copy)
    for _ in range(2):
        with pytest.raises(QueryTooLarge, match="more than 10 quads"):
            alone.prepared("catalogue", "2025-11-30")
