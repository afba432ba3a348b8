"""Flags over HTTP: "this claim is wrong" stands beside the claim, as a record of whoever says so."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import reference_data
from starlette.testclient import TestClient

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Header, Literal, Record
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, RDF, SCHEMA
from provenance_graph.ingest.build import compile_quads
from provenance_graph.recording import AuditLog
from provenance_graph.service.api.routers import routers
from provenance_graph.service.app import create_app
from provenance_graph.service.backend import Flag, Written
from provenance_graph.service.http.auth import AccessToken, Holder, Tokens
from provenance_graph.service.processes.pool_backend import PoolBackend
from provenance_graph.service.processes.record_writes import RecordTarget
from provenance_graph.service.settings import Settings
from provenance_graph.store import embedded
from provenance_graph.store.base import Limits
from provenance_graph.store.embedded import EmbeddedStore

KOALA = iris.model("berkeley/koala-13b")
RECORD = iris.record("t", "one", "2026-01-01")
FLAGS = "/api/v1/flags"
TOKEN = "a-token-of-the-test-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    header = Header(
        RECORD, Iri("https://example.org/one"), iris.organization("T"), "2026-01-01", "rdf"
    )
    claims = [
        Claim(KOALA, RDF.type, PG.Model),
        Claim(KOALA, SCHEMA.name, Literal("Koala 13B")),
        Claim(KOALA, PG.hubRepository, Iri("https://huggingface.co/berkeley/koala-13b")),
    ]
    record = Record(header, tuple(claims)).sort()
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

    async def flag(self, flag: Flag, who: str) -> Written:
        with EmbeddedStore.open_writer(self.root) as writer:
            return RecordTarget(writer, Limits(), lambda: "2026-11-22T12:00:00Z").flag(flag, who)

    def state(self) -> dict[str, object]:
        return {"state": "ready"}


@pytest.fixture
def client(store: Path) -> TestClient:
    settings = Settings(workers=1, access_log="", client_errors=1_000_000)
    writer: Any = Direct(store)
    holder = AccessToken(Holder("meta", frozenset({"write"})), sha256(TOKEN.encode()).digest())
    app = create_app(
        PoolBackend(store, settings),
        settings=settings,
        routers=routers(store),
        writer=writer,
        tokens=Tokens((holder,)),
    )
    return TestClient(app, base_url="http://testserver")


def claims_of(client: TestClient) -> list[dict[str, Any]]:
    return client.get("/api/v1/models/berkeley/koala-13b/claims").json()["claims"]


def test_a_flag_stands_beside_its_claim_and_changes_nothing_else(
    client: TestClient, store: Path
) -> None:
    before = claims_of(client)
    claim = next(c for c in before if c["property"] == "hubRepository")
    reply = client.post(FLAGS, json={"claim": claim["claim"], "why": "it moved"}, headers=BEARER)
    assert reply.status_code == 200, reply.text
    flagged = reply.json()
    # the holder of the token "meta" writes as an agent, never as the organisation of that name
    assert flagged["record"].startswith(f"{iris.ID}record/service/meta/")
    assert flagged["author"] == "meta"
    after = claims_of(client)
    assert [{**c, "flags": []} for c in after] == [{**c, "flags": []} for c in before]
    assert next(c for c in after if c["property"] == "hubRepository")["flags"] == ["it moved"]
    with EmbeddedStore.open(store) as read:
        publishers = {
            str(o) for _, _, o, _ in read.quads(graph=Iri(flagged["record"])) if "/agent/" in str(o)
        }
    assert publishers == {f"{iris.ID}agent/meta"}
    (line,) = AuditLog(store).lines()
    assert (line.who, line.action, line.record) == ("meta", "flag", flagged["record"])


@pytest.mark.parametrize(
    "name",
    [
        "record/t/one/2026-01-01",
        "t/one/2026-01-01",
        "id:record/t/one/2026-01-01",
        f"<{RECORD}>",
        RECORD,
    ],
)
def test_a_whole_record_is_flagged_by_each_of_its_names(client: TestClient, name: str) -> None:
    asked = {"claim": name, "why": "another model's card"}
    reply = client.post(FLAGS, json=asked, headers=BEARER)
    assert reply.status_code == 200, reply.text
    assert reply.json()["claim"] == RECORD
    assert all(c["flags"] == ["another model's card"] for c in claims_of(client))


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"claim": RECORD + "#nothing", "why": "x"}, 404),
        ({"claim": "no/such/record", "why": "x"}, 404),
        ({"claim": "t/one/2026-01-01T10:00:00Z", "why": "x"}, 404),
        ({"claim": "https://example.org/elsewhere", "why": "x"}, 404),
        ({"claim": RECORD, "why": "  "}, 422),
        ({"claim": RECORD, "why": ""}, 422),
        ({"claim": RECORD}, 422),
        ({"claim": RECORD, "why": "x", "who": "somebody"}, 422),
        ({"claim": "https://exa mple.org/", "why": "x"}, 400),
    ],
)
def test_a_bad_flag_is_refused_with_what_is_wrong(
    client: TestClient, asked: dict[str, str], status: int
) -> None:
    reply = client.post(FLAGS, json=asked, headers=BEARER)
    assert reply.status_code == status, reply.text
    assert reply.json()["detail"]


def test_only_a_writing_token_flags(client: TestClient, store: Path) -> None:
    asked = {"claim": RECORD, "why": "x"}
    assert client.post(FLAGS, json=asked).status_code == 401
    settings = Settings(workers=1, access_log="")
    app = create_app(PoolBackend(store, settings), settings=settings, routers=routers(store))
    closed = TestClient(app, base_url="http://testserver").post(FLAGS, json=asked)
    assert closed.status_code == 403
    assert "--writable" in closed.json()["detail"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"claim": "record/t/one/2026-01-01", "why": "  "}', "why: it is blank"),
        (b"[1]", "a JSON object is expected"),
        (b"[1", "no JSON"),
    ],
)
def test_a_wrong_body_is_answered_in_words_for_the_client(client, body, detail) -> None:
    headers = {**BEARER, "Content-Type": "application/json"}
    answer = client.post(FLAGS, content=body, headers=headers)
    assert answer.status_code == 422
    assert detail in answer.json()["detail"]
