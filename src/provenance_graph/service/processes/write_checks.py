"""What a written record must keep to: its size, its graph, its header."""

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
    """How much one write may change: the accepted view is made anew for every entity in it."""

    statements: int = 50_000
    entities: int = 5_000

    def check(self, statements: int, entities: int = 0) -> None:
        """Raise a refusal with 413 for a write that is larger."""
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
        """The same of the blocks of data in an update, as soon as they are seen to be larger."""
        for size in data_sizes(text):
            self.check(size.statements, size.entities)

    def check_bodies(self, bodies: Collection[Sequence[Quad]]) -> None:
        """The same of what records hold, their headers aside; records count as entities do."""
        entities = {quad[0] for body in bodies for quad in body}
        self.check(sum(map(len, bodies)), max(len(entities), len(bodies)))


def default_refused() -> Exception:
    """What a write to the default graph is answered with."""
    return refuse(
        403,
        "Forbidden",
        "the default graph is the accepted view, which follows from records under the policy; "
        "write into a named graph, which becomes a record, and the view will follow",
        "default-graph",
    )


def header_refused(quads: Sequence[Quad], name: Iri) -> Exception:
    """What a write of a record's own header is answered with."""
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
    """What a write is answered with whose records break the shapes."""
    text = "; ".join(f"{f.path}: {f.message}" for f in findings[:MAX_SHOWN])
    more = f" and {len(findings) - MAX_SHOWN} more" if len(findings) > MAX_SHOWN else ""
    return refuse(422, "Record refused", f"{text}{more}", "invalid")


def quads_of(lines: bytes, name: Iri) -> list[Quad]:
    """The quads of a body in N-Quads that is sent for a graph."""
    scratch = Scratch()
    scratch.read(lines, name)
    return list(scratch.quads(name))
