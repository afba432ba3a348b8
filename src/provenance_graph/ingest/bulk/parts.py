"""The first stage of a build: converts files of records to parts, which hold claims in columns.

Every task is a pure function of its files and writes its output whole or not at all, so that an
interrupted build continues with the finished parts. A part is a folder with ``claims.parquet`` and
``headers.parquet``. If the text of its files does not hold exactly the quads of the records, the
part also has ``records.nq``, which the RDF engine loads instead of these files.
"""

from __future__ import annotations

import json
import logging
import shutil
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyoxigraph as ox

from provenance_graph.core import rdf
from provenance_graph.core.claims import Quad, Record
from provenance_graph.ingest.update import content
from provenance_graph.store.claim_columns import ColumnWriter
from provenance_graph.store.processes import shares

PART_BYTES = 24 << 20
"""The approximate bytes of record text in one part: some 100,000 claims."""
LEAST_PART_BYTES = 4 << 20
"""The least bytes of record text in a part that is made so that no processor is idle."""

_SEAL = "done.json"
"""The file that a task writes last: its result, and the checksums of its files."""
_log = logging.getLogger(__name__)

_NUMBERS = 1 << 24
"""The most records of one part: the size of the part's range of record numbers."""


@dataclass(frozen=True, slots=True)
class PartTask:
    """Files to read into one part; ``files`` are paths with the names used in messages."""

    number: int
    files: tuple[tuple[str, str], ...]
    folder: str


@dataclass(frozen=True, slots=True)
class RecordPart:
    """The result of a part; ``load`` are the files, with syntaxes, that hold all its quads."""

    number: int
    folder: str
    records: int
    claims: int
    quads: int
    load: tuple[tuple[str, str], ...]


def tasks(files: Iterable[tuple[Path, str]], folder: Path, number: int = 0) -> Iterator[PartTask]:
    """Group files, each with its name in messages, into tasks of about equal size.

    ``number`` is that of the first task.
    """
    files = [*files]
    total = sum(path.stat().st_size for path, _ in files)
    most = min(PART_BYTES, total // shares(total, PART_BYTES, LEAST_PART_BYTES) + 1)
    waiting: list[tuple[str, str]] = []
    size = 0
    for path, name in files:
        length = path.stat().st_size
        if waiting and size + length > most:
            yield PartTask(number, tuple(waiting), str(folder / f"part-{number:05d}"))
            waiting, size, number = [], 0, number + 1
        waiting.append((str(path), name))
        size += length
    if waiting:
        yield PartTask(number, tuple(waiting), str(folder / f"part-{number:05d}"))


def read_part(task: PartTask) -> RecordPart:
    """Read the files of a task into a part, unless an earlier run finished it.

    Raises Unreadable and RecordError, with the file at fault.
    """
    folder = Path(task.folder)
    done = _done(folder)
    if done is not None:
        return done
    writer = ColumnWriter(task.number * _NUMBERS)
    aside = fresh_folder(folder)
    load: list[tuple[str, str]] = []
    names: list[str] = []
    count = 0
    with (aside / "records.nq").open("wb") as own:
        for path, name in task.files:
            records, same = _records(Path(path).read_bytes(), name)
            for record, quads in records:
                writer.add(record, content(quads))
                names.append(name)
                count += len(quads)
                if not same:
                    own.write(text(quads))
            if same:
                load.append((path, "trig"))
        if own.tell():
            load.append((str(folder / "records.nq"), "nquads"))
    claims, headers = writer.frames()
    claims.write_parquet(aside / "claims.parquet")
    headers.with_columns(file=pl.Series(names, dtype=pl.String)).write_parquet(
        aside / "headers.parquet"
    )
    part = RecordPart(task.number, task.folder, len(headers), len(claims), count, tuple(load))
    seal(aside, asdict(part))
    finish(aside, folder)
    return part


def _records(data: bytes, name: str) -> tuple[list[tuple[Record, list[Quad]]], bool]:
    """Parse a file's records with their quads; also whether the text holds exactly these quads."""
    by_record, canonical = rdf.parse_trig(data, name)
    rows: list[tuple[Record, list[Quad]]] = []
    same = canonical
    for written in by_record.values():
        record = rdf.from_quads(written)
        quads = list(rdf.to_quads(record))
        rows.append((record, quads))
        # files of this software are in canonical order; comparing lists takes a third of the time
        same = same and (written == quads or set(written) == set(quads))
    return rows, same


def text(quads: Iterable[Quad]) -> bytes:
    """Serialise quads as N-Quads."""
    out = ox.serialize(map(rdf.engine_quad, quads), format=ox.RdfFormat.N_QUADS)
    return out or b""


def fresh_folder(folder: Path) -> Path:
    """Create an empty temporary folder beside ``folder``; an old one is deleted."""
    aside = folder.with_name(folder.name + ".tmp")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    return aside


def finish(aside: Path, folder: Path) -> None:
    """Move a finished temporary folder to its final place, replacing an old one."""
    shutil.rmtree(folder, ignore_errors=True)
    aside.replace(folder)


def _done(folder: Path) -> RecordPart | None:
    """The part that an earlier run finished, or None."""
    made = sealed(folder)
    return None if made is None else RecordPart(**{**made, "load": loads(made)})


def loads(made: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The files to load, with their syntaxes, from the stored result of a task."""
    return tuple((path, form) for path, form in made["load"])


def seal(aside: Path, made: Mapping[str, object]) -> None:
    """Write the result of a finished task and the checksum of each file into its folder."""
    sums = {file.name: _sum(file) for file in sorted(aside.iterdir())}
    (aside / _SEAL).write_text(json.dumps({"made": made, "sums": sums}), encoding="utf-8")


def sealed(folder: Path) -> dict[str, Any] | None:
    """The stored result of a task; None if the task did not finish or a file is damaged."""
    try:
        read = json.loads((folder / _SEAL).read_text(encoding="utf-8"))
        wrong = [name for name, crc in read["sums"].items() if _sum(folder / name) != crc]
    except (OSError, ValueError, KeyError):
        return None
    if wrong:
        _log.warning("%s: %s was changed after it was written and is rebuilt", folder, wrong[0])
        return None
    made: dict[str, Any] = read["made"]
    return made


def _sum(file: Path) -> int:
    """The CRC-32 of a file, to detect files that changed on disk."""
    crc = 0
    with file.open("rb") as opened:
        while block := opened.read(1 << 20):
            crc = zlib.crc32(block, crc)
    return crc
