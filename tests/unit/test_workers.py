"""Queries from outside meet their limits and never hurt the next query."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import (
    QueryBusy,
    QueryCrashed,
    QueryError,
    QueryRefused,
    QuerySyntax,
    QueryTimeout,
    QueryTooLarge,
    StoreError,
    StoreMissing,
    Unreadable,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import XSD
from provenance_graph.store.base import Change, DatasetChoice, Limits
from provenance_graph.store.embedded import EmbeddedStore, build
from provenance_graph.store.pool.pool import WorkerPool
from provenance_graph.store.pool.spawner import Spawner, run_bounded
from provenance_graph.store.sparql import guard

linux = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")
JSON, NT = "application/sparql-results+json", "application/n-triples"
EX = "https://example.org/"
POINT = f"SELECT ?o {{ <{EX}s7> <{EX}p> ?o }}"
CROSS = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SLOW = f"SELECT (COUNT(*) AS ?n) {CROSS}"
SMALL = Limits(seconds=5, memory_bytes=256 << 20)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("workers") / "store"
    build(
        root,
        (
            (Iri(f"{EX}s{n}"), Iri(EX + "p"), Literal(str(n), XSD.integer), None)
            for n in range(3000)
        ),
    )
    return root


@pytest.fixture(scope="module")
def pool(root):
    with WorkerPool(root, 2, SMALL) as pool:
        yield pool


def rows(answer):
    return json.loads(answer.body)["results"]["bindings"]


def check_next(pool):
    assert rows(pool.serialize(POINT, JSON))[0]["o"]["value"] == "7"


def wait_until(there):
    until = time.monotonic() + 5
    while not there() and time.monotonic() < until:
        time.sleep(0.01)


def workers_of(pool):
    """The process ids of the pool's workers."""
    children = Path(f"/proc/{pool.spawner.pid}/task/{pool.spawner.pid}/children")
    with suppress(OSError):  # it has just been replaced
        return [int(pid) for pid in children.read_text().split()]
    return []


def test_an_answer_says_its_kind_rows_and_version(pool):
    answer = pool.serialize(POINT, JSON)
    assert (answer.kind, answer.rows) == ("select", 1)
    assert answer.version == pool.version
    assert pool.serialize("ASK {}", JSON).kind == "ask"
    assert pool.serialize("DESCRIBE <https://example.org/s1>", NT).kind == "describe"


def test_threads_and_an_event_loop_use_one_pool(pool):
    async def ask():
        return [rows(await pool.answer(POINT, JSON))[0]["o"]["value"] for _ in range(20)]

    async def both():
        blocking = asyncio.to_thread(pool.serialize, POINT, JSON)
        return await asyncio.gather(ask(), ask(), ask(), blocking)

    for _ in range(2):
        result = asyncio.run(both())
        assert result[0] == ["7"] * 20
        check_next(pool)
        with ThreadPoolExecutor(6) as threads:
            list(threads.map(lambda _: check_next(pool), range(30)))


def test_a_thread_and_a_loop_that_ask_by_turns_never_wait_for_each_other(root):
    """The pool has one loop: whoever asks from elsewhere is handed to it."""
    with WorkerPool(root, 1, Limits(seconds=3)) as pool:

        async def main():
            for _ in range(20):
                await pool.answer(POINT, JSON)
                await asyncio.to_thread(pool.serialize, POINT, JSON)

        for _ in range(3):
            asyncio.run(main())
            check_next(pool)


def test_a_loop_that_ends_in_the_middle_takes_no_worker_with_it(root):
    async def leave(pool):
        stream = await pool.stream("SELECT * { ?a ?b ?c . ?d ?e ?f }", JSON)
        assert stream.first

    with WorkerPool(root, 1, Limits(seconds=3)) as pool:
        for _ in range(3):
            asyncio.run(leave(pool))
        check_next(pool)


@linux
def test_a_system_without_room_for_processes_is_a_refusal_and_no_end(root):
    """The fork server outlives a fork that fails, and the next one is tried."""
    with WorkerPool(root, 1, Limits(seconds=3)) as pool:
        check_next(pool)
        server = pool.spawner.pid
        resource.prlimit(server, resource.RLIMIT_NOFILE, (3, 4096))  # no handle for a socket
        os.kill(workers_of(pool)[0], signal.SIGKILL)
        with pytest.raises(QueryError, match=r"keep ending|room"):
            pool.serialize(POINT, JSON)
        with pytest.raises(QueryBusy, match="room"):
            run_bounded("json:loads", b"1", spawner=pool.spawner)
        resource.prlimit(server, resource.RLIMIT_NOFILE, (1024, 4096))
        check_next(pool)
        assert pool.spawner.pid == server


