"""Read replicas: the published checkpoints of another store, copied as they appear.

The followed store is a folder, or an address below which its files are served unchanged
(``CURRENT``, ``format``, ``checkpoints/<n>/…``): an object store or any web server. Every file is
compared with the size and digest that the followed store published. Unchanged data files are shared
with the version before. A complete copy is published by one rename. So readers of the replica never
see part of a copy, and keep the old version while the source is slow, gone or damaged.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Protocol

import httpx2

from provenance_graph.core.errors import StoreError, StoreFormat, StoreMissing
from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.store import layout
from provenance_graph.store.layout import Current, WriterLock

_PIECE = 1 << 20
_MAX_CURRENT = 4 << 20
_LEFT_FREE = 64 << 20
"""Bytes of disk space that a copy leaves free."""


class FollowedStore(Protocol):
    """The source of a replica."""

    def text(self, path: str) -> str:
        """The text of a small file; raises StoreError."""

    def pieces(self, path: str) -> Iterator[bytes]:
        """Yield a file in pieces; raises StoreError."""


class FolderSource:
    """A source in a local or mounted folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def text(self, path: str) -> str:
        """The text of a small file."""
        return b"".join(self.pieces(path)).decode("utf-8", "replace")

    def pieces(self, path: str) -> Iterator[bytes]:
        """Yield a file in pieces; raises StoreMissing or StoreError."""
        try:
            with (self._root / path).open("rb") as file:
                while piece := file.read(_PIECE):
                    yield piece
        except FileNotFoundError:
            raise StoreMissing(str(self._root)) from None
        except OSError as error:
            raise StoreError(f"{self._root}/{path}: {error.strerror or error}") from error


class WebSource:
    """A source whose files are served below an address."""

    def __init__(self, url: str, seconds: float = 30, client: httpx2.Client | None = None) -> None:
        self._url = url.rstrip("/")
        self._client = client or httpx2.Client(follow_redirects=False, timeout=seconds)

    def text(self, path: str) -> str:
        """The text of a small file; raises StoreError for more than 4 MiB."""
        body = bytearray()
        for piece in self.pieces(path):
            body += piece
            if len(body) > _MAX_CURRENT:
                raise StoreError(f"{self._url}/{path} is longer than the published file")
        return body.decode("utf-8", "replace")

    def pieces(self, path: str) -> Iterator[bytes]:
        """Yield a file in pieces; raises StoreMissing or StoreError."""
        url = f"{self._url}/{path}"
        try:
            with self._client.stream("GET", url) as answer:
                if answer.status_code == 404:
                    why = f"{path} is not served there, which is a file of a store's folder"
                    raise StoreMissing(self._url, why)
                if answer.status_code != 200:
                    raise StoreError(f"{url} answered {answer.status_code}")
                yield from answer.iter_bytes(_PIECE)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise StoreError(f"{url} cannot be read: {error}") from error


def source_of(location: str) -> FollowedStore:
    """The source at a location: a web source for an HTTP address, else a folder."""
    if location.startswith(("http://", "https://")):
        return WebSource(location)
    return FolderSource(Path(location))


def published(source: FollowedStore, location: str) -> Current:
    """The published state of the followed store; raises StoreMissing, StoreFormat or StoreError."""
    written = source.text("format").strip()
    if written != layout.FORMAT:
        raise StoreFormat(
            f"{location} was written in the format {written[:60]!r}, this software reads "
            f"{layout.FORMAT!r}"
        )
    try:
        read = json.loads(source.text("CURRENT"))
        files = {name: (int(size), str(digest)) for name, (size, digest) in read["files"].items()}
        current = Current(**{**read, "files": files})
        names = [current.checkpoint, *files]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreFormat(f"{location}/CURRENT is damaged ({error})") from error
    if not files:
        raise StoreFormat(f"{location} was published by an earlier version, without digests")
    if wrong := next((name for name in names if not layout.FILE_NAME.fullmatch(str(name))), None):
        raise StoreFormat(f"{location}/CURRENT names a file {wrong!r}, which no store has")
    return current


