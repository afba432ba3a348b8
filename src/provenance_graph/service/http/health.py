"""``/health``: ready, or why not; ``/metrics``: numbers for Prometheus."""

from __future__ import annotations

import json
import time

from starlette.requests import Request
from starlette.responses import Response

from provenance_graph.core.errors import ProvenanceError, QueryBusy
from provenance_graph.service.backend import JSON
from provenance_graph.service.http.context import Service
from provenance_graph.service.http.metrics import CONTENT_TYPE
from provenance_graph.service.http.problems import without_paths
from provenance_graph.store.base import Limits

_PROBE = Limits(seconds=2.0)


class HealthEndpoint:
    """Answers ``/health``: 200 when queries are answered, else 503 with the reason."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def answer(self, _: Request) -> Response:
        """Ask the store something, through the same workers as everybody's queries.

        Workers that are all at work are no fault of theirs: the service is ready, and busy.
        The writer's state is told beside; a service that still answers queries is ready
        while nothing can be written.
        """
        service = self._service
        reported: dict[str, object] = {"status": "ready"}
        try:
            await service.backend.answer("ASK { }", JSON, limits=_PROBE)
            reported["version"] = service.backend.version
        except QueryBusy:
            reported |= {"version": service.backend.version, "busy": True}
        except ProvenanceError as error:
            reported = {"status": "unavailable", "reason": without_paths(str(error))}
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
        headers = {"cache-control": "no-store"}
        return Response(json.dumps(reported), status, headers, "application/json")


class MetricsEndpoint:
    """Answers ``/metrics``."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def answer(self, _: Request) -> Response:
        """All numbers, of all processes."""
        service = self._service
        state = {
            **service.backend.state(),
            **service.gates.state(),
            "answers_kept": len(service.cache),
            "answers_kept_bytes": service.cache.used,
            "held_bytes": service.clients.held,
        }
        return Response(service.metrics.write(state), 200, media_type=CONTENT_TYPE)
