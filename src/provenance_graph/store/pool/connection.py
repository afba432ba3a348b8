"""The connection to one worker: send a query, read the answer in blocks, interpret its end.

All code runs in the one event loop of a pool; ``pool`` hands calls of other threads over.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator
from typing import Any, NoReturn, Protocol, Self

from anyio import to_thread

from provenance_graph.core.errors import QueryTimeout
from provenance_graph.store.base import Answer, Limits
from provenance_graph.store.pool import frames
from provenance_graph.store.pool.fork_server import NOT_STARTED
from provenance_graph.store.pool.spawner import Spawner, ended, revive

_READ = 1 << 18
_AHEAD = 1 << 22  # bytes of an answer that are read ahead of its reader
_SLOW_READER = 12  # a reader may hold a query for this many times its time limit


class WorkerGone(Exception):
    """The worker ended before it answered anything, through no fault of the query.

    Its cause is a StoreError where the worker could not open the published state. ``unread``: the
    worker was killed before it could read a query.
    """

    def __init__(self, message: str, *, unread: bool = False) -> None:
        super().__init__(message)
        self.unread = unread


class Pool(Protocol):
    """The interface of a pool that an answer uses."""

    limits: Limits
    spawner: Spawner

    def release(self, worker: WorkerConnection, reusable: bool) -> None:
        """Take a worker back, or replace it if it is not reusable."""


class WorkerConnection:
    """The pool's end of the socket to a worker, with received data and the listening event loop.

    The loop listens all the time, so that a query needs no set-up.
    """

    __slots__ = ("_loop", "_waiter", "gone", "number", "reader", "ready", "sock", "version")

    def __init__(self, number: int, sock: socket.socket, version: str) -> None:
        sock.setblocking(False)
        self.number, self.sock, self.version = number, sock, version
        self.reader = frames.FrameReader()
        self.ready = self.gone = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiter: asyncio.Future[None] | None = None

    def receive(self) -> None:
        """Read the data that has arrived; at the end of the stream set ``gone``."""
        try:
            data = self.sock.recv(_READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if data:
            self.reader.feed(data)
        else:
            self.gone = True

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let an event loop listen; a loop that listened before has ended."""
        if self._loop is not loop:
            self.detach()
            loop.add_reader(self.sock.fileno(), self._readable)
            self._loop = loop

    def detach(self) -> None:
        """Stop the loop from listening."""
        loop, self._loop = self._loop, None
        if loop is not None and not loop.is_closed():
            loop.remove_reader(self.sock.fileno())

    def close(self) -> None:
        """Close the socket, which ends an idle worker."""
        self.detach()
        self.sock.close()

    def _readable(self) -> None:
        self.receive()
        if self.gone or self.reader.waiting > _AHEAD:
            self.detach()
        self._wake()

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def arrival(self, seconds: float) -> bool:
        """Wait until data arrives or the worker ends; False after ``seconds``."""
        loop = asyncio.get_running_loop()
        self.attach(loop)
        self._waiter = loop.create_future()
        timer = loop.call_later(seconds, self._wake)
        before = self.reader.waiting
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None
        return self.gone or self.reader.waiting > before


class AnswerStream:
    """An answer in blocks for ``async for``; ``kind`` and ``rows`` are known afterwards."""

    def __init__(
        self, pool: Pool, worker: WorkerConnection, limits: Limits, media_type: str
    ) -> None:
        self._pool, self._worker, self._limits = pool, worker, limits
        self.media_type = media_type
        self.kind, self.rows = "", 0
        self.version = worker.version
        self.first = b""
        self.done = False
        self._left = limits.seconds
        self._hold_until = time.monotonic() + _SLOW_READER * limits.seconds

    def answer(self, body: bytes) -> Answer:
        """The whole answer, whose joined blocks are ``body``."""
        return Answer(body, self.media_type, self.kind, self.rows, version=self.version)

    async def open(self, request: bytes) -> None:
        """Send the query and wait for the first block; raises WorkerGone or QueryError."""
        try:
            await self._send(request)
            self.first = await self._next(ready=False)
        except asyncio.CancelledError:  # the client has left
            self._finish(reusable=False)
            raise

    async def _send(self, request: bytes) -> None:
        worker = self._worker
        try:
            sent = worker.sock.send(request)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # the worker has ended; reading reports it
        if sent < len(request):
            try:
                async with asyncio.timeout(self._left):
                    await asyncio.get_running_loop().sock_sendall(worker.sock, request[sent:])
            except TimeoutError:
                self._late()
            except OSError:
                return

    async def _next(self, *, ready: bool) -> bytes:
        """The next data of the answer; empty only at its end."""
        worker = self._worker
        while not self.done:
            message = worker.reader.next()
            if message is not None:
                if data := self._take(message):
                    following = worker.reader.next()  # usually the END message, received together
                    return data + self._take(following) if following else data
            elif worker.gone:
                await self._gone(ready)
            else:
                started = time.monotonic()
                if not await worker.arrival(self._left):
                    self._late()
                self._left -= time.monotonic() - started
        return b""

    def _take(self, message: tuple[bytes, bytes]) -> bytes:
        """The data of a message; an END or ERROR message finishes the answer."""
        kind, body = message
        worker = self._worker
        if kind == frames.DATA:
            return body
        if kind == frames.END:
            self.kind, self.rows, reusable = frames.loads(body)
            self._finish(reusable=reusable)
        elif kind == frames.READY:
            worker.ready = True
        else:
            error = revive(body)
            if not worker.ready:  # it could not open the store, which may just have been replaced
                self._finish(reusable=False)
                raise WorkerGone(str(error)) from error
            self._finish(reusable=frames.loads(body)[-1] is True and not worker.gone)
            raise error
        return b""

    def _finish(self, *, reusable: bool) -> None:
        if not self.done:
            self.done = True
            self._pool.release(self._worker, reusable)

    def _late(self) -> NoReturn:
        self._finish(reusable=False)
        raise QueryTimeout(
            f"the query was stopped after {self._limits.seconds:g} s; "
            "narrow it, or ask for fewer rows with LIMIT"
        )

    def _check_reading(self) -> None:
        if time.monotonic() > self._hold_until:
            self._finish(reusable=False)
            raise QueryTimeout("the answer was not read fast enough; ask for less at a time")

    async def _gone(self, stated: bool) -> NoReturn:
        # Freeing its memory may take a while, which must not block the event loop.
        try:
            code = await to_thread.run_sync(self._pool.spawner.status, self._worker.number)
        finally:  # also where no thread can be started
            self._finish(reusable=False)
        if code in (-signal.SIGKILL, NOT_STARTED) and not stated:
            unread = code == -signal.SIGKILL and not self._worker.ready
            raise WorkerGone(f"a process ended with {code}", unread=unread)
        raise ended(code, "the query", self._pool.limits.memory_bytes)

    async def following(self) -> bytes:
        """The next block; empty at the end. Raises QueryError when the answer breaks off."""
        if self.done:
            return b""
        self._check_reading()
        return await self._next(ready=True)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield each block; raises QueryError when the answer breaks off."""
        block = self.first
        try:
            while block:
                yield block
                block = await self.following()
        finally:
            self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: Any) -> None:
        self.close()

    def close(self) -> None:
        """Stop the query if it is still running."""
        self._finish(reusable=False)
