"""A plain dataset without records and accepted view: updates and graphs as clients send them.

It is for experiments and conformance runs. Its folder is marked, so that a store with records is
not written as a plain dataset by mistake.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from provenance_graph.core.errors import QueryError, QuerySyntax, StoreError
from provenance_graph.core.iris import Iri
from provenance_graph.store import embedded
from provenance_graph.store.base import Limits
from provenance_graph.store.embedded import EmbeddedWriter
from provenance_graph.store.sparql.guard import check_update
from provenance_graph.store.sparql.syntax import syntax_error

_MARK: Final = "plain-dataset"


def is_plain(root: Path) -> bool:
    """Whether a store is a plain dataset."""
    return (root / _MARK).exists()


def check(root: Path) -> None:
    """Raise StoreError for a store with records, which must not be written as a plain dataset."""
    if (root / "CURRENT").exists() and not is_plain(root):
        raise StoreError(
            f"{root} holds records, which --raw would write past; name another --store"
        )


def prepare(root: Path) -> None:
    """Create an empty plain dataset unless a store exists."""
    if (root / "CURRENT").exists():
        return
    root.mkdir(parents=True, exist_ok=True)
    (root / _MARK).touch()
    embedded.build(root, [])


def put_text(graph: Iri | None, documents: Iterable[bytes], *, replace: bool) -> str:
    """The update that adds N-Triples documents to a graph, or with ``replace`` replaces it.

    Blank nodes of different documents stay distinct.

    >>> put_text(None, [b"<urn:a> <urn:b> <urn:c> ."], replace=False)
    'INSERT DATA { <urn:a> <urn:b> <urn:c> . }'
    """
    name = f"GRAPH <{graph}>" if graph else "DEFAULT"
    parts = [f"CLEAR SILENT {name}"] if replace else []
    if graph:
        parts.append(f"CREATE SILENT GRAPH <{graph}>")
    for document in documents:
        lines = document.decode("utf-8")
        inside = f"GRAPH <{graph}> {{ {lines} }}" if graph else lines
        parts.append(f"INSERT DATA {{ {inside} }}")
    return " ;\n".join(parts)


class PlainWriter(EmbeddedWriter):
    """The one writer of a plain dataset."""

    def update(self, text: str, limits: Limits) -> str:
        """Run a SPARQL update atomically; returns the new version."""
        check_update(text, limits)
        return self._run(text)

    def put(self, graph: Iri | None, documents: Iterable[bytes], *, replace: bool) -> str:
        """Add N-Triples to a graph (None: the default graph), or replace its content by them."""
        return self._run(put_text(graph, documents, replace=replace))

    def drop(self, graph: Iri | None) -> str:
        """Drop a graph; None clears the default graph. Returns the new version."""
        return self._run(f"DROP SILENT GRAPH <{graph}>" if graph else "CLEAR DEFAULT")

    def holds(self, graph: Iri | None) -> bool:
        """Whether the graph exists; the default graph always does."""
        return graph is None or self.ask(f"ASK {{ GRAPH <{graph}> {{ }} }}")

    def _run(self, text: str) -> str:
        try:
            return self._apply(text, "")
        except StoreError as error:
            cause = error.__cause__
            if isinstance(cause, SyntaxError):
                raise QuerySyntax(syntax_error(str(cause.msg), text)) from None
            if isinstance(cause, RuntimeError | ValueError):
                raise QueryError(f"the update cannot be carried out: {cause}") from None
            raise