def test_bindings_dataset_and_base_reach_the_worker(pool):
    query = "SELECT ?s ?o { ?s <p> ?o }"
    answer = pool.serialize(query, JSON, bindings={"s": Iri(EX + "s7")}, base=EX)
    assert rows(answer)[0]["o"]["value"] == "7"
    empty = pool.serialize(query, JSON, dataset=DatasetChoice((Iri(EX + "g"),)), base=EX)
    assert empty.rows == 0


def test_a_limit_on_rows_or_bytes_refuses_and_says_so(pool):
    for limits in (Limits(rows=10), Limits(answer_bytes=5000)):
        with pytest.raises(QueryTooLarge, match="not cut short"):
            pool.serialize("SELECT * { ?s ?p ?o }", JSON, limits=limits)
    check_next(pool)


HOSTILE = {
    "cross product": (SLOW, QueryTimeout),
    "endless path": (
        "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>)* ?b . ?c (!<urn:y>)* ?d . ?e (!<urn:z>)* ?f }",
        QueryTimeout,
    ),
    "doubling": (
        'SELECT (STRLEN(?v40) AS ?n) { BIND("aaaaaaaaaaaaaaaaaaaa" AS ?v0) '
        + "".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1}) " for n in range(40))
        + "}",
        QueryTooLarge,
    ),
    "sorting a cross product": (
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?a",
        QueryTooLarge,
    ),
    "distinct": ("SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", QueryError),
}


@linux
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_query_meets_its_limit_and_the_next_is_answered(pool, name):
    query, kind = HOSTILE[name]
    limits = Limits(seconds=2 if kind is QueryTimeout else 20, memory_bytes=256 << 20)
    started = time.monotonic()
    if kind is QueryError:  # cut by bytes, if memory does not end it before
        with suppress(QueryTooLarge):
            assert pool.serialize(query, JSON, limits=Limits(seconds=20, rows=1000)).truncated
    else:
        with pytest.raises(kind):
            pool.serialize(query, JSON, limits=limits)
    assert time.monotonic() - started < limits.seconds + 1
    check_next(pool)


@linux
@pytest.mark.parametrize(
    "query",
    [
        "SELECT * " + "{" * 20_000 + "}" * 20_000,
        "SELECT * { FILTER(" + "(" * 20_000 + "1" + ")" * 20_000 + ") }",
        "SELECT * { {}" + "UNION{}" * 12_000 + "}",
    ],
)
def test_what_the_guard_would_miss_costs_one_worker(pool, query, monkeypatch):
    monkeypatch.setattr(guard, "check_query", lambda *_: None)
    with pytest.raises(QueryCrashed):
        pool.serialize(query, JSON)
    monkeypatch.undo()
    check_next(pool)


@linux
def test_no_query_reaches_the_network_even_past_the_guard(pool, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.3)
        url = f"http://127.0.0.1:{canary.getsockname()[1]}/"
        query = f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"
        with pytest.raises(QueryRefused):
            pool.serialize(query, JSON)
        monkeypatch.setattr(guard, "check_query", lambda *_: None)
        with pytest.raises(QueryError):
            pool.serialize(query, JSON)
        with pytest.raises(TimeoutError):
            canary.accept()


