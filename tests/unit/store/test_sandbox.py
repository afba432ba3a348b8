"""A confined process may do what it needs and nothing else: every other call is tried."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance_graph.core.errors import QueryTooLarge
from provenance_graph.store.pool import landlock
from provenance_graph.store.pool.spawner import Spawner, run_bounded
from provenance_graph.store.pool.system_calls import MACHINES

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in MACHINES, reason="the sandbox is Linux's"
)
HERE = "test_sandbox_functions"
_CONDITIONAL = ("ioctl", "tgkill", "prlimit64", "clone", "clone3", "openat", "fcntl")
_LATEST = 470  # the highest call number of today's kernels
_TRAPS = {335, 336}  # uretprobe and uprobe: the kernel itself ends whoever calls them


def try_all(data: bytes) -> object:
    """The calls beyond the allowed ones that the kernel did not refuse with EPERM."""
    allowed = set(json.loads(data))
    libc = ctypes.CDLL(None, use_errno=True)
    wrong = []
    for number in range(_LATEST):
        if number in allowed or number in _TRAPS:
            continue
        ctypes.set_errno(0)
        syscall = libc.syscall(number, *[ctypes.c_long(-1)] * 6)
        if syscall != -1 or ctypes.get_errno() != errno.EPERM:
            wrong.append((number, syscall, ctypes.get_errno()))
    return wrong


def try_arguments(data: bytes) -> object:
    """Calls that are allowed for some arguments, with others; gives those that went through."""
    calls = json.loads(data)
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(64)
    through = []
    for name, number, arguments in calls:
        ctypes.set_errno(0)
        given = [ctypes.addressof(buffer) if a == "buffer" else a for a in arguments]
        given = [ctypes.c_char_p(a.encode()) if isinstance(a, str) else a for a in given]
        if libc.syscall(number, *given) != -1 or ctypes.get_errno() not in (
            errno.EPERM,
            errno.ENOSYS,
        ):
            through.append(name)
    return through


def read_places(data: bytes) -> object:
    """The places that could be read."""
    results = []
    for place in json.loads(data):
        try:
            Path(place).read_bytes()
        except OSError:
            continue
        results.append(place)
    return results


def own_needs(_: bytes) -> object:
    """What must go on working: threads, clocks, random bytes, memory, an abort of one's own."""
    import threading
    import time
    import uuid

    done: list[str] = []
    thread = threading.Thread(target=lambda: done.append(str(uuid.uuid4())))
    thread.start()
    thread.join()
    time.sleep(0.001)
    return len(done)


def abort(_: bytes) -> object:
    os.abort()


@pytest.fixture(scope="module")
def spawner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spawner]:
    place = tmp_path_factory.mktemp("functions")
    (place / f"{HERE}.py").write_text(Path(__file__).read_text())
    sys.path.insert(0, str(place))
    with Spawner() as spawner:
        yield spawner
    sys.path.remove(str(place))


def test_every_call_that_is_not_named_is_refused(spawner: Spawner) -> None:
    machine = MACHINES[platform.machine()]
    conditional = [machine.numbers[n] for n in _CONDITIONAL]
    allowed = [*machine.reading(), *conditional, *filter(None, [machine.number("open")])]
    data = json.dumps(allowed).encode()
    assert run_bounded(f"{HERE}:try_all", data, spawner=spawner) == []


def test_allowed_calls_are_refused_with_other_arguments(spawner: Spawner, tmp_path: Path) -> None:
    number = MACHINES[platform.machine()].numbers
    parent, file = os.getpid(), str(tmp_path / "new")
    (tmp_path / "old").write_text("x")
    calls = [
        ("signal another", number["tgkill"], [parent, parent, 0]),
        ("limits of another", number["prlimit64"], [parent, 7, 0, "buffer"]),
        ("another as owner of a descriptor's signals", number["fcntl"], [0, 8, parent]),
        ("the same by a structure", number["fcntl"], [0, 15, "buffer"]),
        ("which signal it gets", number["fcntl"], [0, 10, 9]),
        ("a lease", number["fcntl"], [0, 1024, 0]),
        ("a watched folder", number["fcntl"], [0, 1026, 1]),
        ("terminal", number["ioctl"], [0, 0x5412, "buffer"]),
        ("own limits", number["prlimit64"], [0, 7, "buffer", 0]),
        ("new process", number["clone"], [17, 0, 0, 0, 0]),
        ("new process by clone3", number["clone3"], ["buffer", 64]),
        ("new file", number["openat"], [-100, file, os.O_CREAT | os.O_WRONLY, 0o600]),
        ("change a file", number["openat"], [-100, str(tmp_path / "old"), os.O_RDWR, 0]),
        ("cut a file", number["openat"], [-100, str(tmp_path / "old"), os.O_TRUNC, 0]),
    ]
    data = json.dumps(calls).encode()
    assert run_bounded(f"{HERE}:try_arguments", data, spawner=spawner) == []
    assert not Path(file).exists()
    assert (tmp_path / "old").read_text() == "x"


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
def test_files_elsewhere_cannot_be_read(spawner: Spawner, tmp_path: Path) -> None:
    (tmp_path / "private").write_text("x")
    places = [
        str(tmp_path / "private"),
        "/etc/passwd",
        f"/proc/{os.getpid()}/environ",
        "/proc/self/environ",
        "/etc/shadow",
    ]
    data = json.dumps(places).encode()
    assert run_bounded(f"{HERE}:read_places", data, spawner=spawner) == []
    own = json.dumps([json.__file__]).encode()
    assert run_bounded(f"{HERE}:read_places", own, spawner=spawner) == [json.__file__]


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
def test_neither_working_directory_nor_a_scripts_folder_can_be_read(
    spawner: Spawner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python puts both into the import path, whatever else they hold."""
    home, script = tmp_path / "home", tmp_path / "script"
    for place in (home, script):
        place.mkdir()
        (place / "private").write_text("x")
        monkeypatch.syspath_prepend(str(place))
    monkeypatch.chdir(home)
    data = json.dumps([str(home / "private"), str(script / "private")]).encode()
    with Spawner() as started_here:
        assert run_bounded(f"{HERE}:read_places", data, spawner=started_here) == []


def test_what_a_query_needs_still_works(spawner: Spawner) -> None:
    assert run_bounded(f"{HERE}:own_needs", b"", spawner=spawner) == 1


def test_an_abort_is_still_told_from_a_crash(spawner: Spawner) -> None:
    """The engine aborts when memory runs out, which must not read as a fault of ours."""
    with pytest.raises(QueryTooLarge, match="memory"):
        run_bounded(f"{HERE}:abort", b"", spawner=spawner)


def test_a_secret_leaves_the_environment_for_good() -> None:
    code = (
        "import os\n"
        "from pathlib import Path\n"
        "from provenance_graph.store.pool.sandbox import forget_environment\n"
        "forget_environment('A_SECRET', 'NOT_THERE')\n"
        "assert 'A_SECRET' not in os.environ\n"
        "assert b'hidden-value' not in Path('/proc/self/environ').read_bytes()\n"
        "assert os.environ['ANOTHER'] == 'kept'\n"
    )
    environment = {**os.environ, "A_SECRET": "hidden-value", "ANOTHER": "kept"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
