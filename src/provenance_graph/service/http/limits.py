"""Bounds on what a request may use, and fairness between clients."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from provenance_graph.service.http.problems import refuse


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one request may send.

    ``body_bytes`` before and after decompression, ``body_seconds`` for the whole body.
    """

    body_bytes: int = 32 << 20
    body_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Fairness:
    """What one client may take over time.

    ``seconds`` of evaluation, ``errors`` and wrong tokens (``guesses``) are allowances
    that refill within a minute; ``parallel`` requests may wait or run at once. The share
    of time counts only while others wait: an idle service is for whoever comes.
    """

    seconds: float = 60.0
    errors: int = 3_000
    guesses: int = 10
    parallel: int = 128


class Bucket:
    """An allowance that refills over a minute."""

    __slots__ = ("_at", "_left", "_size")

    def __init__(self, size: float, now: float) -> None:
        self._size, self._left, self._at = size, size, now

    def left(self, now: float) -> float:
        """What is left of the allowance at a time."""
        self._left = min(self._size, self._left + (now - self._at) * self._size / 60)
        self._at = now
        return self._left

    def take(self, amount: float, now: float) -> None:
        """Take from the allowance; it may go below zero, which lengthens the wait."""
        self._left = max(self.left(now) - amount, -self._size)

    def wait(self, now: float) -> int:
        """Whole seconds until something is left again."""
        left = self.left(now)
        return 0 if left > 0 else 1 + int(-left * 60 / self._size)


class Client:
    """What one address has used."""

    __slots__ = ("errors", "guesses", "running", "seconds")

    def __init__(self, fairness: Fairness, now: float) -> None:
        self.seconds = Bucket(fairness.seconds, now)
        self.errors = Bucket(fairness.errors, now)
        self.guesses = Bucket(fairness.guesses, now)
        self.running = 0


_KEPT: Final = 10_000


class Clients:
    """The books on every client seen lately; the one idle longest is forgotten first."""

    def __init__(self, fairness: Fairness, clock: Callable[[], float]) -> None:
        self._fairness, self._clock = fairness, clock
        self._known: OrderedDict[str, Client] = OrderedDict()

    def admit(self, address: str, in_line: int = 0) -> Client:
        """Let a client in, or refuse with 429 and the time after which to come back.

        ``in_line`` is how many requests wait for a worker, this client's among them.
        """
        now = self._clock()
        client = self._known.get(address)
        if client is None:
            client = self._known[address] = Client(self._fairness, now)
            if len(self._known) > _KEPT:
                self._forget()
        else:
            self._known.move_to_end(address)
        if client.running >= self._fairness.parallel:
            _too_many(f"{client.running} of your requests are running", 1)
        if in_line > client.running and (wait := client.seconds.wait(now)):
            _too_many("your queries used up their share of time", wait)
        if wait := client.errors.wait(now):
            _too_many("too many of your requests were refused", wait)
        return client

    def guess(self, address: str) -> None:
        """Count a token that was wrong; past the allowance the answer is 429.

        A right token is never refused for another's guesses behind the same address.
        """
        client = self.admit(address)
        now = self._clock()
        client.guesses.take(1, now)
        if wait := client.guesses.wait(now):
            _too_many("too many tokens were wrong", wait)

    def charge(self, client: Client, seconds: float, failed: bool) -> None:
        """Book what a request used."""
        now = self._clock()
        client.seconds.take(seconds, now)
        if failed:
            client.errors.take(1, now)

    def _forget(self) -> None:
        for address, client in self._known.items():
            if not client.running:
                del self._known[address]
                return


def _too_many(why: str, wait: int) -> None:
    raise refuse(
        429,
        "Too many requests",
        f"{why}; come back in {wait} s",
        "too-many",
        Retry_After=str(wait),
    )
