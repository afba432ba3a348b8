"""``/api/v1/changes``: what commits did, in three formats; what is too old is gone, not empty."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import built_stores
import pytest
import serving
from starlette.testclient import TestClient

from provenance_graph.changes.log import ChangeLog, Commit
from provenance_graph.core.claims import Basis, Claim, Custody, Header, Literal, Record
from provenance_graph.core.clock import now
from provenance_graph.core.errors import ChangesGone
from provenance_graph.core.iris import Iri, model, organization, record
from provenance_graph.core.terms import PG, RDF, XSD
from provenance_graph.ingest.update import update
from provenance_graph.store.base import Change
from provenance_graph.store.embedded import EmbeddedStore

CHANGES = "/api/v1/changes"
ATOM = "{http://www.w3.org/2005/Atom}"


def reading(length: int, day: str) -> Record:
    subject = model("acme/tiny")
    header = Header(
        record=record("acme", "tiny", day),
        document=Iri("https://acme.example/tiny"),
        publisher=organization("acme"),
        retrieved=day,
        reader="t",
        basis=Basis.DEVELOPER,
        custody=Custody.VERIFIED,
    )
    claims = (
        Claim(subject, RDF.type, PG.Model),
        Claim(subject, PG.contextLength, Literal(str(length), XSD.integer)),
    )
    return Record(header, claims).sort()


class World:
    def __init__(self, root: Path) -> None:
        self.root, self.versions = root, []

    def commit(self, length: int, day: str) -> str:
        with EmbeddedStore.open_writer(self.root) as store:
            self.versions.append(store.version)
            return update(store, [reading(length, day)]).version


@pytest.fixture(scope="module")
def world(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    made = World(built_stores.copied(shipped, tmp_path_factory.mktemp("changes") / "graph"))
    made.versions.append(made.commit(4096, "2026-01-01"))
    made.versions.append(made.commit(8192, "2026-02-01"))
    return made


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[TestClient]:
    with serving.served(world.root, serving.settings()) as made:
        yield made


def test_what_changed_since_a_version_is_told_with_values_before_and_after(client, world) -> None:
    first, second = world.versions[1], world.versions[-1]
    found = client.get(CHANGES, params={"since": first}).json()
    assert [one["version"] for one in found["items"]] == [second]
    facts = found["items"][0]["facts"]
    assert {
        "subject": {"iri": model("acme/tiny"), "id": "acme/tiny"},
        "property": "contextLength",
        "was": ["4096"],
        "now": ["8192"],
    } in facts
    assert found["items"][0]["before"] == first
    assert found["version"] == second
    assert found["next"] is None
    assert found["retentionDays"] == 400


def test_a_part_says_where_the_next_begins(client, world) -> None:
    part = client.get(CHANGES, params={"since": world.versions[0], "limit": 1}).json()
    assert part["next"] == part["items"][0]["version"] == world.versions[1]
    rest = client.get(CHANGES, params={"since": part["next"]}).json()
    assert rest["next"] is None
    assert len(rest["items"]) == 1


def test_nothing_changed_since_now(client, world) -> None:
    assert client.get(CHANGES, params={"since": world.versions[-1]}).json()["items"] == []


def test_a_version_before_the_log_is_gone_and_says_what_is_known(client, world) -> None:
    reply = client.get(CHANGES, params={"since": "0-abcdefabcdef"})
    assert reply.status_code == 410
    assert reply.json()["title"] == "Gone"
    assert world.versions[0] in reply.json()["detail"]


@pytest.mark.parametrize(
    ("since", "status"),
    [("yesterday", 400), ("99999-abcdefabcdef", 404), ("²-x", 400), ("1" * 99, 400)],
)
def test_what_is_no_version_of_this_store_is_refused(client, since, status) -> None:
    assert client.get(CHANGES, params={"since": since}).status_code == status


def test_a_version_of_that_number_with_another_digest_is_unknown(client, world) -> None:
    number = world.versions[1].partition("-")[0]
    reply = client.get(CHANGES, params={"since": f"{number}-000000000000"})
    assert reply.status_code == 404
    assert world.versions[1] in reply.json()["detail"]


def test_a_feed_has_an_entry_a_commit_newest_first(client, world) -> None:
    reply = client.get(CHANGES, headers={"accept": "application/atom+xml"})
    assert reply.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(reply.content)
    entries = feed.findall(f"{ATOM}entry")
    assert entries[0].find(f"{ATOM}id").text.endswith(world.versions[-1])
    assert "4096 → 8192" in entries[0].find(f"{ATOM}content").text
    for name in ("id", "title", "updated"):
        assert feed.find(f"{ATOM}{name}").text
    feed = client.get(CHANGES, params={"format": "jsonfeed"}).json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["items"][0]["id"].endswith(world.versions[-1])
    assert {"id", "content_text", "date_published"} <= feed["items"][0].keys()


def test_an_answer_that_a_client_has_is_not_sent_again(client) -> None:
    tag = client.get(CHANGES).headers["etag"]
    assert client.get(CHANGES, headers={"if-none-match": tag}).status_code == 304
    atom = {"accept": "application/atom+xml", "if-none-match": tag}
    other = client.get(CHANGES, headers=atom)
    assert other.status_code == 200, "the feed is another representation, with a tag of its own"
    assert (
        client.get(CHANGES, headers={**atom, "if-none-match": other.headers["etag"]}).status_code
        == 304
    )


def test_entries_are_kept_for_a_stated_time(tmp_path) -> None:
    log = ChangeLog(tmp_path)
    versions = [f"{number}-abcdefabcdef" for number in range(5)]
    days = ("2024-01-01", "2025-01-01", "2025-06-01", "2026-01-01")
    for (before, after), day in zip(pairwise(versions), days, strict=True):
        log.append(Commit(after, before, f"{day}T00:00:00Z", "update"))
    with pytest.raises(ChangesGone, match=versions[1]):
        log.since(versions[0], versions[-1])
    assert [one.version for one in log.since(versions[1], versions[-1])] == versions[2:]
    log.append(Commit("5-abcdefabcdef", versions[-1], "2030-01-01T00:00:00Z", "update"))
    with pytest.raises(ChangesGone):
        log.since(versions[-2], "5-abcdefabcdef")


def test_an_entry_whose_commit_was_never_published_is_shown_to_nobody(world, tmp_path) -> None:
    root = built_stores.copied(world.root, tmp_path / "graph")
    current = world.versions[-1]
    number = int(current.partition("-")[0]) + 1
    log = ChangeLog(root)
    log.append(Commit(f"{number}-lostlostlost", current, now(), "update"))
    assert log.since(current, current) == []
    with EmbeddedStore.open_writer(root) as store:
        after = update(store, [reading(1024, "2026-04-01")]).version
    assert [one.version for one in log.since(current, after)] == [after]


def test_a_gap_is_gone_not_empty(world, tmp_path) -> None:
    root = built_stores.copied(world.root, tmp_path / "graph")
    before = world.versions[-1]
    with EmbeddedStore.open_writer(root) as store:
        store.commit(Change(), "ffffffffffff")  # by other means
        after = update(store, [reading(1024, "2026-04-01")]).version
    with pytest.raises(ChangesGone):
        ChangeLog(root).since(before, after)
