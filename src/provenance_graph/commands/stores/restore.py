"""``restore``: replaces a store by a backup."""

from __future__ import annotations

from pathlib import Path

import click

from provenance_graph.core.errors import UsageError
from provenance_graph.options import FilePath
from provenance_graph.session import Session


@click.command()
@click.argument("backup", type=FilePath(path_type=Path, exists=True, file_okay=False))
@click.pass_obj
def command(session: Session, /, backup: Path) -> None:
    """Replace the contents of the store by BACKUP.

    A service that only reads continues and then follows; one that writes must be stopped.
    """
    from provenance_graph.store.embedded import restore

    if session.is_remote:
        raise UsageError("a remote store is restored where it runs")
    version = restore(session.folder, backup)
    session.say(f"the store is what {backup} was, as version {version}")
