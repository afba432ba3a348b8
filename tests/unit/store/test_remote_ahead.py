"""Look-ups that are made several at a time give what each gives alone."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.parse import parse_qs

import httpx2
import pytest

from provenance_graph import reference
from provenance_graph.acceptance.identity import GRAPH, MODIFIER, RULES
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.asking import ask
from provenance_graph.conflicts.number import number_of
from provenance_graph.core.errors import StoreError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF, SKOS
from provenance_graph.matching.candidates import compared_among
from provenance_graph.matching.keys import KEYS
from provenance_graph.matching.neighbourhood import _SPELLING, around
from provenance_graph.matching.organizations import Organizations
from provenance_graph.shapes import validate_store
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.remote import lookups
from provenance_graph.store.remote.ahead import AheadStore
from provenance_graph.store.values import ANY, SparqlQuery


@pytest.fixture(scope="module")
def pair(curated: Path):
    """A store on disk, the same behind a service, and the queries that the service was asked."""
    asked: list[str] = []
    with EmbeddedStore.open(curated) as disk:

        def handle(request: httpx2.Request) -> httpx2.Response:
            query = parse_qs(request.content.decode())["query"][0]
            asked.append(query)
            answer = disk.serialize(SparqlQuery(query), request.headers["accept"])
            return httpx2.Response(
                200, content=answer.body, headers={"content-type": answer.media_type}
            )

        with httpx2.Client(transport=httpx2.MockTransport(handle)) as client:
            yield disk, AheadStore("http://service.example/sparql", client), asked


def test_the_names_of_graphs_are_those_of_the_rest_of_the_code() -> None:
    assert lookups.REFERENCE == reference.GRAPH
    assert lookups.IDENTITY == (GRAPH, RULES)
    assert (lookups.KEYS, lookups.SPELLING, lookups.MODIFIER) == (KEYS, _SPELLING, MODIFIER)


def test_every_kind_of_look_up_gives_what_it_gives_alone(pair) -> None:
    disk, remote, _ = pair
    models = sorted({s for s, *_ in disk.quads(predicate=RDF.type, object=PG.Model)})[:12]
    remote.expect(models)
    for model in models:
        patterns = [
            (model, None, None, None),
            (model, RDF.type, PG.Model, None),
            (model, None, None, ANY),
            (model, SKOS.exactMatch, None, GRAPH),
            (model, SKOS.exactMatch, None, RULES),
            (None, SKOS.exactMatch, model, GRAPH),
            (None, None, model, None),
            (None, PROV.wasDerivedFrom, model, None),
            (None, PROV.wasAttributedTo, model, ANY),
            (None, PG.about, model, ANY),
            (None, PG.offerOf, model, None),
            *((None, PG.nameKey, key, KEYS) for *_, key, _ in disk.quads(model, graph=KEYS)),
            (model, None, None, model),
        ]
        for pattern in patterns:
            assert sorted(map(repr, remote.quads(*pattern))) == sorted(
                map(repr, disk.quads(*pattern))
            )
        for node, _, _, graph in [*disk.quads(predicate=PG.about, object=model, graph=ANY)][:5]:
            for subject in (node, graph):
                pattern = (subject, None, None, graph)
                assert set(remote.quads(*pattern)) == set(disk.quads(*pattern))


def test_views_over_a_service_are_those_on_disk_in_few_requests(pair) -> None:
    disk, remote, asked = pair
    over, plain = AcceptedSnapshot(remote), AcceptedSnapshot(disk)
    model = Iri("https://w3id.org/provenance-graph/id/model/allenai/OLMo-2-1124-7B")
    over.view(model)  # the policy and the reference data are asked for once
    remote._fetched.quads.clear()
    asked.clear()
    del over._views[model]
    seen, stored = over.view(model), plain.view(model)
    assert stored.claims
    assert set(seen.claims) == set(stored.claims)
    assert set(seen.quads) == set(stored.quads)
    assert len(asked) <= 12


def test_what_was_fetched_is_forgotten_after_some_seconds(pair, monkeypatch) -> None:
    _, remote, asked = pair
    about = Iri("https://w3id.org/provenance-graph/id/model/allenai/OLMo-2-1124-7B")
    for seconds, more in ((1000.0, 0), (0.0, 1)):
        list(remote.quads(about))
        monkeypatch.setattr(lookups, "SECONDS", seconds)
        before = len(asked)
        assert list(remote.quads(about))
        assert len(asked) == before + more


def test_whether_a_listing_holds_anything_is_told_from_its_head(pair) -> None:
    disk, remote, asked = pair
    asked.clear()
    assert any(True for _ in remote.quads(predicate=PG.nameKey, graph=lookups.KEYS))
    assert len(asked) <= 2
    assert all("LIMIT 1 " in query for query in asked if "nameKey" in query)
    wide = {"predicate": PG.nameKey, "graph": lookups.KEYS}
    assert sorted(map(repr, remote.quads(**wide))) == sorted(map(repr, disk.quads(**wide)))


def test_another_version_forgets_what_was_fetched(pair) -> None:
    _, remote, asked = pair
    list(remote.quads(PG.Model))
    before = len(asked)
    list(remote.quads(PG.Model))
    assert len(asked) == before
    assert remote.version != remote.version  # a service that says none has a new one at each look
    before = len(asked)
    list(remote.quads(PG.Model))
    assert len(asked) > before


def test_of_a_name_with_very_many_links_each_kind_is_asked_by_itself(pair, monkeypatch) -> None:
    disk, remote, _ = pair
    monkeypatch.setattr(lookups, "MANY", 3)
    remote._fetched.leading.clear()
    remote.expect([PG.Model, Iri("https://example.org/nobody")])
    assert set(remote.quads(None, RDF.type, PG.Model)) == set(disk.quads(None, RDF.type, PG.Model))
    assert not list(remote.quads(object=Iri("https://example.org/nobody")))


def test_conflicts_of_a_model_with_many_namesakes_are_counted_in_few_requests(pair) -> None:
    disk, remote, asked = pair
    model = Iri("https://w3id.org/provenance-graph/id/model/meta-llama/Llama-3.1-8B")
    remote._fetched = lookups.Fetched(time.monotonic())
    asked.clear()
    plain = AcceptedSnapshot(disk)
    assert len(around(plain, [model])) > 2
    assert number_of(AcceptedSnapshot(remote), model) == number_of(plain, model)
    assert len(asked) <= 18
    remote._fetched = lookups.Fetched(time.monotonic())
    known = Organizations(plain)
    assert compared_among(AcceptedSnapshot(remote), known, around(plain, [model])) == (
        compared_among(plain, known, around(plain, [model]))
    )


def test_a_service_that_has_no_fractions_is_asked_no_question(pair) -> None:
    _, remote, _ = pair
    model = {"model": "meta-llama/Llama-3.1-8B"}
    assert ask(AcceptedSnapshot(remote), "who-says-what", model).rows

    def answered(_: httpx2.Request) -> httpx2.Response:
        half = {"half": {"type": "literal", "value": "0"}}
        body = {"head": {"vars": ["half"]}, "results": {"bindings": [half]}}
        kind = {"content-type": "application/sparql-results+json"}
        return httpx2.Response(200, content=json.dumps(body).encode(), headers=kind)

    with httpx2.Client(transport=httpx2.MockTransport(answered)) as client:
        other = AheadStore("http://service.example/sparql", client)
        with pytest.raises(StoreError, match=r"1 / 2 is 0, and not 0\.5"):
            validate_store(other)
        with pytest.raises(StoreError, match="would mislead"):
            other.assure()


LONGEST_TEXT = 102_400
"""Bytes of the longest query that our own service takes unless it is told otherwise."""


def test_no_request_is_longer_than_a_service_takes(pair) -> None:
    disk, remote, asked = pair
    models = sorted({s for s, *_ in disk.quads(predicate=RDF.type, object=PG.Model)})[:8]
    made_up = [Iri(f"https://example.org/{number:04}/{'x' * 150}") for number in range(900)]
    del asked[:]
    remote.expect([*models, *made_up])
    for name in (*models, made_up[-1]):
        leading = {q[:3] for q in remote.quads(object=name)}
        assert leading == {q[:3] for q in disk.quads(object=name)}
    keys = [(name,) for name in (*models, *made_up)]
    remote._ask_together({lookups.FACTS: keys})  # as answers name them, one after the other
    for model in models:
        assert set(remote.quads(model)) == set(disk.quads(model))
    assert max(map(len, asked)) < LONGEST_TEXT
    assert any(made_up[-1] in query for query in asked)
