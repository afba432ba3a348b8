"""Complete SQLite files that no process changes any more, open for reading."""

from __future__ import annotations

import sqlite3
import weakref
from pathlib import Path


def address(file: Path) -> str:
    """The URI of a complete file, for ``ATTACH`` too: SQLite then neither locks nor writes it."""
    return f"{file.resolve().as_uri()}?mode=ro&immutable=1"


def connect(file: Path) -> sqlite3.Connection:
    """Open a complete file for reading by any thread."""
    return sqlite3.connect(address(file), uri=True, check_same_thread=False)


class SharedConnection:
    """A connection that several objects use; it is closed when the last of them is freed.

    A connection and its cache of statements refer to each other, so that an unclosed one keeps its
    file open until a garbage collection.
    """

    __slots__ = ("__weakref__", "connection")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        weakref.finalize(self, connection.close)
