"""Everything that is no model over the API: lists by kind, pages, claims, and how a source fared."""

from __future__ import annotations

from typing import Any

import pytest
import reference_data
from starlette.testclient import TestClient

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Header, Literal, Record
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.ingest.build import compile_quads
from provenance_graph.service.api.routers import routers
from provenance_graph.service.app import create_app
from provenance_graph.service.processes.pool_backend import PoolBackend
from provenance_graph.service.settings import Settings
from provenance_graph.store import embedded

ONE, TWO = iris.model("acme/one"), iris.model("acme/two")
DATA, ACME = iris.dataset("acme/data"), iris.organization("acme")


def record_of(collection: str, basis: Basis, *claims: Claim) -> Record:
    header = Header(
        iris.record(collection, "page", "2026-01-01"),
        Iri(f"https://{collection}.example/page"),
        iris.organization(collection),
        "2026-01-01",
        "rdf",
        basis,
        title=f"What {collection} says",
    )
    return Record(header, claims).sort()


def number(model: Iri, n: int) -> Claim:
    return Claim(
        model, PG.contextLength, Literal(str(n), Iri("http://www.w3.org/2001/XMLSchema#integer"))
    )


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    folder = tmp_path_factory.mktemp("entities") / "store"
    typed = [Claim(one, RDF.type, PG.Model) for one in (ONE, TWO)]
    apx = record_of(
        "apx", Basis.THIRD_PARTY, *typed, number(ONE, 1000), number(TWO, 2000),
        Claim(DATA, RDF.type, PG.Dataset), Claim(DATA, SCHEMA.name, Literal("Acme data")),
        Claim(DATA, DCTERMS.creator, ACME), Claim(ONE, PG.trainedOn, DATA),
        Claim(ACME, RDF.type, PG.Organization), Claim(ACME, SCHEMA.name, Literal("Acme")),
    )  # fmt: skip
    own = record_of(
        "huggingface", Basis.DEVELOPER, Claim(ONE, RDF.type, PG.Model), number(ONE, 4096)
    )
    embedded.build(folder, compile_quads(reference_data.everything(), [apx, own], []))
    settings = Settings(workers=1, access_log="", client_errors=1_000_000)
    app = create_app(PoolBackend(folder, settings), settings=settings, routers=routers(folder))
    return TestClient(app, base_url="http://testserver")


def get(client: TestClient, path: str, status: int = 200, **query: Any) -> Any:
    reply = client.get(f"/api/v1/{path}", params=query)
    assert reply.status_code == status, reply.text
    return reply.json()


def test_entities_are_listed_by_kind_and_found_by_a_text(client: TestClient) -> None:
    assert [one["name"] for one in get(client, "datasets")["items"]] == ["Acme data"]
    assert "Acme" in [one["name"] for one in get(client, "organizations", limit=500)["items"]]
    assert get(client, "datasets", q="acme dta")["approximate"]
    licences = get(client, "licences", limit=2)
    rest = get(client, "licences", limit=2, cursor=licences["next"])
    assert licences["total"] == rest["total"] > 4
    assert not {one["iri"] for one in licences["items"]} & {one["iri"] for one in rest["items"]}


def test_a_page_says_what_an_entity_is_what_points_to_it_and_who_says_so(
    client: TestClient,
) -> None:
    page = get(client, "datasets/acme/data")
    assert (page["kind"], page["name"], page["contested"]) == ("dataset", "Acme data", [])
    assert {fact["property"] for fact in page["facts"]} >= {"name", "creator"}
    (use,) = [one for one in page["relations"] if one["property"] == "trainedOn"]
    assert (use["count"], use["things"][0]["iri"]) == (1, ONE)
    assert get(client, "entities/dataset/acme/data") == page
    claims = get(client, "datasets/acme/data/claims", property="creator")["claims"]
    assert [(one["publisher"]["id"], one["flags"]) for one in claims] == [("apx", [])]
    assert get(client, "records/apx/page/2026-01-01")["kind"] == "record"


def test_a_source_says_how_often_it_stands_alone_and_was_overruled(client: TestClient) -> None:
    apx = get(client, "sources/apx/standing")
    assert (apx["records"], apx["documents"]) == (1, 1)
    assert apx["counted"] == apx["entities"] >= 4
    assert (apx["disagrees"], apx["overruled"]) == (1, 1)  # the developer's 4096 counts
    assert apx["alone"] == apx["accepted"] - 1  # the type of one stands in both records
    hub = get(client, "sources/huggingface/standing")
    assert (hub["disagrees"], hub["overruled"], hub["alone"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("datasets/acme/nothing", "no dataset named"),
        ("organizations/acme/data", "is a dataset"),
        ("sources/nowhere", "no source named"),
        ("sources/nowhere/standing", "no source named"),
        ("records/apx/page/2020-01-01", "no record named"),
        ("records/k\x93 Õ7", "no record named"),
        ("entities/nothing at all", "no "),
    ],
)
def test_what_is_not_there_is_said_with_near_names(
    client: TestClient, path: str, what: str
) -> None:
    assert what in get(client, path, 404)["detail"]
