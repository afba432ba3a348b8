"""The writer: a separate process that alone writes the store's directory.

HTTP processes send it writes. It applies them one after another, publishes them, and only then
answers. It may be killed at any moment: an acknowledged write stays, any other is either whole or
absent, and the next writer continues.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

from provenance_graph.core import errors
from provenance_graph.core.errors import FAILURES, ProvenanceError, RequestRefused
from provenance_graph.core.iris import Iri
from provenance_graph.service.backend import Decision, Flag, PutRequest, UploadPart, Written
from provenance_graph.service.http.cache import ALWAYS, Precondition
from provenance_graph.service.http.problems import HttpProblem, refuse
from provenance_graph.service.processes import rpc
from provenance_graph.service.processes.board import CLOSED, DEGRADED, READY, Board
from provenance_graph.store.pool.sandbox import confine_writer
from provenance_graph.store.sparql.rewrite import UpdateRequest
from provenance_graph.store.staging import Outcome, Rehearsal

GROUP_SECONDS: Final = 0.2
"""Longest time, in seconds, for which writes are collected before they are published together."""
QUIET: Final = 0.03
"""Seconds without another write after which a group is closed."""
_GROUP: Final = 256
_PATIENCE: Final = 30.0
_GRACE: Final = 2.0
_TICK: Final = 2.0

_SMALL: Final = 1 << 16
"""Bytes of documents up to which a write is carried out together with others."""
_TOGETHER: Final = 1 << 18
"""Bytes of documents that are carried out together at most."""

_Answer: TypeAlias = tuple[dict[str, object], Sequence[bytes]]
_Request: TypeAlias = tuple[socket.socket, dict[str, Any], list[bytes]]


class WriteTarget(Protocol):
    """The target of writes: a plain dataset, or records."""

    def group(self) -> AbstractContextManager[None]:
        """A context whose writes are published together at its end; raises StoreError otherwise."""

    def probe(self) -> None:
        """Raise StoreError or OSError while the store cannot be written."""

    def update(self, update: UpdateRequest, who: str, /) -> Written:
        """Run a SPARQL update, in this process."""

    def rehearsal(self, update: UpdateRequest, who: str) -> Rehearsal | None:
        """The input for evaluating an update in another process; None where none is needed."""

    def settle(
        self, outcome: Outcome, digest: str, who: str, within: Iri | None = None
    ) -> Written | None:
        """Write the outcome of an evaluated update; None where the records have changed since."""

    def state(self, graph: Iri | None, who: str) -> tuple[Collection[str], bool]:
        """The latest versions that a reader may hold, and whether a graph exists.

        Raises RequestRefused for a graph that the client may not write.
        """

    def put(
        self, graph: Iri | None, parts: Sequence[UploadPart], who: str, replace: bool
    ) -> Written:
        """Add documents to a graph, or replace its content by them."""

    def put_all(self, writes: Sequence[PutRequest]) -> list[Written | Exception]:
        """Put documents into graphs; returns, for each write, the result or the exception."""

    def delete(self, graph: Iri | None, who: str) -> Written:
        """Drop a graph."""

    def decide(self, decision: Decision, who: str) -> Written:
        """Store a person's decision on the identity of two names."""

    def flag(self, flag: Flag, who: str) -> Written:
        """Record that a claim or a record is wrong; ``notes[0]`` of the result is its record."""


