"""``provenance-graph impact``: the descendants of a model or dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.core.iris import local_name, short_id
from provenance_graph.model.naming.entities import EntityMatch, find_entity
from provenance_graph.options import as_of_option, format_option, limit_option
from provenance_graph.session import Session
from provenance_graph.tables import counted

if TYPE_CHECKING:
    from provenance_graph.acceptance.snapshot import AcceptedSnapshot

MAX_LONGER = 6
"""The most entities with longer names that are listed."""


@click.command()
@click.argument("thing", shell_complete=completion.described)
@as_of_option
@limit_option(50, "Maximum number of entities listed; counts cover all.")
@format_option()
@click.pass_obj
@with_receipts
def command(session: Session, thing: str, as_of: str, limit: int, form: str) -> None:
    """The descendants of THING, and models trained on it, at any depth."""
    from provenance_graph.fleet import impact as affected
    from provenance_graph.lineage.words import saying

    snapshot = session.snapshot(as_of)
    meant = find_entity(snapshot, thing, ("model", "family", "dataset"))
    session.say_others(meant.others)
    if "/" not in thing:  # an id with an owner is unambiguous
        _say_longer_names(session, snapshot, thing, meant)
    subject = meant.iri
    session.say_unknown(snapshot, subject)
    impact = affected(snapshot, subject, limit=limit)
    systems, offers = impact.deployments, impact.offers
    if form == "json":
        session.print_json(impact.to_json())
        return
    rows: list[tuple[object, ...]] = [
        (
            node.label,
            node.distance,
            node.kind,
            f"{saying(impact.reasons[node.iri].relation)} {short_id(impact.reasons[node.iri].parent)}",
            ", ".join(local_name(one) for one in node.licences),
            "stated" if node.declared else "only inferred",
        )
        for node in impact.nodes
    ]
    rows += [
        (snapshot.label(one) or short_id(one), None, "system", f"runs {short_id(model)}", "", "")
        for one, model in systems
    ]
    rows += [
        (snapshot.label(one) or short_id(one), None, "offer", f"offer of {short_id(model)}", "", "")
        for one, model in offers[:limit]
    ]
    session.print_table(
        ("entity", "distance", "kind", "because", "licence", "evidence"), rows, form
    )
    session.say(
        f"{counted(impact.hit, 'model')} affected, {impact.inferred_only:,} by inferred edges only; "
        f"{len(impact.nodes):,} of {impact.hit + impact.datasets:,} entities listed"
        + (f"; run by {counted(len(systems), 'deployment')} of ours" if systems else "")
        + (
            f"; {counted(len(offers), 'offer')} of them, {min(limit, len(offers)):,} listed"
            if offers
            else ""
        )
    )


def _say_longer_names(
    session: Session, snapshot: AcceptedSnapshot, name: str, meant: EntityMatch
) -> None:
    """Print names that begin with a short name: ``laion`` is a dataset and begins other names."""
    from provenance_graph.model.search.index import SearchIndex

    hits = SearchIndex.open(snapshot).search(name, MAX_LONGER, (meant.kind,)).items
    named = [
        f"{item['id']} ({item['mentions']})"
        for item in hits
        if item["iri"] not in (meant.iri, *meant.others)
        and item["name"].casefold().startswith(name.strip().casefold())
        and item["mentions"]
    ]
    if named:
        session.say(
            f"{short_id(meant.iri)} is meant; names that begin so, with how often each is named: "
            f"{', '.join(named)}"
        )
