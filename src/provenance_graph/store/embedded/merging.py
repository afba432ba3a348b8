"""Merge databases that were loaded in parallel into one: sorted, compressed, each quad once.

The engine's bulk load of many quads writes overlapping files and merges them as it goes; it leaves
them uncompressed while one order of the quads is small. It has a setting for neither. With the
extra ``compact``, a RocksDB library takes the files of small loads, before the engine merges them,
and merges all of them once. The result are files as the engine writes them, in larger blocks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from provenance_graph.core.extras import needed
from provenance_graph.core.files import allow_files
from provenance_graph.store import layout

EXTRA: Final = "compact"
_LIBRARY: Final = "rocksdict"
_ADVISED: Final = 1 << 30
"""Bytes of a store from which a build without the library advises to install it."""
_BLOCK: Final = 32 << 10
"""Bytes of a compressed block; in the engine's 4 KiB few names occur twice."""
_WHOLE_KEYS: Final = 32
"""Restart interval: one in this many keys is stored whole, the others as the difference to the
key before; the engine uses 16."""
_REPEATING: Final = frozenset({"spog", "gspo", "gpos", "gosp", "dspo"})
"""Tables whose neighbouring keys share names, so that blocks of twice the size and a dictionary
are worth it."""
_DICTIONARY: Final = 16 << 10
"""Bytes of the compression dictionary that the blocks of a file in these tables share."""
_LEVEL: Final = 3
"""Lowest level of LZ4 HC, whose output any LZ4 reads as fast; higher levels take more time and
save a hundredth."""
_DEFLATE_WINDOW: Final = -14
"""Argument that the library's setter requires; LZ4 ignores it."""
_FILE: Final = 256 << 20
"""Bytes of a data file. Opening a store opens each file, and a large store would have hundreds
of smaller ones."""
_AHEAD: Final = 256 << 10
"""Bytes read ahead of each file; the library's default of 2 MB would be gigabytes for thousands
of files."""
_FORMAT: Final = 5
"""Format version of the data files that the engine's bulk load writes."""
_NAMES: Final = "id2str"
_BLOOM_BITS: Final = 10
"""Bits per key of the Bloom filter of the table of names, as the engine sets it."""
_OWN: Final = "default"
"""Name of the table with a database's own metadata, which is equal in all databases."""
_ORDERS: Final = ({"spog", "posg", "ospg", "gspo", "gpos", "gosp"}, {"dspo", "dpos", "dosp"})
"""Groups of tables that hold the same quads, each in another order."""
_LEFT: Final = "rocksdict-config.json"
"""File that the library leaves in the folder; it is no part of the database."""

Step = Callable[[int, int], None]
"""Callback for progress, called with the number of merged tables and of all tables."""


class NotMerged(Exception):
    """Databases could not be merged; they and the target may have lost files."""


_FEW: Final = 8
"""Files kept open in a database of which only the list of files is read."""
_FURTHER_FILES: Final = 512
"""Files that a process opens at most beside those of the engine."""


def available() -> bool:
    """Whether the merging library is installed."""
    return find_spec(_LIBRARY) is not None


def advice(root: Path) -> str:
    """Advice on a store that was built without the merging library; empty for most stores."""
    taken = sum(there for there, _ in layout.read_current(root).files.values())
    if available() or taken < _ADVISED:
        return ""
    return (
        f"the store takes {taken / 1e9:.1f} GB; built with `pip install "
        f"'provenance-graph[{EXTRA}]'` it takes about half"
    )


def merge(db: Path, loaded: Sequence[Path], step: Step | None = None) -> None:
    """Move the data files of databases into an empty database and merge them, on all cores.

    No process may have any of the databases open. Raises NotMerged.
    """
    library, cores = needed(_LIBRARY, EXTRA), os.cpu_count() or 1
    allow_files(_FURTHER_FILES)
    try:
        opened = _opened(library, db)
        try:
            files = _files(library, loaded, opened)
            _merge(library, opened, files, _tables_at_once(files, cores), step)
            _check(opened)
        finally:
            opened.handle.close()
        (db / _LEFT).unlink(missing_ok=True)
    except NotMerged:
        raise
    except Exception as error:  # the library raises bare Exception for every failure
        raise NotMerged(f"{db}: {error}") from error


