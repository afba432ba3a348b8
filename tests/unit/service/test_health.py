"""/health while the workers are at work."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

from starlette.requests import Request
from waiting import PATIENCE

from provenance_graph.service.http.health import HealthEndpoint

REQUEST = Request({"type": "http", "method": "GET", "path": "/health", "headers": []})


class Line:
    """A backend whose workers are at work for ever: whoever asks waits in their line."""

    version = "7-ab"

    def __init__(self) -> None:
        self.waiting = 0

    async def answer(self, *_: object) -> None:
        self.waiting += 1
        await asyncio.Event().wait()

    def state(self) -> dict[str, object]:
        return {"workers": 2, "workers_busy": 2, "workers_waited_for": self.waiting}


def test_a_look_that_waits_in_line_is_answered_as_busy() -> None:
    service: Any = SimpleNamespace(
        backend=Line(),
        writer=None,
        writable=False,
        settings=SimpleNamespace(raw=False),
        started=0.0,
        gates=SimpleNamespace(state=dict),
    )

    async def asked_twice() -> list[Any]:
        endpoint = HealthEndpoint(service)
        return [await asyncio.wait_for(endpoint.answer(REQUEST), PATIENCE) for _ in range(2)]

    for response in asyncio.run(asked_twice()):
        assert response.status_code == 200
        reported = json.loads(response.body)
        assert (reported["status"], reported["busy"]) == ("ready", True)
    assert service.backend.waiting == 1  # one look for both
