"""``backup``: copy a store, also while it is served."""

from __future__ import annotations

from pathlib import Path

import click

from provenance_graph.core.errors import UsageError
from provenance_graph.session import Session


@click.command()
@click.argument("destination", type=click.Path(path_type=Path))
@click.pass_obj
def command(session: Session, /, destination: Path) -> None:
    """Copy the store's newest state into DESTINATION, which becomes a store of its own.

    On the same file system it is made of hard links, in milliseconds; nobody waits for it.
    """
    from provenance_graph.store.embedded import EmbeddedStore

    if session.is_remote:
        raise UsageError("a remote store is backed up where it runs")
    with EmbeddedStore.open(session.folder) as store:
        version = store.backup(destination)
    session.say(f"version {version} is in {destination}")
