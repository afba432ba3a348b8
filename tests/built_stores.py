"""Stores that many tests read, built once for all workers and for every run of the same code."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import provenance_graph
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.core.resources import folder
from provenance_graph.ingest.build import build
from provenance_graph.service.processes.indexer import index_all

MAX_AGE_SECONDS = 3600
"""Stores of other code and data, which no run has asked for in this time, are dropped."""


def built(config: pytest.Config, basetemp: Path, name: str, make: Callable[[Path], None]) -> Path:
    """The store ``name``, made by ``make`` where the cache has none of the same code and data.

    ``basetemp`` serves where pytest runs without its cache. Worker processes wait for each other.
    """
    cache = getattr(config, "cache", None)  # there is none under -p no:cacheprovider
    base = Path(cache.mkdir("stores")) if cache else basetemp
    where = base / f"{name}-{_inputs()}"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not where.exists():
            _drop_old(base, name)
            partial = base / f"{name}.partial"
            shutil.rmtree(partial, ignore_errors=True)
            make(partial)
            index_all(partial)  # else each copy of it makes its own
            partial.rename(where)
    os.utime(where)
    return where


def copied(store: Path, where: Path) -> Path:
    """A copy of a store that a test may write to.

    The tables of the engine are never written again and are the same files in both, as they are
    in a database and its checkpoints: of the shipped store 200 of 250 MB.
    """
    tables: dict[int, str] = {}

    def copy(source: str, target: str) -> str:
        if not source.endswith(".sst"):
            return str(shutil.copy2(source, target))
        number = Path(source).stat().st_ino
        try:
            os.link(tables.get(number, source), target)
        except OSError:  # on another file system
            shutil.copy2(source, target)
            tables[number] = target
        return target

    return Path(shutil.copytree(store, where, copy_function=copy))


def shipped(where: Path) -> None:
    """Everything that is shipped, as ``provenance-graph build`` makes it."""
    build(folder("data"), where, derive=EvidenceLevels())


def curated(where: Path) -> None:
    """The curated records alone: few enough to count in, whatever else is shipped."""
    data = where.with_suffix(".data")
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    for path in folder("data").iterdir():
        if path.is_file():
            shutil.copy(path, data)
    for source in ("apx", "curated"):
        shutil.copytree(folder("data") / "records" / source, data / "records" / source)
    build(data, where, derive=EvidenceLevels())
    shutil.rmtree(data)


def _inputs() -> str:
    """A digest of all that a built store depends on: code, data, ontology."""
    digest = hashlib.sha256()
    code = Path(provenance_graph.__file__).parent
    files = [
        *code.rglob("*.py"),
        *(path for name in ("data", "ontology") for path in folder(name).rglob("*.*")),
    ]
    for path in sorted(path for path in files if path.is_file()):
        digest.update(str(path).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _drop_old(base: Path, name: str) -> None:
    for old in base.glob(f"{name}-*"):
        if time.time() - old.stat().st_mtime > MAX_AGE_SECONDS:
            shutil.rmtree(old)
