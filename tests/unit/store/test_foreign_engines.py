"""Servers of tests end with the tests, however these end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import pytest

from tests.waiting import free_port, wait_until

STARTED = """
import sys
from tests.foreign_engines import running
port = sys.argv[1]
script = f"{sys.executable} -m http.server --bind 127.0.0.1 {port} & wait"  # as one that starts Virtuoso
with running(f"http://127.0.0.1:{port}", "bash", "-c", script):
    print("ready", flush=True)
    sys.stdin.read()
"""


def _listens(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, None])
def test_a_server_behind_a_script_ends_with_the_tests(how: signal.Signals | None) -> None:
    port = free_port()
    pipe = subprocess.PIPE
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    line = [sys.executable, "-c", STARTED, str(port)]
    with subprocess.Popen(line, stdin=pipe, stdout=pipe, text=True, env=env) as tests:
        assert tests.stdout is not None
        assert tests.stdin is not None
        assert tests.stdout.readline() == "ready\n"
        assert _listens(port)
        if how is None:
            tests.stdin.close()
        else:
            tests.send_signal(how)
        tests.wait()
    wait_until(lambda: not _listens(port), "the end of the server")
