"""The service as it runs, with its query workers, around a built store; for reading only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from provenance_graph.service.api.routers import routers
from provenance_graph.service.app import create_app
from provenance_graph.service.processes.pool_backend import PoolBackend
from provenance_graph.service.settings import Settings


def settings(**other: Any) -> Settings:
    """One worker, no log, and bounds that a test does not meet by chance."""
    given: dict[str, Any] = {
        "workers": 1,
        "access_log": "",
        "client_errors": 1_000_000,
        "rest_seconds": 600.0,
        **other,
    }
    return Settings(**given)


def application(root: Path, chosen: Settings) -> FastAPI:
    """The service over a store; its workers start and end with it."""
    backend = PoolBackend(root, chosen)
    app = create_app(backend, settings=chosen, routers=routers(root))

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        await backend.open()
        yield
        await backend.close()

    app.router.lifespan_context = lifespan
    return app


@contextmanager
def served(root: Path, chosen: Settings) -> Iterator[TestClient]:
    """A client of the service over a store; its workers end with the block."""
    app = application(root, chosen)
    with TestClient(app, base_url="http://testserver", follow_redirects=False) as client:
        yield client
