"""Answers in XML that can be read back: what XML cannot hold is refused, a carriage return kept.

The engine writes whatever a value holds. XML 1.0 (§2.2) has no way to write most control characters,
U+FFFE and U+FFFF, and a reader turns a bare carriage return into a line feed (§2.11). RDF/XML names a
predicate by an element, so one whose IRI does not end in a name has none.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

_CHARACTER: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_NAMELESS: Final = re.compile(rb"<oxprefix:[\s/>]")
_AHEAD: Final = len(b"<oxprefix:")
"""The longest beginning, at the end of a piece, of what is looked for."""


class Unwritable(Exception):
    """XML cannot hold a part of the answer; the text says which."""


class Out(Protocol):
    """A file to write to."""

    def write(self, chunk: bytes) -> int:
        """Take a piece."""

    def flush(self) -> None:
        """Keep nothing back."""


class XmlText:
    """A file between the engine and another, for XML; writing raises Unwritable."""

    def __init__(self, out: Out) -> None:
        self._out, self._before = out, b""

    def write(self, chunk: bytes) -> int:
        """Look a piece through, wherever the one before it ended, and pass it on."""
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
        """Nothing is kept back."""
        self._out.flush()
