"""Files of RDF text into an engine, in as few loads as there are forms."""

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
    """Files read one after another as if they were one.

    Each ends with a line end, so that the next begins on a line of its own. ``step`` hears of
    the bytes read.
    """

    def __init__(self, files: Iterable[Path], step: Callable[[int], None]) -> None:
        self._files, self._step = iter(files), step
        self._open: io.BufferedReader | None = None

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes and at least one, until the last file is at its end."""
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
    """Load files, each with its form, of valid text; raises as the engine does.

    ``step`` is called with the bytes done and the bytes there are.
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
