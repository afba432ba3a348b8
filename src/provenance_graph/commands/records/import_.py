"""``import``: reads documents into records and updates the accepted view."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from provenance_graph import completion
from provenance_graph.core import clock
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.options import ANY_PATH, FilePath, unused
from provenance_graph.session import ProblemPrinter, Session
from provenance_graph.tables import counted

if TYPE_CHECKING:
    from provenance_graph.formats.document import Document
    from provenance_graph.ingest.intake import Options
    from provenance_graph.ingest.run import ImportReport
    from provenance_graph.store.base import Store, WritableStore

NOT_WITH_BULK = "--bulk cannot be combined with --strict, --dry-run, - or a remote store"


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=ANY_PATH, metavar="PATH...")
@click.option(
    "--as",
    "form",
    default="",
    metavar="FORMAT",
    shell_complete=completion.formats,
    help="The format, instead of recognising it.",
)
@click.option(
    "--retrieved",
    default="",
    metavar="DATE",
    help="When the documents were retrieved (default: today).",
)
@click.option(
    "--publisher",
    default="",
    metavar="NAME|IRI",
    shell_complete=completion.organizations,
    help="Who published them.",
)
@click.option(
    "--namespace",
    default="",
    metavar="ORG",
    help="The organisation whose repositories the folders are.",
)
@click.option("--url", default="", help="Their web address, or that of the folder above them.")
@click.option(
    "--collection",
    default="",
    metavar="NAME",
    shell_complete=completion.collections,
    help="The collection they belong to (default: the folder's own name).",
)
@click.option(
    "--keys",
    "key_file",
    type=FilePath(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Which publishers sign bundles with which key: see docs/receipts.md.",
)
@click.option(
    "--private",
    is_flag=True,
    help="Make the collection private: only tokens with the scope read-private see it.",
)
@click.option(
    "--replace",
    "replacing",
    is_flag=True,
    help="Import also what is refused otherwise: see docs/store.md.",
)
@click.option(
    "--dry-run", is_flag=True, help="Read, compare with the store and report; store nothing."
)
@click.option(
    "--bulk",
    is_flag=True,
    help="Very many documents: read on all cores, the store rebuilt at the end; resumes after a kill.",
)
@click.option(
    "--data",
    type=FilePath(exists=True, file_okay=False, path_type=Path),
    help="With --bulk: the folder that the store was built from (default: the data installed).",
)
@click.option("--strict", is_flag=True, help="Store nothing of a run that has any problem.")
@click.option(
    "--problems",
    "shown",
    type=click.IntRange(min=0),
    default=200,
    show_default=True,
    help="Maximum number of problems printed.",
)
@click.pass_obj
def command(
    session: Session,
    paths: tuple[str, ...],
    form: str,
    retrieved: str,
    publisher: str,
    namespace: str,
    url: str,
    collection: str,
    private: bool,
    key_file: Path | None,
    replacing: bool,
    dry_run: bool,
    bulk: bool,
    data: Path | None,
    strict: bool,
    shown: int,
) -> int:
    """Read documents into the store.

    PATH is a file, a folder, an archive (zip, tar, gz), a glob, - for standard input, hf:org/name, hf:org/* or an address.
    """
    from provenance_graph.formats.bundles.keys import NO_KEYS, key_list
    from provenance_graph.formats.registry import require_format
    from provenance_graph.ingest.arguments import account_of, time_of
    from provenance_graph.ingest.intake import Options

    if bulk:
        unused("cannot be combined with --bulk", "private")
    else:
        unused("needs --bulk", "data")
    now = datetime.now(UTC)
    options = Options(
        form,
        _publisher(session, publisher),
        time_of(retrieved),
        collection,
        account_of(namespace),
        url,
        replacing,
        clock.written(now),
        key_list(key_file) if key_file else NO_KEYS,
        private,
    )
    require_format(form)
    stdin = _Once(sys.stdin.buffer) if "-" in paths else None
    run = _ImportRun(session, paths, options, now.date().isoformat(), ProblemPrinter(shown), stdin)
    if bulk:
        if strict or dry_run or session.is_remote or stdin:
            raise UsageError(NOT_WITH_BULK)
        return _bulk(session, run.documents(), options, run.reported, data)
    report = run.carry_out(strict, dry_run)
    _summary(session, report, run.reported, dry_run, strict)
    return _exit_code(report)


def _exit_code(report: ImportReport) -> int:
    if report.documents == 0 or report.failed + report.passed_over == report.documents:
        return 2
    return 1 if report.faults else 0


@dataclass(frozen=True, slots=True)
class _ImportRun:
    """One import of documents: their paths, options, and the printer of problems."""

    session: Session
    paths: tuple[str, ...]
    options: Options
    today: str
    reported: ProblemPrinter
    stdin: _Once | None

    def documents(self) -> Iterator[Document | Problem]:
        """The documents and problems of the paths, from the first one on."""
        day = self.options.retrieved or self.today
        stdin = self.stdin.open() if self.stdin else None
        return _documents(self.paths, day, self.options, stdin)

    def carry_out(self, strict: bool, dry_run: bool) -> ImportReport:
        """Import the documents; with ``strict`` or ``dry_run`` read them first without writing.

        With ``strict`` nothing is written if there is a problem.
        """
        from provenance_graph.store.opening import open_writer, require_current

        remaining = self.reported.left
        if strict or dry_run:
            with ExitStack() as stack:
                report = self._read(None, _readable(self.session, stack))
            self.reported.left = remaining if not strict else 0
        if not dry_run and not (strict and report.problems):
            with ExitStack() as stack:
                opened = open_writer(self.session.store_path)
                stack.callback(opened.close)
                writer: WritableStore = opened
                require_current(writer, self.session.store_path)
                report = self._read(writer, None)
        return report

    def _read(self, target: WritableStore | None, against: Store | None) -> ImportReport:
        from provenance_graph.formats.registry import readers
        from provenance_graph.ingest.run import import_documents

        return import_documents(
            target,
            _counted(self.documents()),
            readers(),
            self.options,
            self.reported,
            self.session.levels(),
            against=against,
            day=self.today,
        )


def _bulk(
    session: Session,
    documents: Iterator[Document | Problem],
    options: Options,
    reported: ProblemPrinter,
    data: Path | None,
) -> int:
    """Read all documents in parallel and rebuild the store with them, or leave it unchanged."""
    from provenance_graph.core.resources import folder
    from provenance_graph.ingest.build import MAX_DECIDED, build
    from provenance_graph.ingest.bulk.documents import read_all
    from provenance_graph.ingest.place import published
    from provenance_graph.store.embedded import EmbeddedStore

    with EmbeddedStore.open(session.folder) as store:
        known = published(store)
    stage = session.folder / "import"
    count = [0]

    def tell(name: str, problem: Problem) -> None:
        count[0] += 1
        reported(name, problem)

    with session.progress("documents read") as step:
        batches = read_all(documents, options, known, stage, tell, step)
    done = sum(batch.documents for batch in batches)
    failed = sum(batch.failed for batch in batches)
    if done == failed:
        session.say(f"{done:,} documents, {failed:,} unreadable; nothing stored")
        return 2
    files = [(Path(batch.path), "a document of this import") for batch in batches]
    with ExitStack() as watched:
        built = build(
            data or folder("data"),
            session.folder,
            derive=session.levels(),
            watch=lambda what: watched.enter_context(session.progress(what)),
            further=files,
        )
    shutil.rmtree(stage, ignore_errors=True)
    claims = sum(batch.claims for batch in batches)
    records = sum(len(batch.records) for batch in batches)
    session.say(
        f"{done:,} documents: {records:,} records with {claims:,} claims, {failed:,} unreadable; "
        f"version {built.version}"
    )
    if records > MAX_DECIDED:
        session.say("too many names to compare with others by rule: run `identify`")
    return 1 if count[0] else 0


def _readable(session: Session, stack: ExitStack) -> Store | None:
    """The store that a dry run compares with; None where nothing is built yet."""
    from provenance_graph.core.errors import StoreMissing
    from provenance_graph.store.opening import open_store

    try:
        return stack.enter_context(open_store(session.store_path))
    except StoreMissing:
        return None


def _publisher(session: Session, text: str) -> Iri | None:
    """The publisher of documents: an IRI, or an organisation by name, known or new."""
    if not text:
        return None
    from provenance_graph.model.naming.resolve import organization_named

    publisher = organization_named(session.snapshot(), text)
    if publisher != text:
        session.say(f"publisher: {publisher}")
    return publisher


class _Once:
    """Standard input, buffered for two passes over the same documents."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._data = stream, b""
        self._read = False

    def open(self) -> BinaryIO:
        """The whole input from its beginning, at most one byte more than a document may have."""
        from provenance_graph.formats.parsing import MAX_BYTES

        if not self._read:
            self._data, self._read = self._stream.read(MAX_BYTES + 1), True
        return BytesIO(self._data)


def _documents(
    paths: tuple[str, ...], day: str, options: Options, stdin: BinaryIO | None
) -> Iterator[Document | Problem]:
    from provenance_graph.formats.walk import discover

    local = [path for path in paths if not path.startswith(("hf:", "http://", "https://"))]
    if local:
        together = bool(options.collection)
        yield from discover(local, retrieved=day, url=options.url, stdin=stdin, together=together)
    for location in paths:
        if location not in local:
            from provenance_graph.formats.fetch.fetcher import documents

            for item in documents(location, retrieved=day):
                yield item if isinstance(item, Problem) else replace(item, fetched=True)


def _counted(documents: Iterator[Document | Problem]) -> Iterator[Document | Problem]:
    """The same documents, with a progress line on a terminal."""
    watched = sys.stderr.isatty()
    for number, document in enumerate(documents, 1):
        if watched and number % 20 == 0:
            click.echo(f"\r{number:,} documents", nl=False, err=True)
        yield document
    if watched:
        click.echo("\r" + " " * 30 + "\r", nl=False, err=True)


def _summary(
    session: Session, report: ImportReport, reported: ProblemPrinter, dry: bool, strict: bool
) -> None:
    from provenance_graph.core.iris import short_id

    if reported.hidden:
        session.say(f"... and {reported.hidden:,} more problems (--problems N prints more)")
    nothing = dry or (strict and report.problems)
    retained = "nothing stored" if nothing else f"version {report.version or 'unchanged'}"
    session.say(
        f"{counted(report.documents, 'document')}: {counted(report.records, 'record')} with "
        f"{counted(report.claims, 'claim')}, "
        f"{report.unchanged:,} unchanged, {report.failed:,} unreadable, "
        f"{report.passed_over:,} passed over; {retained}"
    )
    if report.collections:
        into = "would go into" if dry else "into"
        names = ", ".join(f"{name} ({n})" for name, n in report.collections.most_common(5))
        session.say(f"{into} the collection{'s' * (len(report.collections) > 1)} {names}")
    if report.own_exports:
        changed = report.kinds["edited"]
        new = f"{changed:,} edited since" if changed else "nothing new in it"
        session.say(f"{counted(report.own_exports, 'export')} of this software: {new}")
    if report.replaced:
        verb = "would replace" if dry else "replaced"
        text = ", ".join(short_id(name) for name in report.replaced[:5])
        more = ", …" if len(report.replaced) > 5 else ""
        session.say(f"{verb} {counted(len(report.replaced), 'earlier reading')}: {text}{more}")
    if report.refused:
        session.say(f"{report.refused:,} refused and not stored")
    if report.formats:
        session.say(
            "formats: " + ", ".join(f"{n} {name}" for name, n in report.formats.most_common())
        )
    if report.ledger.total():
        for line in report.ledger.lines():
            session.say(line)
    if report.kinds:
        session.say(
            "problems: " + ", ".join(f"{n} {kind}" for kind, n in report.kinds.most_common())
        )
