"""Writes of ``serve --raw``: a plain dataset without records."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from provenance_graph.core.errors import FAILURES
from provenance_graph.core.iris import Iri
from provenance_graph.service.backend import Decision, Flag, PutRequest, UploadPart, Written
from provenance_graph.service.http.problems import bad_request
from provenance_graph.store.base import Limits
from provenance_graph.store.raw import PlainWriter
from provenance_graph.store.sparql.guard import check_length
from provenance_graph.store.sparql.rewrite import UpdateRequest
from provenance_graph.store.staging import Outcome


@dataclass(frozen=True, slots=True)
class PlainTarget:
    """Writes to a plain dataset; documents arrive as N-Triples."""

    writer: PlainWriter
    limits: Limits

    def update(self, update: UpdateRequest, who: str) -> Written:  # noqa: ARG002 - a plain dataset keeps no author
        """Run a SPARQL update."""
        check_length(update.text, self.limits)
        return Written(self.writer.update(update.prepared(), self.limits))

    def rehearsal(self, update: UpdateRequest, who: str) -> None:
        """None: an update may read the whole plain dataset, so it runs on the dataset itself."""

    def settle(self, outcome: Outcome, digest: str, who: str, within: Iri | None = None) -> None:
        """Do nothing: no outcome was computed elsewhere."""

    def group(self) -> AbstractContextManager[None]:
        """A context whose writes are published together at its end."""
        return self.writer.group()

    def probe(self) -> None:
        """Raise StoreError or OSError while the store cannot be written."""
        self.writer.probe()

    def state(self, graph: Iri | None, who: str) -> tuple[Collection[str], bool]:  # noqa: ARG002
        """The store's version, and whether a graph exists."""
        return [self.writer.version], self.writer.holds(graph)

    def put(
        self,
        graph: Iri | None,
        parts: Sequence[UploadPart],
        who: str,  # noqa: ARG002
        replace: bool,
    ) -> Written:
        """Add documents to a graph, or replace its content by them."""
        created = not self.writer.holds(graph)
        version = self.writer.put(graph, [part.body for part in parts], replace=replace)
        return Written(version, created)

    def put_all(self, writes: Sequence[PutRequest]) -> list[Written | Exception]:
        """Put documents into graphs, one after another; for each the result or the exception."""
        results: list[Written | Exception] = []
        for one in writes:
            try:
                results.append(self.put(one.graph, one.parts, one.who, one.replace))
            except FAILURES as error:
                results.append(error)
        return results

    def delete(self, graph: Iri | None, who: str) -> Written:  # noqa: ARG002
        """Drop a graph."""
        return Written(self.writer.drop(graph))

    def decide(self, decision: Decision, who: str) -> Written:  # noqa: ARG002
        """Refuse (400): a plain dataset has no identity decisions."""
        raise bad_request("a plain dataset (--raw) has no identity decisions", "raw")

    def flag(self, flag: Flag, who: str) -> Written:  # noqa: ARG002
        """Refuse (400): a plain dataset has no claims."""
        raise bad_request("a plain dataset (--raw) holds no claims that could be flagged", "raw")
