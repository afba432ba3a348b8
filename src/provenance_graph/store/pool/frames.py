"""Messages over a socket: a letter, a length, and that many bytes."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any, Final

DATA: Final = b"D"  # a piece of an answer
END: Final = b"E"  # the answer is complete; its kind and rows, as JSON
ERROR: Final = b"X"  # the answer ends here; name of the error and message, as JSON
READY: Final = b"R"  # the worker can be used; what confines it, as JSON
REQUEST: Final = b"Q"

_HEAD = struct.Struct("!cI")
HEAD_SIZE: Final = _HEAD.size


def frame(kind: bytes, body: bytes) -> bytes:
    """A message of a kind with a body."""
    return _HEAD.pack(kind, len(body)) + body


def json_frame(kind: bytes, value: object) -> bytes:
    """A message of a kind with a JSON value as body."""
    return frame(kind, json.dumps(value).encode())


class FrameReader:
    """Splits received pieces of a stream into messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Add a received piece."""
        self._buffer += data

    @property
    def waiting(self) -> int:
        """Bytes received and not yet returned."""
        return len(self._buffer)

    def next(self) -> tuple[bytes, bytes] | None:
        """The next complete message, as letter and body, or None."""
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
    """Wait for the next message of a blocking socket; None when the other end is closed."""
    while (result := reader.next()) is None:
        data = sock.recv(262_144)
        if not data:
            return None
        reader.feed(data)
    return result


def loads(body: bytes) -> Any:
    """The JSON value of a message."""
    return json.loads(body)
