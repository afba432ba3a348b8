"""``conflicts``: claims that disagree, side by side, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.options import as_of_option, format_option, limit_option, unused
from provenance_graph.session import Session

if TYPE_CHECKING:
    from provenance_graph.acceptance.snapshot import AcceptedSnapshot
    from provenance_graph.conflicts.answers import ConflictAnswer

COLUMNS = (
    "subject",
    "property",
    "kind",
    "value",
    "standing",
    "basis",
    "sources",
    "custody",
    "what is at issue",
)


@click.command()
@click.argument("model", required=False, shell_complete=completion.anything)
@click.option("--kind", "kinds", multiple=True, help="Only this kind (repeat for several).")
@click.option("--field", "named", multiple=True, help="Only about this property, as printed.")
@click.option("--developer", "developers", multiple=True, help="Only models of this developer.")
@click.option("--all", "every", is_flag=True, help="Every kind, rounding and spelling too.")
@as_of_option
@limit_option(0, "Only the worst N; 0 for all.", least=0)
@format_option()
@click.option("--identity", is_flag=True, help="List names that may be one entity, for deciding.")
@click.option("--count", is_flag=True, help="Only how many there are of each kind.")
@click.pass_obj
@with_receipts
def command(
    session: Session,
    model: str | None,
    kinds: tuple[str, ...],
    named: tuple[str, ...],
    developers: tuple[str, ...],
    every: bool,
    as_of: str,
    limit: int,
    form: str,
    identity: bool,
    count: bool,
) -> None:
    """Claims about MODEL (or about anything) that disagree, with the kind of conflict.

    Without --kind or --all: where the developer contradicts itself, sources of like weight
    disagree, a value is implausible, or two names are kept separate because values differ.
    """
    from provenance_graph.changes.updating import update_conflicts
    from provenance_graph.conflicts import detect, selection
    from provenance_graph.conflicts.stored import ledger
    from provenance_graph.model.naming.resolve import resolve

    if identity:
        unused("is not read with --identity", "model", "kinds", "named", "developers", "every")
        unused("is not read with --identity", "count")
    snapshot = session.snapshot(as_of) if model else session.whole(as_of)
    if identity:
        _print_pairs(session, snapshot, limit, form)
        return
    subjects = [resolve(snapshot, model, "anything")] if model else None
    session.say_unknown(snapshot, *(subjects or ()))
    makers = [resolve(snapshot, name, "organization") for name in developers]
    if subjects is None:
        update_conflicts(session.folder, snapshot)
    listed = ledger(snapshot) if subjects is None else detect.conflicts(snapshot, subjects)
    result = selection.chosen(
        listed, kinds, named, makers, snapshot=snapshot, every=every or (count and not kinds)
    )
    if count:
        _print_counts(session, selection.summary(result), form)
        return
    chosen = result[:limit] if limit else result
    session.cite(snapshot, (one.subject for one in chosen))
    if form == "json":
        session.print_json([conflict.to_json() for conflict in chosen])
    else:
        session.print_table(
            COLUMNS,
            [row for one in chosen for row in _rows(one.to_json(), form)],
            form,
            empty=_none_of(model, bool(kinds or named or developers), every),
        )
    if len(chosen) < len(result):
        session.say(f"{len(chosen)} of {len(result)} conflicts shown")
    hidden = len(listed) - len(result)
    if hidden and not kinds and not every and not named and not developers:
        session.say(f"{hidden:,} more of other kinds; --all lists them, --count counts them")


def _none_of(model: str | None, narrowed: bool, every: bool) -> str:
    """A message that there is no conflict, of the kinds that were asked for."""
    about = f" about {model}" if model else ""
    if narrowed:
        return f"no conflict{about} meets these filters"
    return f"no sources disagree{about}" + ("" if every else " in what is listed by default")


def _print_pairs(session: Session, snapshot: AcceptedSnapshot, limit: int, form: str) -> None:
    """Print pairs of names that may mean one entity, for review."""
    from provenance_graph.matching.candidates import candidates
    from provenance_graph.matching.outcome import COLUMNS as PAIR_COLUMNS

    pairs = [candidate.row() for candidate in candidates(snapshot)]
    session.print_table(
        PAIR_COLUMNS,
        pairs[:limit] if limit else pairs,
        form,
        empty="no two names are left that may be one",
    )


def _print_counts(session: Session, totals: Mapping[str, int], form: str) -> None:
    """Print the number of conflicts of each kind."""
    from provenance_graph.conflicts.kinds import DEFAULT, KINDS

    table = [
        (kind, KINDS[kind], totals[kind], "yes" if kind in DEFAULT else "")
        for kind in KINDS
        if totals[kind]
    ]
    columns = ("kind", "what it is", "conflicts", "listed by default")
    session.print_table(columns, table, form, empty="no sources disagree")


def _rows(conflict: ConflictAnswer, form: str) -> Iterator[tuple[object, ...]]:
    """A row per side; common cells are in every row of CSV, else only in the first."""
    for position, side in enumerate(conflict["sides"]):
        common = position == 0 or form == "csv"
        claims = side["claims"]
        yield (
            conflict["subject"]["id"] if common else "",
            conflict["label"] if common else "",
            conflict["kind"] if common else "",
            side["value"],
            claims[0]["standing"],
            claims[0]["basis"],
            ", ".join(sorted({claim["publisher"]["id"] for claim in claims})),
            ", ".join(sorted({claim["custody"].casefold() for claim in claims})),
            conflict["explanation"] if common else "",
        )
