"""Discovery of documents from paths: files, folders, archives, globs and standard input.

A file read from disk has the address ``urn:file:`` and its path below the requested path, so that
no record holds a path of this machine. A Hugging Face repository folder (a card and its
configuration) is one document.
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import BadIri, UsageError
from provenance_graph.core.iris import Iri, iri
from provenance_graph.formats import archives
from provenance_graph.formats.document import Document, container_of
from provenance_graph.formats.fields import weight_files
from provenance_graph.formats.file_names import (
    BARE,
    CACHED,
    CARDS,
    HEADERS,
    LINES,
    RESULTS,
    SUFFIXES,
    from_cache,
    repository_files,
)
from provenance_graph.formats.parsing import MAX_BYTES
from provenance_graph.formats.weights import binary

MAX_FILES = 10_000_000
PART_BYTES = 16 << 20
_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules"})
_CACHE_FOLDERS = frozenset({"blobs", "refs"})
"""Folders of a repository in the Hub's cache without documents: its snapshots link to the blobs."""
_GLOB = frozenset("*?[")


def discover(
    paths: Iterable[str],
    *,
    retrieved: str,
    url: str = "",
    stdin: BinaryIO | None = None,
    together: bool = False,
) -> Iterator[Document | Problem]:
    """Yield the documents of the paths in a fixed order, and problems for files that are none.

    ``url`` is the address of the document where one path is given, else the address under which the
    files lie. A path is a file, a folder, an archive (read as if it were unpacked beside itself), a
    glob, or ``-`` for standard input. With ``together``, documents of several paths have their
    paths relative to the common parent folder, so that ``a/bom.json`` and ``b/bom.json`` are two
    documents. Raises UsageError for an empty path, which would mean the working folder.
    """
    named = list(paths)
    if "" in named:
        raise UsageError("the path is empty; . is the working folder")
    results = _named_documents(named, retrieved, url, stdin)
    if not together or (len(named) == 1 and not _GLOB & set(named[0])):
        yield from results
        return
    roots = [root for text in named for root in _roots(text)]
    above = Path(os.path.commonpath(roots)) if roots else Path()
    for item in results:
        yield _below_common(item, above) if isinstance(item, Document) else item


def _roots(text: str) -> Iterator[Path]:
    """Yield the folders that contain the documents of a path or glob."""
    paths = glob.glob(text, recursive=True) if _GLOB & set(text) else [text]  # noqa: PTH207
    for path in map(Path, paths):
        if path.is_dir():
            yield path.resolve()
        elif path.is_file():
            yield path.resolve().parent


def _below_common(item: Document, above: Path) -> Document:
    """The document with its path relative to ``above``, the common parent of all requested paths."""
    if not item.root:
        return item
    head = Path(item.root).relative_to(above).as_posix()
    return item if head == "." else replace(item, path=f"{head}/{item.path or item.name}")


def _named_documents(
    named: list[str], retrieved: str, url: str, stdin: BinaryIO | None
) -> Iterator[Document | Problem]:
    for text in named:
        if text == "-":
            yield from _standard_input(stdin, retrieved, url)
        elif (path := Path(text)).is_dir():
            yield from _of(path, _folder(path, retrieved, url))
        elif path.is_file() and archives.stem_of(path.name):
            yield from _archive(path, retrieved, url)
        elif path.is_file():
            address = url if len(named) == 1 else ""
            yield from _of(path.parent, _file(path, path.name, retrieved, address))
        elif is_open_pipe(path):
            with path.open("rb") as pipe:
                yield from _standard_input(pipe, retrieved, url)
        elif path.exists():
            yield Problem(text, "neither a file nor a folder", kind="unreadable")
        elif _GLOB & set(text):
            yield from _glob(text, retrieved, url)
        else:
            yield Problem(text, "no such file or folder", kind="unreadable")


def _of(root: Path, result: Iterable[Document | Problem]) -> Iterator[Document | Problem]:
    """The items found, documents with the name of the imported folder and a digest of its location."""
    whole = root.resolve()
    digest = hashlib.sha256(os.fsencode(whole)).hexdigest()[:16]
    for item in result:
        if isinstance(item, Document):
            yield replace(
                item,
                name=from_cache(whole, item.path or item.name) or item.name,
                folder=whole.name,
                folder_digest=digest,
                path=item.path or item.name,
                root=str(whole),
            )
        else:
            yield item


def is_open_pipe(path: Path) -> bool:
    """Whether a path is a pipe opened by a shell, such as ``<(command)``: read as standard input.

    A named pipe in a folder is not: opening it may block for ever.
    """
    return str(path).startswith(("/dev/fd/", "/dev/stdin", "/proc/self/fd/")) and path.is_fifo()


