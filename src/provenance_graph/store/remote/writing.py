"""Write to a remote SPARQL service: updates in batches, with a marker while they are incomplete."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from typing import Self, TypeVar
from urllib.parse import urlsplit, urlunsplit

from provenance_graph.core.claims import Literal, Quad
from provenance_graph.core.errors import ProvenanceError, StoreError
from provenance_graph.core.iris import ID, Iri
from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.core.terms import SCHEMA
from provenance_graph.store.base import Change
from provenance_graph.store.engine import update_text
from provenance_graph.store.remote.probe import STATE, UNDER_WAY
from provenance_graph.store.remote.reading import RemoteStore
from provenance_graph.store.remote.settings import PREFIX, RemoteSettings

T = TypeVar("T")
_GRAPHS = 200
"""Graphs dropped in one update."""
_ANSWER_BYTES = 1 << 20


class RemoteWriter(RemoteStore):
    """A SPARQL 1.1 service that is written by SPARQL Update.

    A change of one batch is one request, which engines apply atomically. A larger change first
    marks the store as changing, so that a process that opens it meanwhile, or after a failure, is
    warned; it ends with the new version. There must be one writer at a time, since a service has no
    lock.
    """

    @classmethod
    def open(cls, url: str, settings: RemoteSettings | None = None) -> Self:
        """Open a service for updates; raises StoreError where it takes none or is unreliable."""
        store = super().open(url, settings)
        with ExitStack() as undo:
            undo.callback(store.close)
            if not store.capabilities.holds_store:
                store._learn()
            undo.pop_all()
        return store

    def _learn(self) -> None:
        """Find out, on a service without a store, whether its default graph is the union of all."""
        probe = Iri(f"{STATE}-probe")
        change = Change((), (), [(probe, SCHEMA.version, Literal("probe"), probe)])
        self._send(update_text(change))
        union = self.ask(f"ASK {{ <{probe}> <{SCHEMA.version}> ?any }}")
        self._send(update_text(Change((), change.add)))
        if union:
            default = self.settings.default_graph
            self.capabilities = replace(self.capabilities, union=True, default_graph=default)

    @property
    def update_url(self) -> str:
        """The address of updates: from the settings, else derived from that of queries."""
        if self.settings.update:
            return self.settings.update
        parts = urlsplit(self.url)
        for ending, other in (("/query", "/update"), ("/sparql", "/update")):
            if parts.path.endswith(ending):
                path = parts.path.removesuffix(ending) + other
                return urlunsplit(parts._replace(path=path))
        return self.url

    def next_version(self, digest: str) -> str:
        """The version that the next commit with this digest will have."""
        number = self.written_version.partition("-")[0]
        sequence = int(number) + 1 if is_digits(number) else 1
        return f"{sequence}-{digest[:12]}"

    @property
    def written_version(self) -> str:
        """The version that the last commit stored; empty where there was none."""
        rows = self.select(
            f"SELECT ?v {{ GRAPH <{STATE}> {{ <{STATE}> <{SCHEMA.version}> ?v }} }} LIMIT 2"
        ).rows
        return str(rows[0][0]) if len(rows) == 1 else ""

    @property
    def version(self) -> str:
        """The version that the last commit stored, else the version that a reader sees."""
        return self.written_version or super().version

    def commit(self, change: Change, digest: str = "") -> str:
        """Apply a change and return the new version; raises StoreError where it is incomplete."""
        version = self.next_version(digest or secrets.token_hex(6))
        old = self.written_version
        state = (STATE, SCHEMA.version, Literal(version), STATE)
        before: list[Quad] = [(STATE, SCHEMA.version, Literal(old), STATE)] if old else []
        remove, add = list(change.remove), list(change.add)
        if len(remove) + len(add) <= self.settings.batch:
            self._update(Change(change.drop, [*remove, *before], [*add, state]))
        else:
            self._in_batches(Change(change.drop, remove, add), before, state)
        self.capabilities = replace(self.capabilities, holds_store=True, version=version)
        return version

    def _in_batches(self, change: Change, before: list[Quad], state: Quad) -> None:
        marker = (STATE, SCHEMA.version, Literal(UNDER_WAY), STATE)
        self._update(Change((), before, [marker]))
        try:
            for graphs in _batches(iter(change.drop), _GRAPHS):
                self._update(Change(tuple(graphs)))
            for quads in _batches(iter(change.remove), self.settings.batch):
                self._update(Change((), quads))
            for quads in _batches(iter(change.add), self.settings.batch):
                self._update(Change((), (), quads))
            self._update(Change((), [marker], [state]))
        except ProvenanceError as error:
            raise StoreError(
                f"{self.url}: the change was interrupted and is stored in part; the store is "
                f"marked as changing until the same command, or `build`, succeeds: {error}"
            ) from error

    def load(
        self,
        quads: Iterable[Quad],
        digest: str,
        step: Callable[[int], None] = lambda _: None,
    ) -> str:
        """Replace the store on the service by ``quads``; returns the new version.

        Raises StoreError where the service holds other data, which is never deleted.
        """
        capable = self.capabilities
        if not capable.holds_store and not capable.union and self.ask("ASK { ?s ?p ?o }"):
            raise StoreError(
                f"{self.url} holds data that no build of this software put there; name an empty "
                "dataset"
            )
        version = self.next_version(digest)
        marker = (STATE, SCHEMA.version, Literal(UNDER_WAY), STATE)
        self._empty()
        self._update(Change((), (), [marker]))
        done = 0
        for batch in _batches(iter(quads), self.settings.batch):
            self._update(Change((), (), batch))
            done += len(batch)
            step(done)
        self._update(Change((), [marker], [(STATE, SCHEMA.version, Literal(version), STATE)]))
        return version

    def _empty(self) -> None:
        """Drop the graphs of a store of this software, and no others."""
        own = [graph for graph in self.graphs() if graph.startswith(ID)]
        for graphs in _batches(iter(own), _GRAPHS):
            self._update(Change(tuple(graphs)))
        if self.capabilities.default_graph is not None:
            self._update(Change((self.capabilities.default_graph,)))
        else:
            self._send("CLEAR DEFAULT")

    def _update(self, change: Change) -> None:
        own = self.capabilities.default_graph
        if own is not None:
            change = Change(
                change.drop,
                [_in_default_graph(quad, own) for quad in change.remove],
                [_in_default_graph(quad, own) for quad in change.add],
            )
        text = update_text(change)
        if text:
            self._send(text)

    def _send(self, text: str) -> None:
        try:
            self._http.send(
                self.update_url,
                content=text.encode(),
                headers={"content-type": "application/sparql-update", "accept": "*/*"},
                seconds=self.settings.seconds,
                limit=_ANSWER_BYTES,
                repeatable=True,  # inserting or deleting the same triples twice has the same effect
            )
        except ProvenanceError as error:
            raise StoreError(
                f"{self.update_url} did not take an update: {error} "
                f"({PREFIX}UPDATE names where updates go)"
            ) from error


def _in_default_graph(quad: Quad, own: Iri) -> Quad:
    return quad if quad[3] is not None else (*quad[:3], own)


def _batches(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(islice(items, size)):
        yield batch
