"""The last stage of a large build: loads its text in pieces in parallel, then merges them.

A piece is the input of one load of the engine. Each piece is a database of its own, made by a task
that writes its folder whole or not at all. With the library that merges the databases
(:mod:`store.embedded.merging`) a build takes less memory, uses both cores and half the disk space.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from provenance_graph.ingest.bulk.parts import finish, fresh_folder, seal, sealed
from provenance_graph.ingest.bulk.pipeline import Watch
from provenance_graph.store import embedded
from provenance_graph.store.embedded import merging
from provenance_graph.store.embedded.merging import NotMerged
from provenance_graph.store.loading import load_files
from provenance_graph.store.processes import LocalEngine

PIECE_QUADS: Final = 100_000
"""The approximate number of quads of a piece, which the engine sorts in memory.

Data larger than a processor's cache costs more to sort: half a million quads take half as long
again. Smaller pieces mean more files to read at once in the merge.
"""
LEAST: Final = 20
"""The least number of pieces that are loaded apart: the engine does not merge fewer."""
_log = logging.getLogger(__name__)
_BYTES: Final = {"nquads": 240, "trig": 45}
"""The approximate bytes of text per quad, by syntax."""

File = tuple[Path, str]
"""A file to load and the name of its syntax."""


@dataclass(frozen=True, slots=True)
class PieceTask:
    """Files to load into one database in ``folder``."""

    files: tuple[File, ...]
    folder: Path


def put(root: Path, files: Sequence[File], stage: Path, digest: str, watch: Watch) -> str:
    """Make the store at ``root`` from files with their syntaxes; return the version.

    Large input is loaded in pieces below ``stage``, if the merging library is available.
    """
    tasks = pieces(files, stage / "loaded")
    if len(tasks) >= LEAST and merging.available():
        try:
            return _merged(root, tasks, digest, watch)
        except NotMerged as error:
            _log.warning("%s is loaded as a whole, and takes more room: %s", root, error)
        shutil.rmtree(stage / "loaded", ignore_errors=True)
    step = watch("bytes loaded")
    return embedded.build(root, lambda empty: load_files(empty, files, step), digest=digest)


def _merged(root: Path, tasks: Sequence[PieceTask], digest: str, watch: Watch) -> str:
    step, loaded = watch("pieces loaded"), []
    with LocalEngine() as engine:
        for folder in engine.run(load_piece, tasks):
            loaded.append(folder)
            step(len(loaded), len(tasks))
    merge = partial(merging.merge, loaded=sorted(loaded), step=watch("tables merged"))
    return embedded.build(root, [], digest=digest, settle=merge)


def pieces(files: Iterable[File], folder: Path) -> list[PieceTask]:
    """Group files with their syntaxes into pieces of about PIECE_QUADS quads, below ``folder``."""
    results: list[PieceTask] = []
    waiting: list[File] = []
    quads = 0

    def close() -> None:
        if waiting:
            results.append(PieceTask(tuple(waiting), folder / f"piece-{len(results):05d}"))
            waiting.clear()

    for path, form in files:
        more = path.stat().st_size // _BYTES[form]
        if quads + more > PIECE_QUADS:
            close()
            quads = 0
        waiting.append((path, form))
        quads += more
    close()
    return results


def load_piece(task: PieceTask) -> Path:
    """Make the database of one piece, unless an earlier run finished it; return its folder."""
    if sealed(task.folder) is None:
        aside = fresh_folder(task.folder)
        engine = ox.Store(str(aside))
        load_files(engine, task.files)
        del engine  # which closes it
        seal(aside, {})
        finish(aside, task.folder)
    return task.folder