def flat(unit, size=99_000, start="SELECT * { ", end=" }"):
    return start + unit * ((size - len(start) - len(end)) // len(unit)) + end


@pytest.mark.parametrize(
    "query",
    [
        flat("?s?p?o."),
        flat("?o,", start="SELECT*{?s ?p ", end="?o}"),
        flat("?p?o;", start="SELECT*{?s ", end="?p ?o}"),
        flat("1 ", start="SELECT*{VALUES ?x {", end="}}"),
        flat("1,", start="SELECT*{FILTER(?x IN(", end="1))}"),
        flat("?x ", start="SELECT ", end="{}"),
        flat("1,", start="SELECT*{FILTER(<urn:f>(", end="1))}"),
        flat("?x,", start="SELECT*{FILTER(COALESCE(", end="1)=1)}"),
        flat("[]?p?o.[]?p?o."),
        flat("FROM<urn:x>", start="SELECT * ", end="{}"),
        flat("PREFIX a:<urn:x>", start="", end="SELECT*{}"),
        flat("(1 AS?x)", start="SELECT ", end="{}"),
        flat("ASC(?x)", start="SELECT*{}ORDER BY ", end="?x"),
        flat("?x", start="SELECT*{}GROUP BY ", end=""),
        flat("(?x=1)", start="SELECT*{}HAVING ", end=""),
        flat("{}", start="SELECT*{", end="}"),
        flat("(1)", start="SELECT*{VALUES(?x){", end="}}"),
        flat("<a>|", start="SELECT*{?s !(", end="<a>)?o}"),
        flat("?s?p", start="SELECT*{", end=""),
        flat('"a"', start="SELECT*{?s ?p ", end="}"),
    ],
    ids=lambda query: query[:24],
)
def test_a_long_flat_query_never_crashes_a_worker(pool, query):
    try:
        pool.serialize(query, JSON, limits=Limits(seconds=2))
    except QueryCrashed:
        pytest.fail("a worker crashed")
    except QueryError:
        pass
    check_next(pool)


@linux
def test_a_worker_killed_while_idle_goes_unnoticed(pool):
    for _ in range(5):
        check_next(pool)
        for pid in workers_of(pool):
            os.kill(pid, signal.SIGKILL)
        started = time.monotonic()
        check_next(pool)
        assert time.monotonic() - started < 2


@linux
def test_a_worker_killed_at_work_is_replaced_and_asked_again(pool):
    limits = Limits(seconds=2)
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(pool.serialize, SLOW, JSON, limits=limits)
        time.sleep(0.3)
        for pid in workers_of(pool):
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(QueryTimeout):
            asked.result()
    check_next(pool)


@linux
def test_the_fork_server_may_die_too(pool):
    for _ in range(3):
        os.kill(pool.spawner.pid, signal.SIGKILL)
        started = time.monotonic()
        check_next(pool)
        assert time.monotonic() - started < 2


@linux
def test_killing_everything_in_turn_loses_no_query(root):
    with WorkerPool(root, 2, SMALL) as pool, ThreadPoolExecutor(4) as threads:
        stop = threading.Event()

        def ask():
            count = 0
            while not stop.is_set():
                check_next(pool)
                count += 1
            return count

        asking = [threads.submit(ask) for _ in range(4)]
        try:
            for n in range(40):
                victims = workers_of(pool) if n % 10 else [pool.spawner.pid]
                for pid in victims[:1]:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                time.sleep(0.03)
        finally:
            stop.set()
        assert all(result.result() > 0 for result in asking)


@linux
def test_workers_end_with_the_process_that_started_them(root):
    code = (
        "import sys, time\n"
        "from provenance_graph.store.pool.pool import WorkerPool\n"
        f"pool = WorkerPool({str(root)!r}, 2)\n"
        "pool.serialize('ASK {}', 'text/csv')\n"
        "print(pool.spawner.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        server = int(parent.stdout.readline())
        pids = [
            server,
            *map(int, Path(f"/proc/{server}/task/{server}/children").read_text().split()),
        ]
        assert len(pids) == 3
        parent.kill()
    until = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < until:
        time.sleep(0.02)
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_a_full_queue_is_refused_at_once_and_a_long_wait_ends(root):
    with (
        WorkerPool(root, 1, Limits(seconds=1.5), queue=1) as pool,
        ThreadPoolExecutor(2) as threads,
    ):
        running = threads.submit(pool.serialize, SLOW, JSON)
        wait_until(lambda: pool.busy)
        waiting = threads.submit(pool.serialize, POINT, JSON, limits=Limits(seconds=0.3))
        wait_until(lambda: pool.waiting)
        with pytest.raises(QueryBusy, match="try again"):
            pool.serialize(POINT, JSON)
        with pytest.raises(QueryBusy, match="no worker was free"):
            waiting.result()
        with pytest.raises(QueryTimeout):
            running.result()
        check_next(pool)


def test_a_waiting_query_gets_the_worker_that_is_given_back(root):
    async def main(pool):
        slow = asyncio.create_task(pool.answer(SLOW, JSON, limits=Limits(seconds=0.5)))
        await asyncio.sleep(0.1)
        quick = [asyncio.create_task(pool.answer(POINT, JSON)) for _ in range(10)]
        with pytest.raises(QueryTimeout):
            await slow
        return [answer.rows for answer in await asyncio.gather(*quick)]

    with WorkerPool(root, 1, SMALL) as pool:
        assert asyncio.run(main(pool)) == [1] * 10


def test_a_cancelled_query_gives_its_worker_up(pool):
    async def main():
        for _ in range(3):
            tasks = [asyncio.create_task(pool.answer(SLOW, JSON)) for _ in range(4)]
            await asyncio.sleep(0.1)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            started = time.monotonic()
            assert (await pool.answer(POINT, JSON)).rows == 1
            assert time.monotonic() - started < 1.5

    asyncio.run(main())
    assert pool.busy == pool.waiting == 0


def test_a_large_answer_streams_in_blocks(root):
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 60000"
    limits = Limits(seconds=10, rows=60_000)

    async def stream(pool):
        async with await pool.stream(query, JSON, limits=limits) as answer:
            sizes = [len(block) async for block in answer]
        return sizes, answer.rows

    with WorkerPool(root, 2, SMALL) as pool:
        sizes, count = asyncio.run(stream(pool))
        assert count == 60_000
        assert len(sizes) > 10
        assert max(sizes) < 1 << 20
        with pool.open_stream(query, JSON, limits=limits) as answer:
            assert sum(map(len, answer)) == sum(sizes)
        assert answer.rows == 60_000


def test_leaving_a_stream_early_ends_the_query(root):
    async def leave(pool):
        async with await pool.stream("SELECT * { ?a ?b ?c . ?d ?e ?f }", JSON) as answer:
            async for _ in answer:
                break

    with WorkerPool(root, 2, SMALL) as pool:
        asyncio.run(leave(pool))
        with pool.open_stream("SELECT * { ?a ?b ?c . ?d ?e ?f }", JSON) as answer:
            next(iter(answer))
        assert pool.busy == 0
        check_next(pool)


def test_a_query_that_fails_does_so_before_the_first_block(pool):
    async def fail():
        await pool.answer("SELECT * {", JSON)

    with pytest.raises(QuerySyntax, match="1:11"):
        asyncio.run(fail())
    with pytest.raises(QueryError, match="text/csv cannot hold"):
        pool.serialize("CONSTRUCT WHERE { ?s ?p ?o }", "text/csv")


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
            answer = pool.serialize(query, JSON)
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
        pool.serialize(POINT, JSON)


# ---- one function in a process of its own ------------------------------------------------


def sleeper(_):
    time.sleep(30)


def eater(_):
    return len([b"x" * (1 << 20) for _ in range(4096)])


def refuser(data):
    raise Unreadable("here", "because " + data.decode())


def writer(data):
    Path(data.decode()).write_text("x")


def dialler(_):
    socket.socket()


HERE = "test_bounded_functions"


@pytest.fixture(scope="module")
def spawner(tmp_path_factory):
    place = tmp_path_factory.mktemp("functions")
    (place / f"{HERE}.py").write_text(Path(__file__).read_text())
    sys.path.insert(0, str(place))
    with Spawner() as spawner:
        yield spawner
    sys.path.remove(str(place))


def test_a_function_returns_bytes_or_json(spawner):
    assert run_bounded("json:loads", b'{"a": [1, null]}', spawner=spawner) == {"a": [1, None]}
    assert run_bounded("zlib:compress", b"x" * 99, spawner=spawner)[:1] == b"x"
    large = run_bounded("builtins:bytes", b"y" * 5_000_000, spawner=spawner)
    assert large == b"y" * 5_000_000


@linux
@pytest.mark.parametrize(
    ("name", "data", "kind", "said"),
    [
        ("sleeper", b"", QueryTimeout, "within 1 s"),
        ("eater", b"", QueryTooLarge, "more than 200 MiB"),
        ("refuser", b"of this", Unreadable, "because of this"),
        ("writer", b"/tmp/never-written", QueryCrashed, "Permission|permitted"),
        ("dialler", b"", QueryCrashed, "Permission|permitted"),
    ],
)
def test_a_bounded_function_meets_its_limits(spawner, name, data, kind, said):
    limits = Limits(seconds=1 if name == "sleeper" else 10, memory_bytes=200 << 20)
    with pytest.raises(kind, match=said):
        run_bounded(f"{HERE}:{name}", data, limits, spawner)
    assert not Path("/tmp/never-written").exists()


def test_bounded_functions_run_from_many_threads(spawner):
    results = []

    def run(n):
        results.append(run_bounded("json:loads", b"%d" % n, spawner=spawner) == n)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 12
