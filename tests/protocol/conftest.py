"""A service around an engine in this process: what the protocol says, without the processes."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import serving
from starlette.testclient import TestClient

from provenance_graph.core.errors import QueryError, QuerySyntax
from provenance_graph.core.iris import Iri
from provenance_graph.service.app import create_app
from provenance_graph.service.backend import Decision, Flag, UploadPart, Written
from provenance_graph.service.http.auth import Tokens, load
from provenance_graph.service.http.cache import ALWAYS, Precondition
from provenance_graph.service.http.problems import refuse
from provenance_graph.service.processes.record_writes import RecordTarget
from provenance_graph.service.settings import Settings
from provenance_graph.store.base import Answer, Limits
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.engine import request
from provenance_graph.store.raw import put_text
from provenance_graph.store.sparql.answers import write_answer
from provenance_graph.store.sparql.guard import check_query, check_update
from provenance_graph.store.sparql.rewrite import UpdateRequest
from provenance_graph.store.uploads import pack, to_ntriples
from provenance_graph.store.values import SparqlQuery

SECRET = "a-token-long-enough-for-tests"


class Whole:
    """An answer that is there at once."""

    def __init__(self, answer: Answer) -> None:
        self._found, self.first, self.done = answer, answer.body, True
        self.rows = answer.rows

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.first

    def answer(self, body: bytes) -> Answer:
        return self._found

    def close(self) -> None:
        pass


class InProcess:
    """Backend and writer over one engine in memory; counts what reaches the engine."""

    def __init__(self) -> None:
        self.engine = ox.Store()
        self.number, self.asked = 1, 0
        self.failure: Exception | None = None

    @property
    def version(self) -> str:
        return f"v{self.number}"

    async def answer(
        self,
        query: SparqlQuery,
        media_type: str,
    ) -> Answer:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        limits = query.limits or Limits()
        check_query(query.text, limits)
        parts: list[bytes] = []
        end = write_answer(
            self.engine,
            request(query, media_type),
            limits,
            parts.append,
        )
        return Answer(b"".join(parts), media_type, end.kind, end.rows)

    def look_up(self, query: str, media_type: str) -> Answer | None:
        return None

    async def stream(self, query: SparqlQuery, media_type: str) -> Whole:
        return Whole(await self.answer(query, media_type))

    def state(self) -> dict[str, object]:
        return {"workers": 1}

    async def update(self, update: UpdateRequest, who: str, when: Precondition = ALWAYS) -> Written:
        self._check(update.within, when)
        text = update.prepared()
        check_update(text, Limits())
        return self._run(text)

    async def put(
        self,
        graph: Iri | None,
        parts: Sequence[UploadPart],
        who: str,
        replace: bool,
        when: Precondition = ALWAYS,
    ) -> Written:
        self._check(graph, when)
        created = graph is not None and not self.engine.contains_named_graph(ox.NamedNode(graph))
        documents = [to_ntriples(pack(p.body, p.media_type, p.base)) for p in parts]
        return Written(self._run(put_text(graph, documents, replace=replace)).version, created)

    async def delete(self, graph: Iri | None, who: str, when: Precondition = ALWAYS) -> Written:
        self._check(graph, when)
        return self._run(f"DROP SILENT GRAPH <{graph}>" if graph else "CLEAR DEFAULT")

    async def decide(self, decision: Decision, who: str) -> Written:
        raise refuse(400, "Bad request", "a plain dataset has no identity decisions", "raw")

    async def flag(self, flag: Flag, who: str) -> Written:
        raise refuse(400, "Bad request", "a plain dataset holds no claims", "raw")

    def _check(self, graph: Iri | None, when: Precondition) -> None:
        exists = graph is None or self.engine.contains_named_graph(ox.NamedNode(graph))
        if not when.holds([self.version], exists):
            raise refuse(412, "Precondition failed", "no", "precondition")

    def _run(self, text: str) -> Written:
        try:
            self.engine.update(text)
        except SyntaxError as error:
            raise QuerySyntax(str(error.msg)) from None
        except (RuntimeError, ValueError) as error:
            raise QueryError(str(error)) from None
        self.number += 1
        return Written(self.version)


Serve = Callable[..., TestClient]


@pytest.fixture
def engine() -> InProcess:
    return InProcess()


@pytest.fixture
def serve(engine: InProcess) -> Iterator[Serve]:
    """Make clients of services with other settings."""
    opened: list[TestClient] = []

    def start(tokens: Tokens | None = None, writable: bool = True, **changes: Any) -> TestClient:
        settings = Settings(**{"raw": True, "access_log": "", **changes})
        app = create_app(
            engine, settings=settings, writer=engine if writable else None, tokens=tokens
        )
        client = TestClient(app, base_url="http://testserver", follow_redirects=False)
        opened.append(client)
        return client.__enter__()

    yield start
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def client(serve: Serve) -> TestClient:
    """A plain dataset open for writing, as `serve --raw --writable` on a loopback address."""
    return serve()


@pytest.fixture
def guarded(serve: Serve) -> TestClient:
    """The same behind a token."""
    return serve(tokens=load(SECRET, None))


@pytest.fixture
def load_triples(engine: InProcess) -> Callable[[str], None]:
    numbers = itertools.count()

    def run(text: str) -> None:
        next(numbers)
        engine.engine.update(f"INSERT DATA {{ {text} }}")
        engine.number += 1

    return run


@pytest.fixture(scope="session")
def api(shipped: Path) -> Iterator[TestClient]:
    """The service as it runs, with its workers, over the shipped data; for reading only."""
    patient = serving.settings(query_seconds=120.0)  # a busy machine is no fault of the service
    with serving.served(shipped, patient) as client:
        yield client


@pytest.fixture
def target(empty_store: Path, tmp_path: Path) -> Iterator[RecordTarget]:
    """A store to which records are written as the service does."""
    shutil.copytree(empty_store, tmp_path / "store")
    with EmbeddedStore.open_writer(tmp_path / "store") as store:
        yield RecordTarget(store, Limits(), lambda: "2026-11-22T12:00:00Z")
