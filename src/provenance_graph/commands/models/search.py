"""``search``: find any entity in the graph by a part of its name."""

from __future__ import annotations

import click

from provenance_graph.cited import with_receipts
from provenance_graph.options import as_of_option, format_option, limit_option
from provenance_graph.session import Session


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option(
    "--kind", "kinds", multiple=True, help="Only entities of this kind (repeat for more)."
)
@as_of_option
@limit_option(20, "Only the best N.")
@click.option("--cursor", default="", help="Continue after an earlier answer.")
@format_option()
@click.pass_obj
@with_receipts
def command(
    session: Session,
    text: tuple[str, ...],
    kinds: tuple[str, ...],
    as_of: str,
    limit: int,
    cursor: str,
    form: str,
) -> None:
    """Entities whose name contains TEXT: models, datasets, organisations, licences and more.

    Words may come in any order. Where no name is spelt so, names with typing errors are found; of a
    sentence, the names in it.
    """
    from provenance_graph.changes.updating import update_search
    from provenance_graph.model.search.index import SearchIndex
    from provenance_graph.session import rendered

    snapshot = session.whole(as_of)
    update_search(session.folder, snapshot)
    match = SearchIndex.open(snapshot).search(" ".join(text), limit, kinds, cursor)
    session.cite(snapshot, (item["iri"] for item in match.items))
    if form == "json":
        session.print_json(match.to_json())
    else:
        rows = [
            (
                item["id"],
                item["kind"],
                item["name"],
                ", ".join(item["developers"]),
                rendered(item["parameterCount"]),
                item["sources"] or item["mentions"],
            )
            for item in match.items
        ]
        columns = ("id", "kind", "name", "developer", "parameters", "sources or mentions")
        session.print_table(columns, rows, form)
    what = (
        "no name is spelt like this; similar names"
        if match.approximate and match.items
        else "found"
    )
    if match.named:
        what = f"matched by the names in it: {', '.join(match.named)}"
    more = f"; --cursor {match.cursor} continues" if match.cursor else ""
    session.say(f"{len(match.items):,} of {match.total:,} {what}{more}")