def _standard_input(
    stdin: BinaryIO | None, retrieved: str, url: str
) -> Iterator[Document | Problem]:
    if stdin is None:
        yield Problem("-", "there is no standard input to read", kind="unreadable")
        return
    data = stdin.read(MAX_BYTES + 1)
    yield from _document(data, "stdin", retrieved, url or "urn:file:stdin")


def _glob(pattern: str, retrieved: str, url: str) -> Iterator[Document | Problem]:
    result = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - any anchor
    if len(result) > MAX_FILES:
        yield Problem(pattern, f"more than {MAX_FILES:,} files; the rest was not read")
        result = result[:MAX_FILES]
    if not result:
        yield Problem(pattern, "matches no file", kind="unreadable")
    for text in result:
        path = Path(text)
        if path.is_file() and archives.stem_of(path.name):
            yield from _archive(path, retrieved, _below(url, archives.stem_of(path.name)))
        elif path.is_file():
            documents = _file(path, path.name, retrieved, _below(url, path.name))
            yield from _of(path.parent, documents)


def _archive(path: Path, retrieved: str, url: str) -> Iterator[Document | Problem]:
    """Yield the documents of an archive, and the problems of unpacking it."""
    with archives.unpacked(path) as (root, problems):
        yield from problems
        for item in _of(path.with_name(root.name), _folder(root, retrieved, url)):
            if isinstance(item, Problem) and item.where == str(root):
                yield replace(item, where=path.name)
            else:
                yield item


def _folder(root: Path, retrieved: str, url: str) -> Iterator[Document | Problem]:
    """Yield every text file below a folder; a repository folder is one document."""
    count = 0
    for folder, names, earlier in _folders(root):
        below = folder.relative_to(root).as_posix()
        head = "" if below == "." else f"{below}/"
        for name in earlier:
            what = "not the snapshot that refs/main names; import it by its own path"
            yield Problem(head + name, what, kind="skipped")
        grouped = repository_files(folder, names)
        if grouped is not None:
            main, others = grouped
            count += 1
            local = _owned(root, head, main)
            for item in _repository_document(
                folder, main, others, local, retrieved, _below(url, head)
            ):
                yield replace(item, path=head + main) if isinstance(item, Document) else item
            names = [name for name in names if name != main and name not in others]
        for name in names:
            if name.startswith("."):
                continue
            count += 1
            if count > MAX_FILES:
                yield Problem(str(root), f"more than {MAX_FILES:,} files; the rest was not read")
                return
            local = _owned(root, head, name) if name in CARDS and head else head + name
            for item in _file(folder / name, local, retrieved, _below(url, head + name)):
                if isinstance(item, Document) and not item.path:
                    yield replace(item, path=head + name)
                else:
                    yield item
    if not count:
        yield Problem(str(root), "the folder holds no file", kind="empty")


def _owned(root: Path, head: str, name: str) -> str:
    """The path of a repository's main file, with the owner where the owner's folder was requested.

    ``import org`` gives ``org/model/README.md``: the requested folder is the account. An absolute
    path, or a path of several steps, names no account.
    """
    if not head:
        return f"{_root_name(root)}/{name}"
    parts = [part for part in root.parts if part not in (".", "..", "/")]
    if head.count("/") == 1 and not root.is_absolute() and len(parts) == 1:
        return f"{parts[0]}/{head}{name}"
    return head + name