class _Tables:
    """An open database and its tables by name."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self.by_name: dict[str, Any] = {}

    def count(self, name: str) -> int:
        """The number of keys in a table; exact if none was deleted and all files are merged."""
        return int(self.by_name[name].property_value("rocksdb.estimate-num-keys"))


def _opened(library: ModuleType, db: Path, *, only_read: bool = False) -> _Tables:
    names = library.Rdict.list_cf(str(db), library.Options(raw_mode=True))
    kind = library.AccessType
    access = kind.read_only(False) if only_read else kind.read_write()
    options = {name: _options(library, name) for name in names}
    if only_read:  # only table properties are read: open no data file beforehand
        for each in options.values():
            each.set_max_open_files(_FEW)
            each.set_max_file_opening_threads(1)
            each.set_max_background_jobs(1)
    tables = _Tables(library.Rdict(str(db), options[_OWN], options, access))
    for name in names:
        own = name == _OWN
        tables.by_name[name] = tables.handle if own else tables.handle.get_column_family(name)
    return tables


def _options(library: ModuleType, table: str) -> Any:
    """The options with which a table is opened and written."""
    lz4 = library.DBCompressionType.lz4hc()  # the engine is built to read LZ4 only
    repeating = 2 if table in _REPEATING else 1
    blocks = library.BlockBasedOptions()
    blocks.set_block_size(_BLOCK * repeating)
    blocks.set_block_restart_interval(_WHOLE_KEYS * repeating)
    blocks.set_format_version(_FORMAT)
    if table == _NAMES:
        blocks.set_bloom_filter(_BLOOM_BITS, block_based=False)
    options = library.Options(raw_mode=True)
    options.create_if_missing(create_if_missing=False)
    options.set_compression_type(lz4)
    options.set_bottommost_compression_type(lz4)
    dictionary = _DICTIONARY if table in _REPEATING else 0
    options.set_compression_options(_DEFLATE_WINDOW, _LEVEL, 0, dictionary)
    options.set_block_based_table_factory(blocks)
    options.set_target_file_size_base(_FILE)
    options.set_max_background_jobs(2 * (os.cpu_count() or 1))
    options.set_disable_auto_compactions(disable=True)
    options.set_compaction_readahead_size(_AHEAD)
    return options


def _files(
    library: ModuleType, loaded: Sequence[Path], into: _Tables
) -> dict[str, list[tuple[int, Path]]]:
    """The data files of each table in all databases: (size in bytes, path).

    Raises NotMerged for a database whose metadata differ from those of an empty one.
    """
    files: dict[str, list[tuple[int, Path]]] = {name: [] for name in into.by_name}
    for folder in loaded:
        tables = _opened(library, folder, only_read=True)
        try:
            if tables.count(_OWN) != into.count(_OWN):
                raise NotMerged(f"{folder} has a property that this software does not know")
            for name, table in tables.by_name.items():
                if name != _OWN:
                    listed = table.property_value("rocksdb.sstables")
                    for number, size in re.findall(r"^\s*(\d+):(\d+)\[", listed, re.M):
                        files[name].append((int(size), folder / f"{int(number):06d}.sst"))
        finally:
            tables.handle.close()
    return files


def _tables_at_once(files: Mapping[str, Sequence[object]], cores: int) -> int:
    """The number of tables to merge at once: one for each core, within the limit of open files.

    The engine keeps open each file that it reads or writes for a table, at most twice as many as
    there are.
    """
    each = 2 * max(map(len, files.values()), default=0) or 1
    allowed = allow_files(cores * each + _FURTHER_FILES)
    return max(1, min(cores, (allowed - _FURTHER_FILES) // each))


def _merge(
    library: ModuleType,
    tables: _Tables,
    files: Mapping[str, Sequence[tuple[int, Path]]],
    at_once: int,
    step: Step | None,
) -> None:
    moving = library.IngestExternalFileOptions()
    moving.set_move_files(v=True)
    how = library.CompactOptions()
    how.set_exclusive_manual_compaction(v=False)
    how.set_bottommost_level_compaction(library.BottommostLevelCompaction.force())

    def merge_table(name: str) -> None:
        """Move the files of a table into the database and merge them."""
        if files[name]:
            tables.by_name[name].ingest_external_file(
                [str(path) for _, path in files[name]], moving
            )
        tables.by_name[name].compact_range(None, None, how)

        # the largest first, so that no core ends with a large one

    names = sorted(files, key=lambda name: sum(size for size, _ in files[name]), reverse=True)
    with ThreadPoolExecutor(at_once) as threads:
        waiting = [threads.submit(merge_table, name) for name in names]
        for done, one in enumerate(as_completed(waiting), 1):
            one.result()
            if step is not None:
                step(done, len(names))


def _check(tables: _Tables) -> None:
    """Raise NotMerged where two orders of the same quads have different numbers of keys."""
    for orders in _ORDERS:
        counts = {name: tables.count(name) for name in sorted(orders)}
        if len(set(counts.values())) != 1:
            raise NotMerged(f"the orders of the quads do not agree: {counts}")
