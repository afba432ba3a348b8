"""``retract``: removes a record and updates the accepted view."""

from __future__ import annotations

import click

from provenance_graph import completion
from provenance_graph.core.clock import today
from provenance_graph.core.iris import record_named
from provenance_graph.session import Session


@click.command()
@click.argument("record", nargs=-1, required=True, shell_complete=completion.records)
@click.pass_obj
def command(session: Session, record: tuple[str, ...]) -> None:
    """Drop records, by IRI, as `id:record/…`, or by the part after …/id/record/."""
    from provenance_graph.ingest.update import update
    from provenance_graph.store.opening import open_writer, require_current

    names = [record_named(text) for text in record]
    with open_writer(session.store_path) as store:
        require_current(store, session.store_path)
        done = update(store, drop=names, derive=session.levels(), day=today())
    session.say(
        f"{len(names)} record{'s' * (len(names) > 1)} dropped; {len(done.subjects)} subjects resolved "
        f"again; version {done.version}"
    )
