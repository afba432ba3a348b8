"""``check``: documents against their format, our shapes, and what the store knows upstream."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph.commands.validate import FORMATS, SEVERITIES, least_of, of_documents
from provenance_graph.session import Session

if TYPE_CHECKING:
    from provenance_graph.checking.documents import Judge


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES),
    default="warning",
    show_default=True,
    help="Report what is as grave as that, or graver.",
)
@click.option("--strict", is_flag=True, help="Warnings fail too, whatever --severity says.")
@click.option(
    "--against",
    "rubrics",
    multiple=True,
    metavar="ID",
    help="Also a list of elements or rubric, such as eu-annex-xi: what the document leaves out.",
)
@click.option(
    "--shapes",
    "shape_files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Shapes of your own (SHACL), checked beside ours; may be repeated.",
)
@click.option("--as", "document_form", default="", metavar="FORMAT", help="The documents' format.")
@click.option(
    "--limit", default=200, show_default=True, help="Print at most so many lines of the table."
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table")
@click.pass_obj
def command(
    session: Session,
    paths: tuple[str, ...],
    severity: str,
    strict: bool,
    rubrics: tuple[str, ...],
    shape_files: tuple[Path, ...],
    document_form: str,
    limit: int,
    form: str,
) -> int:
    """Check documents: cards, BOMs, folders of them. Nothing is kept.

    All that `validate` checks, and with the store: licences against those of parents and
    data, parents nobody knows (did you mean …), a model that would descend from itself, and
    with --against which elements of a list the document leaves out. Exits 1 when anything
    as grave as --severity is found, 2 when a path does not exist or nothing could be read.
    """
    from provenance_graph.checking.upstream import Upstream
    from provenance_graph.store.opening import derived_folder

    today = datetime.now(UTC).date().isoformat()
    store = session.store()
    upstream = Upstream.open(store, derived_folder(session.store_path), today)
    judges: list[Judge] = [upstream]
    if rubrics:
        from provenance_graph.checking.elements import Elements  # loads all of assessment

        judges += [Elements(store, rubric) for rubric in rubrics]
    least = least_of(severity, strict)
    return of_documents(session, paths, least, shape_files, document_form, limit, form, judges)
