"""The REST API: JSON views of what the command line prints, under ``/api/v1``."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter

from provenance_graph.service.api import (
    assess,
    changes,
    evidence,
    examine,
    export,
    fleet,
    graph,
    identity,
    licences,
    models,
    reconcile,
    report,
)
from provenance_graph.service.api import store as api_store
from provenance_graph.service.api.access import Access


def routers(root: Path, access: Access | None = None, *, indexed: bool = False) -> list[APIRouter]:
    """The routes over the store in a folder; it is opened with the first request.

    ``indexed``: another process makes the indexes of each version.
    """
    access = access or Access(root, indexed=indexed)
    # a model's name takes the rest of the path, so what hangs below a model comes first
    parts = (
        assess,
        changes,
        examine,
        evidence,
        export,
        fleet,
        graph,
        identity,
        licences,
        models,
        reconcile,
        report,
        api_store,
    )
    return [part.router(access) for part in parts]
