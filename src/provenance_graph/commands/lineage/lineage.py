"""``provenance-graph lineage``: ancestors and descendants of a model."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import short_id
from provenance_graph.model.naming.entities import kind_of
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.options import as_of_option, format_option, unused
from provenance_graph.session import Session
from provenance_graph.tables import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provenance_graph.lineage.results import Paths, SharedAncestry

_NOT_WITH = ("direction", "depth", "relations", "data", "evidence", "breaches", "limit")
FORMATS = ("tree", "json", "csv", "dot", "mermaid", "graphml", "cytoscape")


@click.command()
@click.argument("model", shell_complete=completion.models)
@click.option(
    "--direction",
    type=click.Choice(["up", "down", "both"]),
    default="both",
    show_default=True,
    help="Ancestors, descendants, or both.",
)
@click.option("--depth", type=int, help="Maximum number of steps (default: all).")
@click.option(
    "--relation", "relations", multiple=True, help="Follow only this relation; repeatable."
)
@click.option(
    "--data/--no-data",
    default=False,
    help="Datasets, synthetic data, reward models and judges too.",
)
@click.option("--evidence/--no-evidence", default=True, help="Sources of every edge shown.")
@click.option(
    "--breaches/--no-breaches", default=True, help="Mark the steps at which licence findings begin."
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=None,
    help="Maximum number of nodes.  [default: 500; of more, with evidence, the nearest 50]",
)
@click.option(
    "--with", "other", help="Another model: shared ancestors, and the paths between the two."
)
@as_of_option
@format_option(*FORMATS)
@click.pass_obj
@with_receipts
def command(
    session: Session,
    model: str,
    direction: str,
    depth: int | None,
    relations: tuple[str, ...],
    data: bool,
    evidence: bool,
    breaches: bool,
    limit: int | None,
    other: str | None,
    as_of: str,
    form: str,
) -> None:
    """Ancestors and descendants of MODEL, with the evidence of every edge."""
    from provenance_graph.licences.inheritance.near import index_near
    from provenance_graph.lineage import formats
    from provenance_graph.lineage.graph import LineageGraph

    snapshot = session.snapshot(as_of)
    subject = resolve(snapshot, model, "described")
    wanted = [subject] if other is None else [subject, resolve(snapshot, other)]
    index = index_near(snapshot, wanted)
    graph = LineageGraph(snapshot, index)
    session.say_unknown(snapshot, subject)
    if other is not None:
        unused("is not read with --with", *_NOT_WITH)
        shared = graph.shared(*wanted)
        ways = [graph.paths(subject, shared.second), graph.paths(shared.second, subject)]
        if form == "tree":
            sys.stdout.write(fitted("\n".join(_shared(shared, ways)) + "\n"))
            return
        if form != "json":
            raise UsageError("--with is available as tree or json")
        session.print_json(
            {**shared.to_json(), "ways": [one.to_json() for one in ways if one.paths]}
        )
        return
    result = graph.of(
        subject,
        direction=direction,
        depth=depth,
        relations=relations,
        influences=data or kind_of(snapshot, subject) == "dataset",
        evidence=evidence,
        limit=limit,
    )
    if breaches:
        from provenance_graph.licences.graph import LicenceGraph
        from provenance_graph.licences.rules.marks import with_breaches

        result = with_breaches(result, LicenceGraph(snapshot, index))
    if form == "json" and session.receipts is not None:
        session.print_json(json.loads(formats.FORMATS[form](result)))
    else:
        text = formats.FORMATS[form](result)
        sys.stdout.write(fitted(text) if form == "tree" else text)
    if result.left_out:
        session.say("--data shows the datasets and influences")
    if result.truncated:
        session.say(f"{result.extent}; raise --limit or lower --depth")


def _shared(shared: SharedAncestry, ways: Sequence[Paths]) -> Iterator[str]:
    """Lines with the ancestors and datasets that two models share, and paths between them."""
    first, second = short_id(shared.first), short_id(shared.second)
    if not shared.ancestors and not shared.datasets:
        yield f"{first} and {second} share no recorded ancestor or dataset"
    else:
        yield f"{first} and {second} share"
    nearest = set(shared.nearest)
    for one, above_first, above_second in shared.ancestors:
        mark = ", the nearest" if one in nearest else ""
        yield f"  {short_id(one)}  ({above_first} and {above_second} steps up{mark})"
    for one in shared.datasets:
        yield f"  {short_id(one)}  (dataset)"
    for way in ways:
        for path in way.paths:
            steps = " → ".join(short_id(edge.parent) for edge in path)
            yield f"{short_id(way.child)} comes from {short_id(way.ancestor)}: {steps}"