def _folders(root: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield each folder (linked ones once) with its files in order and its skipped snapshots."""
    seen: set[tuple[int, int]] = set()
    for text, folders, files in os.walk(root, followlinks=True):
        status = Path(text).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders[:] = []
            continue
        seen.add((status.st_dev, status.st_ino))
        earlier = _earlier_snapshots(Path(text), folders)
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED_FOLDERS
            and name not in earlier
            and not name.startswith(".")
            and not (name in _CACHE_FOLDERS and CACHED.match(Path(text).name))
        )
        yield Path(text), sorted(files), earlier


def _earlier_snapshots(folder: Path, names: list[str]) -> list[str]:
    """The snapshots of a repository in the Hub's cache that refs/main does not name, sorted."""
    stated = folder.parent / "refs" / "main"
    if folder.name != "snapshots" or not CACHED.match(folder.parent.name) or not stated.is_file():
        return []
    main = stated.read_bytes()[:100].decode("ascii", "replace").strip()
    return sorted(name for name in names if name != main) if main in names else []


def _repository_document(
    folder: Path, main: str, others: tuple[str, ...], local: str, retrieved: str, url: str
) -> Iterator[Document | Problem]:
    """Yield a repository as one document; weight files are represented by their names only."""
    files: dict[str, bytes] = {name: b"" for name in others if weight_files.format_of(name)}
    results = [f"{RESULTS}/{path.name}" for path in sorted((folder / RESULTS).glob("*.y*ml"))]
    for name in (*(name for name in others if name not in files), *results):
        data = _bytes(folder / name, local)
        if isinstance(data, Problem):
            yield data
        else:
            files[name] = data
    data = _bytes(folder / main, local)
    if isinstance(data, Problem):
        yield data
        return
    yield from _document(data, local, retrieved, url or _urn(local), files)


def _root_name(root: Path) -> str:
    """The last two steps of a requested relative path (``org/model``), else the folder's own name."""
    parts = [part for part in root.parts if part not in (".", "..", "/")]
    if root.is_absolute() or not parts:
        return root.resolve().name
    return "/".join(parts[-2:])


def _file(path: Path, local: str, retrieved: str, url: str) -> Iterator[Document | Problem]:
    suffix = path.suffix.lower().lstrip(".")
    if suffix in HEADERS:
        data = _header(path, local)
        if isinstance(data, bytes) and container_of(data) != suffix:
            data = Problem(local, f"no {suffix} file: its header is not one", kind="unreadable")
        yield from (
            (data,)
            if isinstance(data, Problem)
            else _document(data, local, retrieved, url or _urn(local))
        )
        return
    if suffix and suffix not in SUFFIXES and path.name not in BARE:
        yield Problem(local, f"files ending in .{suffix} are not read", kind="skipped")
        return
    if suffix in LINES and path.stat().st_size > MAX_BYTES:
        yield from _parts(path, local, retrieved, url)
        return
    data = _bytes(path, local)
    if isinstance(data, Problem):
        yield data
        return
    yield from _document(data, local, retrieved, url or _urn(local))


def _parts(path: Path, local: str, retrieved: str, url: str) -> Iterator[Document | Problem]:
    """Yield a long file of one value a line in parts of whole lines, each a document of its own.

    A part is named by its number and ends where its bytes reach PART_BYTES, so that a file that has
    grown keeps its earlier parts and gains new ones.
    """
    stem, _, suffix = local.rpartition(".")
    with path.open("rb") as file:
        first = 1
        for number, lines in enumerate(_line_groups(file), 1):
            name = f"{stem}.part-{number:04d}.{suffix}"
            address = f"{url}#part={number}" if url else _urn(name)
            for item in _document(lines, name, retrieved, address):
                if isinstance(item, Document):
                    yield replace(item, path=name, first_line=first)
                else:
                    yield item
            first += lines.count(b"\n")


def _line_groups(file: BinaryIO) -> Iterator[bytes]:
    """Yield whole lines in groups of about PART_BYTES; at most MAX_BYTES of one line are held."""
    lines, size = [], 0
    while line := file.readline(MAX_BYTES + 1):
        lines.append(line)
        size += len(line)
        if size >= PART_BYTES:
            yield b"".join(lines)
            lines, size = [], 0
    if lines:
        yield b"".join(lines)


def _header(path: Path, local: str) -> bytes | Problem:
    """The header of a weight file (the file itself may exceed memory), or a problem."""
    try:
        return binary.header_of(path)
    except OSError as error:
        return Problem(local, error.strerror or str(error), kind="unreadable")


def _bytes(path: Path, local: str) -> bytes | Problem:
    try:
        with path.open(
            "rb"
        ) as file:  # read() allocates the requested size at once, however little there is
            return file.read(min(MAX_BYTES, os.fstat(file.fileno()).st_size) + 1)
    except OSError as error:
        return Problem(local, error.strerror or str(error), kind="unreadable")


def _document(
    data: bytes, local: str, retrieved: str, url: str, files: dict[str, bytes] | None = None
) -> Iterator[Document | Problem]:
    if len(data) > MAX_BYTES:
        yield Problem(
            local, f"larger than the {MAX_BYTES >> 20} MiB that are read", kind="unreadable"
        )
        return
    if not data.strip():
        yield Problem(local, "the file is empty", kind="empty")
        return
    if (
        not container_of(data)
        and b"\0" in data[:4096]
        and data[:2] not in (b"\xff\xfe", b"\xfe\xff")
    ):
        yield Problem(local, "a binary file, not text", kind="skipped")
        return
    try:
        address = iri(url)
    except BadIri as error:
        yield Problem(local, str(error), "percent-encode spaces and quotes", kind="unreadable")
        return
    yield Document(address, data, retrieved, local, files or {})


def _below(url: str, local: str) -> str:
    return f"{url.rstrip('/')}/{quote(local)}" if url else ""


def _urn(local: str) -> Iri:
    """The ``urn:file:`` address of a file without a web address: its path below the folder read."""
    safe = local.encode("utf-8", "replace")
    return Iri("urn:file:" + quote(safe, safe="/-._~@:+()!,;=*$&"))
