"""One question to one worker: send it, read the answer block by block, judge how it ended."""

from __future__ import annotations

import asyncio
import select
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, NoReturn, Protocol, Self

from provenance_graph.core.errors import QueryError, QueryTimeout, StoreError
from provenance_graph.store.base import Answer, Limits
from provenance_graph.store.pool import frames
from provenance_graph.store.pool.spawner import Nursery, ended, revive

_READ = 1 << 18
_AHEAD = 1 << 22  # how much of an answer is read before its reader wants it
_SLOW_READER = 12  # how many times its time limit a query may be held by its reader


class Lost(Exception):
    """The worker went away before it said anything, through no fault of the query."""


class Pool(Protocol):
    """What a talk needs of its pool."""

    limits: Limits
    nursery: Nursery

    def release(self, worker: Worker, fit: bool) -> None:
        """Take a worker back, or replace it."""


class Worker:
    """Our end of a worker: its socket, what has arrived, and which loop listens to it."""

    __slots__ = ("_loop", "_waiter", "gone", "number", "poll", "reader", "ready", "sock", "version")

    def __init__(self, number: int, sock: socket.socket, version: str) -> None:
        sock.setblocking(False)
        self.number, self.sock, self.version = number, sock, version
        self.reader = frames.FrameReader()
        self.poll = select.poll()
        self.poll.register(sock, select.POLLIN)
        self.ready = self.gone = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiter: asyncio.Future[None] | None = None

    def receive(self) -> bool:
        """Take what has arrived; says whether anything may follow."""
        try:
            data = self.sock.recv(_READ)
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            data = b""
        if data:
            self.reader.feed(data)
        else:
            self.gone = True
        return not self.gone

    # ---- in an event loop: it listens all the time, so that a query costs no set-up -------

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let a loop listen."""
        if self._loop is not loop:
            self.detach()
            loop.add_reader(self.sock.fileno(), self._readable)
            self._loop = loop

    def detach(self) -> None:
        """Stop the loop from listening; from any thread."""
        loop, self._loop = self._loop, None
        if loop is None or loop.is_closed():
            return
        handle = self.sock.fileno()
        try:
            here = asyncio.get_running_loop() is loop
        except RuntimeError:
            here = False
        if here or not loop.is_running():
            loop.remove_reader(handle)
            return
        done = threading.Event()

        def stop() -> None:
            loop.remove_reader(handle)
            done.set()

        loop.call_soon_threadsafe(stop)
        done.wait(5)

    def _readable(self) -> None:
        if not self.receive() or self.reader.waiting > _AHEAD:
            self.detach()
        self._wake()

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def arrival(self, seconds: float) -> bool:
        """Wait until something arrives or the worker is gone; False when time is up."""
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


class _Talk:
    """What blocking and asynchronous answers share."""

    def __init__(self, pool: Pool, worker: Worker, limits: Limits, media_type: str) -> None:
        self._pool, self._worker, self._limits = pool, worker, limits
        self.media_type = media_type
        self.kind, self.rows = "", 0
        self.version = worker.version
        self.first = b""
        self.done = False
        self._left = limits.seconds
        self._hold_until = time.monotonic() + _SLOW_READER * limits.seconds

    def answer(self, body: bytes) -> Answer:
        """The whole answer, once it has been read."""
        return Answer(body, self.media_type, self.kind, self.rows, version=self.version)

    def _take(self, message: tuple[bytes, bytes]) -> bytes:
        """The data of a message; ends the talk at the last one."""
        kind, body = message
        worker = self._worker
        if kind == frames.DATA:
            return body
        if kind == frames.END:
            self.kind, self.rows, fit = frames.loads(body)
            self._finish(fit=fit)
        elif kind == frames.READY:
            worker.ready = True
        else:
            error = revive(body)
            if not worker.ready:  # it could not open the store, which may just have moved on
                self._finish(fit=False)
                raise Lost(str(error))
            self._finish(fit=isinstance(error, QueryError) and not worker.gone)
            raise error
        return b""

    def _finish(self, *, fit: bool) -> None:
        if not self.done:
            self.done = True
            self._pool.release(self._worker, fit)

    def _late(self) -> NoReturn:
        self._finish(fit=False)
        raise QueryTimeout(
            f"the query was stopped after {self._limits.seconds:g} s; "
            "narrow it, or ask for fewer rows with LIMIT"
        )

    def _held(self) -> None:
        if time.monotonic() > self._hold_until:
            self._finish(fit=False)
            raise QueryTimeout("the answer was not read fast enough; ask for less at a time")

    def _gone(self, said: bool) -> NoReturn:
        code = self._pool.nursery.status(self._worker.number)
        self._finish(fit=False)
        if code == -9 and not said:
            raise Lost
        raise ended(code, "the query", self._pool.limits.memory_bytes)


class AnswerBlocks(_Talk):
    """An answer in blocks, for a thread: iterate, then see ``kind`` and ``rows``."""

    def open(self, request: bytes) -> None:
        """Send the question and wait for the first block."""
        self._worker.detach()
        try:
            self._send(request)
            self.first = self._next(said=False)
        except (Lost, QueryError, StoreError):
            raise
        except BaseException:
            self._finish(fit=False)
            raise

    def _send(self, request: bytes) -> None:
        rest = memoryview(request)
        while rest:
            try:
                rest = rest[self._worker.sock.send(rest) :]
            except BlockingIOError:
                if not self._wait(select.POLLOUT):
                    self._late()
            except OSError:
                return  # it is gone, which reading will find

    def _wait(self, event: int) -> bool:
        poll = self._worker.poll
        poll.modify(self._worker.sock, event)
        started = time.monotonic()
        found = poll.poll(max(0, self._left) * 1000)
        self._left -= time.monotonic() - started
        return bool(found)

    def _next(self, *, said: bool) -> bytes:
        """The next data; empty only at the end."""
        worker = self._worker
        while not self.done:
            message = worker.reader.next()
            if message is not None:
                if data := self._take(message):
                    following = worker.reader.next()  # mostly the end, in the same piece
                    return data + self._take(following) if following else data
            elif worker.gone:
                self._gone(said)
            elif not self._wait(select.POLLIN):
                self._late()
            else:
                worker.receive()
        return b""

    def __iter__(self) -> Iterator[bytes]:
        """Each block; raises QueryError when the answer cannot be finished."""
        block = self.first
        while block:
            yield block
            if self.done:
                return
            self._held()
            block = self._next(said=True)

    def close(self) -> None:
        """End the query if it still runs."""
        self._finish(fit=False)


class AnswerStream(_Talk):
    """An answer in blocks, for an event loop: ``async for``, then ``kind`` and ``rows``."""

    async def open(self, request: bytes) -> None:
        """Send the question and wait for the first block."""
        try:
            await self._send(request)
            self.first = await self._next(said=False)
        except (Lost, QueryError, StoreError):
            raise
        except BaseException:
            self._finish(fit=False)
            raise

    async def _send(self, request: bytes) -> None:
        worker = self._worker
        try:
            sent = worker.sock.send(request)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # it is gone, which reading will find
        if sent < len(request):
            try:
                async with asyncio.timeout(self._left):
                    await asyncio.get_running_loop().sock_sendall(worker.sock, request[sent:])
            except TimeoutError:
                self._late()
            except OSError:
                return

    async def _next(self, *, said: bool) -> bytes:
        worker = self._worker
        while not self.done:
            message = worker.reader.next()
            if message is not None:
                if data := self._take(message):
                    following = worker.reader.next()
                    return data + self._take(following) if following else data
            elif worker.gone:
                self._gone(said)
            else:
                started = time.monotonic()
                if not await worker.arrival(self._left):
                    self._late()
                self._left -= time.monotonic() - started
        return b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Each block; raises QueryError when the answer cannot be finished."""
        block = self.first
        try:
            while block:
                yield block
                if self.done:
                    return
                self._held()
                block = await self._next(said=True)
        finally:
            self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: Any) -> None:
        self.close()

    def close(self) -> None:
        """End the query if it still runs."""
        self._finish(fit=False)
