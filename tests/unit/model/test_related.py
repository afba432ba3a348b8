"""The nodes related to a model, each with the records that make claims about it."""

from __future__ import annotations

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.graph_names import ASSESSMENT, NAME_KEYS
from provenance_graph.core.iris import mint
from provenance_graph.core.literals import text
from provenance_graph.core.terms import PG, PROV, RDF, SCHEMA
from provenance_graph.model.related import related
from provenance_graph.store.memory import MemoryStore

MODEL, VERSION = mint("model", "acme", "m"), mint("model", "acme", "m-2024")
RECORD = mint("record", "acme", "card", "2025-01-01")


def test_only_records_are_said_to_have_recorded_a_node() -> None:
    accepted = [
        (MODEL, RDF.type, PG.Model, None),
        (VERSION, RDF.type, PG.ModelVersion, None),
        (VERSION, PROV.specializationOf, MODEL, None),
    ]
    stated = [(VERSION, SCHEMA.name, text("M"), g) for g in (RECORD, ASSESSMENT, NAME_KEYS)]
    answer = related(AcceptedSnapshot(MemoryStore([*accepted, *stated])), MODEL)
    assert [version["sources"] for version in answer["versions"]] == [[RECORD]]
