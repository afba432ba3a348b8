"""SPARQL updates in the normal mode: each graph that one changes becomes a record."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from provenance_graph.core.errors import (
    ProvenanceError,
    QueryRefused,
    RequestRefused,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, SCHEMA
from provenance_graph.service.http.cache import ALWAYS
from provenance_graph.service.namespaces import namespace
from provenance_graph.service.processes.record_writes import RecordTarget
from provenance_graph.service.processes.write_checks import WriteSize
from provenance_graph.service.processes.writer import carry_out
from provenance_graph.store.sparql.rewrite import UpdateRequest
from provenance_graph.store.staging import Outcome, Rehearsal, Scratch, rehearse
from tests.record_writes import LINE, MINE, PG, THING, header, part, view

ENDLESS = " ".join(f"VALUES ?v{n} {{ {' '.join(map(str, range(100)))} }}" for n in range(9))


def test_what_a_where_costs_is_not_paid_by_the_writer(target: RecordTarget) -> None:
    target.put(MINE, part(LINE), "ci", replace=True)
    head = {
        "do": "update",
        "who": "ci",
        "graph": None,
        "when": asdict(ALWAYS),
        **asdict(UpdateRequest("")),
        "here": False,
    }
    text = f"INSERT {{ GRAPH <{MINE}> {{ <{THING}> <{SCHEMA.name}> ?v0 }} }} WHERE {{ {ENDLESS} }}"
    answer, blobs = carry_out(target, head, [text.encode()])  # which would never end
    rehearsal = Rehearsal.unpack(blobs[0])
    assert answer == {"digest": rehearsal.digest}
    assert rehearsal.text == text
    assert b"4096" in rehearsal.quads


def test_what_was_worked_out_on_records_that_changed_since_is_not_written(
    target: RecordTarget,
) -> None:
    target.put(MINE, part(LINE), "ci", replace=True)
    text = f"{PG} DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} INSERT {{ GRAPH ?g {{ ?s ?p 1 }} }} \
        WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    rehearsal = target.rehearsal(UpdateRequest(text), "ci")
    assert rehearsal is not None
    outcome = Outcome.unpack(rehearse(rehearsal.pack()))
    target.put(Iri(f"{MINE}2"), part(LINE), "ci", replace=True)
    assert target.settle(outcome, rehearsal.digest, "ci") is None
    assert view(target) == {"4096"}
    target.delete(Iri(f"{MINE}2"), "ci")
    assert target.settle(outcome, rehearsal.digest, "ci") is not None
    assert view(target) == {"1"}


def test_an_update_writes_records(target: RecordTarget) -> None:
    text = f"{PG} INSERT DATA {{ GRAPH <{MINE}> {{ <{THING}> pg:contextLength 4096 }} }}"
    target.update(UpdateRequest(text), "ci")
    assert view(target) == {"4096"}
    text = f"""{PG} WITH <{MINE}> DELETE {{ ?s pg:contextLength ?old }}
        INSERT {{ ?s pg:contextLength ?new }}
        WHERE {{ ?s pg:contextLength ?old BIND(?old * 2 AS ?new) }}"""
    target.update(UpdateRequest(text), "ci")
    assert view(target) == {"8192"}
    target.update(UpdateRequest(f"DROP GRAPH <{MINE}>"), "ci")
    assert view(target) == set()


def test_an_update_of_several_graphs_is_one_commit(target: RecordTarget) -> None:
    other = f"{namespace('ci')}other"
    before = target.store.version
    good = f"{PG} INSERT DATA {{ GRAPH <{MINE}> {{ <{THING}> pg:contextLength 1 }} }} ;"
    bad = f'INSERT DATA {{ GRAPH <{other}> {{ <{THING}> pg:contextLength "x" }} }}'
    with pytest.raises(ProvenanceError, match="context length"):
        target.update(UpdateRequest(good + bad), "ci")
    assert target.store.version == before
    assert view(target) == set()


def test_an_update_that_computes_its_graph_keeps_what_the_record_held(target: RecordTarget) -> None:
    target.put(MINE, part(LINE), "ci", replace=True)
    text = f"""{PG} INSERT {{ GRAPH ?g {{ <{THING}> <{SCHEMA.name}> "Thing" }} }}
        WHERE {{ VALUES ?g {{ <{MINE}> }} }}"""
    target.update(UpdateRequest(text), "ci")
    assert view(target) == {"4096"}
    assert any(True for _ in target.store.quads(THING, SCHEMA.name))


def test_an_update_reads_all_records_of_its_client_and_no_others(target: RecordTarget) -> None:
    target.put(MINE, part(LINE), "ci", replace=True)
    target.put(
        Iri(f"{namespace('other')}x"), part(LINE.replace("4096", "1")), "other", replace=True
    )
    into = Iri(f"{namespace('ci')}copy")
    text = f"INSERT {{ GRAPH <{into}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    target.update(UpdateRequest(text), "ci")
    copied = {str(o) for _, _, o, _ in target.store.quads(THING, graph=into)}
    assert copied == {"4096"}


def test_names_are_resolved_as_the_engine_does(target: RecordTarget) -> None:
    text = rf"""PREFIX p: <{namespace("ci").removesuffix("ci/")}> {PG}
        INSERT DATA {{ GRAPH p:ci\/mine {{ <{THING}> pg:contextLength 4096 }} }}"""
    target.update(UpdateRequest(text), "ci")
    assert view(target) == {"4096"}
    target.update(UpdateRequest("DROP GRAPH <mine>", base=namespace("ci")), "ci")
    assert view(target) == set()


def test_a_graph_may_be_written_with_escapes(target: RecordTarget) -> None:
    mine = MINE.replace("/ci/", "/c\\u0069/")
    target.update(
        UpdateRequest(
            f"{PG} INSERT DATA {{ GRAPH <{mine}> {{ <{THING}> pg:contextLength 4096 }} }}"
        ),
        "ci",
    )
    assert view(target) == {"4096"}
    other = MINE.replace("/ci/", "/\\u0062ob/")
    with pytest.raises(RequestRefused, match="not a graph that you may write"):
        target.update(
            UpdateRequest(f"INSERT DATA {{ GRAPH <{other}> {{ <urn:a> <urn:b> 1 }} }}"), "ci"
        )


@pytest.mark.parametrize(
    "text",
    [
        "COPY <{mine}> TO DEFAULT",
        "MOVE SILENT GRAPH <{mine}> TO DEFAULT",
        "ADD <{mine}> TO default",
    ],
)
def test_no_graph_is_put_in_the_place_of_the_view(target: RecordTarget, text: str) -> None:
    with pytest.raises(QueryRefused, match="the default graph is the accepted view"):
        target.update(UpdateRequest(text.format(mine=MINE)), "ci")


def test_many_small_records_of_one_entity_are_a_large_write(target: RecordTarget) -> None:
    small = RecordTarget(target.store, target.limits, target.now, WriteSize(1_000, 8))
    graphs = " ".join(f"GRAPH <{MINE}{n}> {{ {LINE} }}" for n in range(9))
    with pytest.raises(RequestRefused, match="one write may change"):
        small.update(UpdateRequest(f"INSERT DATA {{ {graphs} }}"), "ci")


def test_an_update_of_one_graph_reads_that_graph_alone(target: RecordTarget) -> None:
    other = Iri(f"{namespace('ci')}other")
    for name in (MINE, other):
        target.put(name, part(LINE), "ci", replace=True)
    asked = UpdateRequest("DELETE WHERE { ?s ?p 4096 }", within=MINE)
    rehearsal = target.rehearsal(asked, "ci")
    assert rehearsal is not None
    assert other.encode() not in rehearsal.quads
    target.update(asked, "ci")
    assert not header(target)
    assert header(target, other)


def test_records_too_many_to_be_read_for_one_update_are_refused(target: RecordTarget) -> None:
    small = RecordTarget(target.store, target.limits, target.now, WriteSize(2, 20))
    for n in range(9):
        small.put(Iri(f"{MINE}{n}"), part(LINE), "ci", replace=True)
    asked = UpdateRequest("DELETE WHERE { GRAPH ?g { ?s ?p 1 } }")
    with pytest.raises(RequestRefused, match="all of which an update may read"):
        small.update(asked, "ci")
    within = replace(asked, text="DELETE WHERE { ?s ?p 4096 }", within=Iri(f"{MINE}0"))
    small.update(within, "ci")
    assert not header(small, Iri(f"{MINE}0"))


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA {{ GRAPH <{graph}> {{ {lines} }} }}",
        "DELETE WHERE {{ GRAPH <{graph}> {{ ?s ?p 1 }} }} ; INSERT DATA {{ GRAPH <{graph}> {{ {lines} }} }}",
        "INSERT DATA {{ GRAPH <{graph}> {{ {lines} }} }} ; DELETE DATA {{ GRAPH <{graph}> {{ {lines} }} }}",
    ],
)
def test_data_beyond_the_bounds_is_refused_before_anything_is_run(
    target: RecordTarget, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = namespace("alice") + "large"
    few = [f"<https://example.org/{n}> <{DCTERMS.title}> 'x'" for n in range(9)]
    one = [f"<https://example.org/1> <{DCTERMS.title}> '{n}'" for n in range(201)]
    small = replace(target, size=WriteSize(200, 8))

    def run(*_: object) -> None:
        raise AssertionError("it was run")

    monkeypatch.setattr(Scratch, "update", run)
    for lines in (few, one):
        asked = UpdateRequest(text.format(graph=graph, lines=" . ".join(lines)))
        for way in (small.rehearsal, small.update):
            with pytest.raises(RequestRefused, match="of 200 statements about 8 entities") as told:
                way(asked, "alice")
            assert told.value.problem.status == 413
