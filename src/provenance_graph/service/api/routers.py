"""The REST API: JSON views of what the command line prints, under ``/api/v1``."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter

from provenance_graph.service.api import ledger, lists
from provenance_graph.service.api.access import Access


def first_routers(access: Access) -> list[APIRouter]:
    """Search, lists, counts and conflicts: what loads fast and is asked for first."""
    return [lists.router(access), ledger.router(access)]


def routers(
    root: Path, access: Access | None = None, *, indexed: bool = False, public: bool = False
) -> list[APIRouter]:
    """The routes over the store in a folder; it is opened with the first request.

    ``indexed``: another process makes the indexes of each version; ``public``: the routes are
    over the public state, where collections are private.
    """
    from provenance_graph.service.api import (  # all analysis, which takes a second to load
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
        store,
    )

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
        store,
    )
    return [*first_routers(access), *(part.router(access) for part in parts)]
