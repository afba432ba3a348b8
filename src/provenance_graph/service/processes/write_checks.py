"""Checks of a written record: its size, its graph, its header."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from provenance_graph.core.claims import Quad
from provenance_graph.core.errors import RequestRefused
from provenance_graph.core.iris import Iri, shorten
from provenance_graph.service.http.problems import refuse
from provenance_graph.shapes.findings import Finding
from provenance_graph.store.sparql.data_size import data_sizes
from provenance_graph.store.staging import Scratch
from provenance_graph.tables import counted

MAX_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class WriteSize:
    """Limits on one write: the accepted view is recomputed for every entity in it."""

    statements: int = 50_000
    entities: int = 5_000

    def check(self, statements: int, entities: int = 0) -> None:
        """Raise RequestRefused (413) for a write above the limits."""
        if statements <= self.statements and entities <= self.entities:
            return
        detail = (
            f"one write may change records of {self.statements} statements about "
            f"{self.entities} entities in all, and this one has "
            + (f"{statements} about {entities}" if entities else f"{statements} statements")
            + "; send it in parts, or let the operator import it (provenance-graph import)"
        )
        raise refuse(413, "Write too large", detail, "too-large")

    def check_data(self, text: str) -> None:
        """Raise RequestRefused (413) as soon as the data blocks of an update exceed the limits."""
        for size in data_sizes(text):
            self.check(size.statements, size.entities)

    def check_bodies(self, bodies: Collection[Sequence[Quad]]) -> None:
        """Raise RequestRefused (413) for record bodies, without headers, above the limits.

        A record counts as an entity.
        """
        entities = {quad[0] for body in bodies for quad in body}
        self.check(sum(map(len, bodies)), max(len(entities), len(bodies)))


def default_refused() -> Exception:
    """The refusal (403) of a write to the default graph."""
    return refuse(
        403,
        "Forbidden",
        "the default graph is the accepted view, which follows from records under the policy; "
        "write into a named graph, which becomes a record, and the view will follow",
        "default-graph",
    )


def header_refused(quads: Sequence[Quad], name: Iri) -> Exception:
    """The refusal (422) of statements about a record itself that differ from its header."""
    text = ", ".join(sorted({shorten(quad[1]) for quad in quads})[:MAX_SHOWN])
    return refuse(
        422,
        "Record refused",
        f"{counted(len(quads), 'statement')} about the record <{name}> itself ({text}): who wrote "
        "it, when and as what is its header, which the service writes; leave such statements "
        "out, or send those that it has now unchanged",
        "header",
    )


def broken(findings: Sequence[Finding]) -> RequestRefused:
    """The refusal (422) of a write whose records violate the shapes; names the first findings."""
    text = "; ".join(f"{f.path}: {f.message}" for f in findings[:MAX_SHOWN])
    more = f" and {len(findings) - MAX_SHOWN} more" if len(findings) > MAX_SHOWN else ""
    return refuse(422, "Record refused", f"{text}{more}", "invalid")


def quads_of(lines: bytes, name: Iri) -> list[Quad]:
    """The quads of N-Quads or N-Triples that a client sends for the graph ``name``."""
    scratch = Scratch()
    scratch.read(lines, name)
    return list(scratch.quads(name))