def run_writer(
    listener: socket.socket,
    open_target: Callable[[], WriteTarget],
    seconds: float,
    memory_bytes: int,
    root: Path,
    board: Board,
    group_seconds: float = GROUP_SECONDS,
) -> None:
    """Serve writes until a signal; an alarm kills the process in a write over ``seconds``."""

    def stop(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The default action of an alarm ends the process, whatever native code it is in.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    writing = Writing(open_target, seconds, board)
    writing.target()
    confine_writer(memory_bytes, [root, board.folder])
    while True:
        arrived = _next(listener)
        if arrived is None:
            writing.recover()
            continue
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        writing.serve(gathered(listener, *arrived, group_seconds, writing.writers))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _next(listener: socket.socket) -> tuple[socket.socket, bool] | None:
    """The next connection, and whether it was already waiting; None after _TICK idle seconds."""
    for seconds in (0.0, _TICK):
        listener.settimeout(seconds)
        with contextlib.suppress(BlockingIOError, TimeoutError):
            return listener.accept()[0], not seconds
    return None


def gathered(
    listener: socket.socket, first: socket.socket, waited: bool, seconds: float, before: int
) -> Iterator[socket.socket]:
    """Yield connections whose writes are published together: the waiting, and those soon after.

    A client that sends writes one after another was answered with the group ``before`` and is
    expected again, beside the connections that waited meanwhile. No more writes than these are
    waited for, and a client that writes alone is never delayed. ``seconds`` limits the wait.
    """
    until = time.monotonic() + seconds
    there = [first, *_waiting(listener)]
    yield from there
    number, expected = len(there), before + (len(there) if waited else 0)
    while number < _GROUP:
        left = until - time.monotonic()
        listener.settimeout(min(left, QUIET) if number < expected and left > 0 else 0.0)
        try:
            yield listener.accept()[0]
        except (BlockingIOError, TimeoutError):
            return
        number += 1


def _waiting(listener: socket.socket) -> list[socket.socket]:
    """The connections that wait now."""
    results: list[socket.socket] = []
    listener.settimeout(0.0)
    with contextlib.suppress(BlockingIOError):
        while len(results) < _GROUP:
            results.append(listener.accept()[0])
    return results


class Writing:
    """Carries out writes on a target, reopens it after a failure, and reports its state."""

    def __init__(
        self, open_target: Callable[[], WriteTarget], seconds: float, board: Board
    ) -> None:
        self._open, self._seconds, self._board = open_target, seconds, board
        self._target: WriteTarget | None = None
        self._failure = ""
        self._healthy = True
        self.writers = 1
        """Number of writes in the last group."""

    def target(self) -> WriteTarget | None:
        """The target, opened if possible, else None; waits shortly for a previous writer's lock."""
        until = time.monotonic() + (_GRACE if not self._failure else 0.0)
        while self._target is None:
            try:
                self._target = self._open()
                self._board.tell(READY)
            except errors.StoreBusy as error:
                if time.monotonic() > until:
                    self._failure = str(error)
                    break
                time.sleep(0.02)
            except (ProvenanceError, OSError) as error:
                self._failure = str(error)
                break
        if self._target is None:
            self._board.tell(CLOSED, self._failure)
        return self._target

    def recover(self) -> None:
        """While no write is under way, check whether the cause of an earlier failure is gone."""
        if self._target is None:
            self.target()
        elif not self._healthy:
            try:
                self._target.probe()
            except (ProvenanceError, OSError):
                return
            self._healthy = True
            self._board.tell(READY)

    def serve(self, connections: Iterable[socket.socket]) -> None:
        """Carry out writes, publish them together, and only then answer."""
        answers: list[tuple[socket.socket, _Answer]] = []
        failed = ""
        target = self.target()
        requests = [one for connection in connections if (one := self._received(connection))]
        try:
            with target.group() if target is not None else contextlib.nullcontext():
                for several in _runs(requests):
                    signal.setitimer(signal.ITIMER_REAL, self._seconds)
                    results = self._answered(target, [(head, blobs) for _, head, blobs in several])
                    answers += zip([one[0] for one in several], results, strict=True)
        except (ProvenanceError, OSError) as error:
            failed = f"the store cannot be written: {error}"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self.writers = len(answers)
        for connection, (answer, blobs) in answers:
            if failed and "error" not in answer:
                answer = {"error": "StoreError", "detail": f"{failed}; nothing was changed"}
            with connection, contextlib.suppress(OSError):
                connection.sendall(rpc.pack(answer, blobs))
            if answer.get("error") == "StoreError" and not failed:
                failed = str(answer["detail"])
        if target is not None and answers:
            self._healthy = not failed
            self._board.tell(DEGRADED if failed else READY, failed)

    def _received(self, connection: socket.socket) -> _Request | None:
        """A request with its connection; None when the client has gone."""
        connection.settimeout(_PATIENCE)
        try:
            return connection, *rpc.receive(connection)
        except (rpc.Hangup, OSError):
            connection.close()
            return None

    def _answered(
        self, target: WriteTarget | None, requests: Sequence[tuple[dict[str, Any], list[bytes]]]
    ) -> list[_Answer]:
        """Carry out one write, or several small ones together; returns the answers in order."""
        if target is None:
            detail = f"nothing can be written: {self._failure}"
            return [({"error": "StoreBusy", "detail": detail}, ())] * len(requests)
        if len(requests) == 1:
            return [carry_out(target, *requests[0])]
        results = target.put_all([_put(head, blobs) for head, blobs in requests])
        return [
            _reported(one) if isinstance(one, Exception) else (_acknowledged(one), ())
            for one in results
        ]


def _runs(requests: Iterable[_Request]) -> Iterator[list[_Request]]:
    """Yield the writes in order, in lists: small documents to put together, all others alone."""
    together: list[_Request] = []
    total = 0
    for request in requests:
        _, head, blobs = request
        size = sum(map(len, blobs))
        small = head["do"] == "put" and size <= _SMALL and Precondition(**head["when"]) == ALWAYS
        if together and (not small or total + size > _TOGETHER):
            yield together
            together, total = [], 0
        if small:
            together.append(request)
            total += size
        else:
            yield [request]
    if together:
        yield together


def carry_out(target: WriteTarget, head: dict[str, Any], blobs: list[bytes]) -> _Answer:
    """Carry out one write; an error becomes its answer and is not raised."""
    try:
        return _carried_out(target, head, blobs)
    except FAILURES as error:
        return _reported(error)


def _reported(error: Exception) -> _Answer:
    """The answer to a write that failed."""
    if isinstance(error, RequestRefused):
        problem = error.problem
        assert isinstance(problem, HttpProblem)
        reported = {"status": problem.status, "title": problem.title, "kind": problem.kind}
        return {"error": "RequestRefused", "detail": problem.detail, "problem": reported}, ()
    if isinstance(error, ProvenanceError):
        return {"error": type(error).__name__, "detail": str(error)}, ()
    if isinstance(error, OSError):
        detail = f"the store cannot be written: {error.strerror}"
        return {"error": "StoreError", "detail": detail}, ()
        # A bug: the commit was rolled back, and the next request can be carried out.
    sys.stderr.write(f"provenance-graph: the writer failed: {error!r}\n")
    return {"error": "ProvenanceError", "detail": "an error on our side; nothing was changed"}, ()


def _carried_out(target: WriteTarget, head: dict[str, Any], blobs: list[bytes]) -> _Answer:
    who = head["who"]
    graph = Iri(head["graph"]) if head.get("graph") else None
    when = Precondition(**head["when"])
    if when != ALWAYS and not when.holds(*target.state(graph, who)):
        detail = "the graph is not in the state that If-Match or If-None-Match names"
        raise refuse(412, "Precondition failed", detail, "precondition")
    done: Written | None
    if head["do"] == "update":
        text = _update(head, blobs[0].decode("utf-8"))
        if not head["here"] and (rehearsal := target.rehearsal(text, who)) is not None:
            return {"digest": rehearsal.digest}, (rehearsal.pack(),)
        done = target.update(text, who)
    elif head["do"] == "settle":
        within = Iri(head["within"]) if head["within"] else None
        done = target.settle(Outcome.unpack(blobs[0]), head["digest"], who, within)
        if done is None:
            return {"changed": True}, ()
    elif head["do"] == "put":
        request = _put(head, blobs)
        done = target.put(request.graph, request.parts, who, request.replace)
    elif head["do"] == "decide":
        names = Iri(head["name"]), Iri(head["may_be"])
        decision = Decision(*names, head["decision"], head["reason"], head["sees_private"])
        done = target.decide(decision, who)
    elif head["do"] == "flag":
        done = target.flag(Flag(Iri(head["claim"]), head["reason"]), who)
    else:
        done = target.delete(graph, who)
    return _acknowledged(done), ()


def _acknowledged(done: Written) -> dict[str, object]:
    return {
        "version": done.version,
        "created": done.created,
        "quads": done.quads,
        "notes": list(done.notes),
    }


def _put(head: dict[str, Any], blobs: list[bytes]) -> PutRequest:
    pairs = zip(head["parts"], blobs, strict=True)
    return PutRequest(
        Iri(head["graph"]) if head["graph"] else None,
        [UploadPart(body, kind, base) for (kind, base), body in pairs],
        head["who"],
        head["replace"],
    )


def _update(head: dict[str, Any], text: str) -> UpdateRequest:
    return UpdateRequest(
        text,
        head["base"],
        tuple(map(Iri, head["default_graphs"])),
        tuple(map(Iri, head["named_graphs"])),
        Iri(head["within"]) if head["within"] else None,
    )
