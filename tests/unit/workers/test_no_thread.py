"""A system that gives no further thread: each place that starts one refuses plainly and goes on."""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from worker_queries import JSON, POINT, check_next, linux

from provenance_graph import cli
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import threads
from provenance_graph.core.errors import QueryBusy, StoreError
from provenance_graph.service.api.common.days import DayMaker
from provenance_graph.service.http.problems import problem_of
from provenance_graph.service.http.threads import in_thread
from provenance_graph.service.processes import indexer
from provenance_graph.service.processes.pool_backend import PoolBackend
from provenance_graph.service.processes.staged import Staged
from provenance_graph.service.settings import Settings
from provenance_graph.store import layout
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.pool.connection import AnswerStream, WorkerConnection
from provenance_graph.store.pool.pool import WorkerPool
from provenance_graph.store.processes import LocalEngine
from provenance_graph.store.values import Limits, SparqlQuery

SAID = "can't start new thread"


@contextmanager
def no_threads(most: int = 0) -> Iterator[None]:
    """While it lasts, at most so many further threads can be started."""
    start, left = threading.Thread.start, [most]

    def sometimes(self: threading.Thread) -> None:
        if not left[0]:
            raise RuntimeError(SAID)
        left[0] -= 1
        start(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", sometimes)
        yield


def test_only_what_says_that_no_thread_was_given_is_taken_for_it() -> None:
    native = type("PanicException", (BaseException,), {})
    assert threads.is_refused(native("os error 11: Resource temporarily unavailable"))
    for other in (
        RuntimeError("no running event loop"),
        native("index out of range"),
        OSError("Resource temporarily unavailable"),
    ):
        assert not threads.is_refused(other)
        assert problem_of(other).status == 500


def test_a_request_that_gets_no_thread_is_503_and_can_be_tried_again() -> None:
    async def asked() -> int:
        return int(await in_thread(int, "7"))

    with no_threads(), pytest.raises(RuntimeError, match=SAID) as refused:
        asyncio.run(asked())
    problem = problem_of(refused.value)
    assert (problem.status, problem.kind) == (503, "busy")
    assert ("Retry-After", "1") in problem.headers
    assert problem.detail == "no thread can be started now; this request can be tried again"
    assert asyncio.run(asked()) == 7


def test_a_build_without_a_thread_for_its_processes_ends_with_a_sentence() -> None:
    refused = pytest.raises(StoreError, match="no thread can be started now; the same command")
    with no_threads(), refused, LocalEngine(2):
        pytest.fail("it is entered")
    with LocalEngine(2) as engine, no_threads():
        with refused:
            list(engine.run(str, [1, 2, 3]))
        assert not multiprocessing.active_children(), "none waits for tasks that never come"


@pytest.mark.parametrize("given", [0, 1, 5])
def test_work_on_columns_is_refused_before_its_libraries_wait_for_threads(given: int) -> None:
    before = threading.active_count()
    with no_threads(given), pytest.raises(StoreError, match="the same command can be tried again"):
        threads.check_room("the same command")
    assert threading.active_count() == before
    threads.check_room("the same command")


@pytest.mark.parametrize("given", [0, 1])
def test_files_are_counted_from_one_thread_where_there_is_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: int
) -> None:
    monkeypatch.setattr(layout, "_MUCH", 0)
    for number in range(5):
        (tmp_path / f"{number}.sst").write_text(f"data {number}")
    expected = layout.inventory(tmp_path, {})
    with no_threads(given):
        assert layout.inventory(tmp_path, {}) == expected
    assert len(expected) == 5


def test_indexes_begin_once_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([StoreError("no thread"), StoreError("no thread"), None])
    waited: list[float] = []

    def room(_: str) -> None:
        if (error := next(looks)) is not None:
            raise error

    monkeypatch.setattr(indexer, "check_room", room)
    monkeypatch.setattr(indexer.time, "sleep", waited.append)
    indexer._wait_for_room()
    assert waited == [indexer._AGAIN] * 2


def test_a_past_day_is_refused_and_can_be_asked_again(audited_copy: Path) -> None:
    with EmbeddedStore.open(audited_copy) as store:
        snapshot = AcceptedSnapshot(store, folder=audited_copy / "derived").at("2000-01-01")
        maker = DayMaker(aside=False)
        with no_threads():
            for _ in range(2):
                with pytest.raises(RuntimeError, match=SAID):
                    maker.start(audited_copy, snapshot)
        maker.start(audited_copy, snapshot).result()


@linux
def test_a_pool_without_a_loop_of_its_own_is_busy_and_then_works(root: Path) -> None:
    with WorkerPool(root, 1, Limits(seconds=60)) as pool:
        with no_threads(), pytest.raises(QueryBusy, match="no thread can be started now"):
            pool.serialize(SparqlQuery(POINT), JSON)
        check_next(pool)


class _Spawner:
    def status(self, _: int) -> int:
        return 0


class _Pool:
    limits, spawner = Limits(), _Spawner()

    def __init__(self) -> None:
        self.released: list[bool] = []

    def release(self, _: WorkerConnection, reusable: bool) -> None:
        self.released.append(reusable)


def test_a_worker_that_ended_is_given_back_though_no_thread_can_ask_how() -> None:
    pool = _Pool()

    async def ended() -> None:
        ours, theirs = socket.socketpair()
        worker = WorkerConnection(1, ours, "v")
        theirs.close()
        stream = AnswerStream(pool, worker, Limits(seconds=5), JSON)  # type: ignore[arg-type]
        await stream.open(b"")
        worker.close()

    with no_threads(), pytest.raises(RuntimeError, match=SAID):
        asyncio.run(ended())
    assert pool.released == [False]


@linux
def test_a_service_that_opens_without_a_thread_answers_once_there_is_one(root: Path) -> None:
    async def served() -> bytes:
        backend = PoolBackend(root, Settings(workers=1))
        with no_threads():
            await backend.open()
        answer = await backend.answer(SparqlQuery(POINT), JSON)
        await backend.close()
        return answer.body

    assert asyncio.run(served())


def test_an_application_that_could_not_be_loaded_is_loaded_at_the_next_request() -> None:
    made: list[int] = []
    sent: list[dict[str, object]] = []

    async def complete(scope: object, receive: object, send: Callable[..., object]) -> None:
        made.append(1)

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    failing = [RuntimeError(SAID)] * 2  # what was handed to no thread runs in the next one first

    def make() -> object:
        if failing:
            raise failing.pop()
        return complete

    async def asked() -> None:
        staged = Staged(complete, make)  # type: ignore[arg-type]
        scope = {"type": "http", "path": "/docs", "method": "GET", "headers": []}
        with no_threads():
            await staged(scope, None, send)  # type: ignore[arg-type]
        await staged(scope, None, send)  # type: ignore[arg-type]
        assert [m["status"] for m in sent if "status" in m] == [503, 503]
        await staged(scope, None, send)  # type: ignore[arg-type]

    asyncio.run(asked())
    assert made == [1]


def test_a_command_that_gets_no_thread_ends_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(**_: object) -> None:
        raise RuntimeError(SAID)

    monkeypatch.setattr(cli.app, "main", refused)
    monkeypatch.setattr(sys, "argv", ["provenance-graph", "stats"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == cli.NO_STORE
    shown = capsys.readouterr().err
    assert shown == (
        "provenance-graph: no thread can be started now; the same command can be tried again\n"
    )
