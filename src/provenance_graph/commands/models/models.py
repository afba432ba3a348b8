"""``models``: a list of models, with the same filters as ``/api/v1/models``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.core.iris import local_name
from provenance_graph.options import Command, as_of_option, format_option, limit_option
from provenance_graph.session import Session

if TYPE_CHECKING:
    from provenance_graph.model.answers import ModelSummary

COLUMNS = (
    "id",
    "name",
    "developers",
    "released",
    "licences",
    "parameters",
    "context",
    "gaps",
    "conflicts",
    "sources",
    "known",
    "fields",
)
SHORT = ("model", "released", "licence", "size", "known", "conflicts")
PART = 500


def _facet(name: str, metavar: str, help: str, facet: str = "") -> Callable[[Command], Command]:
    """An option for a filter that may be given several times.

    ``facet`` completes it by the values that the store has.
    """
    completes = completion.facet(facet) if facet else None
    return click.option(name, multiple=True, metavar=metavar, shell_complete=completes, help=help)


@click.command()
@click.argument("text", nargs=-1)
@_facet("--developer", "NAME", "Its developer, or an organisation that it is part of.", "developer")
@_facet("--licence", "ID", "Its accepted licence.", "licence")
@_facet(
    "--licence-class",
    "CLASS",
    "A class or family of licences, such as osi-approved or llama-community.",
    "licenceClass",
)
@_facet("--modality", "KIND", "What it takes as input.", "modality")
@_facet("--architecture", "KIND", "Dense or mixture of experts.")
@_facet("--weights", "KIND", "How its weights are available.")
@_facet("--family", "NAME", "The family of its licence.")
@_facet(
    "--disclosure",
    "FIELD=STATE",
    "A field's state: disclosed, undisclosed, withheld, partly, inferred or contradicted.",
)
@click.option(
    "--undisclosed",
    multiple=True,
    metavar="FIELD",
    shell_complete=completion.properties,
    help="Short for --disclosure FIELD=undisclosed.",
)
@click.option(
    "--since",
    default="",
    metavar="DATE",
    help="Released on that day or later; a month counts where any of its days does.",
)
@click.option("--until", default="", metavar="DATE", help="Released on that day or before.")
@click.option("--context-min", default="", metavar="TOKENS", help="The minimum context length.")
@click.option("--parameters-min", default="", metavar="COUNT", help="The minimum parameter count.")
@click.option("--parameters-max", default="", metavar="COUNT", help="The maximum parameter count.")
@click.option("--descends-from", default="", metavar="MODEL", help="Derived from that model.")
@click.option(
    "--sort",
    default="name",
    show_default=True,
    metavar="KEY",
    help="name, released, context, parameters, sources, gaps, conflicts or descendants; a leading - reverses the order.",
)
@limit_option(50, "Maximum number; 0 for all. CSV and JSON give all.", least=0)
@as_of_option
@format_option()
@click.pass_obj
@with_receipts
def command(
    session: Session,
    /,
    text: tuple[str, ...],
    sort: str,
    limit: int,
    as_of: str,
    form: str,
    **filters: Any,
) -> None:
    """List models that meet every filter; each word of TEXT begins a word of their names.

    A filter given twice takes either value; --disclosure given twice narrows to either state.
    """
    from provenance_graph.changes.updating import update_conflicts, update_search
    from provenance_graph.conflicts.stored import models_index
    from provenance_graph.model.search.filters import understood

    snapshot = session.whole(as_of)
    update_conflicts(session.folder, snapshot)
    update_search(session.folder, snapshot)
    catalogue = models_index(snapshot)
    values = {_parameter(key): _values(value) for key, value in filters.items()}
    where = understood(snapshot, catalogue, values)
    count = (10**9 if form != "table" else limit) or 10**9
    items: list[ModelSummary] = []
    cursor: str | None = ""
    total = 0
    while cursor is not None and len(items) < count:
        page = catalogue.models(
            where,
            text=" ".join(text),
            sort=sort,
            limit=min(PART, count - len(items)),
            cursor=cursor,
        )
        items += page.items
        cursor, total = page.cursor, page.total
    session.cite(snapshot, (item["iri"] for item in items))
    if form == "json":
        session.print_json(items)
        return
    if form == "csv":
        session.print_table(COLUMNS, map(_row, items), form)
        return
    session.print_table(SHORT, map(_short, items))
    session.say(f"{len(items):,} of {total:,} models" if items else "no model matches all filters")


def _parameter(option: str) -> str:
    """The name of an option in a query string: ``context_min`` becomes ``contextMin``."""
    head, *rest = option.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _values(value: Any) -> list[str]:
    return list(value) if isinstance(value, tuple) else [value] if value else []


def _row(item: ModelSummary) -> tuple[object, ...]:
    return (
        item["id"],
        item["name"],
        "; ".join(item["developers"]),
        item["released"],
        "; ".join(licence["label"] for licence in item["licences"]),
        item["parameterCount"],
        item["contextLength"],
        item["gaps"],
        item["conflicts"],
        item["sources"],
        item["known"],
        item["fields"],
    )


def _short(item: ModelSummary) -> tuple[object, ...]:
    """A row with the columns that fit a terminal; CSV and JSON have all."""
    return (
        item["id"],
        item["released"],
        ", ".join(local_name(licence["iri"]) for licence in item["licences"]),
        _scaled(item["parameterCount"]),
        f"{item['known']} of {item['fields']}",
        item["conflicts"],
    )


def _scaled(count: int | None) -> str:
    """A number abbreviated to three digits and a unit; empty for None.

    >>> _scaled(8030261248), _scaled(131072), _scaled(None)
    ('8.03B', '131K', '')
    """
    if count is None:
        return ""
    for size, unit in ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K")):
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return str(count)
