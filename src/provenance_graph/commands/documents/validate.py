"""``validate``: SHACL over the store, or over documents without loading them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from provenance_graph import completion
from provenance_graph.core import clock
from provenance_graph.options import ANY_PATH, FilePath, format_option, limit_option, unused
from provenance_graph.session import Session
from provenance_graph.shapes import Finding, Severity
from provenance_graph.tables import fitted

if TYPE_CHECKING:
    from provenance_graph.checking import Examined
    from provenance_graph.checking.documents import Checker, OtherCheck, RecordChecker

FORMATS = ("table", "json", "csv", "turtle", "sarif", "junit", "html")
SEVERITIES = ("info", "warning", "violation")
F = TypeVar("F", bound=Callable[..., object])


def severity_options(command: F) -> F:
    """Add ``--severity`` and ``--strict`` to a command that reports findings."""
    for option in (
        click.option("--strict", is_flag=True, help="Warnings fail too, whatever --severity is."),
        click.option(
            "--severity",
            type=click.Choice(SEVERITIES),
            default="warning",
            show_default=True,
            help="The least severity that is reported.",
        ),
    ):
        command = option(command)
    return command


def document_options(command: F) -> F:
    """Add ``--shapes`` and ``--as`` to a command that checks documents."""
    for option in (
        click.option(
            "--as",
            "document_form",
            default="",
            metavar="FORMAT",
            shell_complete=completion.formats,
            help="The documents' format.",
        ),
        click.option(
            "--shapes",
            "shape_files",
            multiple=True,
            type=FilePath(path_type=Path),
            metavar="FILE",
            help="Your own shapes (SHACL), checked as well as the built-in ones; repeatable.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("paths", nargs=-1, type=ANY_PATH, metavar="[PATH...]")
@severity_options
@document_options
@click.option(
    "--licences/--no-licences",
    default=True,
    help="Check the licence rules over the whole store too.",
)
@limit_option(200, "Maximum number of rows of the table.")
@format_option(*FORMATS)
@click.pass_obj
def command(
    session: Session,
    paths: tuple[str, ...],
    severity: str,
    strict: bool,
    shape_files: tuple[Path, ...],
    document_form: str,
    licences: bool,
    limit: int,
    form: str,
) -> int:
    """Check the store, or the documents at PATH without loading them (for CI).

    Documents are checked for their format, spelling and shapes and need no store; `check` also
    compares them with the store's knowledge of their parents. Exits 1 for findings of at least
    --severity, 2 when a path does not exist or nothing could be read.
    """
    if paths:
        unused("is about the whole store, not about a PATH", "licences")
    else:
        unused("needs a PATH", "document_form")
    least = least_of(severity, strict)
    if paths:
        return of_documents(session, paths, least, shape_files, document_form, limit, form)
    return _of_store(session, least, shape_files, licences, limit, form)


def least_of(severity: str, strict: bool) -> Severity:
    """The least severity of findings that are reported and make the command fail."""
    named = Severity.named(severity)
    return min(named, Severity.WARNING) if strict else named


def of_documents(
    session: Session,
    paths: Sequence[str],
    least: Severity,
    shape_files: Sequence[Path],
    document_form: str,
    limit: int,
    form: str,
    checkers: Iterable[Checker] = (),
    examineds: Sequence[Examined] = (),
    other: OtherCheck | None = None,
) -> int:
    """Check documents, print the findings, and return the exit code."""
    from provenance_graph.checking import WRITERS, examine
    from provenance_graph.formats.registry import require_format

    require_format(document_form)
    every = [*checkers, *([_own(shape_files)] if shape_files else [])]
    today = clock.today()
    read = examine(
        paths,
        retrieved=today,
        form=document_form,
        checkers=every,
        stdin=sys.stdin.buffer,
        other=other,
    )
    examined, below = list(examineds), 0
    unread: list[Finding] = []
    for one in _watched(session, read):
        reported = tuple(f for f in one.findings if f.severity >= least)
        below += len(one.findings) - len(reported)
        unread += () if one.read else (f for f in one.findings if f.severity < least)
        examined.append(replace(one, records=(), findings=reported))
    findings = [finding for one in examined for finding in one.findings]
    if session.citing:
        session.cite(session.snapshot(), (str(f.focus) for f in findings))
    if form == "json" and session.receipts is not None:
        session.print_json(json.loads(WRITERS[form](examined)))
    elif form == "table":
        click.echo(fitted("".join(_first_lines(WRITERS["table"](examined), limit))), nl=False)
        if len(findings) > limit:
            session.say(f"{limit} of {len(findings):,} findings shown (--limit, or --format json)")
        less = f"; {below:,} below {least.label.lower()}, see --severity" if below else ""
        session.say(_summary(examined) + less + _why_one(findings))
        if unread and not any(one.read or one.findings for one in examined):
            session.say(f"{unread[0].file}: {unread[0].message}")
    else:
        sys.stdout.write(WRITERS[form](examined))
    if any(one.is_argument for one in examined) or not any(one.read for one in examined):
        return 2
    return 1 if findings else 0


def _own(files: Sequence[Path]) -> RecordChecker:
    from provenance_graph.shapes import user_shapes

    graph = user_shapes.read_shapes(files)
    return lambda records: user_shapes.check_records(records, graph)


def _watched(session: Session, examined: Iterable[Examined]) -> Iterator[Examined]:
    with session.progress("documents") as step:
        for one in examined:
            step()
            yield one


def _first_lines(text: str, limit: int) -> list[str]:
    return text.splitlines(keepends=True)[:limit]


def _summary(examined: Sequence[Examined]) -> str:
    from provenance_graph.shapes.reports import summarize

    read = sum(one.read for one in examined)
    unread = len(examined) - read
    files = f"{read:,} document{'' if read == 1 else 's'} checked"
    if unread:
        files += f", {unread:,} not read"
    return f"{files}: {summarize(f for one in examined for f in one.findings)}"


def _why_one(findings: Sequence[Finding]) -> str:
    """A note that warnings alone give exit code 1; "" without findings or with a violation."""
    if not findings or any(finding.severity is Severity.VIOLATION for finding in findings):
        return ""
    return " (exit code 1, since these are asked for: --severity violation without --strict lets them pass)"


def _of_store(
    session: Session,
    least: Severity,
    shape_files: Sequence[Path],
    licences: bool,
    limit: int,
    form: str,
) -> int:
    from provenance_graph.shapes import reports, validate_store
    from provenance_graph.store.processes import LocalEngine

    with LocalEngine() as engine:
        findings = validate_store(
            session.store(), least, table=session.claim_table(), engine=engine
        )
    if shape_files:
        findings = [*findings, *_own_over_store(session, shape_files, least)]
    if licences and least <= Severity.WARNING:
        findings = [*findings, *_licence_findings(session, least)]
    if form == "table":
        if findings:
            columns = tuple(reports.COLUMNS)
            session.print_table(columns, list(reports.rows(findings))[:limit])
        if len(findings) > limit:
            session.say(f"{limit} of {len(findings):,} findings shown (--limit, or --format json)")
        session.say(reports.summarize(findings))
    elif form == "junit":
        from provenance_graph.checking import WRITERS, Examined

        whole = Examined(session.store_path, tuple(findings))
        sys.stdout.write(WRITERS["junit"]([whole]))
    else:
        sys.stdout.write(reports.FORMATS[form](findings))
    return 1 if findings else 0


def _own_over_store(session: Session, files: Sequence[Path], least: Severity) -> Iterator[Finding]:
    """Findings of the user's shapes over the accepted view: by queries, else by pyshacl."""
    from provenance_graph.core.errors import BadShape
    from provenance_graph.shapes import user_shapes, validate_store
    from provenance_graph.shapes.parse import load_shapes

    graph = user_shapes.read_shapes(files)
    try:
        yield from validate_store(session.store(), least, shapes=load_shapes(files))
    except BadShape as cannot:
        session.say(f"{cannot}; checked by pyshacl, which takes longer")
        shacl_findings = user_shapes.shacl_findings(
            user_shapes.graph_of(session.store().quads()), graph
        )
        yield from (one for one in shacl_findings if one.severity >= least)


def _licence_findings(session: Session, least: Severity) -> Iterator[Finding]:
    """Findings of the licence rules, at most warnings: they are on models, not on our data."""
    from provenance_graph.licences.graph import LicenceGraph
    from provenance_graph.licences.rules.breaches import (
        as_validation,
        causes_as_validation,
        store_findings,
    )

    graph = LicenceGraph(session.snapshot())
    result = store_findings(graph)
    for finding in (*as_validation(result.findings), *causes_as_validation(result.causes)):
        stored = replace(finding, severity=min(finding.severity, Severity.WARNING))
        if stored.severity >= least:
            yield stored
