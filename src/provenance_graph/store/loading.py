"""Load RDF files into an engine with one bulk load for each format."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import pyoxigraph as ox

FORMS = {
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
}


class FileChain(io.RawIOBase):
    """A raw stream over files, one after another.

    A line end is added after each file, so that the next one begins on a new line. ``step`` is
    called with the number of bytes of each read.
    """

    def __init__(self, files: Iterable[Path], step: Callable[[int], None]) -> None:
        self._files, self._step = iter(files), step
        self._open: io.BufferedReader | None = None

    def readable(self) -> bool:
        """True: the stream can be read."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Up to ``size`` bytes and at least one; empty only after the last file."""
        while True:
            if self._open is None:
                path = next(self._files, None)
                if path is None:
                    return b""
                self._open = path.open("rb")
            piece = self._open.read(size)
            if piece:
                self._step(len(piece))
                return piece
            self.close_file()
            return b"\n"

    def close_file(self) -> None:
        """Close the file that is open."""
        if self._open is not None:
            self._open.close()
            self._open = None


def load_files(
    engine: ox.Store,
    files: Sequence[tuple[Path, str]],
    step: Callable[[int, int], None] | None = None,
) -> None:
    """Load files of valid RDF text, each with its format (a key of FORMS).

    ``step`` is called with the bytes done and the bytes in all. Raises what the engine raises.
    """
    total = sum(path.stat().st_size for path, _ in files)
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        if step is not None:
            step(done, total)

    for name, form in FORMS.items():
        chosen = [path for path, its in files if its == name]
        if not chosen:
            continue
        chain = FileChain(chosen, count)
        try:
            engine.bulk_load(chain, form, lenient=True)  # type: ignore[arg-type]
        finally:
            with suppress(OSError):
                chain.close_file()
