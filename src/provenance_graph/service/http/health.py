"""``/health``: ready, or the reason why not; ``/metrics``: numbers for Prometheus."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from provenance_graph.core.errors import ProvenanceError, QueryBusy
from provenance_graph.service.http.context import Service
from provenance_graph.service.http.metrics import CONTENT_TYPE
from provenance_graph.service.http.problems import without_paths
from provenance_graph.store.base import Limits
from provenance_graph.store.sparql.answers import JSON_RESULTS
from provenance_graph.store.values import SparqlQuery

_PROBE = Limits(seconds=2.0)
_FRESH = 1.0
"""Seconds for which the result of one check serves all requests, so that requests cost nothing."""
_PATIENCE = 0.05
"""Seconds that a request waits for a check that itself waits for a worker."""
_BUSY: Final[Mapping[str, object]] = MappingProxyType({"busy": True})


class HealthEndpoint:
    """Answers ``/health``: 200 when queries are answered, else 503 with the reason."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._look: asyncio.Task[tuple[int, str]] | None = None
        self._at = 0.0

    async def answer(self, _: Request) -> Response:
        """The result of the last check; one check serves all requests within a second.

        A check that waits for a worker shows that all workers are busy. This is answered at once,
        since a monitor may wait less time than the longest query takes.
        """
        if self._look is None or (self._look.done() and time.monotonic() > self._at + _FRESH):
            self._at = time.monotonic()
            self._look = asyncio.ensure_future(self._state())
        if not self._look.done():
            await asyncio.wait({self._look}, timeout=_PATIENCE)
        backend = self._service.backend
        if not self._look.done() and backend.state().get("workers_waited_for"):
            status, body = self._report({"status": "ready", "version": backend.version, **_BUSY})
        else:
            status, body = await asyncio.shield(self._look)
        return Response(body, status, {"cache-control": "no-store"}, "application/json")

    async def _state(self) -> tuple[int, str]:
        """Send a query to the workers, as any client's query; returns status and body.

        Busy workers are no failure: the service is ready, and busy. The writer's state is reported
        as well; a service that answers queries is ready even while nothing can be written.
        """
        service = self._service
        reported: dict[str, object] = {"status": "ready"}
        try:
            await service.backend.answer(SparqlQuery("ASK { }", limits=_PROBE), JSON_RESULTS)
            reported["version"] = service.backend.version
        except QueryBusy:
            reported |= {"version": service.backend.version, **_BUSY}
        except ProvenanceError as error:
            reported = {"status": "unavailable", "reason": without_paths(str(error))}
        return self._report(reported)

    def _report(self, reported: dict[str, object]) -> tuple[int, str]:
        """Status and body: the result of the check, and the state known without a check."""
        service = self._service
        if service.writer is not None:
            reported["writer"] = service.writer.state()
        reported |= {
            "writable": service.writable,
            "raw": service.settings.raw,
            "uptime_seconds": round(time.time() - service.started, 1),
            **service.backend.state(),
            **service.gates.state(),
        }
        status = 200 if reported["status"] == "ready" else 503
        return status, json.dumps(reported)


class MetricsEndpoint:
    """Answers ``/metrics``."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._body, self._at = b"", 0.0

    async def answer(self, _: Request) -> Response:
        """The numbers of all processes in Prometheus' text format, at most one second old."""
        if not self._body or time.monotonic() > self._at + _FRESH:
            self._at, self._body = time.monotonic(), self._numbers()
        return Response(self._body, 200, media_type=CONTENT_TYPE)

    def _numbers(self) -> bytes:
        service = self._service
        state = {
            **service.backend.state(),
            **service.gates.state(),
            "answers_kept": len(service.cache),
            "answers_kept_bytes": service.cache.used,
            "held_bytes": service.clients.held,
        }
        return service.metrics.write(state)
