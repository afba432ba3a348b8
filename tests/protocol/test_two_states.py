"""The token chooses the state: without it, every route answers as if nothing private existed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import reference_data
import serving
from httpx2 import Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from provenance_graph.core.claims import Basis, Claim, Header, Record
from provenance_graph.core.iris import Iri, mint, model
from provenance_graph.core.literals import integer
from provenance_graph.core.terms import PG, RDF, SKOS
from provenance_graph.ingest.private import mark
from provenance_graph.ingest.update import update
from provenance_graph.service.api.routers import routers
from provenance_graph.service.app import create_app
from provenance_graph.service.http.auth import AccessToken, Holder, Tokens
from provenance_graph.service.processes.pool_backend import PoolBackend
from provenance_graph.service.processes.two_states import TwoStates
from provenance_graph.service.settings import Settings
from provenance_graph.store import embedded
from provenance_graph.store.embedded import EmbeddedStore

READER, WRITER = "a-token-that-reads-private", "a-token-that-only-writes"
TOKENS = Tokens(
    tuple(
        AccessToken(Holder(name, frozenset({scope})), sha256(secret.encode()).digest())
        for name, scope, secret in (("ann", "read-private", READER), ("ben", "write", WRITER))
    )
)
_BLANK = re.compile(rb"_:[0-9a-f]+|\"value\":\"[0-9a-f]{20,}\"")
CLASSES = [
    *(
        getattr(PG, name)
        for name in ("Model", "Dataset", "Record", "Claim", "Organization", "Offer")
    ),
    *(SKOS.Concept, SKOS.ConceptScheme, Iri("http://www.w3.org/2002/07/owl#Class")),
]
QUERIES = [
    *(f"SELECT ?s {{ ?s a <{kind}> }}" for kind in CLASSES),
    "SELECT * { ?s ?p ?o }",
    "SELECT * { ?s a ?o } ORDER BY ?s ?o LIMIT 800 OFFSET 800",
    *(f"SELECT ?p ?o {{ <{model(f'acme/m{n}')}> ?p ?o }} ORDER BY ?p ?o" for n in range(50)),
    *(f"ASK {{ <{model(f'hidden/m{n}')}> ?p ?o }}" for n in range(50)),
    *(f"SELECT ?g {{ GRAPH ?g {{ <{model(f'hidden/m{n}')}> ?p ?o }} }}" for n in range(50)),
    *(f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p {n} }} }}" for n in range(50)),
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT DISTINCT ?g { GRAPH ?g { } } ORDER BY ?g",
]
PATHS = [
    "/api/v1/models", "/api/v1/stats", "/api/v1/policy", "/api/v1/conflicts", "/api/v1/search?q=hidden",
    "/api/v1/search?q=m1", "/api/v1/facets", "/api/v1/disclosure", "/api/v1/rubrics",
    "/api/v1/models/acme/m0", "/api/v1/models/acme/m0/claims", "/api/v1/models/acme/m0/lineage",
    "/api/v1/models/acme/m0/licences", "/api/v1/models/acme/m0/history",
    "/api/v1/models/acme/m0/export/turtle", "/api/v1/models/hidden/m0", "/sparql?format=nt",
    "/.well-known/void?format=nt", "/doc/model/acme/m0?format=nt", "/doc/model/hidden/m0?format=nt",
    "/data?graph=https%3A%2F%2Fw3id.org%2Fprovenance-graph%2Fid%2Frecord%2Fsecret%2Fm0%2F2026-01-01",
    "/api/v1/models?asOf=2026-06-01", "/api/v1/questions",
]  # fmt: skip


NAMES = {
    "models": ("acme/m0", "acme/m1", "hidden/m0", "hidden/nothing"),
    "records": ("ours/m0/2026-01-01", "secret/m0/2026-01-01"),
    "entities": ("model/acme/m0", "model/hidden/m0", "collection/secret"),
    "sources": ("us", "hidden"),
}
"""Names to fill in below a kind of entity, public and private ones."""
GIVEN = {
    "model": NAMES["models"], "thing": NAMES["models"], "node": NAMES["entities"],
    "start": ("acme/m0",), "end": NAMES["models"], "id": NAMES["entities"], "text": ("mit",),
    "q": ("hidden", "m"), "prefix": ("hidden", "m"), "of": NAMES["models"],
    "descendsFrom": NAMES["models"], "receipts": ("true",), "since": ("", "1"),
    "format": ("turtle",), "queries": ('{"q": {"query": "hidden/m0"}, "p": {"query": "m1"}}',),
    "extend": ('{"ids": ["model/hidden/m0"], "properties": [{"id": "contextLength"}]}',),
}  # fmt: skip
"""Parameters that might tell of what is private, with values."""
PLAIN = {"id": "eu-annex-xii", "format": "turtle"}
POSTED = {
    "/reconcile": [b"queries=%7B%22q%22%3A%7B%22query%22%3A%22hidden%2Fm0%22%7D%7D"],
    "/reconcile/1.0-draft/match": [
        b'{"queries": [{"conditions": [{"matchType": "name", "v": "hidden/m0"}]}]}'
    ],
    "/reconcile/1.0-draft/extend": [
        b'{"ids": ["model/hidden/m0"], "properties": [{"id": "contextLength"}]}'
    ],
    "/api/v1/check": [b"---\nlicense: mit\nbase_model: hidden/m0\n---\n# A model\n"],
    "/api/v1/validate": [b"---\nlicense: mit\nbase_model: hidden/m0\n---\n# A model\n"],
}
"""Bodies for each route that answers to a document and writes nothing."""
UNDESCRIBED = {
    "/sparql/": ["?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D"],
    "/data/{path:path}": [
        f"/data/record/{name}?format=nt" for name in ("secret/m0/2026-01-01", "ours/m0/2026-01-01")
    ],
    "/id/{path:path}": [f"/id/model/{name}" for name in ("hidden/m0", "acme/m0", "acme/m1")],
    "/doc/{path:path}": [
        f"/doc/{name}?format=nt"
        for name in (
            *("model/hidden/m0", "model/acme/m0", "model/acme/m1", "collection/secret"),
            *("record/secret/m0/2026-01-01", "record/ours/m1/2026-01-01"),
        )
    ],
    **{f"/{name}": [""] for name in ("ns", "context.jsonld", ".well-known/void", "docs")},
    **{f"/docs/page.{kind}": [""] for kind in ("js", "css")},
    "/manual": [""],
    "/api/v1/{rest:path}": ["/api/v1/hidden/m0", "/api/v1/nothing"],
    "/manual/{path:path}": ["/manual/service"],
}
"""Routes that the description leaves out, each with what is asked of it; "" is the route itself."""
STATE = {"/health", "/metrics"}
"""Routes that tell of the processes: sizes and times, which differ from one moment to the next."""
WRITES = {"/api/v1/flags", "/api/v1/identity/decisions", "/update", "/data", "/sparql"}


def asked(path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    """Addresses of a route that might tell of what is private: each name, each parameter."""
    parameters = operation.get("parameters", ())
    queries = [p for p in parameters if p["in"] == "query" and p["name"] in GIVEN]
    must = {p["name"]: GIVEN[p["name"]][0] for p in queries if p.get("required")}
    kind = path.removeprefix("/api/v1/").partition("/")[0]
    names = NAMES.get(kind, ("hidden", "acme")) if "{name}" in path else ("",)
    for name in names:
        filled = path.replace("{name}", name).replace("{question}", "against-the-calendar")
        for key, value in PLAIN.items():
            filled = filled.replace(f"{{{key}}}", value)
        for given in [{}, *({p["name"]: v} for p in queries for v in GIVEN[p["name"]])]:
            if set(given) <= {"format"} and path.startswith("/sparql"):
                given = {"query": "SELECT * { GRAPH ?g { ?s ?p ?o } }", **given}
            yield f"{filled}?{urlencode({**must, **given})}"


def record(collection: str, owner: str, number: int) -> Record:
    """What some collection states of one model."""
    name = mint("record", collection, f"m{number}", "2026-01-01")
    header = Header(
        record=name,
        document=name,
        publisher=Iri("https://example.org/us"),
        reader="test",
        retrieved="2026-01-01",
        basis=Basis.THIRD_PARTY,
        collection=mint("collection", collection),
    )
    about = model(f"{owner}/m{number}")
    claims = Claim(about, RDF.type, PG.Model), Claim(about, PG.contextLength, integer(number))
    return Record(header, claims).sort()


def served(root: Path, settings: Settings, stack: ExitStack) -> TestClient:
    """A service over a store as it is run: the public state, and the full one for some tokens."""
    shared = {"settings": settings, "tokens": TOKENS}
    public = PoolBackend(root, settings, public=True)
    app = create_app(public, routers=routers(root, public=True), **shared)  # type: ignore[arg-type]
    whole = PoolBackend(root, settings)

    async def full() -> ASGIApp:
        await whole.open()
        return create_app(whole, routers=routers(root), **shared)  # type: ignore[arg-type]

    client = TestClient(TwoStates(app, full, root, TOKENS), base_url="http://testserver")
    stack.enter_context(client)
    assert client.portal is not None
    client.portal.call(public.open)
    stack.callback(lambda: client.portal and client.portal.call(public.close))
    stack.callback(lambda: client.portal and client.portal.call(whole.close))
    return client


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, TestClient]]:
    """A service over a store with a private collection, and one that never had it."""
    folder = tmp_path_factory.mktemp("states")
    embedded.build(folder / "with", reference_data.stamped())
    shutil.copytree(folder / "with", folder / "without")
    for name in ("with", "without"):
        with EmbeddedStore.open_writer(folder / name) as store:
            for n in range(4):
                update(store, [record("ours", "acme", n)])
                if name == "with":
                    secret = record("secret", "hidden" if n % 2 == 0 else "acme", n)
                    update(store, [secret], notes=[mark(secret.header.collection)])
    settings = serving.settings(query_seconds=120.0)
    with ExitStack() as stack:
        yield (
            served(folder / "with", settings, stack),
            served(folder / "without", settings, stack),
        )


def plain(body: bytes) -> bytes:
    """A body without the names that the engine gives to blank nodes, which are new each time."""
    return b"\n".join(sorted(_BLANK.sub(b"_:b", body).splitlines()))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("token", ["", WRITER])
def test_a_route_answers_as_if_nothing_private_existed(
    clients: tuple[TestClient, TestClient], path: str, token: str
) -> None:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    one, other = (client.get(path, headers=headers) for client in clients)
    assert one.status_code == other.status_code
    if one.status_code < 400:
        assert plain(one.content) == plain(other.content)
        assert one.headers.get("etag") == other.headers.get("etag")
    else:
        assert one.json()["detail"] == other.json()["detail"]
    assert b"hidden/m" not in one.content or "hidden" in path


_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def same(one: Response, other: Response) -> bool:
    """Whether two answers are the same, but for names that are new each time and for times."""
    if one.status_code != other.status_code or one.headers.get("etag") != other.headers.get("etag"):
        return False
    if one.status_code >= 400 and "json" in one.headers["content-type"]:
        return bool(one.json()["detail"] == other.json()["detail"])
    contents = (_TIME.sub(b"", reply.content) for reply in (one, other))
    return len(set(map(plain, contents))) == 1


def test_each_route_answers_as_if_nothing_private_existed(
    clients: tuple[TestClient, TestClient],
) -> None:
    paths = clients[0].get("/openapi.json").json()["paths"]
    differ: list[str] = []
    for path, operations in paths.items():
        reads = asked(path, operations["get"]) if "get" in operations else ()
        for url in reads:
            one, other = (client.get(url, follow_redirects=False) for client in clients)
            assert one.status_code < 500, url
            differ += [] if same(one, other) else [url]
        if "post" in operations and path not in WRITES:
            for body in POSTED[path]:
                kind = "x-www-form-urlencoded" if body.startswith(b"queries") else "json"
                headers = {"content-type": f"application/{kind}"}
                one, other = (
                    client.post(path, content=body, headers=headers) for client in clients
                )
                assert one.status_code == 200, (path, one.text)
                differ += [] if same(one, other) else [path]
    assert not differ


def test_no_route_is_forgotten(clients: tuple[TestClient, TestClient], tmp_path: Path) -> None:
    settings = Settings(access_log="")
    embedded.build(tmp_path / "store", [])
    app = create_app(
        PoolBackend(tmp_path / "store", settings, public=True),
        settings=settings,
        routers=routers(tmp_path / "store", public=True),
    )
    described = app.openapi()["paths"]
    reads = [route for route in app.state.routes if "GET" in (route.methods or ())]
    undescribed = {route.path for route in reads if not route.include_in_schema}
    assert undescribed == set(UNDESCRIBED) | STATE
    assert {route.path_format for route in reads if route.include_in_schema} <= set(described)
    assert WRITES | set(POSTED) >= {path for path, each in described.items() if "post" in each}
    differ: list[str] = []
    for path, addresses in UNDESCRIBED.items():
        for address in addresses:
            url = address if address.startswith("/") else path + address
            one, other = (client.get(url, follow_redirects=False) for client in clients)
            assert one.status_code < 500, url
            differ += [] if same(one, other) else [url]
    assert not differ
    for path in STATE:
        assert b"hidden" not in clients[0].get(path).content


def test_queries_answer_as_if_nothing_private_existed(
    clients: tuple[TestClient, TestClient],
) -> None:
    assert len(QUERIES) > 200
    for text in QUERIES:
        accept = {} if text.startswith("ASK") else {"accept": "text/csv"}
        one, other = (
            client.get("/sparql", params={"query": text}, headers=accept) for client in clients
        )
        assert one.status_code == 200
        assert plain(one.content) == plain(other.content), text


def test_a_token_that_may_reads_the_full_state(clients: tuple[TestClient, TestClient]) -> None:
    may = {"authorization": f"Bearer {READER}"}
    text = f"ASK {{ <{model('hidden/m0')}> ?p ?o }}"
    client = clients[0]
    assert client.get("/sparql", params={"query": text}, headers=may).json()["boolean"] is True
    assert client.get("/sparql", params={"query": text}).json()["boolean"] is False
    assert client.get("/api/v1/models/hidden/m0", headers=may).status_code == 200
    assert client.get("/api/v1/models/hidden/m0").status_code == 404
    assert client.get("/sparql", params={"query": text}).json()["boolean"] is False
