"""Each answer ends where the next begins, whatever method and length a request states."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

import pytest
from hostile_service import Running
from waiting import PATIENCE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")
LARGE = "/sparql?query=SELECT%20*%20%7B%3Fa%20%3Fb%20%3Fc%20.%20%3Fd%20%3Fe%20%3Ff%7D"
MARK = b"ASK { <urn:a> <urn:b> 1 }"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("framing") / "store")
    triples = " ".join(f"<urn:s{n}> <urn:p> {n} ." for n in range(200))
    assert running.update(f"INSERT DATA {{ {triples} <urn:a> <urn:b> 1 }}") == 204
    yield running
    assert running.stop() == 0


def marked() -> bytes:
    """A request whose answer is known, and after which the connection ends."""
    head = (
        "POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        f"Content-Type: application/sparql-query\r\nContent-Length: {len(MARK)}\r\n\r\n"
    )
    return head.encode() + MARK


def heard_of(service: Running, raw: bytes) -> bytes:
    """What comes back until the other side ends the connection."""
    heard = b""
    with socket.create_connection(("127.0.0.1", service.port), PATIENCE) as connection:
        connection.sendall(raw)
        while piece := connection.recv(65536):
            heard += piece
    return heard


@pytest.mark.parametrize("path", ["/health", "/sparql", "/docs", "/data?default", LARGE, "/none"])
def test_head_sends_headers_alone_and_the_connection_goes_on(service: Running, path: str) -> None:
    heard = heard_of(service, f"HEAD {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() + marked())
    first, _, rest = heard.partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in first.lower()
    assert rest.startswith(b"HTTP/1.1 200")
    assert rest.endswith(b"true}")
    assert "error" not in service.output()


def test_head_states_the_length_that_get_has_or_none(service: Running) -> None:
    for path in ("/docs", "/sparql?query=ASK%7B%7D", LARGE):
        lengths = []
        for method in ("HEAD", "GET"):
            heard = heard_of(
                service,
                f"{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode(),
            )
            lines = heard.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
            lengths.append([line for line in lines if line.startswith(b"content-length")])
        assert lengths[0] == lengths[1]


def test_a_length_with_many_zeros_before_it_is_that_length(service: Running) -> None:
    request = marked().replace(b"Content-Length: ", b"Content-Length: " + b"0" * 5_000)
    heard = heard_of(service, request)
    assert heard.startswith(b"HTTP/1.1 200")
    assert heard.endswith(b"true}")
