"""What tests share that start something and wait for it, on a machine that has other work too."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds after which nothing is going to come any more, however busy the machine is."""


def wait_until(happened: Callable[[], object], what: str = "what a test waits for") -> None:
    """Return as soon as something is so; fail with its name where it never comes."""
    until = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > until:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.01)


def free_port() -> int:
    """A port of this machine that nobody uses, for a server that is started in a moment.

    It lies below those that the system gives to connections, so that none of these takes it first.
    """
    chance = random.SystemRandom()
    while True:
        port = chance.randrange(20_000, 32_768)
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
