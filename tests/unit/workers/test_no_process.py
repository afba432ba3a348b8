"""A system that gives no further process: each place that starts one refuses plainly and goes on."""

from __future__ import annotations

import asyncio
import errno
import gc
import multiprocessing
import multiprocessing.popen_fork
import multiprocessing.popen_spawn_posix
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import util
from pathlib import Path

import polars as pl
import pytest
from waiting import PATIENCE, wait_until
from worker_queries import JSON, POINT, check_next, linux

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import QueryBusy, QueryCrashed, StoreError
from provenance_graph.service.api.common.days import DayMaker
from provenance_graph.service.processes import indexer, supervise
from provenance_graph.service.processes.day_pools import DayPools
from provenance_graph.service.settings import Settings
from provenance_graph.shapes.user_shapes import _within
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.pool.pool import WorkerPool
from provenance_graph.store.pool.spawner import Spawner, run_bounded
from provenance_graph.store.processes import LocalEngine
from provenance_graph.store.values import Limits, SparqlQuery

REFUSALS = pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOMEM], ids=errno.errorcode.get)
Refuse = Callable[[int], None]


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Iterator[Refuse]:
    """Has every further start of a process fail with a number of the system's; undone at the end."""

    def start(number: int) -> None:
        def none(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fork", none)
        monkeypatch.setattr(subprocess.Popen, "_execute_child", none)
        monkeypatch.setattr(multiprocessing.util, "spawnv_passfds", none)

    yield start
    monkeypatch.undo()


def handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@contextmanager
def no_child(number: int) -> Iterator[None]:
    """While it lasts, no command can be started."""

    def none(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess.Popen, "_execute_child", none)
        yield


@linux
@REFUSALS
def test_a_fork_server_that_cannot_be_started_is_busy_and_then_works(number: int) -> None:
    with Spawner() as spawner:
        with no_child(number):
            before = handles()
            for _ in range(3):
                with pytest.raises(QueryBusy, match="no process can be started now"):
                    run_bounded("json:loads", b"1", spawner=spawner)
            gc.collect()
            assert handles() <= before, "no socket is left open"
        assert run_bounded("json:loads", b"1", spawner=spawner) == 1


def refuses(pool: WorkerPool) -> bool:
    """Whether a query is refused for want of a process."""
    try:
        pool.serialize(SparqlQuery(POINT), JSON)
    except (QueryBusy, QueryCrashed):
        return True
    return False


@linux
@REFUSALS
def test_queries_are_answered_again_once_the_fork_server_can_be_started(
    root: Path, number: int
) -> None:
    with WorkerPool(root, 1, Limits(seconds=60)) as pool:
        check_next(pool)
        with no_child(number):
            os.kill(pool.spawner.pid or 0, signal.SIGKILL)
            # the worker that was idle may still answer before it follows its fork server
            wait_until(lambda: refuses(pool), "a refusal")
            assert refuses(pool)
            assert refuses(pool)
        check_next(pool)
        assert pool.busy == 0


@REFUSALS
def test_a_past_day_is_refused_and_can_be_asked_again(audited_copy: Path, number: int) -> None:
    with EmbeddedStore.open(audited_copy) as store:
        version = store.version
        snapshot = AcceptedSnapshot(store, folder=audited_copy / "derived").at("2000-01-01")
        maker = DayMaker(aside=True)
        pools = DayPools(audited_copy, Settings(workers=1))
        with no_child(number):
            for _ in range(
                2
            ):  # what failed for want of a process is begun anew when it is asked for
                with pytest.raises(QueryBusy, match="2000-01-01 can be tried again"):
                    maker.start(audited_copy, snapshot).result()
            with pytest.raises(QueryBusy, match="2000-01-01 can be tried again"):
                asyncio.run(pools.make(version, "2000-01-01"))
            assert not pools.has(version, "2000-01-01")


@linux
@REFUSALS
def test_shapes_that_no_process_can_evaluate_are_busy(refuse: Refuse, number: int) -> None:
    before = handles()
    refuse(number)
    with pytest.raises(QueryBusy, match="these shapes can be tried again"):
        _within(5, list)
    assert handles() <= before


@linux
@REFUSALS
def test_a_build_without_a_second_process_ends_with_a_sentence(refuse: Refuse, number: int) -> None:
    refuse(number)
    with LocalEngine(2) as engine, pytest.raises(StoreError, match="can be tried again"):
        list(engine.run(str, [1, 2, 3]))
    assert not multiprocessing.active_children()


@linux
@REFUSALS
def test_what_is_prepared_in_a_process_of_its_own_refuses_with_a_sentence(
    refuse: Refuse, number: int
) -> None:
    before = handles()
    refuse(number)
    with pytest.raises(StoreError, match="no process can be started now"):
        supervise.run_once(lambda: None)
    gc.collect()
    assert handles() <= before


def _make(root: Path, _: int) -> None:
    pl.LazyFrame({"n": [2, 1]}).sort("n").collect()
    (root / "made").touch()


@linux
def test_slow_indexes_are_made_by_a_process_that_can_use_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pl.LazyFrame({"n": [2, 1]}).sort(
        "n"
    ).collect()  # its threads are not in a process that is forked
    monkeypatch.setattr(indexer, "index_slowly", _make)
    background = indexer._Background()
    background.follow({tmp_path: (1, 1)}, {})
    assert background._process is not None
    background._process.join(PATIENCE)
    made = (tmp_path / "made").exists()
    background._process.kill()
    assert made


@linux
@REFUSALS
def test_slow_indexes_are_begun_at_a_later_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(indexer, "index_slowly", _make)
    background = indexer._Background()
    stamps = {tmp_path: (1, 1)}
    with monkeypatch.context() as patch:

        def none(*_: object) -> None:
            raise OSError(number, os.strerror(number))

        patch.setattr(util, "spawnv_passfds", none)
        background.follow(stamps, {})
    assert background._process is None
    background.follow(stamps, {})
    assert background._process is not None
    background._process.join()
    assert (tmp_path / "made").exists(), "what could not be begun counts as not tried"


@linux
@REFUSALS
def test_the_supervisor_goes_on_and_starts_a_child_once_it_can(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    fork, failing = os.fork, [2]

    def sometimes() -> int:
        if failing[0]:
            failing[0] -= 1
            raise OSError(number, os.strerror(number))
        return fork()

    monkeypatch.setattr(os, "fork", sometimes)
    monkeypatch.setattr(supervise, "_PAUSE", 0.01)
    ready, told = os.pipe()
    child = supervise.Child("worker", lambda: os.write(told, b"x") and threading.Event().wait())
    boss = supervise.Supervisor([child], seconds=1)
    with signals_kept(), stopped_after(boss, ready):
        assert boss.run() == 0
    assert child.restarts == 0, "started once"
    assert child.process is not None
    assert not child.process.is_alive()
    shown = capsys.readouterr().err
    assert shown.count(f"worker could not be started ({os.strerror(number)})") == 2


@contextmanager
def stopped_after(boss: supervise.Supervisor, ready: int) -> Iterator[None]:
    """Ends a supervisor as a signal does, once its child says that it runs."""

    def stop() -> None:
        os.read(ready, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=stop)
    thread.start()
    yield
    thread.join()


@contextmanager
def signals_kept() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in kept.items():
            signal.signal(number, handler)
