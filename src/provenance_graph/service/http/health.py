"""``/health``: ready, or why not; ``/metrics``: numbers for Prometheus."""

from __future__ import annotations

import json
import time

from provenance_graph.core.errors import ProvenanceError
from provenance_graph.service.backend import JSON
from provenance_graph.service.http.context import Service
from provenance_graph.service.http.messages import Reply, Request
from provenance_graph.service.http.metrics import CONTENT_TYPE
from provenance_graph.service.http.problems import method_not_allowed
from provenance_graph.store.base import Limits

_PROBE = Limits(seconds=2.0)


class HealthEndpoint:
    """Answers ``/health``: 200 when queries are answered, else 503 with the reason."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, request: Request) -> Reply:
        """Ask the store something, through the same workers as everybody's queries."""
        if request.method not in ("GET", "HEAD"):
            raise method_not_allowed(request.method, "GET, HEAD")
        service = self._service
        told: dict[str, object] = {"status": "ready"}
        try:
            await service.backend.answer("ASK { }", JSON, limits=_PROBE)
            told["version"] = service.backend.version
        except ProvenanceError as error:
            told = {"status": "unavailable", "reason": str(error)}
        told |= {
            "writable": service.writable,
            "raw": service.settings.raw,
            "uptime_seconds": round(time.time() - service.started, 1),
            **service.backend.state(),
        }
        status = 200 if told["status"] == "ready" else 503
        headers = [(b"cache-control", b"no-store")]
        return Reply(status, json.dumps(told).encode(), "application/json", headers)


class MetricsEndpoint:
    """Answers ``/metrics``."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, request: Request) -> Reply:
        """All numbers, of all processes."""
        if request.method not in ("GET", "HEAD"):
            raise method_not_allowed(request.method, "GET, HEAD")
        service = self._service
        state = {
            **service.backend.state(),
            "waiting": service.waiting,
            "answers_kept": len(service.cache),
            "answers_kept_bytes": service.cache.used,
        }
        return Reply(200, service.metrics.write(state), CONTENT_TYPE)
