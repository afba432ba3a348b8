"""The dataset of a past day, for queries: what a store built on that day would have held.

It is stored beside the store, once per version and day, and read like any other store. Run as a
module, ``python -m provenance_graph.ingest.day STORE DAY MEMORY`` makes one in a separate process.
It writes the folder's path, or the error as JSON and exits with 1.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.evidence.gather import level_graph
from provenance_graph.core.claims import Quad
from provenance_graph.core.errors import ProvenanceError, QueryTooLarge, StoreError
from provenance_graph.core.files import alone
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, SKOS
from provenance_graph.store import embedded
from provenance_graph.store.base import Store
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.opening import derived_folder
from provenance_graph.store.pool.sandbox import confine_writer
from provenance_graph.store.values import ANY

MAX_QUADS = 3_000_000
"""The most quads of a day's dataset."""
MAX_FOLDERS = 4
"""The most datasets of days that are kept beside a store."""
BUILD_BYTES = 3 << 30
"""Memory limit, in bytes, of a process that makes a dataset of a day."""


def quads(snapshot: AcceptedSnapshot, limit: int | None = None) -> Iterator[Quad]:
    """Yield the records known on the day, identity, the accepted view, and evidence levels.

    Raises QueryTooLarge if there are more than ``limit`` quads (None: MAX_QUADS). The records come
    first, so that a store that is too large is refused before its view is computed.
    """
    count, limit = 0, limit or MAX_QUADS
    stated = (quad for quad in snapshot.quads(graph=ANY) if quad[3] != identity.RULES)
    for part in (stated, ruled(snapshot), snapshot.quads(), level_graph(snapshot)):
        for quad in part:
            count += 1
            if count > limit:
                raise QueryTooLarge(
                    f"the dataset of {snapshot.as_of} has more than {limit:,} quads, too many to "
                    "query as of a day; ask for one model (show, claims, lineage --as-of), or "
                    "build a store of the records of that day"
                )
            yield quad


def ruled(snapshot: AcceptedSnapshot) -> Iterator[Quad]:
    """Yield the name mappings of the repository rule on the day; later records may change them."""
    names = {name for name, *_ in snapshot.quads(predicate=PG.hubRepository, graph=ANY)}
    for node, _, _, graph in snapshot.quads(
        predicate=PG.property, object=PG.hubRepository, graph=ANY
    ):
        names |= {
            o for *_, o, _ in snapshot.quads(node, PG.about, graph=graph) if isinstance(o, Iri)
        }
    for name in sorted(names):
        model = snapshot.statements.ruled(name)
        if model is not None:
            yield name, SKOS.exactMatch, model, identity.RULES


def whole(snapshot: AcceptedSnapshot) -> AcceptedSnapshot:
    """A snapshot over the stored dataset of its day, for many reads; makes the dataset if missing.

    The same snapshot if it is current or if nothing can be stored beside the store. Raises
    QueryTooLarge.
    """
    if not snapshot.as_of:
        return snapshot
    try:
        materialised(snapshot)
    except OSError:
        return snapshot
    return at_hand(snapshot) or snapshot


def at_hand(snapshot: AcceptedSnapshot) -> AcceptedSnapshot | None:
    """A snapshot of a past day over its stored dataset; None if the dataset has not been made."""
    if snapshot.derived is None or not snapshot.as_of:
        return None
    folder = _folder(snapshot.derived, snapshot)
    try:
        store = EmbeddedStore.open(folder)
    except (StoreError, OSError):
        return None
    with suppress(OSError):
        os.utime(folder)  # the most recently used datasets are kept
    return snapshot.over(store, folder / "derived")


def _folder(derived: Path, snapshot: AcceptedSnapshot) -> Path:
    return derived / "days" / f"{snapshot.version}.{snapshot.as_of}"


def dataset(snapshot: AcceptedSnapshot, limit: int | None = None) -> Store:
    """Open the dataset of a snapshot's day: stored beside the store, else in memory.

    Raises QueryTooLarge.
    """
    folder = materialised(snapshot, limit)
    return MemoryStore(quads(snapshot, limit)) if folder is None else EmbeddedStore.open(folder)


def materialised(snapshot: AcceptedSnapshot, limit: int | None = None) -> Path | None:
    """The folder of the day's dataset, which is made if missing.

    None if nothing can be stored beside the store. Raises QueryTooLarge.
    """
    if snapshot.derived is None:
        return None
    target = _folder(snapshot.derived, snapshot)
    if not (target / "CURRENT").exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with alone(target.parent.with_suffix(".lock")):  # two processes may want the same day
            if not (target / "CURRENT").exists():
                _make(target, quads(snapshot, limit))
    return target


def _make(target: Path, contents: Iterable[Quad]) -> None:
    """Write a dataset to a temporary folder and rename it to ``target``; delete the oldest ones."""
    days = target.parent
    for left in days.glob(".*.*"):  # left by a killed process: only one writes at a time
        shutil.rmtree(left, ignore_errors=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=days))
    try:
        embedded.build(aside, contents)
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    _make_room(days, target)


def _make_room(days: Path, newest: Path) -> None:
    """Delete the oldest datasets; an open dataset stays usable until its reader closes it."""
    results = [one for one in days.iterdir() if one.name[:1] != "." and one != newest]
    results.sort(key=lambda one: one.stat().st_mtime, reverse=True)
    for one in results[MAX_FOLDERS - 1 :]:
        shutil.rmtree(one, ignore_errors=True)


def main(location: str, day: str, memory: str) -> int:
    """Make the dataset of a day within ``memory`` bytes; return the exit code."""
    try:
        with EmbeddedStore.open(Path(location).resolve()) as store:
            confine_writer(int(memory), [Path(location).resolve()])
            folder = materialised(
                AcceptedSnapshot(store, day, folder=derived_folder(str(Path(location).resolve())))
            )
        sys.stdout.write(str(folder or ""))
    except ProvenanceError as error:
        sys.stdout.write(json.dumps([type(error).__name__, str(error)]))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
