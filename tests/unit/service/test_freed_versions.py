"""What the service holds of a version is freed when it serves later ones, without a garbage search."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_reads import API, ONE, ROUTES
from audit_store import MODEL
from fastapi import FastAPI
from starlette.testclient import TestClient
from waiting import wait_until

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import model
from provenance_graph.core.terms import DCTERMS
from provenance_graph.service.api.common.access import MAX_RECENT, Access
from provenance_graph.service.api.routers import routers
from provenance_graph.service.processes.indexer import index_all
from provenance_graph.store.base import Change
from provenance_graph.store.embedded import EmbeddedStore

_ADDRESSES = (*ROUTES, f"{ONE}-none", f"{API}/models/not%20one", f"{ONE}/claims?asOf=2025-06-01")
"""What reads records, models that are not there, and a past day."""


@pytest.fixture
def _no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def _open_files() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


@pytest.mark.usefixtures("_no_collection")
@pytest.mark.parametrize("indexed", [True, False])
def test_a_version_is_freed_once_it_is_no_longer_served(audited_copy: Path, indexed: bool) -> None:
    access, app = Access(audited_copy, indexed=indexed), FastAPI()
    for router in routers(audited_copy, access):
        app.include_router(router)
    api = TestClient(app)

    def read(addresses: tuple[str, ...]) -> None:
        for address in addresses:
            assert api.get(address).status_code in {200, 404}, address

    served: list[weakref.ref[AcceptedSnapshot]] = []
    index_all(audited_copy)
    read(_ADDRESSES)
    before = _open_files()
    for number in range(2 * MAX_RECENT + 2):
        with EmbeddedStore.open_writer(audited_copy) as writer:
            writer.commit(Change(add=[(MODEL, DCTERMS.replaces, model(f"org/m-{number}"), None)]))
        read(_ADDRESSES[number % 5 :: 5])
        served.append(weakref.ref(access.snapshot()))

    def held() -> int:
        read(_ADDRESSES)  # the indexes of the newest version, once made, take the place of others
        return sum(one() is not None for one in served)

    wait_until(lambda: held() <= MAX_RECENT + 1, "the versions before the last ones to be freed")
    assert _open_files() < before + 22 * (MAX_RECENT + 1)  # a version has some twenty
