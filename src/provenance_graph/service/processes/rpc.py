"""Messages between HTTP processes and the writer: one request and one answer on a unix socket.

A message is a JSON object and any number of byte strings, each preceded by its length (4 bytes).
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Sequence
from typing import Any, Final

_LENGTH: Final = struct.Struct("!I")
_LONGEST: Final = 1 << 30
_BLOBS: Final = 1_000


class Hangup(Exception):
    """The other process closed the connection."""


def pack(head: dict[str, object], blobs: Sequence[bytes] = ()) -> bytes:
    """A message in bytes: the JSON object ``head`` and the byte strings ``blobs``."""
    text = json.dumps({**head, "blobs": len(blobs)}).encode()
    pieces = (text, *blobs)
    return b"".join(part for piece in pieces for part in (_LENGTH.pack(len(piece)), piece))


def receive(connection: socket.socket) -> tuple[dict[str, Any], list[bytes]]:
    """Read a message from a socket; raises Hangup where it is incomplete. Used by the writer."""
    head = json.loads(_read(connection))
    count = min(int(head.pop("blobs")), _BLOBS)
    return head, [_read(connection) for _ in range(count)]


def _read(connection: socket.socket) -> bytes:
    size = _LENGTH.unpack(_exactly(connection, _LENGTH.size))[0]
    if size > _LONGEST:
        raise Hangup
    return _exactly(connection, size)


def _exactly(connection: socket.socket, size: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < size:
        piece = connection.recv(min(size - len(pieces), 1 << 20))
        if not piece:
            raise Hangup
        pieces += piece
    return bytes(pieces)


async def ask(path: str, message: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Send a message to the writer and return its answer; raises Hangup if the writer ends."""
    try:
        reader, writer = await asyncio.open_unix_connection(path)
    except OSError as error:
        raise Hangup from error

    async def piece() -> bytes:
        size = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))[0]
        return await reader.readexactly(size)

    try:
        writer.write(message)
        await writer.drain()
        head = dict(json.loads(await piece()))
        return head, [await piece() for _ in range(int(head.pop("blobs")))]
    except (OSError, asyncio.IncompleteReadError) as error:
        raise Hangup from error
    finally:
        writer.close()
