"""The routes of the REST API that load fast and are requested first."""

from __future__ import annotations

from fastapi import APIRouter

from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.models import lists
from provenance_graph.service.api.review import conflicts


def first_routers(access: Access) -> list[APIRouter]:
    """The routers of search, lists, counts and conflicts, which import no other analysis."""
    return [lists.router(access), conflicts.router(access)]
