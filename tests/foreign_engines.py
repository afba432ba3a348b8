"""Other people's SPARQL engines, started on this machine where they are installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.waiting import free_port, wait_until

SCRIPTS = Path(__file__).parents[1] / "benchmarks" / "engines"
GUARDED = 'exec 3<&0; { cat <&3; kill -KILL 0; } >/dev/null & exec "$@" 3<&-'
"""A shell that becomes a server, and ends its whole process group when whoever started it is gone:
the end of its input says so, also of one that was killed. A signal on the end of the parent would
reach the first process alone, and a script leaves its server behind.
"""


@contextmanager
def running(url: str, *line: str) -> Iterator[str]:
    """A server of its own process group, from when it answers until it is no longer needed."""
    beside = str(Path(sys.executable).parent)  # of an environment that is not activated
    path = f"{beside}{os.pathsep}{os.environ.get('PATH', '')}"
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(
        ["bash", "-c", GUARDED, "bash", *line],
        stdin=subprocess.PIPE,
        stdout=quiet,
        stderr=quiet,
        start_new_session=True,
        env={**os.environ, "PATH": path},
    )
    try:
        wait_until(lambda: _answers(url, server), f"an answer of {line[0]}")
        yield url
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.communicate()


def _answers(url: str, server: subprocess.Popen[bytes]) -> bool:
    try:
        httpx2.post(url, data={"query": "ASK {}"}, timeout=5)
    except httpx2.HTTPError:
        assert server.poll() is None, "the server ended"
        return False
    return True


def _needed(program: str, package: str) -> None:
    beside = str(Path(sys.executable).parent)
    if shutil.which(program, path=beside) is None and shutil.which(program) is None:
        pytest.skip(f"no {program} here: {package}")


@contextmanager
def oxigraph(folder: Path) -> Iterator[str]:
    """An Oxigraph server; the address of its queries."""
    _needed("oxigraph", "pip install oxigraph")
    port = free_port()
    script = str(SCRIPTS / "oxigraph_server.sh")
    with running(f"http://127.0.0.1:{port}/query", "bash", script, str(folder), str(port)) as url:
        yield url


@contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    """A Virtuoso 7; the address of its queries and updates."""
    _needed("virtuoso-t", "apt-get install virtuoso-opensource")
    port, other = free_port(), free_port()
    script = str(SCRIPTS / "virtuoso_server.sh")
    url = f"http://127.0.0.1:{port}/sparql"
    with running(url, "bash", script, str(folder), str(port), str(other)):
        # the script lets it be written once it is up
        wait_until(lambda: _takes_updates(url), "an update that Virtuoso takes")
        yield url


def _takes_updates(url: str) -> bool:
    text = "INSERT DATA { GRAPH <urn:probe> { <urn:s> <urn:p> 1 } }"
    words = {"content": text, "headers": {"content-type": "application/sparql-update"}}
    done = httpx2.post(url, timeout=30, **words).is_success
    if done:
        drop = {**words, "content": "DROP SILENT GRAPH <urn:probe>"}
        httpx2.post(url, timeout=30, **drop)
    return done
