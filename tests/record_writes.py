"""What tests write as records of the service."""

from __future__ import annotations

from provenance_graph.core import terms
from provenance_graph.core.iris import NS, Iri, model
from provenance_graph.core.terms import XSD
from provenance_graph.service.backend import UploadPart
from provenance_graph.service.namespaces import namespace
from provenance_graph.service.processes.record_writes import RecordTarget

MINE = Iri(f"{namespace('ci')}mine")
THING = model("acme/thing")
LINE = f'<{THING}> <{terms.PG.contextLength}> "4096"^^<{XSD.integer}> .\n'
PG_MODEL = terms.PG.Model
PG = f"PREFIX pg: <{NS}>"


def part(text: str) -> list[UploadPart]:
    return [UploadPart(text.encode(), "application/n-triples", MINE)]


def view(target: RecordTarget) -> set[str]:
    """The context lengths that are accepted for ``THING``."""
    return {str(o) for _, _, o, _ in target.store.quads(THING, terms.PG.contextLength)}


def header(target: RecordTarget, graph: Iri = MINE) -> dict[Iri, str]:
    """What a record says of itself; empty where there is none."""
    return {p: str(o) for _, p, o, _ in target.store.quads(graph, graph=graph)}
