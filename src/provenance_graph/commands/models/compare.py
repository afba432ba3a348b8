"""``compare``: models side by side, differences marked, disclosure included."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.model.disclosure.states import STATES
from provenance_graph.options import format_option
from provenance_graph.session import Session
from provenance_graph.tables import coloured, table, width

if TYPE_CHECKING:
    from provenance_graph.changes.answers import ComparedCell, ComparisonAnswer

COUNTED = {
    "same": "equal",
    "differs": "differ",
    "not stated for all": "known for some only",
    "stated for none": "unknown",
}
"""How the counts of fields are told, as on the page."""
MARKS = {"same": " ", "differs": "≠", "not stated for all": "○", "stated for none": "·"}


@click.command()
@click.argument(
    "models", nargs=-1, required=True, metavar="MODEL MODEL…", shell_complete=completion.models
)
@click.option(
    "--as-of",
    "days",
    multiple=True,
    metavar="DATE",
    help="As known on that day; with one MODEL give two days (`now` is today).",
)
@click.option(
    "--all", "everything", is_flag=True, help="Also fields that are equal, or stated for none."
)
@click.option("--moves", is_flag=True, help="Also each item of a rubric whose level differs.")
@format_option()
@click.pass_obj
@with_receipts
def command(
    session: Session,
    models: tuple[str, ...],
    days: tuple[str, ...],
    everything: bool,
    moves: bool,
    form: str,
) -> None:
    """Compare two to six MODELs field by field, or one MODEL with itself on two days."""
    from provenance_graph.acceptance.snapshot import day_of
    from provenance_graph.changes.compare import compare, compare_dates
    from provenance_graph.core.errors import UsageError
    from provenance_graph.model.naming.resolve import resolve

    present = session.snapshot()
    subjects = [resolve(present, model) for model in models]
    known = [day_of("" if day in ("", "now") else day) for day in days]
    if len(subjects) == 1 and days:
        days_ = known if len(known) > 1 else [*known, ""]
        for day in days_:
            session.say_unknown(present.at(day), subjects[0])
        result = compare_dates(present, subjects[0], days_)
    elif len(known) > 1:
        raise UsageError("several models are compared on one day: give --as-of once")
    else:
        snapshot = present.at(known[0] if known else "")
        session.say_unknown(snapshot, *subjects)
        result = compare(snapshot, subjects)
    answer = result.to_json()
    if form == "json":
        session.print_json(answer)
        return
    headings = [column["heading"] for column in answer["columns"]]
    if form == "table":
        lines = list(by_section(rows(answer, everything)))
        text = table(("", *headings), lines, width(), bold=coloured(), tallest=60, readable=12)
        sys.stdout.write(text)
    else:
        session.print_table(("section", "field", "kind", *headings), rows(answer, everything), form)
    reported = ", ".join(
        f"{count} {COUNTED[kind]}" for kind, count in answer["counts"].items() if count
    )
    session.say(
        f"{reported or 'nothing to compare'}"
        + ("" if everything else "; only differences shown (--all for the rest)")
        + f" (≠ differs, {MARKS['not stated for all']} known for some only)"
    )
    moved = [
        change for change in answer["moved"] if everything or change["before"] != change["after"]
    ]
    if moves:
        for change in moved:
            because = ", ".join(change["because"])
            session.say(
                f"{change['rubric']}: {change['label']}: {change['before']} → {change['after']}"
                f" ({change['points']:+g}; {because})"
            )
    elif moved:
        session.say(f"{len(moved)} items of rubrics differ (--moves lists them)")


def rows(answer: ComparisonAnswer, everything: bool) -> Iterator[tuple[str, ...]]:
    """The rows of the table: fields first, then scores; without ``everything`` differences only."""
    for section in answer["sections"]:
        for field in section["fields"]:
            if everything or (field["differs"] and field["kind"] != "stated for none"):
                cells = [_cell(cell, field["unit"]) for cell in field["cells"]]
                yield (section["name"], field["label"], MARKS[field["kind"]], *cells)
    for score in answer["scores"]:
        if everything or score["differs"]:
            cells = [
                cell["shown"] + (f", class {cell['grade']}" if cell["grade"] else "")
                for cell in score["cells"]
            ]
            mark = MARKS["differs"] if score["differs"] else MARKS["same"]
            yield ("Scores", f"{score['rubric']['id']} {score['version']}", mark, *cells)


def by_section(listed: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Rows for display: a row with each section's name, then its fields with their marks."""
    section = ""
    for name, field, mark, *cells in listed:
        if name != section:
            yield (name.upper(), *("" for _ in cells))
            section = name
        yield (f"{mark} {field}", *cells)


def _cell(cell: ComparedCell, unit: str | None) -> str:
    from provenance_graph.model.display import value_text, with_unit

    value = with_unit(value_text(cell["values"]), unit)
    status = "" if cell["state"] in ("disclosed", "reported") else STATES[cell["state"]].label
    if not value:
        without = {"notRecorded": "not recorded", "reported": "stated, not accepted"}
        status = without.get(cell["state"], status)
    parts = [value, f"({status})" if value and status else status]
    if cell["contested"]:
        parts.append("≠ sources disagree")
    return " ".join(part for part in parts if part)
