"""Counters for Prometheus, of one process or summed over all processes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 2.5, 10, 60)


class Metrics:
    """The counters of the service: requests, times, events, state."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "provenance_graph_http_requests",
            "HTTP requests by route, method and status",
            ["route", "method", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "provenance_graph_http_seconds",
            "Time from a request's arrival to its last byte",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._events = Counter(
            "provenance_graph_events",
            "Cached answers, conditional requests, refusals by kind, clients that left",
            ["event"],
            registry=self._registry,
        )
        self._state = Gauge(
            "provenance_graph_state",
            "Workers, waiting requests, restarts, bytes of cached answers",
            ["what"],
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self._children: dict[tuple[str, str, int], Counter] = {}
        self._timers: dict[str, Histogram] = {}

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        key = (route, method if method in _METHODS else "other", status)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self._requests.labels(*map(str, key))
        child.inc()
        timer = self._timers.get(route)
        if timer is None:
            timer = self._timers[route] = self._seconds.labels(route)
        timer.observe(seconds)

    def event(self, name: str) -> None:
        """Count an event; ``name`` is one of a fixed set."""
        self._events.labels(name).inc()

    def write(self, state: Mapping[str, object]) -> bytes:
        """All numbers, with the present ``state``, in Prometheus' text format."""
        for what, value in state.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                self._state.labels(what).set(value)
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def on_child_exit(pid: int) -> None:
    """Drop the state gauges of a process that has ended; its counters stay."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
