"""What tests write as records of the service."""

from __future__ import annotations

from provenance_graph.core import terms
from provenance_graph.core.iris import Iri, model
from provenance_graph.core.terms import XSD
from provenance_graph.service.backend import UploadPart
from provenance_graph.service.namespaces import namespace

MINE = Iri(f"{namespace('ci')}mine")
THING = model("acme/thing")
LINE = f'<{THING}> <{terms.PG.contextLength}> "4096"^^<{XSD.integer}> .\n'
PG_MODEL = terms.PG.Model


def part(text: str) -> list[UploadPart]:
    return [UploadPart(text.encode(), "application/n-triples", MINE)]
