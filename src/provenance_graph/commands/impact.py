"""``provenance-graph impact``: what is hit if a model or dataset is withdrawn."""

from __future__ import annotations

import click

from provenance_graph import completion
from provenance_graph.core.iris import local_name, said
from provenance_graph.model.things import find_thing
from provenance_graph.session import Session


@click.command()
@click.argument("thing", shell_complete=completion.models)
@click.option("--as-of", default="", metavar="DATE", help="As known on that day.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many things listed; counts are of all.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)  # fmt: skip
@click.pass_obj
def command(session: Session, thing: str, as_of: str, limit: int, form: str) -> None:
    """What descends from THING, or was trained on it, at any remove."""
    from provenance_graph.fleet import deployed, offered
    from provenance_graph.lineage.graph import LineageGraph
    from provenance_graph.lineage.results import SAYINGS

    snapshot = session.snapshot(as_of)
    meant = find_thing(snapshot, thing, ("model", "family", "dataset"))
    session.say_others(meant.others)
    subject = meant.iri
    session.say_unknown(snapshot, subject)
    found = LineageGraph(snapshot).impact(subject, limit=limit)
    hit = [subject, *(node.iri for node in found.nodes)]
    systems = deployed(snapshot, hit)
    offers = offered(snapshot, hit)
    if form == "json":
        running = [{"system": said(one), "runs": said(model)} for one, model in systems]
        places = [{"offer": said(one), "of": said(model)} for one, model in offers]
        session.print_json({**found.to_json(), "deployments": running, "offers": places})
        return
    rows: list[tuple[object, ...]] = [
        (
            node.label,
            node.distance,
            node.kind,
            f"{SAYINGS[found.reasons[node.iri].relation]} {said(found.reasons[node.iri].parent)}",
            ", ".join(local_name(one) for one in node.licences),
            "" if node.declared else "only inferred",
        )
        for node in found.nodes
    ]
    rows += [
        (snapshot.label(one) or said(one), None, "system", f"runs {said(model)}", "", "")
        for one, model in systems
    ]
    rows += [
        (snapshot.label(one) or said(one), None, "offer", f"offer of {said(model)}", "", "")
        for one, model in offers[:limit]
    ]
    session.print_table(("thing", "distance", "kind", "because", "licence", "evidence"), rows, form)
    session.say(
        f"{found.hit:,} models are hit, {found.inferred_only:,} of them by inferred edges only; "
        f"{len(found.nodes):,} of {found.hit + found.datasets:,} things listed"
        + (f"; {len(systems):,} deployments of ours run them" if systems else "")
        + (
            f"; {len(offers):,} offers of them, {min(limit, len(offers)):,} listed"
            if offers
            else ""
        )
    )
