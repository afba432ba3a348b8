"""The REST API: JSON views of what the command line prints, under ``/api/v1``."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter

from provenance_graph.service.api import (
    assess,
    changes,
    entities,
    evidence,
    examine,
    export,
    flags,
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


def routers(
    root: Path, access: Access | None = None, *, indexed: bool = False, public: bool = False
) -> list[APIRouter]:
    """The routes over the store in a folder; it is opened with the first request.

    ``indexed``: another process makes the indexes of each version; ``public``: the routes are
    over the public state, where collections are private.
    """
    access = access or Access(root, indexed=indexed, public=public)
    # a model's name takes the rest of the path, so what hangs below a model comes first
    parts = (
        assess,
        changes,
        examine,
        evidence,
        entities,
        export,
        flags,
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
