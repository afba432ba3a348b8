"""A local copy of a remote store, for uses that need an engine on disk: serving, backups.

A SPARQL 1.1 service offers no files and no transactions over several answers. So the copy is read
graph by graph, every listing is compared with its COUNT, and the copy is valid only if the service
has the same version before and after. It is published as a whole; until then the copy before is
served.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from provenance_graph.core.claims import Quad
from provenance_graph.core.errors import StoreError
from provenance_graph.core.iris import Iri
from provenance_graph.store import embedded, layout
from provenance_graph.store.follow import run
from provenance_graph.store.layout import Current
from provenance_graph.store.remote.reading import RemoteStore

_GRAPHS = 100
"""Graphs read in one request."""
_VERSION = re.compile(r"(\d+)-([0-9a-f]{1,12})")


class RemoteCopy:
    """A folder that follows a remote store, copied again for every version."""

    def __init__(
        self, folder: Path, url: str, open_: Callable[[str], RemoteStore] = RemoteStore.open
    ) -> None:
        self.folder, self.location, self._open = folder, url, open_

    @property
    def current(self) -> Current | None:
        """The published state of the copy; None where there is none."""
        return layout.find_current(self.folder)

    def refresh(self) -> bool:
        """Copy the service's present version unless it is already here; whether it was new.

        Raises StoreError, and keeps the present copy, where the service holds no store of this
        software, cannot be read completely, or changed meanwhile.
        """
        with self._open(self.location) as remote:
            if not remote.capabilities.holds_store:
                raise StoreError(
                    f"{self.location} holds no store of this software; `build --fresh` puts one there"
                )
            version, here = remote.version, self.current
            sequence, digest = _parts(version)
            if here is not None and here.version.partition("-")[2] == digest:
                return False
            self.folder.mkdir(parents=True, exist_ok=True)
            embedded.build(self.folder, _dumped(remote, version), digest, least=sequence)
            return True

    def is_versioned(self) -> bool:
        """Whether the service states its version, so that a change can be detected."""
        with self._open(self.location) as remote:
            return _is_known(remote.version)


def _is_known(version: str) -> bool:
    return not version.startswith("unknown-")


def _parts(version: str) -> tuple[int, str]:
    """Sequence and digest of a version; for a foreign ETag, 0 and a digest of the ETag."""
    if match := _VERSION.fullmatch(version):
        return int(match[1]), match[2]
    return 0, hashlib.sha256(version.encode()).hexdigest()[:12]


def _dumped(remote: RemoteStore, version: str) -> Iterator[Quad]:
    """Yield every quad of a remote store; raises StoreError at the end if it changed meanwhile."""
    for row in remote.all_rows("?p", "?s ?p ?o", {}, "DISTINCT"):
        yield from remote.quads(predicate=Iri(str(row["p"])))
    names = list(remote.graphs())
    for start in range(0, len(names), _GRAPHS):
        listed = " ".join(f"<{name}>" for name in names[start : start + _GRAPHS])
        pattern = f"VALUES ?g {{ {listed} }} GRAPH ?g {{ ?s ?p ?o }}"
        for row in remote.all_rows("?s ?p ?o ?g", pattern, {}):
            yield Iri(str(row["s"])), Iri(str(row["p"])), row["o"], Iri(str(row["g"]))
    if _is_known(version) and (now := remote.version) != version:
        raise StoreError(
            f"{remote.url} changed from version {version} to {now} while it was copied"
        )


def cache_folder(url: str, what: str = "remote") -> Path:
    """The user's cache folder for a copy of a remote store, or stages of a build into it."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "provenance-graph" / f"{what}-{hashlib.sha256(url.encode()).hexdigest()[:12]}"


def main(arguments: list[str]) -> None:
    """Run as a program with the arguments URL FOLDER SECONDS: follow a service into a folder."""
    url, folder, seconds = arguments
    run(RemoteCopy(Path(folder), url), float(seconds))


if __name__ == "__main__":
    main(sys.argv[1:])
