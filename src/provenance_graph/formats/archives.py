"""Archives of documents: unpacked into a temporary folder within limits, and read as that folder.

Zip, tar (plain, or compressed by gzip, bzip2 or xz), and single files compressed by gzip. Only
regular files are unpacked, and only to paths below the temporary folder. A weight file is unpacked
only as far as its header may reach. Members that are skipped or exceed a limit are reported as
problems with their path.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from provenance_graph.core.claims import Problem
from provenance_graph.core.temporary import private_folder
from provenance_graph.formats.file_names import HEADERS, LINES
from provenance_graph.formats.parsing import MAX_BYTES
from provenance_graph.formats.weights.binary import MAX_HEADER

MAX_MEMBERS = 10_000_000
MAX_UNPACKED = 64 << 30
"""The most bytes that one archive may unpack to."""
MAX_RATIO, FREE_OF_RATIO = 200, 1 << 30
"""The largest ratio of unpacked to packed size, and the unpacked bytes below which it is not
applied: text compresses a hundredfold."""
_TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_PIECE = 1 << 20
_DAMAGE = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    NotImplementedError,  # an unsupported compression method
    RuntimeError,  # a zip with a password
    ValueError,
)


def stem_of(name: str) -> str:
    """An archive's file name without its archive suffix; empty for a name without such a suffix.

    >>> stem_of("hub-2026.tar.gz"), stem_of("cards.ZIP"), stem_of("a.jsonl.gz"), stem_of("a.json")
    ('hub-2026', 'cards', 'a.jsonl', '')
    """
    folded = name.casefold()
    for ending in (".zip", *_TARS, ".gz"):
        if folded.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return ""


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[Path, list[Problem]]]:
    """Context of the temporary folder with an archive's files, and the problems of members skipped."""
    stem = stem_of(path.name)
    with private_folder() as temporary:
        root = temporary / stem
        root.mkdir()
        room = _Room(root, min(MAX_UNPACKED, max(FREE_OF_RATIO, MAX_RATIO * path.stat().st_size)))
        try:
            if path.suffix.casefold() == ".zip":
                _unzip(path, room)
            elif path.name.casefold().endswith(_TARS):
                _untar(path, room)
            else:
                with gzip.open(path) as packed:
                    room.put(stem, packed)
        except _MemberTooLarge as full:
            room.problems.append(Problem(path.name, str(full), kind="unreadable"))
        except _DAMAGE as error:
            what = f"the archive cannot be read to its end: {error or type(error).__name__}"
            room.problems.append(Problem(path.name, what, kind="unreadable"))
        yield root, room.problems


class _MemberBytes(Protocol):
    """A readable stream of one archive member's bytes."""

    def read(self, size: int, /) -> bytes:
        """Read at most ``size`` bytes."""


class _MemberTooLarge(Exception):
    """Raised when an archive exceeds the limit on its unpacked size or on its number of files."""


@dataclass
class _Room:
    """The folder that an archive is unpacked into, the bytes still allowed and the problems met."""

    root: Path
    left: int
    members: int = 0
    problems: list[Problem] = field(default_factory=list)

    def put(self, name: str, source: _MemberBytes) -> None:
        """Unpack one member to its path below the folder; raises _MemberTooLarge at a limit."""
        self.members += 1
        if self.members > MAX_MEMBERS:
            raise _MemberTooLarge(f"more than {MAX_MEMBERS:,} files; the rest was not read")
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if not parts or ".." in parts or parts[0] == "/" or "\0" in name or ":" in parts[0]:
            self.problems.append(Problem(name[:200], "leads out of the archive", kind="skipped"))
            return
        target = self.root.joinpath(*parts)
        suffix = target.suffix.casefold().lstrip(".")
        limit = self.left if suffix in LINES else MAX_BYTES + 1
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            out = target.open("xb")
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            self.problems.append(Problem(name[:200], "occurs twice in the archive", kind="skipped"))
            return
        try:
            with out:
                self._copy(source, out, MAX_HEADER if suffix in HEADERS else limit)
        except (_MemberTooLarge, *_DAMAGE):
            target.unlink()  # a truncated document is not kept
            raise

    def _copy(self, source: _MemberBytes, out: IO[bytes], limit: int) -> None:
        while limit > 0 and (piece := source.read(min(_PIECE, limit))):
            limit -= len(piece)
            self.left -= len(piece)
            if self.left < 0:
                raise _MemberTooLarge(
                    "unpacked it is larger than what is read of an archive; unpack it"
                )
            out.write(piece)


def _no_file(name: str) -> Problem:
    text = name[:200].encode("utf-8", "replace").decode()
    return Problem(text, "a link or device, and no file of the archive", kind="skipped")


def _unzip(path: Path, room: _Room) -> None:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            kind = member.external_attr >> 16 & 0o170000
            if member.is_dir():
                continue
            if kind not in (0, 0o100000):
                room.problems.append(_no_file(member.filename))
                continue
            with archive.open(member) as source:
                room.put(member.filename, source)


_PACKED: tuple[tuple[bytes, Callable[[Path], Any]], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\0", lzma.open),
)
"""The first bytes of a compressed tar and the opener that decompresses it in pieces. tarfile
itself would decompress all that ten compressed kilobytes expand to, and copy it for every block
skipped."""


def _plain(path: Path) -> IO[bytes]:
    return path.open("rb")


def _untar(path: Path, room: _Room) -> None:
    with path.open("rb") as file:
        begins = file.read(6)
    unpack = next((opener for mark, opener in _PACKED if begins.startswith(mark)), _plain)
    whole = max(FREE_OF_RATIO, MAX_RATIO * path.stat().st_size)
    with (
        unpack(path) as stream,
        tarfile.open(fileobj=stream, mode="r|", bufsize=_PIECE) as archive,
    ):
        for member in archive:
            whole -= member.size
            if whole < 0:
                raise _MemberTooLarge(
                    "unpacked it is larger than what is read of an archive; unpack it"
                )
            source = archive.extractfile(member) if member.isreg() else None
            if source is not None:
                room.put(os.fsdecode(os.fsencode(member.name)), source)
            elif not member.isdir():
                room.problems.append(_no_file(member.name))
            archive.members.clear()  # type: ignore[attr-defined]  # otherwise every header stays in memory
