"""Whoever writes learns nothing of records that it may not read."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from provenance_graph.core.claims import Basis, Claim, Header, Literal, Record
from provenance_graph.core.errors import (
    NotFound,
    RequestRefused,
)
from provenance_graph.core.iris import Iri, model
from provenance_graph.core.terms import RDF, SCHEMA
from provenance_graph.ingest.private import mark
from provenance_graph.ingest.update import update
from provenance_graph.service.backend import Decision
from provenance_graph.service.http.cache import ALWAYS, Precondition
from provenance_graph.service.namespaces import namespace
from provenance_graph.service.processes.record_writes import RecordTarget
from provenance_graph.service.processes.writer import carry_out
from tests.record_writes import LINE, MINE, PG_MODEL, THING, part


def secret(target: RecordTarget) -> Iri:
    """A record of a private collection."""
    name = Iri("https://w3id.org/provenance-graph/id/record/hidden/thing/2026-01-01")
    of = Iri("https://w3id.org/provenance-graph/id/collection/hidden")
    stated = Header(
        name,
        name,
        Iri("https://example.org/us"),
        "2026-01-01",
        "test",
        Basis.THIRD_PARTY,
        collection=of,
    )
    hidden = model("hidden/thing")
    claims = Claim(hidden, RDF.type, PG_MODEL), Claim(hidden, SCHEMA.name, Literal("Hidden"))
    update(target.store, [Record(stated, claims).sort()], notes=[mark(of)])
    return name


def test_whoever_writes_is_told_nothing_of_private_records(target: RecordTarget) -> None:
    name = secret(target)
    unknown = Iri(f"{name}-unknown")
    for when in (ALWAYS, Precondition(none_match="*"), Precondition(match="*")):
        told = []
        for graph in (name, unknown):
            head = {
                "do": "put",
                "who": "ci",
                "graph": graph,
                "when": asdict(when),
                "replace": True,
                "parts": [["application/n-triples", MINE]],
            }
            answer, _ = carry_out(target, head, [LINE.encode()])
            told.append(str(answer).replace(unknown, name))
        assert told[0] == told[1]
        assert "example.org/us" not in told[0]


def test_a_tag_of_the_public_state_is_the_state_of_now(target: RecordTarget) -> None:
    secret(target)
    target.put(MINE, part(LINE), "ci", replace=True)
    assert target.store.public is not None
    versions, exists = target.state(MINE, "ci")
    assert exists
    assert set(versions) == {target.store.version, target.store.public.version}
    with pytest.raises(RequestRefused):
        target.state(Iri(f"{namespace('other')}x"), "ci")


def test_names_of_private_records_are_not_known_to_whoever_may_not_read_them(
    target: RecordTarget,
) -> None:
    secret(target)
    target.put(MINE, part(f"<{THING}> <{RDF.type}> <{PG_MODEL}> .\n"), "ci", replace=True)
    names = THING, model("hidden/thing")
    with pytest.raises(NotFound, match="hidden/thing"):
        target.decide(Decision(*names, "reject", "different"), "ann")
    assert target.decide(Decision(*names, "reject", "different", sees_private=True), "ann").version
