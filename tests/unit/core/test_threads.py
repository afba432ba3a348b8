"""An error that leaves a thread does not take an iterator of the engine with it."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from provenance_graph.core.claims import Quad
from provenance_graph.core.errors import QueryTimeout
from provenance_graph.core.iris import Iri
from provenance_graph.core.threads import releasing_frames
from provenance_graph.service.api.common.reply import api_router
from provenance_graph.service.http.threads import in_thread
from provenance_graph.store.memory import MemoryStore

STORE = MemoryStore((Iri(f"urn:a{n}"), Iri("urn:p"), Iri("urn:b"), None) for n in range(9))


def interrupted() -> list[Quad]:
    """Read a store and run out of time on the way."""

    def late(_: Quad) -> bool:
        raise QueryTimeout("late")

    return [quad for quad in STORE.quads() if late(quad)]


def caused() -> None:
    """The same, with another error of which that is the cause."""
    try:
        interrupted()
    except QueryTimeout as error:
        raise ValueError("no answer") from error


@pytest.fixture
def dropped() -> Iterator[list[object]]:
    """What could not be freed where it was dropped."""
    values: list[object] = []
    gc.freeze()  # what earlier tests made is not looked through at each search for garbage
    before, sys.unraisablehook = sys.unraisablehook, lambda told: values.append(told.exc_value)
    yield values
    gc.collect()
    sys.unraisablehook = before


def in_a_thread(function: Callable[[], Any]) -> BaseException | None:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).exception()


@pytest.mark.parametrize("function", [interrupted, caused])
def test_an_error_of_a_thread_can_be_dropped_by_another(
    function: Callable[[], Any], dropped: list[object]
) -> None:
    error = in_a_thread(function)
    assert error is not None
    del error
    gc.collect()
    assert dropped, "the engine frees its iterators anywhere: this is no longer needed"
    dropped.clear()
    error = in_a_thread(releasing_frames(function))
    assert error is not None
    del error
    gc.collect()
    assert dropped == []


def test_the_service_drops_what_a_timed_out_answer_read(dropped: list[object]) -> None:
    app, router = FastAPI(), api_router("test")

    @router.get("/read")
    def read() -> None:
        interrupted()

    app.include_router(router)
    assert TestClient(app).get("/api/v1/read").status_code == 504
    gc.collect()
    assert dropped == []


def test_work_outside_the_event_loop_drops_what_it_read(dropped: list[object]) -> None:
    with pytest.raises(QueryTimeout):
        asyncio.run(in_thread(interrupted))
    gc.collect()
    assert dropped == []
