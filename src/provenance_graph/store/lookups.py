"""Look-ups that this process answers without a worker, because their cost has a proven bound.

A worker protects from queries that run long, need much memory or crash the process. A look-up
(``sparql.lookup``) can do none of these. Its text has a fixed shape. One pattern gives a row for
each step of one index. Several patterns have at most ``MAX_ROWS`` combinations, counted before the
engine joins them. Output ends at ``MAX_BYTES``, which limits the rows too. A look-up that exceeds a
limit is left to a worker, at the cost of the rows read until then.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from provenance_graph.core.errors import ProvenanceError
from provenance_graph.store import layout
from provenance_graph.store.sparql.answers import SOLUTION_FORMATS, readable
from provenance_graph.store.sparql.lookup import Lookup, LookupTerm, Pattern
from provenance_graph.store.sparql.xml_text import Unwritable
from provenance_graph.store.values import Answer

MAX_ROWS: Final = 200
MAX_BYTES: Final = 32 << 10
_AGAIN: Final = 2.0
"""Seconds before another attempt to open a state that could not be opened."""
_DEFAULT: Final = ox.DefaultGraph()


class _State:
    """One published state, open for reading; its folder is not deleted meanwhile."""

    def __init__(self, folder: str, version: str) -> None:
        self.folder, self.version = folder, version
        self._handle = layout.lock_shared(Path(folder))
        with ExitStack() as undo:
            undo.callback(os.close, self._handle)
            self.engine = ox.Store.read_only(folder)
            undo.pop_all()

    def close(self) -> None:
        del self.engine
        os.close(self._handle)


class Full(Exception):
    """An answer exceeds the size limit of a look-up."""


class BoundedSink:
    """A file in memory that raises Full when more than ``limit`` bytes are written."""

    __slots__ = ("_left", "parts")

    def __init__(self, limit: int) -> None:
        self._left, self.parts = limit, list[bytes]()

    def write(self, chunk: bytes) -> int:
        """Store a piece; returns its length."""
        self._left -= len(chunk)
        if self._left < 0:
            raise Full
        self.parts.append(bytes(chunk))
        return len(chunk)

    def flush(self) -> None:
        """Do nothing: no bytes are buffered."""


class Lookups:
    """Answers look-ups over the newest state; opens a new state in a thread.

    ``source`` returns the folder and version that are published now. All methods run in one event
    loop.
    """

    def __init__(self, source: Callable[[], tuple[str, str]]) -> None:
        self._source = source
        self._state: _State | None = None
        self._opening: asyncio.Future[None] | None = None
        self._failed = 0.0

    def answer(self, query: str, lookup: Lookup, media_type: str) -> Answer | None:
        """The whole answer; None where a worker must give it. Takes about a millisecond."""
        state = self._current()
        if state is None:
            return None
        form = SOLUTION_FORMATS.get(media_type)
        out = BoundedSink(MAX_BYTES)
        if form is None or (len(lookup.patterns) > 1 and not _small(state.engine, lookup.patterns)):
            return None
        try:
            state.engine.query(query).serialize(readable(out, form), form)  # type: ignore[arg-type]
        except (Full, Unwritable, ValueError, RuntimeError, OSError, SyntaxError):
            return None  # too large, damaged, or not serialisable: a worker reports the error
        kind = "ask" if lookup.ask else "select"
        return Answer(b"".join(out.parts), media_type, kind, version=state.version)

    def _current(self) -> _State | None:
        try:
            folder, version = self._source()
        except (ProvenanceError, OSError):
            return None
        state = self._state
        if state is not None and (state.folder, state.version) == (folder, version):
            return state
        if self._opening is None and time.monotonic() > self._failed + _AGAIN:
            self._opening = asyncio.ensure_future(self._open(folder, version))
        return None

    async def _open(self, folder: str, version: str) -> None:
        loop = asyncio.get_running_loop()
        try:
            fresh = await loop.run_in_executor(None, _State, folder, version)
        except (OSError, ValueError, RuntimeError):
            self._failed = time.monotonic()  # replaced meanwhile, or damaged: a worker reports it
        else:
            old, self._state = self._state, fresh
            if old is not None:
                old.close()
        finally:
            self._opening = None

    def close(self) -> None:
        """Close the open state."""
        if self._state is not None:
            self._state.close()
            self._state = None


def _small(engine: ox.Store, patterns: tuple[Pattern, ...]) -> bool:
    """Whether the patterns have at most MAX_ROWS combinations of matches."""
    combinations = 1
    for pattern in patterns:
        terms = [_engine_term(term) for term in pattern]
        matching = engine.quads_for_pattern(terms[0], terms[1], terms[2], _DEFAULT)  # type: ignore[arg-type]
        combinations *= max(1, sum(1 for _ in islice(matching, MAX_ROWS + 1)))
        if combinations > MAX_ROWS:
            return False
    return True


def _engine_term(term: LookupTerm) -> ox.NamedNode | ox.Literal | None:
    if term.kind == "variable":
        return None
    return ox.NamedNode(term.text) if term.kind == "iri" else ox.Literal(term.text)
