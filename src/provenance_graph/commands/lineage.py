"""``provenance-graph lineage``: what a model rests on, and what rests on it."""

from __future__ import annotations

import sys

import click

from provenance_graph import completion
from provenance_graph.model.naming import resolve
from provenance_graph.session import Session

FORMAT = click.Choice(["tree", "json", "dot", "mermaid", "graphml", "cytoscape"])


@click.command()
@click.argument("model", shell_complete=completion.models)
@click.option(
    "--direction",
    type=click.Choice(["up", "down", "both"]),
    default="both",
    show_default=True,
    help="Ancestors, descendants, or both.",
)
@click.option("--depth", type=int, help="At most so many steps (default: all).")
@click.option(
    "--relation", "relations", multiple=True, help="Follow only this relation; repeatable."
)
@click.option("--data/--no-data", default=False, help="Datasets, synthetic data, reward models and judges too.")  # fmt: skip
@click.option("--evidence/--no-evidence", default=True, help="Sources of every edge shown.")
@click.option("--breaches/--no-breaches", default=True, help="Mark the steps on which licence findings begin.")  # fmt: skip
@click.option("--limit", type=int, default=500, show_default=True, help="At most so many nodes.")
@click.option("--with", "other", help="Another model: what the two share, and the ways between them.")  # fmt: skip
@click.option("--as-of", default="", metavar="DATE", help="As known on that day.")
@click.option("--format", "form", type=FORMAT, default="tree", show_default=True)
@click.pass_obj
def command(
    session: Session,
    model: str,
    direction: str,
    depth: int | None,
    relations: tuple[str, ...],
    data: bool,
    evidence: bool,
    breaches: bool,
    limit: int,
    other: str | None,
    as_of: str,
    form: str,
) -> None:
    """Ancestors and descendants of MODEL, with the evidence of every edge."""
    from provenance_graph.lineage import formats
    from provenance_graph.lineage.graph import LineageGraph

    snapshot = session.snapshot(as_of)
    graph = LineageGraph(snapshot)
    subject = resolve(snapshot, model)
    session.say_unknown(snapshot, subject)
    if other is not None:
        shared = graph.shared(subject, resolve(snapshot, other))
        ways = [graph.paths(subject, shared.second), graph.paths(shared.second, subject)]
        session.print_json(
            {**shared.to_json(), "ways": [one.to_json() for one in ways if one.paths]}
        )
        return
    found = graph.of(
        subject,
        direction=direction,
        depth=depth,
        relations=relations,
        influences=data,
        evidence=evidence,
        limit=limit,
    )
    if breaches:
        from provenance_graph.licences.graph import LicenceGraph
        from provenance_graph.licences.marks import with_breaches

        found = with_breaches(found, LicenceGraph(snapshot))
    sys.stdout.write(formats.FORMATS[form](found))
    if found.truncated:
        session.say(f"{found.shown}; raise --limit or lower --depth")
