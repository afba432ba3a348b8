"""The settings that bound connections reach the protocol that keeps to them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import pytest
import uvicorn

from provenance_graph.service.processes.http_server import Bounded, bounded_protocol
from provenance_graph.service.settings import Settings


def test_each_limit_of_the_settings_is_that_of_the_protocol() -> None:
    one = bounded_protocol(
        Settings(header_kb=2, header_seconds=3, client_connections=7, trusted_proxies="10.0.0.1,")
    )
    assert (one.max_bytes, one.seconds, one.share) == (2 << 10, 3, 7)
    assert one.spared == {"10.0.0.1"}
    assert one.open_by is not bounded_protocol(Settings()).open_by
    assert one.open_by is not Bounded.open_by


@pytest.mark.parametrize(("kilobytes", "status"), [(2, b"431"), (64, b"200")])
def test_headers_are_refused_from_the_size_in_the_settings_on(
    kilobytes: int, status: bytes
) -> None:
    async def app(scope: dict, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield  # pytest's own

    async def answered() -> bytes:
        protocol = bounded_protocol(Settings(header_kb=kilobytes))
        config = uvicorn.Config(
            app, port=0, http=protocol, lifespan="off", ws="none", log_config=None
        )
        server = Server(config)
        serving = asyncio.ensure_future(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nx-long: " + b"x" * 4_000)
        await writer.drain()
        await asyncio.sleep(0.05)
        with contextlib.suppress(ConnectionError):
            writer.write(b"\r\nconnection: close\r\n\r\n")
            await writer.drain()
        answer = await reader.read()
        writer.close()
        server.should_exit = True
        await serving
        return answer

    assert status in asyncio.run(answered())[:30]
