"""Writes in the normal mode: every graph becomes a record, and nothing is written past it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from provenance_graph.changes.log import ChangeLog
from provenance_graph.core import terms
from provenance_graph.core.claims import Basis, Claim, Header, Record
from provenance_graph.core.errors import (
    ProvenanceError,
    QueryRefused,
    RequestRefused,
)
from provenance_graph.core.iris import Iri, agent, model
from provenance_graph.core.literals import integer
from provenance_graph.core.rdf import engine_quad
from provenance_graph.core.terms import PAV, PROV, SCHEMA
from provenance_graph.ingest.update import update
from provenance_graph.service.namespaces import namespace
from provenance_graph.service.processes.record_writes import RecordTarget
from provenance_graph.service.processes.write_checks import WriteSize
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.sparql.rewrite import UpdateRequest
from tests.record_writes import LINE, MINE, PG, THING, header, part, view


def test_what_is_put_becomes_a_record_that_names_who_and_when(target: RecordTarget) -> None:
    assert target.put(MINE, part(LINE), "ci", replace=True).created
    stated = header(target)
    assert stated[PROV.wasAttributedTo] == agent("ci")
    assert stated[PAV.retrievedOn] == "2026-11-22T12:00:00Z"
    assert view(target) == {"4096"}


def test_the_view_follows_when_a_record_is_replaced_or_dropped(target: RecordTarget) -> None:
    target.put(MINE, part(LINE), "ci", replace=True)
    assert not target.put(MINE, part(LINE.replace("4096", "8192")), "ci", replace=True).created
    assert view(target) == {"8192"}
    target.delete(MINE, "ci")
    assert view(target) == set()
    assert header(target) == {}


def test_post_adds_to_a_record(target: RecordTarget) -> None:
    target.put(MINE, part(LINE), "ci", replace=True)
    other = f'<{THING}> <{SCHEMA.name}> "Thing" .\n'
    target.put(MINE, part(other), "ci", replace=False)
    assert view(target) == {"4096"}
    assert any(True for _ in target.store.quads(THING, SCHEMA.name))


@pytest.mark.parametrize(
    "line",
    [
        f"<{MINE}> <{PROV.wasAttributedTo}> <https://example.org/somebody> .\n",
        f'<{MINE}> <http://purl.org/dc/terms/title> "mine" .\n',
        f'<{MINE}> <urn:whatever> "1" .\n',
    ],
)
def test_what_a_client_says_of_its_record_itself_is_refused(
    target: RecordTarget, line: str
) -> None:
    with pytest.raises(RequestRefused, match="1 statement about the record"):
        target.put(MINE, part(LINE + line), "ci", replace=True)
    with pytest.raises(RequestRefused, match="1 statement about the record"):
        target.put(MINE, part(line), "ci", replace=True)
    for text in (
        f"INSERT DATA {{ GRAPH <{MINE}> {{ {line} }} }}",
        f"INSERT {{ GRAPH <{MINE}> {{ {line} }} }} WHERE {{}}",
    ):
        with pytest.raises(RequestRefused, match="1 statement about the record"):
            target.update(UpdateRequest(text), "ci")
    assert not header(target)


def test_a_graph_that_was_fetched_may_be_put_again_with_its_header(target: RecordTarget) -> None:
    target.put(MINE, part(LINE), "ci", replace=True)
    fetched = "".join(f"{engine_quad((*q[:3], None))} .\n" for q in target.store.quads(graph=MINE))
    target.put(MINE, part(fetched.replace("4096", "8192")), "ci", replace=True)
    assert {str(o) for _, _, o, _ in target.store.quads(THING, graph=MINE)} == {"8192"}
    assert header(target)[PROV.wasAttributedTo] == agent("ci")


def test_the_default_graph_is_refused_with_an_explanation(target: RecordTarget) -> None:
    with pytest.raises(ProvenanceError, match="accepted view"):
        target.put(None, part(LINE), "ci", replace=True)
    with pytest.raises(ProvenanceError, match="accepted view"):
        target.update(UpdateRequest(f"{PG} INSERT DATA {{ <{THING}> pg:contextLength 1 }}"), "ci")
    for text in ("CLEAR DEFAULT", "DROP ALL", "CLEAR NAMED", "DELETE WHERE { ?s ?p ?o }"):
        with pytest.raises(ProvenanceError):
            target.update(UpdateRequest(text), "ci")


def test_nobody_changes_the_record_of_another(target: RecordTarget) -> None:
    foreign = Iri("https://w3id.org/provenance-graph/id/record/x/y/2026-01-01")
    claim = Claim(THING, terms.PG.contextLength, integer(1))
    publisher = Iri("https://example.org/publisher")
    reported = Header(foreign, foreign, publisher, "2026-01-01", "x", Basis.THIRD_PARTY)
    update(target.store, [Record(reported, (claim,))])
    for attempt in (
        lambda: target.put(foreign, part(LINE), "ci", replace=True),
        lambda: target.delete(foreign, "ci"),
        lambda: target.update(UpdateRequest(f"DROP GRAPH <{foreign}>"), "ci"),
        lambda: target.update(
            UpdateRequest(f"INSERT DATA {{ GRAPH <{foreign}> {{ <urn:a> <urn:b> 1 }} }}"), "ci"
        ),
    ):
        with pytest.raises(ProvenanceError, match="record of"):
            attempt()
    target.put(MINE, part(LINE), "ci", replace=True)
    with pytest.raises(ProvenanceError, match="record of"):
        target.delete(MINE, "another")


def test_graphs_that_the_service_keeps_are_refused(target: RecordTarget) -> None:
    reference = Iri("https://w3id.org/provenance-graph/id/graph/reference")
    with pytest.raises(ProvenanceError, match="managed by the service"):
        target.put(reference, part(LINE), "ci", replace=True)
    with pytest.raises(ProvenanceError, match="managed by the service"):
        target.update(UpdateRequest(f"DROP GRAPH <{reference}>"), "ci")


def test_a_record_that_breaks_a_shape_is_refused(target: RecordTarget) -> None:
    wrong = f'<{THING}> <{terms.PG.contextLength}> "many" .\n'
    with pytest.raises(ProvenanceError, match="whole number"):
        target.put(MINE, part(wrong), "ci", replace=True)
    assert header(target) == {}


def test_blank_nodes_are_refused_with_what_would_work(target: RecordTarget) -> None:
    with pytest.raises(ProvenanceError, match="give this one an IRI"):
        target.put(MINE, part("<urn:a> <urn:b> _:c .\n"), "ci", replace=True)


@pytest.mark.parametrize(
    "name",
    [
        "https://w3id.org/provenance-graph/id/record/x/y/2031-01-01",  # a later day of a document
        "https://w3id.org/provenance-graph/id/model/acme/thing",
        "https://w3id.org/provenance-graph/ns#Model",
        "https://example.org/anything",
        "https://w3id.org/provenance-graph/id/record/service/other/mine",
        "https://w3id.org/provenance-graph/id/record/service/ci/",
    ],
)
def test_records_of_clients_live_in_the_namespace_of_their_token(
    target: RecordTarget, name: str
) -> None:
    with pytest.raises(ProvenanceError, match="your records are the graphs below"):
        target.put(Iri(name), part(LINE), "ci", replace=True)
    text = f"{PG} INSERT DATA {{ GRAPH <{name}> {{ <{THING}> pg:contextLength 1 }} }}"
    with pytest.raises(ProvenanceError, match="your records are the graphs below"):
        target.update(UpdateRequest(text), "ci")


def test_a_client_cannot_pass_for_a_later_retrieval_of_a_source(target: RecordTarget) -> None:
    source = Iri("https://w3id.org/provenance-graph/id/record/x/y/2026-01-01")
    publisher = Iri("https://example.org/publisher")
    reported = Header(source, source, publisher, "2026-01-01", "x", Basis.THIRD_PARTY)
    update(target.store, [Record(reported, (Claim(THING, terms.PG.contextLength, integer(77)),))])
    assert view(target) == {"77"}
    other = Iri(f"{namespace('ci')}other")
    target.put(other, part(f'<{THING}> <{SCHEMA.name}> "Thing" .\n'), "ci", replace=True)
    series = "https://w3id.org/provenance-graph/id/record/x/y"
    for claimed in (other, MINE, source):
        lie = f"<{claimed}> <{terms.PG.ofDocument}> <{series}> .\n"
        with suppress(ProvenanceError):
            target.put(MINE, part(lie + f'<{THING}> <{SCHEMA.name}> "T" .\n'), "ci", replace=True)
        assert view(target) == {"77"}


def test_a_write_that_changes_too_much_is_refused_with_the_limit(target: RecordTarget) -> None:
    small = replace(target, size=WriteSize(statements=8, entities=2))
    rows = " ".join(f"(<{model(f'acme/m{n}')}> {n})" for n in range(3))
    text = f"{PG} INSERT {{ GRAPH <{MINE}> {{ ?m pg:contextLength ?n }} }} WHERE {{ VALUES (?m ?n) {{ {rows} }} }}"
    with pytest.raises(RequestRefused, match="of 8 statements about 2 entities"):
        small.update(UpdateRequest(text), "ci")
    with pytest.raises(RequestRefused, match="this one has 9 statements"):
        small.put(MINE, part(LINE * 9), "ci", replace=True)
    many = "[] a pg:Model . " + " ".join(f"<{THING}> pg:contextLength {n} ." for n in range(20))
    with pytest.raises(QueryRefused, match="more than 32 terms"):
        small.update(UpdateRequest(f"{PG} INSERT DATA {{ GRAPH <{MINE}> {{ {many} }} }}"), "ci")
    assert header(target) == {}
    assert small.put(MINE, part(LINE), "ci", replace=True).created


@pytest.mark.parametrize("name", ["../bob/x", "a/./b", "%2E%2e/bob/x", "a/..", "x#y", "x?y"])
def test_a_name_that_resolves_to_another_is_refused(target: RecordTarget, name: str) -> None:
    graph = Iri(f"{namespace('ci')}{name}")
    with pytest.raises(RequestRefused, match="between slashes"):
        target.put(graph, part(LINE), "ci", replace=True)


def test_a_group_of_writes_waits_for_the_disk_of_its_log_once(target: RecordTarget) -> None:
    log = ChangeLog(target.store.root)
    grouped = replace(target, log=log)
    start = target.store.version
    with grouped.group():
        for n in range(3):
            grouped.put(
                Iri(f"{MINE}{n}"), part(LINE.replace("4096", str(n + 1))), "ci", replace=True
            )
        assert log.last(grouped.store.version) == []  # nothing is written before the group ends
    entries = log.since(start, grouped.store.version)
    assert [len(entry.added) for entry in entries] == [1, 1, 1]
    assert EmbeddedStore.open(target.store.root).version == entries[-1].version


def test_a_group_that_fails_leaves_no_entry_that_counts(target: RecordTarget) -> None:
    log = ChangeLog(target.store.root)
    grouped = replace(target, log=log)
    start = target.store.version

    def failing() -> None:
        with grouped.group():
            grouped.put(MINE, part(LINE), "ci", replace=True)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert target.store.version == start
    with grouped.group():
        grouped.put(MINE, part(LINE), "ci", replace=True)
    (entry,) = log.since(start, grouped.store.version)
    assert entry.added == (MINE,)
