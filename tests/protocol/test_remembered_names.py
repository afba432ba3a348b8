"""Names that a stranger makes up leave nothing behind: no cache is bounded by its entries alone."""

from __future__ import annotations

import gc
import tracemalloc
import urllib.parse
from collections.abc import Iterator

from starlette.testclient import TestClient

LENGTH = 7_000
ASKED = 2
"""Requests of each route that count; the first ones fill what is bounded in bytes."""


def _addresses(api: TestClient) -> Iterator[str]:
    """Every GET route that takes a text, with a place for it."""
    for path, methods in api.get("/openapi.json").json()["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", ()):
            shape = parameter["schema"]
            kinds = {shape.get("type"), *(one.get("type") for one in shape.get("anyOf", ()))}
            if not kinds & {"string", None} or "enum" in shape:
                continue
            if parameter["in"] == "path":
                yield path.replace(f"{{{parameter['name']}}}", "%s").partition("{")[0]
            elif parameter["in"] == "query" and "{" not in path:
                name = parameter["name"]
                other = "graph=urn:none&" if name == "default" else ""  # else all the data are sent
                yield f"{path}?{other}{name}=%s"


def test_long_names_are_not_kept(api: TestClient) -> None:
    addresses = sorted({one for one in _addresses(api) if "%s" in one})
    assert len(addresses) > 40, addresses

    def ask(number: int) -> None:
        for place, address in enumerate(addresses):
            api.get(address % f"nobody/{number}-{place}-{'a' * LENGTH}")

    def settle() -> None:
        urllib.parse.clear_cache()  # of the client that asks
        gc.collect()

    ask(0)
    tracemalloc.start()
    try:
        ask(1)
        settle()
        before, _ = tracemalloc.get_traced_memory()
        for number in range(2, 2 + ASKED):
            ask(number)
        settle()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    sent = ASKED * len(addresses) * LENGTH
    assert after - before < sent / 10, (after - before, sent)
