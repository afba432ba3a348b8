"""Workers answer, are replaced when they end, and are given back."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest
from waiting import wait_until
from worker_queries import (
    EX,
    JSON,
    NT,
    POINT,
    SLOW,
    SMALL,
    at_work,
    check_next,
    linux,
    rows,
    workers_of,
)

from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import (
    QueryBusy,
    QueryCrashed,
    QueryError,
    QuerySyntax,
    QueryTimeout,
    QueryTooLarge,
    StoreError,
    StoreMissing,
)
from provenance_graph.core.iris import Iri
from provenance_graph.store.base import Change, DatasetChoice, Limits
from provenance_graph.store.embedded import EmbeddedStore, build
from provenance_graph.store.pool.connection import AnswerStream, WorkerGone
from provenance_graph.store.pool.pool import WorkerPool
from provenance_graph.store.pool.spawner import run_bounded
from provenance_graph.store.values import SparqlQuery


def test_an_answer_says_its_kind_rows_and_version(pool):
    answer = pool.serialize(SparqlQuery(POINT), JSON)
    assert (answer.kind, answer.rows) == ("select", 1)
    assert answer.version == pool.version
    assert pool.serialize(SparqlQuery("ASK {}"), JSON).kind == "ask"
    assert pool.serialize(SparqlQuery("DESCRIBE <https://example.org/s1>"), NT).kind == "describe"


def test_threads_and_an_event_loop_use_one_pool(pool):
    async def ask():
        return [
            rows(await pool.answer(SparqlQuery(POINT), JSON))[0]["o"]["value"] for _ in range(20)
        ]

    async def both():
        blocking = asyncio.to_thread(pool.serialize, SparqlQuery(POINT), JSON)
        return await asyncio.gather(ask(), ask(), ask(), blocking)

    for _ in range(2):
        result = asyncio.run(both())
        assert result[0] == ["7"] * 20
        check_next(pool)
        with ThreadPoolExecutor(6) as threads:
            list(threads.map(lambda _: check_next(pool), range(30)))


def test_a_thread_and_a_loop_that_ask_by_turns_never_wait_for_each_other(root):
    """The pool has one loop: whoever asks from elsewhere is handed to it."""
    with WorkerPool(root, 1, Limits(seconds=60)) as pool:

        async def main():
            for _ in range(20):
                await pool.answer(SparqlQuery(POINT), JSON)
                await asyncio.to_thread(pool.serialize, SparqlQuery(POINT), JSON)

        for _ in range(3):
            asyncio.run(main())
            check_next(pool)


def test_a_loop_that_ends_in_the_middle_takes_no_worker_with_it(root):
    async def leave(pool):
        stream = await pool.stream(SparqlQuery("SELECT * { ?a ?b ?c . ?d ?e ?f }"), JSON)
        assert stream.first

    with WorkerPool(root, 1, Limits(seconds=60)) as pool:
        for _ in range(3):
            asyncio.run(leave(pool))
        check_next(pool)


def test_a_state_that_no_worker_can_open_is_told_with_its_cause(tmp_path, root):
    """Not as processes that end: what has to be mended is the state."""
    folder = tmp_path / "state"
    shutil.copytree(root, folder)
    with WorkerPool(folder, 1, Limits(seconds=60)) as pool:
        check_next(pool)
        for file in folder.rglob("CURRENT"):
            if file.parent != folder:  # the engine's own, not the store's
                file.write_text("MANIFEST-999999\n")
        os.kill(workers_of(pool)[0], signal.SIGKILL)
        with pytest.raises(StoreError, match=r"published state cannot be read: .*MANIFEST-999999"):
            pool.serialize(SparqlQuery(POINT), JSON)


@linux
def test_a_system_without_room_for_processes_is_a_refusal_and_no_end(root):
    """The fork server outlives a fork that fails, and the next one is tried."""
    with WorkerPool(root, 1, Limits(seconds=60)) as pool:
        check_next(pool)
        server = pool.spawner.pid
        resource.prlimit(server, resource.RLIMIT_NOFILE, (3, 4096))  # no handle for a socket
        os.kill(workers_of(pool)[0], signal.SIGKILL)
        with pytest.raises(QueryError, match=r"end repeatedly|no process can be started"):
            pool.serialize(SparqlQuery(POINT), JSON)
        with pytest.raises(QueryBusy, match="no process can be started"):
            run_bounded("json:loads", b"1", spawner=pool.spawner)
        resource.prlimit(server, resource.RLIMIT_NOFILE, (1024, 4096))
        check_next(pool)
        assert pool.spawner.pid == server


def test_bindings_dataset_and_base_reach_the_worker(pool):
    query = "SELECT ?s ?o { ?s <p> ?o }"
    answer = pool.serialize(SparqlQuery(query, bindings={"s": Iri(EX + "s7")}, base=EX), JSON)
    assert rows(answer)[0]["o"]["value"] == "7"
    empty = pool.serialize(
        SparqlQuery(query, dataset=DatasetChoice((Iri(EX + "g"),)), base=EX), JSON
    )
    assert empty.rows == 0


def test_a_limit_on_rows_or_bytes_refuses_and_says_so(pool):
    for limits in (Limits(rows=10), Limits(answer_bytes=5000)):
        with pytest.raises(QueryTooLarge, match="not cut short"):
            pool.serialize(SparqlQuery("SELECT * { ?s ?p ?o }", limits=limits), JSON)
    check_next(pool)


@linux
def test_a_worker_killed_while_idle_goes_unnoticed(pool):
    for _ in range(5):
        check_next(pool)
        for pid in workers_of(pool):
            os.kill(pid, signal.SIGKILL)
        check_next(pool)


@linux
def test_a_worker_killed_at_work_is_replaced_and_asked_again(pool):
    limits = Limits(seconds=1)
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(pool.serialize, SparqlQuery(SLOW, limits=limits), JSON)
        wait_until(lambda: at_work(workers_of(pool)) or asked.done(), "a worker at work")
        for pid in workers_of(pool):
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(QueryTimeout):
            asked.result()
    check_next(pool)


@linux
def test_the_fork_server_may_die_too(pool):
    for _ in range(3):
        os.kill(pool.spawner.pid, signal.SIGKILL)
        check_next(pool)


@linux
def test_a_fork_server_that_keeps_ending_is_told_as_busy(root, monkeypatch):
    """The one started in its place may be killed as well: that is 503, and passes."""
    with WorkerPool(root, size=2) as pool:
        assert b"boolean" in pool.serialize(SparqlQuery("ASK {}"), JSON).body

        def lost(*_: object) -> None:
            raise BrokenPipeError(32, "Broken pipe")

        for victim in workers_of(pool):
            os.kill(victim, signal.SIGKILL)
        monkeypatch.setattr(pool.spawner, "_order", lost)
        for text in ("ASK { ?s ?p ?o }", "ASK { ?s ?p 1 }"):
            with pytest.raises((QueryBusy, QueryCrashed)):
                pool.serialize(SparqlQuery(text), JSON)
        with pytest.raises(QueryBusy, match="again"):
            run_bounded("json:loads", b"1", spawner=pool.spawner)
        monkeypatch.undo()
        assert b"boolean" in pool.serialize(SparqlQuery("ASK {}"), JSON).body
        assert pool.busy == 0


def test_killing_everything_in_turn_loses_no_query(root):
    """Between two kills each thread gets an answer: how often a query is hit is no matter of load."""
    answered = [0] * 4
    with WorkerPool(root, 2, SMALL) as pool, ThreadPoolExecutor(len(answered)) as threads:
        stop = threading.Event()

        def ask(thread):
            while not stop.is_set():
                check_next(pool)
                answered[thread] += 1

        asking = [threads.submit(ask, thread) for thread in range(len(answered))]
        try:
            for n in range(40):
                before = list(answered)
                victims = workers_of(pool) if n % 10 else [pool.spawner.pid]
                for pid in victims[:1]:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                wait_until(
                    lambda before=before: (
                        all(map(int.__lt__, before, answered)) or any(one.done() for one in asking)
                    )
                )
        finally:
            stop.set()
        for one in asking:
            one.result()
    assert all(answered)


@pytest.mark.parametrize(("unread", "lost"), [(True, False), (False, True)])
def test_workers_killed_before_they_read_a_query_do_not_count(root, monkeypatch, unread, lost):
    """Seven are lost in turn, two more than a query that was read is tried."""
    left = [7]
    opened = AnswerStream.open

    async def lose(stream, request):
        if not left[0]:
            return await opened(stream, request)
        left[0] -= 1
        stream.close()
        raise WorkerGone("killed", unread=unread)

    monkeypatch.setattr(AnswerStream, "open", lose)
    with WorkerPool(root, 1, SMALL) as pool:
        with pytest.raises(QueryCrashed) if lost else nullcontext():
            check_next(pool)
        assert left[0] == (2 if lost else 0)


@linux
def test_workers_end_with_the_process_that_started_them(root):
    code = (
        "import sys, time\n"
        "from provenance_graph.store.pool.pool import WorkerPool\n"
        "from provenance_graph.store.values import SparqlQuery\n"
        f"pool = WorkerPool({str(root)!r}, 2)\n"
        "pool.serialize(SparqlQuery('ASK {}'), 'text/csv')\n"
        "print(pool.spawner.pid, flush=True)\n"
        "time.sleep(600)  # until it is killed\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        server = int(parent.stdout.readline())
        pids = [
            server,
            *map(int, Path(f"/proc/{server}/task/{server}/children").read_text().split()),
        ]
        assert len(pids) == 3
        parent.kill()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "their end")


def test_a_full_queue_is_refused_at_once_and_a_long_wait_ends(root):
    async def main(pool):
        running = asyncio.create_task(pool.answer(SparqlQuery(SLOW), JSON))
        await asyncio.to_thread(wait_until, lambda: pool.busy, "a query at work")
        waiting = asyncio.create_task(pool.answer(SparqlQuery(POINT), JSON))
        await asyncio.to_thread(wait_until, lambda: pool.waiting, "a query in line")
        with pytest.raises(QueryBusy, match="1 queries are running and 1 are waiting"):
            await pool.answer(SparqlQuery(POINT), JSON)
        waiting.cancel()
        await asyncio.to_thread(wait_until, lambda: not pool.waiting, "an empty line")
        with pytest.raises(QueryBusy, match="no worker was free"):
            await pool.answer(SparqlQuery(POINT, limits=Limits(seconds=0.3)), JSON)
        running.cancel()
        await asyncio.gather(running, waiting, return_exceptions=True)
        assert (await pool.answer(SparqlQuery(POINT), JSON)).rows == 1

    with WorkerPool(root, 1, Limits(seconds=600), queue=1) as pool:
        asyncio.run(main(pool))


def test_a_waiting_query_gets_the_worker_that_is_given_back(root):
    async def main(pool):
        slow = asyncio.create_task(pool.answer(SparqlQuery(SLOW, limits=Limits(seconds=0.5)), JSON))
        await asyncio.to_thread(wait_until, lambda: pool.busy, "a query at work")
        quick = [asyncio.create_task(pool.answer(SparqlQuery(POINT), JSON)) for _ in range(10)]
        with pytest.raises(QueryTimeout):
            await slow
        return [answer.rows for answer in await asyncio.gather(*quick)]

    with WorkerPool(root, 1, SMALL) as pool:
        assert asyncio.run(main(pool)) == [1] * 10


def test_a_cancelled_query_gives_its_worker_up(pool):
    async def main():
        for _ in range(3):
            tasks = [asyncio.create_task(pool.answer(SparqlQuery(SLOW), JSON)) for _ in range(4)]
            await asyncio.to_thread(wait_until, lambda: pool.busy == pool.waiting == 2)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert (await pool.answer(SparqlQuery(POINT), JSON)).rows == 1

    asyncio.run(main())
    assert pool.busy == pool.waiting == 0


def test_a_large_answer_streams_in_blocks(root):
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 60000"
    limits = Limits(seconds=120, rows=60_000)

    async def stream(pool):
        async with await pool.stream(SparqlQuery(query, limits=limits), JSON) as answer:
            sizes = [len(block) async for block in answer]
        return sizes, answer.rows

    with WorkerPool(root, 2, SMALL) as pool:
        sizes, count = asyncio.run(stream(pool))
        assert count == 60_000
        assert len(sizes) > 10
        assert max(sizes) < 1 << 20
        with pool.open_stream(SparqlQuery(query, limits=limits), JSON) as answer:
            assert sum(map(len, answer)) == sum(sizes)
        assert answer.rows == 60_000


def test_leaving_a_stream_early_ends_the_query(root):
    async def leave(pool):
        async with await pool.stream(
            SparqlQuery("SELECT * { ?a ?b ?c . ?d ?e ?f }"), JSON
        ) as answer:
            async for _ in answer:
                break

    with WorkerPool(root, 2, SMALL) as pool:
        asyncio.run(leave(pool))
        with pool.open_stream(SparqlQuery("SELECT * { ?a ?b ?c . ?d ?e ?f }"), JSON) as answer:
            next(iter(answer))
        assert pool.busy == 0
        check_next(pool)


def test_a_query_that_fails_does_so_before_the_first_block(pool):
    async def fail():
        await pool.answer(SparqlQuery("SELECT * {"), JSON)

    with pytest.raises(QuerySyntax, match="line 1, column 10"):
        asyncio.run(fail())
    with pytest.raises(QueryError, match="text/csv cannot hold"):
        pool.serialize(SparqlQuery("CONSTRUCT WHERE { ?s ?p ?o }"), "text/csv")


def test_the_pool_follows_new_versions(tmp_path):
    s, p = Iri(EX + "s"), Iri(EX + "p")
    build(tmp_path / "store", [])
    query = f"SELECT ?o {{ <{s}> <{p}> ?o }}"
    with (
        WorkerPool(tmp_path / "store", 2) as pool,
        EmbeddedStore.open_writer(tmp_path / "store") as writer,
    ):
        for n in range(12):
            version = writer.commit(Change(add=[(s, p, Literal(str(n)), None)]))
            if n % 3 == 0:
                pool.refresh()
            answer = pool.serialize(SparqlQuery(query), JSON)
            assert (answer.rows, answer.version) == (n + 1, version)
        retained = list((tmp_path / "store" / "checkpoints").iterdir())
        assert len(retained) <= 4


def test_a_pool_over_nothing_says_so(tmp_path):
    with pytest.raises(StoreMissing):
        WorkerPool(tmp_path / "none")


def test_a_closed_pool_says_so(root):
    pool = WorkerPool(root, 1)
    pool.close()
    with pytest.raises(StoreError):
        pool.serialize(SparqlQuery(POINT), JSON)
