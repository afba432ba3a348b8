"""The writer: a process of its own that owns the store's directory.

HTTP processes send it writes; it applies one after another, publishes each, and only then
answers. It may be killed at any moment: what was acknowledged stays, what was not is
either whole or absent, and its successor goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from provenance_graph.core import errors
from provenance_graph.core.errors import (
    ProvenanceError,
    QueryCrashed,
    QueryTimeout,
    RequestRefused,
    StoreError,
)
from provenance_graph.core.iris import Iri
from provenance_graph.service.backend import Part, Written
from provenance_graph.service.http.cache import ALWAYS, Precondition
from provenance_graph.service.http.problems import HttpProblem, refuse
from provenance_graph.service.processes import wire
from provenance_graph.store.pool.sandbox import confine_writer
from provenance_graph.store.sparql.rewrite import UpdateRequest

_PATIENCE: Final = 30.0
_GRACE: Final = 2.0


class Target(Protocol):
    """What a writer does with its requests: a plain dataset, or records."""

    def update(self, update: UpdateRequest, who: str) -> Written:
        """Run a SPARQL update."""

    def state(self, graph: Iri | None) -> tuple[str, bool]:
        """The store's version, and whether a graph exists."""

    def put(self, graph: Iri | None, parts: Sequence[Part], who: str, replace: bool) -> Written:
        """Put documents into a graph."""

    def delete(self, graph: Iri | None, who: str) -> Written:
        """Drop a graph."""


@dataclass(frozen=True, slots=True)
class WriterClient:
    """The HTTP process's side: it sends a write and waits until it is published."""

    path: str
    seconds: float
    seen: Callable[[], object]
    """Called after each acknowledged write, so that this process's readers move on."""
    read: Callable[[Part], Awaitable[Part]]
    """Turns a document from outside into N-Triples, in a confined process."""

    async def update(self, update: UpdateRequest, who: str, when: Precondition = ALWAYS) -> Written:
        """Run a SPARQL update."""
        head: dict[str, object] = {
            "do": "update",
            "who": who,
            "when": asdict(when),
            **asdict(update),
            "text": "",
        }
        head["graph"] = update.within
        return await self._ask(head, [update.text.encode("utf-8", "replace")])

    async def put(
        self,
        graph: Iri | None,
        parts: list[Part],
        who: str,
        replace: bool,
        when: Precondition = ALWAYS,
    ) -> Written:
        """Put documents into a graph."""
        parts = [await self.read(part) for part in parts]
        told = [[part.media_type, part.base] for part in parts]
        head: dict[str, object] = {
            "do": "put",
            "graph": graph,
            "who": who,
            "replace": replace,
            "when": asdict(when),
            "parts": told,
        }
        return await self._ask(head, [part.body for part in parts])

    async def delete(self, graph: Iri | None, who: str, when: Precondition = ALWAYS) -> Written:
        """Drop a graph."""
        head: dict[str, object] = {"do": "delete", "graph": graph, "who": who, "when": asdict(when)}
        return await self._ask(head, [])

    async def _ask(self, head: dict[str, object], blobs: list[bytes]) -> Written:
        start = time.monotonic()
        try:
            async with asyncio.timeout(self.seconds + _PATIENCE):
                answer = await wire.ask(self.path, wire.pack(head, blobs))
        except TimeoutError as error:
            raise QueryTimeout("the write is still waiting for its turn; try again") from error
        except wire.Hangup as error:
            if time.monotonic() - start >= self.seconds:
                raise QueryTimeout(
                    f"the write was stopped after {self.seconds:g} s; nothing was changed"
                ) from error
            raise QueryCrashed(
                "the writing process died before it could acknowledge the write (of memory or "
                "nesting, or stopped from outside); look whether it was applied before you "
                "send it again"
            ) from error
        if "error" in answer:
            raise _error(answer)
        self.seen()
        return Written(
            answer["version"], answer["created"], answer["quads"], tuple(answer["notes"])
        )


def _error(answer: dict[str, Any]) -> ProvenanceError:
    """The writer's exception, raised again here."""
    if "problem" in answer:
        problem = answer["problem"]
        return RequestRefused(
            HttpProblem(problem["status"], problem["title"], answer["detail"], problem["kind"])
        )
    kind = getattr(errors, answer["error"], StoreError)
    made: ProvenanceError = kind.__new__(kind)
    Exception.__init__(made, answer["detail"])
    return made


def run_writer(
    listener: socket.socket,
    open_target: Callable[[], Target],
    seconds: float,
    memory_bytes: int,
    root: Path,
) -> None:
    """Serve writes until told to stop; an alarm ends a write that takes too long."""
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The default action of an alarm ends the process, whatever native code it is in.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    target = _open(open_target)
    confine_writer(memory_bytes, root)
    while not stopping:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(wire.Hangup, OSError):
            connection.settimeout(_PATIENCE)
            head, blobs = wire.receive(connection)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
            signal.setitimer(signal.ITIMER_REAL, seconds)
            try:
                answer = _carry_out(target, head, blobs)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            connection.sendall(wire.pack(answer))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _open(open_target: Callable[[], Target]) -> Target:
    """Open the store; a predecessor that was killed may hold its lock for a moment."""
    until = time.monotonic() + _GRACE
    while True:
        try:
            return open_target()
        except errors.StoreBusy:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def _carry_out(target: Target, head: dict[str, Any], blobs: list[bytes]) -> dict[str, object]:
    try:
        graph = Iri(head["graph"]) if head.get("graph") else None
        when = Precondition(**head["when"])
        if when != ALWAYS and not when.holds(*target.state(graph)):
            detail = "the graph is not in the state that If-Match or If-None-Match names"
            raise refuse(412, "Precondition failed", detail, "precondition")
        if head["do"] == "update":
            done = target.update(_update(head, blobs[0].decode("utf-8")), head["who"])
        elif head["do"] == "put":
            pairs = zip(head["parts"], blobs, strict=True)
            parts = [Part(body, kind, base) for (kind, base), body in pairs]
            done = target.put(graph, parts, head["who"], head["replace"])
        else:
            done = target.delete(graph, head["who"])
    except RequestRefused as error:
        problem = error.problem
        assert isinstance(problem, HttpProblem)
        told = {"status": problem.status, "title": problem.title, "kind": problem.kind}
        return {"error": "RequestRefused", "detail": problem.detail, "problem": told}
    except ProvenanceError as error:
        return {"error": type(error).__name__, "detail": str(error)}
    except OSError as error:
        return {"error": "StoreError", "detail": f"the store cannot be written: {error.strerror}"}
    except Exception as error:  # noqa: BLE001 - a bug must be told, not taken for a crash
        sys.stderr.write(f"provenance-graph: the writer failed: {error!r}\n")
        return {"error": "ProvenanceError", "detail": "an error on our side; nothing was changed"}
    return {
        "version": done.version,
        "created": done.created,
        "quads": done.quads,
        "notes": list(done.notes),
    }


def _update(head: dict[str, Any], text: str) -> UpdateRequest:
    return UpdateRequest(
        text,
        head["base"],
        tuple(map(Iri, head["default_graphs"])),
        tuple(map(Iri, head["named_graphs"])),
        Iri(head["within"]) if head["within"] else None,
    )


def socket_path(folder: Path) -> tuple[str, socket.socket]:
    """A listening unix socket that outlives the writer, so that a restart loses no caller."""
    path = str(folder / "writer")
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(path)
    made.listen(128)
    made.set_inheritable(True)
    return path, made
