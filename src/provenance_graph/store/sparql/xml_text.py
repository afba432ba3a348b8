"""Filter XML answers so that they can be read back.

The engine writes every character of a value. XML 1.0 (§2.2) has no representation of most control
characters, U+FFFE and U+FFFF: such an answer is refused. A reader turns a bare carriage return into
a line feed (§2.11): it is written as a reference. RDF/XML names a predicate by an element, so a
predicate whose IRI does not end in a name is refused.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

_CHARACTER: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_NAMELESS: Final = re.compile(rb"<oxprefix:[\s/>]")
_AHEAD: Final = len(b"<oxprefix:")
"""Bytes at the end of a piece that may be the beginning of a searched text."""


class Unwritable(Exception):
    """XML cannot hold a part of the answer; the message names the part."""


class Out(Protocol):
    """A writable binary file."""

    def write(self, chunk: bytes) -> int:
        """Write a piece; returns its length."""

    def flush(self) -> None:
        """Write buffered data."""


class XmlText:
    """A file that filters the engine's XML into ``out``; writing raises Unwritable."""

    def __init__(self, out: Out) -> None:
        self._out, self._before = out, b""

    def write(self, chunk: bytes) -> int:
        """Check a piece, also across the end of the one before; write it with escaped returns."""
        piece = bytes(chunk)
        looked = self._before + piece
        if match := _CHARACTER.search(looked):
            code = ord(match[0].decode("utf-8"))
            raise Unwritable(f"the character U+{code:04X}")
        if _NAMELESS.search(looked):
            raise Unwritable("a predicate or class whose IRI does not end in a name")
        self._before = looked[-_AHEAD:]
        self._out.write(piece.replace(b"\r", b"&#xD;"))
        return len(piece)

    def flush(self) -> None:
        """Flush ``out``; this filter holds back no data."""
        self._out.flush()
