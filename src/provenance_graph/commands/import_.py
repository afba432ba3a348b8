"""``import``: documents into records; the accepted view follows; problems by place."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

import click

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import UsageError
from provenance_graph.session import Session

if TYPE_CHECKING:
    from provenance_graph.formats.document import Document
    from provenance_graph.ingest.run import Report
    from provenance_graph.store.base import WritableStore


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--as", "form", default="", metavar="FORMAT", help="The format, instead of recognising it."
)
@click.option(
    "--retrieved",
    default="",
    metavar="DATE",
    help="When the documents were retrieved (default: today).",
)
@click.option("--publisher", default="", metavar="IRI", help="Who published them.")
@click.option("--url", default="", help="Their address on the web, or the one they lie under.")
@click.option("--dry-run", is_flag=True, help="Read and report; keep nothing.")
@click.option("--strict", is_flag=True, help="Keep nothing of a run that meets any problem.")
@click.option(
    "--problems", "shown", default=200, show_default=True, help="Print at most so many problems."
)
@click.pass_obj
def command(
    session: Session,
    paths: tuple[str, ...],
    form: str,
    retrieved: str,
    publisher: str,
    url: str,
    dry_run: bool,
    strict: bool,
    shown: int,
) -> int:
    """Read documents into the store.

    PATH is a file, a folder, a glob, - for standard input, hf:org/name, hf:org/* or an
    https:// address.
    """
    from provenance_graph.acceptance.snapshot import day_of
    from provenance_graph.assessment.derived import EvidenceLevels
    from provenance_graph.core.iris import iri
    from provenance_graph.formats.document import MAX_BYTES
    from provenance_graph.formats.registry import readers
    from provenance_graph.ingest.intake import Options
    from provenance_graph.ingest.run import import_documents
    from provenance_graph.store.embedded import EmbeddedStore

    if session.is_remote:
        raise UsageError("import into a remote store goes through its own service (/data)")
    day = day_of(retrieved) if retrieved else ""
    options = Options(form, iri(publisher) if publisher else None, day)
    known = readers()
    if form and form not in known:
        raise UsageError(f"no format {form!r}; there are {', '.join(known)}")
    today = day or datetime.now(UTC).date().isoformat()
    told = _Teller(shown)

    stdin: BinaryIO = sys.stdin.buffer
    if strict and "-" in paths:
        stdin = io.BytesIO(stdin.read(MAX_BYTES + 1))

    def run(store: WritableStore | None) -> Report:
        if isinstance(stdin, io.BytesIO):
            stdin.seek(0)  # a strict run reads everything twice
        documents = _counted(_documents(paths, today, url, stdin))
        return import_documents(store, documents, known, options, told, EvidenceLevels())

    if strict or dry_run:
        report = run(None)
        told.shown = shown if not strict else 0
    if not dry_run and not (strict and report.problems):
        with ExitStack() as stack:
            report = run(stack.enter_context(EmbeddedStore.open_writer(session.folder)))
    _summary(session, report, told, dry_run, strict)
    if report.documents == 0 or report.failed == report.documents:
        return 2
    return 1 if report.problems else 0


class _Teller:
    """Prints problems as they are met, up to a number."""

    def __init__(self, shown: int) -> None:
        self.shown, self.hidden = shown, 0

    def __call__(self, name: str, problem: Problem) -> None:
        if self.shown > 0:
            self.shown -= 1
            place = f"{name}: {problem}" if problem.where else f"{name}: {problem.what}"
            hint = f" ({problem.hint})" if problem.hint and not problem.where else ""
            click.echo(place + hint, err=True)
        else:
            self.hidden += 1


def _documents(
    paths: tuple[str, ...], day: str, url: str, stdin: BinaryIO
) -> Iterator[Document | Problem]:
    from provenance_graph.formats.walk import walk

    local = [path for path in paths if not path.startswith(("hf:", "http://", "https://"))]
    if local:
        yield from walk(local, retrieved=day, url=url, stdin=stdin)
    for place in paths:
        if place not in local:
            from provenance_graph.formats.fetch.door import documents

            yield from documents(place, retrieved=day)


def _counted(documents: Iterator[Document | Problem]) -> Iterator[Document | Problem]:
    """The same documents, with a progress line where somebody watches."""
    watched = sys.stderr.isatty()
    for number, document in enumerate(documents, 1):
        if watched and number % 20 == 0:
            click.echo(f"\r{number:,} documents", nl=False, err=True)
        yield document
    if watched:
        click.echo("\r" + " " * 30 + "\r", nl=False, err=True)


def _summary(session: Session, report: Report, told: _Teller, dry: bool, strict: bool) -> None:
    if told.hidden:
        session.say(f"... and {told.hidden:,} more problems (--problems N prints more)")
    kept = (
        "nothing kept"
        if dry or (strict and report.problems)
        else f"version {report.version or 'unchanged'}"
    )
    session.say(
        f"{report.documents:,} documents: {report.records:,} records with {report.claims:,} claims, "
        f"{report.unchanged:,} unchanged, {report.failed:,} unreadable; {kept}"
    )
    if report.formats:
        session.say(
            "formats: " + ", ".join(f"{n} {name}" for name, n in report.formats.most_common())
        )
    if report.ledger.total():
        session.say(f"stated: {report.ledger}")
    if report.kinds:
        session.say(
            "problems: " + ", ".join(f"{n} {kind}" for kind, n in report.kinds.most_common())
        )
