"""One function in a process of its own meets its limits."""

from __future__ import annotations

import ctypes
import json
import os
import socket
import sys
import threading
import time
from pathlib import Path

import pytest
from worker_queries import (
    SMALL,
    linux,
)

from provenance_graph.core.errors import (
    QueryCrashed,
    QueryTimeout,
    QueryTooLarge,
    Unreadable,
)
from provenance_graph.store.base import Limits
from provenance_graph.store.pool.documents import WarmFunction
from provenance_graph.store.pool.spawner import Spawner, run_bounded


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


SEEN = []


def prepare():
    SEEN.append("prepared")


def rememberer(data):
    """What this process has seen before: the same each time, where each call has a copy."""
    SEEN.append(data.decode())
    return json.dumps(SEEN).encode()


def parent(_):
    return str(os.getppid()).encode()


def ender(_):
    ctypes.string_at(0)


HERE = "test_bounded_functions"


LIMITS = [
    ("sleeper", b"", QueryTimeout, "within 1 s"),
    ("eater", b"", QueryTooLarge, "more than 200 MiB"),
    ("refuser", b"of this", Unreadable, "because of this"),
    ("writer", b"/tmp/never-written", QueryCrashed, "Permission|permitted"),
    ("dialler", b"", QueryCrashed, "Permission|permitted"),
    ("ender", b"", QueryCrashed, "Segmentation"),
]


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
@pytest.mark.parametrize(("name", "data", "kind", "said"), LIMITS)
def test_a_bounded_function_meets_its_limits(spawner, name, data, kind, said):
    limits = Limits(seconds=1 if name == "sleeper" else 120, memory_bytes=200 << 20)
    with pytest.raises(kind, match=said):
        run_bounded(f"{HERE}:{name}", data, limits, spawner)
    assert not Path("/tmp/never-written").exists()


@linux
@pytest.mark.parametrize(("name", "data", "kind", "said"), LIMITS)
def test_a_copy_of_a_process_meets_the_same_limits(spawner, name, data, kind, said):
    function = WarmFunction(spawner, f"{HERE}:{name}", 200 << 20, fresh=True)
    limits = Limits(seconds=1 if name == "sleeper" else 120, memory_bytes=200 << 20)
    for _ in range(2):  # also after it has failed
        with pytest.raises(kind, match=said):
            function(data, limits)
    function.close()
    assert not Path("/tmp/never-written").exists()


@linux
def test_a_copy_knows_nothing_of_the_document_before(spawner):
    function = WarmFunction(spawner, f"{HERE}:rememberer", 200 << 20, fresh=True)
    for name in ("one", "two", "three"):
        assert json.loads(function(name.encode(), SMALL)) == ["prepared", name]
    function.close()


@linux
def test_code_is_loaded_once_for_many_documents(spawner):
    parents = set()
    function = WarmFunction(spawner, f"{HERE}:parent", 200 << 20, fresh=True)
    for _ in range(3):
        parents.add(json.loads(function(b"", SMALL)))
    function.close()
    assert len(parents) == 1


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
