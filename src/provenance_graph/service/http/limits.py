"""Bounds on what a request may use, and fairness between clients."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NoReturn

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
    that refill within a minute; ``parallel`` requests may wait or run at once, and hold
    ``held_bytes`` of bodies and unread answers (``all_held_bytes`` for all clients). The
    share of time counts only while others wait: an idle service is for whoever comes.
    """

    seconds: float = 60.0
    errors: int = 3_000
    guesses: int = 10
    parallel: int = 128
    held_bytes: int = 256 << 20
    all_held_bytes: int = 1 << 30


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
    """What one client has used, and what of ours it holds until it has read it."""

    __slots__ = ("errors", "guesses", "held", "running", "seconds")

    def __init__(self, fairness: Fairness, now: float) -> None:
        self.seconds = Bucket(fairness.seconds, now)
        self.errors = Bucket(fairness.errors, now)
        self.guesses = Bucket(fairness.guesses, now)
        self.running = self.held = 0


_MAX_CLIENTS: Final = 10_000


def plain_address(stated: str) -> str:
    """An address as it is compared: without a port, and IPv4 also where it is written as IPv6.

    Some proxies report the port with the address; every connection has another one.

    >>> plain_address("203.0.113.7:4711"), plain_address("[2001:DB8::1]:443"), plain_address("local")
    ('203.0.113.7', '2001:db8::1', 'local')
    """
    text = stated.strip().strip('"')
    bracketed = text.startswith("[") and "]" in text
    if bracketed:
        text = text[1 : text.index("]")]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return stated
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def client_key(address: str) -> str:
    """Who counts as one client: an IPv4 address, or a /64 of IPv6, which is one household.

    ``address`` is a plain one.

    >>> client_key("2001:db8:1:2:3:4:5:6"), client_key("203.0.113.7"), client_key("local")
    ('2001:db8:1:2::', '203.0.113.7', 'local')
    """
    if ":" not in address:
        return address
    try:
        household = int(ipaddress.IPv6Address(address)) >> 64 << 64
    except ValueError:
        return address
    return str(ipaddress.IPv6Address(household))


class Clients:
    """The books on every client seen lately; the one idle longest is forgotten first.

    What clients hold is counted in bytes: bodies that have arrived and answers that are not
    read yet, each until it is gone.
    """

    def __init__(self, fairness: Fairness, clock: Callable[[], float]) -> None:
        self._fairness, self._clock = fairness, clock
        self._known: OrderedDict[str, Client] = OrderedDict()
        self.held = 0

    def find(self, name: str) -> Client:
        """The books on a client."""
        client = self._known.get(name)
        if client is None:
            client = self._known[name] = Client(self._fairness, self._clock())
            if len(self._known) > _MAX_CLIENTS:
                self._forget()
        else:
            self._known.move_to_end(name)
        return client

    def admit(self, name: str, known: Client | None = None) -> Client:
        """Let a client in, or refuse with 429 and the time after which to come back.

        ``known`` is the client where it has been found, its request counted as running.
        """
        client = known or self.find(name)
        if client.running > self._fairness.parallel:
            too_many(f"{client.running} of your requests are running", 1)
        if client.held > self._fairness.held_bytes:
            too_many(f"you have not read {client.held >> 20} MB of answers yet", 5)
        if self.held > self._fairness.all_held_bytes and client.held:
            raise refuse(
                503, "Busy", "too much is being sent and read at once", "busy", Retry_After="5"
            )
        if wait := client.errors.wait(self._clock()):
            too_many("too many of your requests were refused", wait)
        return client

    def hold(self, client: Client, size: int) -> None:
        """Count bytes that are held for a client; raises 429 or 503 where they are too many."""
        if size > 0 and client.held + size > 2 * self._fairness.held_bytes:
            too_many(f"your requests and answers hold {client.held >> 20} MB already", 5)
        if size > 0 and self.held + size > self._fairness.all_held_bytes:
            raise refuse(
                503, "Busy", "too much is being sent and read at once", "busy", Retry_After="5"
            )
        self.count(client, size)

    def count(self, client: Client, size: int) -> None:
        """Count bytes that are held for a client, or are not any more."""
        client.held += size
        self.held += size

    def guess(self, name: str) -> None:
        """Count a token that was wrong; past the allowance the answer is 429.

        A right token is never refused for another's guesses behind the same address.
        """
        client = self.find(name)
        now = self._clock()
        client.guesses.take(1, now)
        if wait := client.guesses.wait(now):
            too_many("too many tokens were wrong", wait)

    def failed(self, client: Client) -> None:
        """Book a request that was refused or failed."""
        client.errors.take(1, self._clock())

    def _forget(self) -> None:
        for address, client in self._known.items():
            if not client.running and not client.held:
                del self._known[address]
                return


def too_many(why: str, wait: int) -> NoReturn:
    """429: this client has had its share for now."""
    raise refuse(
        429,
        "Too many requests",
        f"{why}; try again in {wait} s",
        "too-many",
        Retry_After=str(wait),
    )