class Replica:
    """A folder that follows a store; one process at a time copies into it."""

    def __init__(self, folder: Path, location: str, source: FollowedStore | None = None) -> None:
        self.folder, self.location = folder, location
        self._source = source or source_of(location)

    @property
    def current(self) -> Current | None:
        """The published state of the replica; None where there is none."""
        return layout.find_current(self.folder)

    def refresh(self) -> bool:
        """Copy the published state unless it is already here; whether it was new.

        Raises StoreError, and keeps the present state, where a file is missing, truncated or
        changed.
        """
        there, here = published(self._source, self.location), self.current
        if here is not None and here.version == there.version:
            return False
        with self._locked():
            self._copy(there, here)
        return True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = WriterLock(self.folder)
        try:
            yield
        finally:
            lock.release()

    def _copy(self, there: Current, here: Current | None) -> None:
        root = self.folder / "checkpoints"
        root.mkdir(parents=True, exist_ok=True)
        number = max((int(e.name) for e in root.iterdir() if is_digits(e.name)), default=0) + 1
        target = root / str(number)
        before = None if here is None else root / here.checkpoint
        known = {} if here is None else here.files
        needed = sum(
            size for name, (size, d) in there.files.items() if known.get(name) != (size, d)
        )
        free = shutil.disk_usage(self.folder).free
        if needed + _LEFT_FREE > free:
            raise StoreError(
                f"{self.folder}: {needed >> 20} MB are needed for version {there.version}, "
                f"{free >> 20} MB are free; version {here.version if here else 'none'} stays"
            )
        target.mkdir()
        with ExitStack() as until_whole:
            until_whole.callback(shutil.rmtree, target, ignore_errors=True)
            self._copy_files(there, target, before, known)
            until_whole.pop_all()
        layout.sync_path(target)
        if not (self.folder / "format").exists():
            layout.replace_file(self.folder / "format", layout.FORMAT)
        made = Current(there.version, there.sequence, there.db, str(number), there.files)
        layout.write_current(self.folder, made)
        for entry in root.iterdir():
            if is_digits(entry.name) and int(entry.name) < number - 1:
                layout.remove_unused(entry)

    def _copy_files(
        self,
        there: Current,
        target: Path,
        before: Path | None,
        known: Mapping[str, tuple[int, str]],
    ) -> None:
        """Link the files that the version before has too, and fetch the others."""
        try:
            for name, (size, digest) in there.files.items():
                if before is not None and known.get(name) == (size, digest):
                    os.link(before / name, target / name)
                else:
                    path = f"checkpoints/{there.checkpoint}/{name}"
                    self._fetch(path, target / name, size, digest)
        except OSError as error:
            raise StoreError(f"{target}: {error}") from error

    def _fetch(self, path: str, target: Path, size: int, digest: str) -> None:
        hashed, length = hashlib.blake2b(), 0
        with target.open("wb") as file:
            for piece in self._source.pieces(path):
                length += len(piece)
                if length > size:
                    break
                hashed.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if length != size or hashed.hexdigest()[:32] != digest:
            raise StoreError(
                f"{self.location}/{path} differs from what was published; it is fetched again"
            )


class Follower(Protocol):
    """A folder that follows a store of some kind."""

    location: str

    @property
    def current(self) -> Current | None:
        """The published state in the folder; None where there is none."""

    def refresh(self) -> bool:
        """Copy a new state if there is one; whether there was. Raises StoreError."""


def follow(
    replica: Follower,
    seconds: float,
    say: Callable[[str], None],
    alive: Callable[[], bool],
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Refresh a replica every ``seconds`` while ``alive`` returns True.

    An error is reported once, and its end once.
    """
    failing = ""
    while alive():
        try:
            if replica.refresh() and replica.current is not None:
                say(f"following {replica.location}: version {replica.current.version}")
            if failing:
                say(f"following {replica.location}: it answers again")
            failing = ""
        except StoreError as error:
            if str(error) != failing:
                here = replica.current
                say(f"{error}; version {here.version if here else 'none'} is served meanwhile")
            failing = str(error)
        pause(seconds)


def run(replica: Follower, seconds: float) -> None:
    """Follow until the parent process ends; errors are written to standard error."""
    parent = os.getppid()

    def say(message: str) -> None:
        sys.stderr.write(f"provenance-graph: {message}\n")
        sys.stderr.flush()

    with suppress(KeyboardInterrupt):
        follow(replica, seconds, say, lambda: os.getppid() == parent)


def main(arguments: list[str]) -> None:
    """Run as a program with the arguments LOCATION FOLDER SECONDS."""
    location, folder, seconds = arguments
    run(Replica(Path(folder), location), float(seconds))


if __name__ == "__main__":
    main(sys.argv[1:])
