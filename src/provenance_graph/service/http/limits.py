"""Limits on the resources of one request, and fairness between clients."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NoReturn

from provenance_graph.service.http.problems import refuse


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits on what one request may send.

    ``body_bytes`` applies before and after decompression, ``body_seconds`` to the whole body.
    """

    body_bytes: int = 32 << 20
    body_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Fairness:
    """Limits on what one client may use over time.

    ``seconds`` of evaluation, ``errors`` and wrong tokens (``guesses``) are allowances that refill
    within a minute. ``parallel`` requests may wait or run at once. ``held_bytes`` limits the bodies
    and unread answers of a client, ``all_held_bytes`` those of all clients. The allowance of time
    counts only while other requests wait: an idle service limits nobody.
    """

    seconds: float = 60.0
    errors: int = 3_000
    guesses: int = 10
    parallel: int = 128
    held_bytes: int = 256 << 20
    all_held_bytes: int = 1 << 30


class Bucket:
    """An allowance that refills within a minute (token bucket)."""

    __slots__ = ("_at", "_left", "_size")

    def __init__(self, size: float, now: float) -> None:
        self._size, self._left, self._at = size, size, now

    def left(self, now: float) -> float:
        """The amount left at the time ``now``, in seconds of a monotonic clock."""
        self._left = min(self._size, self._left + (now - self._at) * self._size / 60)
        self._at = now
        return self._left

    def take(self, amount: float, now: float) -> None:
        """Take an amount; the rest may become negative, which lengthens the wait."""
        self._left = max(self.left(now) - amount, -self._size)

    def wait(self, now: float) -> int:
        """Whole seconds until an amount is left again; 0 where one is left now."""
        left = self.left(now)
        return 0 if left > 0 else 1 + int(-left * 60 / self._size)


class Client:
    """The use by one client: allowances, running requests, and bytes that it has not read."""

    __slots__ = ("errors", "guesses", "held", "running", "seconds")

    def __init__(self, fairness: Fairness, now: float) -> None:
        self.seconds = Bucket(fairness.seconds, now)
        self.errors = Bucket(fairness.errors, now)
        self.guesses = Bucket(fairness.guesses, now)
        self.running = self.held = 0


_MAX_CLIENTS: Final = 10_000


def plain_address(stated: str) -> str:
    """An address in comparable form: without port, and IPv4 also where it is written as IPv6.

    Some proxies report the port with the address; it differs for each connection.

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
    """The key of a client: its IPv4 address, or the /64 of its IPv6 address (one household).

    ``address`` is the result of ``plain_address``.

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
    """The use by every client seen lately; the client idle longest is forgotten first.

    Held bytes are request bodies that have arrived and answers that are not read yet; each counts
    until it is released.
    """

    def __init__(self, fairness: Fairness, clock: Callable[[], float]) -> None:
        self._fairness, self._clock = fairness, clock
        self._known: OrderedDict[str, Client] = OrderedDict()
        self.held = 0

    def find(self, name: str) -> Client:
        """The use by a client; a new one is created."""
        client = self._known.get(name)
        if client is None:
            client = self._known[name] = Client(self._fairness, self._clock())
            if len(self._known) > _MAX_CLIENTS:
                self._forget()
        else:
            self._known.move_to_end(name)
        return client

    def admit(self, name: str, known: Client | None = None) -> Client:
        """The client if it is admitted; raises RequestRefused (429 or 503) with a time to retry.

        ``known`` is the client where it has been found already, with this request counted as
        running.
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
        """Count bytes that are held for a client; raises RequestRefused (429, 503) for too many."""
        if size > 0 and client.held + size > 2 * self._fairness.held_bytes:
            too_many(f"your requests and answers hold {client.held >> 20} MB already", 5)
        if size > 0 and self.held + size > self._fairness.all_held_bytes:
            raise refuse(
                503, "Busy", "too much is being sent and read at once", "busy", Retry_After="5"
            )
        self.count(client, size)

    def count(self, client: Client, size: int) -> None:
        """Add held bytes of a client; a negative ``size`` subtracts."""
        client.held += size
        self.held += size

    def guess(self, name: str) -> None:
        """Count a wrong token; raises RequestRefused (429) beyond the allowance.

        A right token is never refused because of wrong tokens from the same address.
        """
        client = self.find(name)
        now = self._clock()
        client.guesses.take(1, now)
        if wait := client.guesses.wait(now):
            too_many("too many tokens were wrong", wait)

    def failed(self, client: Client) -> None:
        """Count a request that was refused or failed."""
        client.errors.take(1, self._clock())

    def _forget(self) -> None:
        for address, client in self._known.items():
            if not client.running and not client.held:
                del self._known[address]
                return


def too_many(why: str, wait: int) -> NoReturn:
    """Raise a refusal with 429: the client has used its share for now."""
    raise refuse(
        429,
        "Too many requests",
        f"{why}; try again in {wait} s",
        "too-many",
        Retry_After=str(wait),
    )
