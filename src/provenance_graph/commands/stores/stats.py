"""``stats``: counts of a store's contents."""

from __future__ import annotations

import click

from provenance_graph.cited import with_receipts
from provenance_graph.options import as_of_option, format_option
from provenance_graph.session import Session


@click.command()
@as_of_option
@format_option()
@click.pass_obj
@with_receipts
def command(session: Session, as_of: str, form: str) -> None:
    """Counts of the store: entities by kind, records and claims by source, gaps, conflicts."""
    from provenance_graph.model.stats import stats

    result = stats(session.whole(as_of))
    if session.citing:
        session.say("stats gives counts, which have no receipts")
    if form == "json":
        session.print_json(result.to_json())
        return
    session.print_table(("what", "of", "count"), result.rows(), form)
