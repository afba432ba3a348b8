"""Identity over HTTP: pairs are listed, decisions are written where the service is writable."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import reference_data
from starlette.testclient import TestClient

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Header, Literal, Record
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.ingest.build import compile_quads
from provenance_graph.service.api.common.indexes import INDEXES, identity_pairs, make_all
from provenance_graph.service.api.routers import routers
from provenance_graph.service.app import create_app
from provenance_graph.service.backend import Decision, Written
from provenance_graph.service.http.auth import AccessToken, Holder, Tokens
from provenance_graph.service.processes.pool_backend import PoolBackend
from provenance_graph.service.processes.record_writes import RecordTarget
from provenance_graph.service.settings import Settings
from provenance_graph.store import embedded
from provenance_graph.store.base import Limits
from provenance_graph.store.embedded import EmbeddedStore

KOALA, OTHER = iris.model("berkeley/koala-13b"), iris.model("other/koala-13b")
PAIRS = "/api/v1/identity"
TOKEN = "a-token-of-the-test-0123456789"
OTHER_TOKEN = "a-token-that-writes-records-only"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def entity(iri: Iri, maker: str) -> list[Claim]:
    return [
        Claim(iri, RDF.type, PG.Model),
        Claim(iri, SCHEMA.name, Literal("koala-13b")),
        Claim(iri, DCTERMS.creator, iris.organization(maker)),
        Claim(iri, PG.hubRepository, Iri(f"https://huggingface.co/{iri.split('/model/')[1]}")),
    ]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    header = Header(
        iris.record("t", "one", "2026-01-01"),
        Iri("https://example.org/one"),
        iris.organization("T"),
        "2026-01-01",
        "rdf",
    )
    record = Record(header, (*entity(KOALA, "berkeley"), *entity(OTHER, "other"))).sort()
    where = tmp_path_factory.mktemp("built") / "store"
    embedded.build(where, compile_quads(reference_data.reference(), [record], []))
    return where


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Path:
    """A store of the test's own."""
    return Path(shutil.copytree(built, tmp_path / "store"))


class Direct:
    """Writes carried out at once, in the same process."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def decide(self, decision: Decision, who: str) -> Written:
        with EmbeddedStore.open_writer(self.root) as writer:
            target = RecordTarget(writer, Limits(), lambda: "2026-11-22T12:00:00Z")
            return target.decide(decision, who)

    def state(self) -> dict[str, object]:
        return {"state": "ready"}


@pytest.fixture
def client(store: Path) -> TestClient:
    settings = Settings(workers=1, access_log="", client_errors=1_000_000)
    writer: Any = Direct(store)
    app = create_app(
        PoolBackend(store, settings),
        settings=settings,
        routers=routers(store),
        writer=writer,
        tokens=Tokens((token("ann", "review", TOKEN), token("ci", "write", OTHER_TOKEN))),
    )
    return TestClient(app, base_url="http://testserver")


def token(name: str, scope: str, secret: str) -> AccessToken:
    return AccessToken(Holder(name, frozenset({scope})), sha256(secret.encode()).digest())


def decide(client: TestClient, decision: str, **how: Any) -> Any:
    body = {"name": KOALA, "mayBe": OTHER, "decision": decision, "reason": "same weights"}
    return client.post(f"{PAIRS}/decisions", json=body | how, headers=BEARER)


def test_pairs_are_listed_with_what_speaks_for_and_against(client: TestClient) -> None:
    found = client.get(PAIRS, params={"verdict": "barred"}).json()
    (pair,) = found["items"]
    assert {pair["name"], pair["mayBe"]} == {KOALA, OTHER}
    assert pair["contra"] == ["two hub repositories", "another developer"]
    assert found["counts"] == {"candidate": 0, "barred": 1, "related": 0, "same": 0}
    assert (
        client.get(PAIRS, params={"verdict": "barred", "of": "other/koala-13b"}).json()["total"]
        == 1
    )


def test_pairs_are_kept_beside_the_store_and_read_as_they_were_found(store: Path) -> None:
    folder = store / "derived"
    folder.mkdir(exist_ok=True)
    with EmbeddedStore.open(store) as opened:
        found = identity_pairs(AcceptedSnapshot(opened))
        make_all(folder, AcceptedSnapshot(opened, folder=folder), slow=True)
        assert INDEXES["identity"].exists(folder, opened.version)
        assert found
        assert identity_pairs(AcceptedSnapshot(opened, folder=folder)) == found
    (file,) = folder.glob("identity-*.json")
    (folder / "identity-1-0-older.json").write_text("[]")
    with EmbeddedStore.open(store) as opened:
        make_all(folder, AcceptedSnapshot(opened, folder=folder), slow=True)
    assert list(folder.glob("identity-*.json")) == [file]


def test_a_decision_is_written_contradicted_and_withdrawn(client: TestClient, store: Path) -> None:
    done = decide(client, "accept")
    assert done.status_code == 200, done.text
    assert done.json()["author"] == "ann"
    with EmbeddedStore.open(store) as read:
        snapshot = AcceptedSnapshot(read)
        assert snapshot.canonical(KOALA) == snapshot.canonical(OTHER)
    assert client.get(PAIRS, params={"verdict": "same"}).json()["items"][0]["decidedBy"]
    again = decide(client, "reject")
    assert (again.status_code, again.headers["content-type"]) == (409, "application/problem+json")
    assert "withdraw that first" in again.json()["detail"]
    assert decide(client, "withdraw").status_code == 200
    assert decide(client, "withdraw").status_code == 404
    with EmbeddedStore.open(store) as read:
        assert AcceptedSnapshot(read).canonical(OTHER) == OTHER


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"decision": "maybe"}, 422),
        ({"reason": ""}, 422),
        ({"reason": "   "}, 400),
        ({"mayBe": iris.model("no/where")}, 404),
        ({"mayBe": iris.organization("other")}, 400),
        ({"mayBe": KOALA}, 400),
        ({"name": "no iri"}, 400),
        ({"more": 1}, 422),
    ],
)
def test_a_bad_decision_is_refused_with_what_is_wrong(
    client: TestClient, how: dict[str, Any], status: int
) -> None:
    reply = decide(client, how.pop("decision", "accept"), **how)
    assert reply.status_code == status, reply.text
    assert reply.json()["detail"]


def test_only_a_reviewing_token_decides(client: TestClient, store: Path) -> None:
    body = {"name": KOALA, "mayBe": OTHER, "decision": "accept", "reason": "x"}
    assert client.post(f"{PAIRS}/decisions", json=body).status_code == 401
    writes = {"Authorization": f"Bearer {OTHER_TOKEN}"}
    refused = client.post(f"{PAIRS}/decisions", json=body, headers=writes)
    assert refused.status_code == 403
    assert "lacks the scope 'review'" in refused.json()["detail"]
    settings = Settings(workers=1, access_log="")
    app = create_app(PoolBackend(store, settings), settings=settings, routers=routers(store))
    closed = TestClient(app, base_url="http://testserver").post(f"{PAIRS}/decisions", json=body)
    assert closed.status_code == 403
    assert "--writable" in closed.json()["detail"]
