"""Client of the writer in an HTTP process: sends a write and waits until it is published."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from provenance_graph.core import errors
from provenance_graph.core.errors import (
    ProvenanceError,
    QueryCrashed,
    QueryTimeout,
    QueryTooLarge,
    RequestRefused,
    StoreBusy,
    StoreError,
)
from provenance_graph.core.iris import Iri
from provenance_graph.service.backend import Decision, Flag, UploadPart, Written
from provenance_graph.service.http.cache import ALWAYS, Precondition
from provenance_graph.service.http.problems import HttpProblem, without_paths
from provenance_graph.service.processes import rpc
from provenance_graph.service.processes.board import ENDED, Board
from provenance_graph.store.pool.worker import OUT_OF_MEMORY
from provenance_graph.store.sparql.rewrite import UpdateRequest

_REHEARSALS: Final = 4
"""Number of times an update is evaluated, if its records change meanwhile."""
_QUICK: Final = 0.5
"""Seconds of evaluation below which an update may be carried out in the writer itself."""
_PATIENCE: Final = 30.0
_STARTS: Final = 5.0  # by then a restarted writer usually runs
_EXIT_REPORT_SECONDS: Final = 1.0  # wait for the supervisor to report its exit code


@dataclass(frozen=True, slots=True)
class WriterClient:
    """Sends writes to the writer and waits until they are published."""

    path: str
    seconds: float
    seen: Callable[[], object]
    """Called after each acknowledged write, so that the readers of this process use the new
    version."""
    read: Callable[[UploadPart], Awaitable[UploadPart]]
    """Converts a document from outside to N-Triples, in a confined process."""
    rehearse: Callable[[bytes], Awaitable[bytes]]
    """Evaluates an update on a client's records, in a confined process."""
    board: Board
    """The file with the writer's state."""
    turns: dict[str, asyncio.Lock] = field(default_factory=dict)
    """Locks by client: updates of one client that need evaluation run one after another."""

    def state(self) -> Mapping[str, object]:
        """Whether the writer can write, and if not, why; for /health."""
        result = self.board.read()
        reported: dict[str, object] = {"state": result.state, "restarts": result.restarts}
        if result.reason:
            reported["reason"] = without_paths(result.reason)
        return reported

    async def update(self, update: UpdateRequest, who: str, when: Precondition = ALWAYS) -> Written:
        """Run a SPARQL update.

        Evaluating its WHERE delays no other write: a confined process evaluates it on the client's
        records, and the writer stores the outcome if the records are unchanged. Raises StoreBusy
        where other writes of the client keep changing these records, or the writer is not running.
        """
        head: dict[str, object] = {
            "do": "update",
            "who": who,
            "when": asdict(when),
            **asdict(update),
            "text": "",
            "here": False,
        }
        head["graph"] = update.within
        text = update.text.encode("utf-8", "replace")
        answer, blobs = await self._answer(head, [text])
        if "digest" not in answer:
            return self._written(answer)
        turn = self.turns.setdefault(who, asyncio.Lock())
        waits = turn.locked()
        async with turn:
            if waits:
                answer, blobs = await self._answer(head, [text])
            for _ in range(_REHEARSALS):
                if "digest" not in answer:
                    return self._written(answer)
                started = time.monotonic()
                outcome = await self._rehearsed(blobs[0])
                # if the records changed meanwhile, the writer evaluates a quick update itself
                head["here"] = time.monotonic() - started < _QUICK
                settle = {**head, "do": "settle", "digest": answer["digest"]}
                answer, _ = await self._answer(settle, [outcome])
                if "changed" not in answer:
                    return self._written(answer)
                answer, blobs = await self._answer(head, [text])
        raise StoreBusy(
            "other writes of yours change the records that this update reads; send them one "
            "after another; nothing was changed"
        )

    async def _rehearsed(self, packed: bytes) -> bytes:
        try:
            return await self.rehearse(packed)
        except QueryTimeout as error:
            raise self._too_slow() from error
        except (QueryTooLarge, QueryCrashed) as error:
            raise _too_much_memory() from error

    async def put(
        self,
        graph: Iri | None,
        parts: list[UploadPart],
        who: str,
        replace: bool,
        when: Precondition = ALWAYS,
    ) -> Written:
        """Parse documents in confined processes; then add them to a graph or replace it."""
        parts = [await self.read(part) for part in parts]
        reported = [[part.media_type, part.base] for part in parts]
        head: dict[str, object] = {
            "do": "put",
            "graph": graph,
            "who": who,
            "replace": replace,
            "when": asdict(when),
            "parts": reported,
        }
        return await self._ask(head, [part.body for part in parts])

    async def delete(self, graph: Iri | None, who: str, when: Precondition = ALWAYS) -> Written:
        """Drop a graph."""
        head: dict[str, object] = {"do": "delete", "graph": graph, "who": who, "when": asdict(when)}
        return await self._ask(head, [])

    async def decide(self, decision: Decision, who: str) -> Written:
        """Store a person's decision on the identity of two names."""
        head: dict[str, object] = {
            "do": "decide",
            "who": who,
            "when": asdict(ALWAYS),
            **asdict(decision),
        }
        return await self._ask(head, [])

    async def flag(self, flag: Flag, who: str) -> Written:
        """Record that a claim or a record is wrong; the result's ``notes[0]`` is its record."""
        head: dict[str, object] = {"do": "flag", "who": who, "when": asdict(ALWAYS), **asdict(flag)}
        return await self._ask(head, [])

    async def _ask(self, head: dict[str, object], blobs: list[bytes]) -> Written:
        answer, _ = await self._answer(head, blobs)
        return self._written(answer)

    def _written(self, answer: Mapping[str, Any]) -> Written:
        self.seen()
        return Written(
            answer["version"], answer["created"], answer["quads"], tuple(answer["notes"])
        )

    async def _answer(
        self, head: dict[str, object], blobs: list[bytes]
    ) -> tuple[dict[str, Any], list[bytes]]:
        """The writer's answer and its byte strings; raises the error that the writer reports.

        Raises StoreBusy where the writer is not running or does not answer in time.
        """
        before = self.board.read()
        if before.state == ENDED and time.time() > before.since + _STARTS:
            raise StoreBusy(f"nothing can be written now: {before.reason}; it is being tried again")
        try:
            async with asyncio.timeout(self.seconds + _PATIENCE):
                answer, result = await rpc.ask(self.path, rpc.pack(head, blobs))
        except TimeoutError as error:
            raise StoreBusy("the write is still waiting for its turn; try again") from error
        except rpc.Hangup as error:
            raise await self._ended(before.restarts) from error
        if "error" in answer:
            raise _error(answer)
        return answer, result

    async def _ended(self, restarts: int) -> ProvenanceError:
        """The error for a writer that ended during a write, by its exit code."""
        until = time.monotonic() + _EXIT_REPORT_SECONDS
        while self.board.read().restarts == restarts and time.monotonic() < until:
            await asyncio.sleep(0.02)
        code = self.board.read().ended if self.board.read().restarts != restarts else None
        if code == -signal.SIGALRM:
            return self._too_slow()
        if code in (-signal.SIGABRT, -signal.SIGSEGV, OUT_OF_MEMORY):
            return _too_much_memory()
        return StoreBusy(
            "the writing process ended before it could acknowledge the write; look whether it "
            "was applied before you send it again"
        )

    def _too_slow(self) -> QueryTimeout:
        return QueryTimeout(f"the write was stopped after {self.seconds:g} s; nothing was changed")


def _too_much_memory() -> QueryTooLarge:
    return QueryTooLarge("the write needs more memory than it may use; nothing was changed")


def _error(answer: dict[str, Any]) -> ProvenanceError:
    """The exception that the writer reported, to be raised in this process."""
    if "problem" in answer:
        problem = answer["problem"]
        return RequestRefused(
            HttpProblem(problem["status"], problem["title"], answer["detail"], problem["kind"])
        )
    kind = getattr(errors, answer["error"], StoreError)
    made: ProvenanceError = kind.__new__(kind)
    Exception.__init__(made, answer["detail"])
    return made
