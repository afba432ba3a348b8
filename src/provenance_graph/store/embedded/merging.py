"""Databases that were loaded side by side, merged into one: sorted, compressed, each quad once.

The engine's bulk load of many quads leaves files that overlap and merges them as it goes, without
compression while one order of the quads is small; it has no setting for either. A library for
RocksDB, the extra ``compact``, takes the files of small loads, which the engine has not merged yet,
and merges all of them once. What comes out are files as the engine writes them, in larger blocks.
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
"""Bytes of a store from which on whoever builds it without the library is told of it."""
_BLOCK: Final = 32 << 10
"""Bytes that are compressed together: in 4 KiB, what the engine takes, few names come twice."""
_WHOLE_KEYS: Final = 32
"""Of so many keys one is whole, of the others what differs from the one before; the engine's 16."""
_REPEATING: Final = frozenset({"spog", "gspo", "gpos", "gosp", "dspo"})
"""Tables in which neighbours share names, so that blocks of twice the size and a dictionary pay."""
_DICTIONARY: Final = 16 << 10
"""Bytes that blocks of one file in such a table have in common."""
_LEVEL: Final = 3
"""The least of LZ4's slow form, which any LZ4 reads as fast; more takes its time for a hundredth."""
_DEFLATE_WINDOW: Final = -14
"""What the library's setter wants besides and LZ4 has no use for."""
_FILE: Final = 256 << 20
"""Bytes of a data file; whoever opens a store opens each, and a large one has hundreds of smaller."""
_AHEAD: Final = 256 << 10
"""Bytes that are read ahead of each file; the library's 2 MB, of thousands, are gigabytes."""
_FORMAT: Final = 5
"""The version of data files of the engine's bulk load."""
_NAMES: Final = "id2str"
_BLOOM_BITS: Final = 10
"""The table of names has a Bloom filter, as the engine makes it."""
_OWN: Final = "default"
"""The table of what a database says of itself, which is the same in each."""
_ORDERS: Final = ({"spog", "posg", "ospg", "gspo", "gpos", "gosp"}, {"dspo", "dpos", "dosp"})
"""Tables that hold the same quads, each in its order."""
_LEFT: Final = "rocksdict-config.json"
"""What the library leaves in the folder, which is no part of the database."""

Step = Callable[[int, int], None]
"""Called with how many tables are merged and how many there are."""


class NotMerged(Exception):
    """Databases could not be merged; they may have lost files, and so may the one made of them."""


_FEW: Final = 8
"""Files that are open at once in a database of which only the list of its files is read."""
_FURTHER_FILES: Final = 512
"""Files that a process has open beside the engine's, at most."""


def available() -> bool:
    """Whether the library is installed."""
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
    """Put the data files of databases into one that is empty, and merge them, on all cores.

    Nobody may have any of them open. The files are moved. Raises NotMerged.
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
    except Exception as error:  # the library has no other word for what went wrong
        raise NotMerged(f"{db}: {error}") from error


class _Tables:
    """An open database and its tables by their names."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self.by_name: dict[str, Any] = {}

    def count(self, name: str) -> int:
        """How many keys a table has; exact where none was deleted and all were merged."""
        return int(self.by_name[name].property_value("rocksdb.estimate-num-keys"))


def _opened(library: ModuleType, db: Path, *, only_read: bool = False) -> _Tables:
    names = library.Rdict.list_cf(str(db), library.Options(raw_mode=True))
    kind = library.AccessType
    access = kind.read_only(False) if only_read else kind.read_write()
    options = {name: _options(library, name) for name in names}
    if only_read:  # for what is said of the tables alone: no data file is opened beforehand
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
    """How one table is opened and written."""
    lz4 = library.DBCompressionType.lz4hc()  # LZ4 is all that the engine is built to read
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
    """The data files of each table in all databases, with their sizes."""
    files: dict[str, list[tuple[int, Path]]] = {name: [] for name in into.by_name}
    for folder in loaded:
        tables = _opened(library, folder, only_read=True)
        try:
            if tables.count(_OWN) != into.count(_OWN):
                raise NotMerged(
                    f"{folder} says something of itself that this software does not know"
                )
            for name, table in tables.by_name.items():
                if name != _OWN:
                    listed = table.property_value("rocksdb.sstables")
                    for number, size in re.findall(r"^\s*(\d+):(\d+)\[", listed, re.M):
                        files[name].append((int(size), folder / f"{int(number):06d}.sst"))
        finally:
            tables.handle.close()
    return files


def _tables_at_once(files: Mapping[str, Sequence[object]], cores: int) -> int:
    """How many tables are merged at a time: one a core, as far as a process may have files open.

    The engine keeps each open that it reads or writes for a table, twice as many as are there at most.
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
        """Move a table's files in, and merge them: few tables have files open at once."""
        if files[name]:
            tables.by_name[name].ingest_external_file(
                [str(path) for _, path in files[name]], moving
            )
        tables.by_name[name].compact_range(None, None, how)

    # the largest first, so that no core is left with one at the end
    names = sorted(files, key=lambda name: sum(size for size, _ in files[name]), reverse=True)
    with ThreadPoolExecutor(at_once) as threads:
        waiting = [threads.submit(merge_table, name) for name in names]
        for done, one in enumerate(as_completed(waiting), 1):
            one.result()
            if step is not None:
                step(done, len(names))


def _check(tables: _Tables) -> None:
    """Raise NotMerged where two orders of the same quads do not have equally many."""
    for orders in _ORDERS:
        counts = {name: tables.count(name) for name in sorted(orders)}
        if len(set(counts.values())) != 1:
            raise NotMerged(f"the orders of the quads do not agree: {counts}")
