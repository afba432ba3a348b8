"""``backup``: copies a store, also while it is served."""

from __future__ import annotations

from pathlib import Path

import click

from provenance_graph.options import FilePath
from provenance_graph.session import Session


@click.command()
@click.argument("destination", type=FilePath(path_type=Path))
@click.pass_obj
def command(session: Session, /, destination: Path) -> None:
    """Copy the store's newest state into DESTINATION, which becomes a store of its own.

    On the same file system the copy consists of hard links and takes milliseconds; no process waits
    for it. A remote store is copied into a store on this machine.
    """
    from provenance_graph.store.embedded import EmbeddedStore

    if session.is_remote:
        session.say(f"version {_copied(session.store_path, destination)} is in {destination}")
        return
    with EmbeddedStore.open(session.folder) as store:
        version = store.backup(destination)
    session.say(f"version {version} is in {destination}")


def _copied(location: str, destination: Path) -> str:
    """Copy a remote store into a new folder; returns the version."""
    from provenance_graph.store.embedded import require_new
    from provenance_graph.store.opening import address_of
    from provenance_graph.store.remote.copy import RemoteCopy

    require_new(destination)
    copy = RemoteCopy(destination, address_of(location))
    copy.refresh()
    assert copy.current is not None
    return copy.current.version
