"""``report``: an audit report of some models as one HTML file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.options import as_of_option, format_option, iso_day, output_option
from provenance_graph.session import Session


@click.command()
@click.argument(
    "models", nargs=-1, required=True, metavar="MODEL...", shell_complete=completion.models
)
@output_option
@click.option("--use", "uses", multiple=True, help="A planned use to answer; repeatable.")
@as_of_option
@click.option(
    "--today",
    default="",
    metavar="DATE",
    help="The day by which licence texts in force are chosen; the day of the evidence otherwise.",
)
@format_option("html", "json")
@click.pass_obj
@with_receipts
def command(
    session: Session,
    models: tuple[str, ...],
    output: Path | None,
    uses: tuple[str, ...],
    as_of: str,
    today: str,
    form: str,
) -> None:
    """A printable audit report of MODEL..., self-contained.

    Verdict, facts with their sources, gaps, conflicts, lineage, licences, assessment, checksums and
    the queries that reproduce them. The same store gives the same bytes.
    """
    from provenance_graph.model.naming.resolve import resolve
    from provenance_graph.report.facts import USES, report
    from provenance_graph.report.html import html

    snapshot = session.snapshot(as_of)
    subjects = list(dict.fromkeys(resolve(snapshot, model) for model in models))
    session.say_unknown(snapshot, *subjects)
    result = report(snapshot, subjects, uses=uses or USES, day=iso_day(today, "--today"))
    if form == "json":
        session.print_json(
            {"checksum": result.checksum, "models": [m.to_json() for m in result.models]}
        )
        return
    text, session.receipts = html(result, session.receipts or ()), None
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, "utf-8", errors="backslashreplace")
    except OSError as error:
        raise click.FileError(str(output), error.strerror or "cannot be written") from None
    session.say(f"wrote {output}: {len(text.encode('utf-8', 'backslashreplace')):,} bytes")
