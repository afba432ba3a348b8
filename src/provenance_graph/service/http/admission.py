"""Admission: places for each kind of work, given to clients in turn.

A kind of work (queries, REST, documents, uploads) has a number of places. A client that finds no
free place waits in a queue of its own, and the queues are served in turn, so that no client waits
behind a hundred requests of another. While a client waits, a client that holds more places than its
share loses its longest-running work (where the work can be stopped), which is answered 429. A full
queue, or one that does not advance in time, is answered 503.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

from provenance_graph.service.http.limits import Client, too_many
from provenance_graph.service.http.problems import refuse

MAKE_ROOM_AFTER = 0.25
"""Seconds that a client without a place waits before the client with most places loses one."""

CROWDED = 5.0
"""Seconds after such a stop during which no client may hold all places: other clients are likely
to return."""


@dataclass(frozen=True, slots=True)
class GateKind:
    """A kind of work: its places, a client's share of them, whether work can be stopped."""

    name: str
    places: int
    share: int
    stoppable: bool = False


class Permit:
    """A place, held until ``release``; ``with`` releases it unless ``goes_on`` was set.

    Where the work was stopped for other clients, ``with`` turns the cancellation into a refusal
    (429).
    """

    __slots__ = ("_gate", "_left", "client", "goes_on", "start", "stopped", "task")

    def __init__(self, gate: Gate, client: Client) -> None:
        self._gate, self.client, self.start = gate, client, gate.clock()
        self.task = asyncio.current_task()
        self.goes_on = self.stopped = self._left = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if not self.goes_on:
            self.release()
        if self.stopped and kind is asyncio.CancelledError:
            if self.task is not None:
                self.task.uncancel()
            too_many("others waited while you had more than your share of the workers", 2)

    @property
    def seconds(self) -> float:
        """Seconds for which the place has been held."""
        return self._gate.clock() - self.start

    def stop(self) -> None:
        """Cancel the task that holds the place."""
        if not self.stopped and self.task is not None:
            self.stopped = True
            self.task.cancel()

    def release(self) -> None:
        """Give the place to the next waiting request; further calls do nothing."""
        if not self._left:
            self._left = True
            self._gate.left(self)


