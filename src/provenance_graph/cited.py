"""The option ``--receipts``: the source of each accepted value, with the output of a command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from provenance_graph.session import Session
from provenance_graph.tables import render

if TYPE_CHECKING:
    from provenance_graph.model.receipt import ReceiptsOf

F = TypeVar("F", bound=Callable[..., Any])
COLUMNS = (
    "of",
    "property",
    "value",
    "publisher",
    "basis",
    "custody",
    "retrieved",
    "place",
    "document",
    "digest",
    "claim",
)
_NAMES = ("thing", "model", "models", "entity")


def with_receipts(command: F) -> F:
    """Add ``--receipts`` to a command: receipts of the entities that its arguments name.

    A command without such arguments calls ``Session.cite`` with the entities that it lists, before
    it prints.
    """

    @wraps(command)
    def wrapped(first: Session | click.Context, *args: Any, receipts: bool, **given: Any) -> Any:
        if not receipts:
            return command(first, *args, **given)
        session: Session = first.obj if isinstance(first, click.Context) else first
        if given.get("form") not in (None, "table", "tree", "json", "html"):
            from provenance_graph.core.errors import UsageError

            raise UsageError("--receipts needs --format table or json")
        named = _named(given)
        session.receipts = _receipts(session, given, named) if named else []
        session.citing = not named
        try:
            return command(first, *args, **given)
        finally:
            if session.receipts:  # not printed as JSON
                click.echo("\nReceipts")
                click.echo(render(COLUMNS, list(_rows(session.receipts)), "table"), nl=False)

    option = click.option("--receipts", is_flag=True, help="Also the receipt of every value.")
    return option(wrapped)  # type: ignore[return-value]  # click's own types lose the kind


def _named(given: dict[str, Any]) -> list[str]:
    names = [given[key] for key in _NAMES if given.get(key)]
    return [name for one in names for name in ([one] if isinstance(one, str) else one)]


def _receipts(session: Session, given: dict[str, Any], names: list[str]) -> list[ReceiptsOf]:
    from provenance_graph.core.iris import local_name
    from provenance_graph.model.fields import property_named
    from provenance_graph.model.naming.entities import find_entity
    from provenance_graph.model.receipt import receipts_of

    day = given.get("as_of") or ""
    snapshot = session.snapshot(day if isinstance(day, str) else "")
    matches = list(receipts_of(snapshot, [find_entity(snapshot, name).iri for name in names]))
    if not given.get("property"):
        return matches
    wanted = local_name(property_named(snapshot, given["property"]))
    return [
        {**one, "properties": {k: v for k, v in one["properties"].items() if k == wanted}}
        for one in matches
    ]


def _rows(matches: Iterable[ReceiptsOf]) -> Iterator[tuple[object, ...]]:
    for one in matches:
        for name, receipts in one["properties"].items():
            for receipt in receipts:
                value = receipt["value"]
                text = value["id"] if isinstance(value, dict) else value
                yield (
                    one["id"],
                    name,
                    receipt["asStated"] if text is None else text,
                    receipt["publisher"],
                    receipt["basis"],
                    receipt["custody"],
                    receipt["retrieved"],
                    receipt["place"] or "",
                    receipt["document"],
                    receipt["digest"] or "",
                    receipt["claim"],
                )
