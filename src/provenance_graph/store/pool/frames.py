"""Messages over a pipe: a letter, a length, and that many bytes."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any, Final

DATA: Final = b"D"  # a piece of an answer
END: Final = b"E"  # the answer is whole; what is known about it, as JSON
ERROR: Final = b"X"  # the answer ends here; name of the error and message, as JSON
READY: Final = b"R"  # the worker can be used; what confines it, as JSON
REQUEST: Final = b"Q"

_HEAD = struct.Struct("!cI")
HEAD_SIZE: Final = _HEAD.size


def frame(kind: bytes, body: bytes) -> bytes:
    """One message."""
    return _HEAD.pack(kind, len(body)) + body


def json_frame(kind: bytes, value: object) -> bytes:
    """One message with a JSON value."""
    return frame(kind, json.dumps(value).encode())


class FrameReader:
    """Messages out of whatever pieces arrive."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take what arrived."""
        self._buffer += data

    @property
    def waiting(self) -> int:
        """How many bytes have arrived and were not read yet."""
        return len(self._buffer)

    def next(self) -> tuple[bytes, bytes] | None:
        """The next whole message, its letter and body."""
        buffer = self._buffer
        if len(buffer) < HEAD_SIZE:
            return None
        kind, size = _HEAD.unpack_from(buffer)
        end = HEAD_SIZE + size
        if len(buffer) < end:
            return None
        body = bytes(buffer[HEAD_SIZE:end])
        del buffer[:end]
        return kind, body


def receive(sock: socket.socket, reader: FrameReader) -> tuple[bytes, bytes] | None:
    """Wait for the next message of a blocking socket; None when the other side is gone."""
    while (result := reader.next()) is None:
        data = sock.recv(262_144)
        if not data:
            return None
        reader.feed(data)
    return result


def loads(body: bytes) -> Any:
    """The JSON value of a message."""
    return json.loads(body)