class Gate:
    """The places of one kind of work, in one event loop."""

    def __init__(
        self,
        kind: GateKind,
        queue: int,
        seconds: float,
        clock: Callable[[], float],
        noted: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.kind, self.clock = kind, clock
        self._queue, self._seconds, self._noted = queue, seconds, noted
        self._permits: list[Permit] = []
        self._lines: OrderedDict[Client, deque[asyncio.Future[Permit]]] = OrderedDict()
        self.waiting = 0
        self._crowded_until = 0.0

    @property
    def busy(self) -> int:
        """Number of places in use."""
        return len(self._permits)

    def _of(self, client: Client) -> int:
        return sum(permit.client is client for permit in self._permits)

    def _free(self, client: Client) -> bool:
        share = self.kind.share
        if self.clock() < self._crowded_until:
            share = max(1, min(share, self.kind.places - 1))
        return len(self._permits) < self.kind.places and self._of(client) < share

    def enter(self, client: Client) -> Permit | None:
        """A permit if a place is free and no request waits; else None."""
        if self._lines or not self._free(client):
            return None
        permit = Permit(self, client)
        self._permits.append(permit)
        return permit

    async def acquire(self, client: Client) -> Permit:
        """A place, at once or in turn; raises RequestRefused with 429 or 503."""
        permit = self.enter(client)
        if permit is not None:
            return permit
        if self.waiting and (wait := client.seconds.wait(self.clock())):
            too_many("your requests used up their share of time while others wait", wait)
        self._make_space(client)
        loop = asyncio.get_running_loop()
        handed: asyncio.Future[Permit] = loop.create_future()
        self._lines.setdefault(client, deque()).append(handed)
        self.waiting += 1
        looks = loop.create_task(self._make_room_for(client)) if self.kind.stoppable else None
        self._serve()
        with ExitStack() as until_handed:
            until_handed.callback(self._give_up, client, handed)
            try:
                async with asyncio.timeout(self._seconds):
                    permit = await handed
            except TimeoutError:
                self._noted("queue-timeout")
                raise _full(f"no worker was free for {self._seconds:g} s") from None
            finally:
                if looks is not None:
                    looks.cancel()
            until_handed.pop_all()
        permit.task = asyncio.current_task()
        return permit

    def _give_up(self, client: Client, handed: asyncio.Future[Permit]) -> None:
        """Leave the queue, and release a place that was assigned too late."""
        if handed.done() and not handed.cancelled() and handed.exception() is None:
            handed.result().release()
        self._leave(client, handed)

    def _make_space(self, client: Client) -> None:
        """Make room in a full queue by refusing the last request of the longest one.

        Raises RequestRefused (503) where the longest queue is the client's own or hardly longer
        than it.
        """
        if self.waiting < self._queue:
            return
        longest = max(self._lines, key=lambda c: len(self._lines[c]))
        self._noted("queue-full")
        if longest is client or len(self._lines[longest]) <= len(self._lines.get(client, ())) + 1:
            raise _full(f"{self.waiting} requests are waiting")
        last = self._lines[longest][-1]
        self._leave(longest, last)
        last.set_exception(_full("others with fewer requests wait too"))

    def _leave(self, client: Client, handed: asyncio.Future[Permit]) -> None:
        line = self._lines.get(client)
        if line is not None and handed in line:
            line.remove(handed)
            self.waiting -= 1
            if not line:
                del self._lines[client]

    async def _make_room_for(self, client: Client) -> None:
        """Stop work of other clients every MAKE_ROOM_AFTER seconds, until a client has a turn."""
        while client in self._lines:
            await asyncio.sleep(MAKE_ROOM_AFTER)
            self._make_room(client)

    def _make_room(self, client: Client) -> None:
        """Stop the longest-running work of the client that holds most places.

        Nothing is stopped unless that client holds at least two places more than ``client``.
        """
        if client not in self._lines:
            return
        counts: dict[Client, int] = {}
        for permit in self._permits:
            counts[permit.client] = counts.get(permit.client, 0) + (not permit.stopped)
        greedy = max(counts, key=lambda c: counts[c], default=None)
        if greedy is None or greedy is client or counts[greedy] <= self._of(client) + 1:
            return
        permits = [p for p in self._permits if p.client is greedy and not p.stopped]
        oldest = min(permits, key=lambda permit: permit.start)
        if oldest.seconds >= MAKE_ROOM_AFTER:
            self._noted("stopped-for-others")
            self._crowded_until = self.clock() + CROWDED
            asyncio.get_running_loop().call_later(CROWDED, self._serve)
            oldest.stop()

    def left(self, permit: Permit) -> None:
        """Take back the place of a permit, and charge its client for the seconds."""
        self._permits.remove(permit)
        permit.client.seconds.take(permit.seconds, self.clock())
        self._serve()

    def _serve(self) -> None:
        """Assign free places to the waiting client that holds fewest; among equals, in turn."""
        while len(self._permits) < self.kind.places:
            ready = min(filter(self._free, self._lines), key=self._of, default=None)
            if ready is None:
                return
            line = self._lines[ready]
            handed = line.popleft()
            self.waiting -= 1
            self._lines.move_to_end(ready)
            if not line:
                del self._lines[ready]
            if handed.done():
                continue
            permit = Permit(self, ready)
            self._permits.append(permit)
            handed.set_result(permit)


def _full(why: str) -> Exception:
    """A refusal with 503 that asks the client to try again in two seconds."""
    return refuse(503, "Busy", f"{why}; try again in a moment", "busy", Retry_After="2")
