"""How HTTP processes and the writer talk: one request and one answer on a unix socket.

A message is a JSON object and any number of byte strings, each with its length before it.
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
    """The other side has gone."""


def pack(head: dict[str, object], blobs: Sequence[bytes] = ()) -> bytes:
    """A message as bytes."""
    text = json.dumps({**head, "blobs": len(blobs)}).encode()
    pieces = (text, *blobs)
    return b"".join(part for piece in pieces for part in (_LENGTH.pack(len(piece)), piece))


def receive(connection: socket.socket) -> tuple[dict[str, Any], list[bytes]]:
    """Read a message, in the writer."""
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
    """Send a message to the writer and wait for its answer; raises Hangup when it dies."""
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
