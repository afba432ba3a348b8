"""``validate``: SHACL over the store, or over documents without loading them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import click

from provenance_graph.core.errors import UsageError
from provenance_graph.session import Session
from provenance_graph.shapes import Finding, Severity


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@click.option(
    "--severity",
    type=click.Choice(["info", "warning", "violation"]),
    default="warning",
    show_default=True,
    help="Report what is as grave as that, or graver.",
)
@click.option("--as", "document_form", default="", metavar="FORMAT", help="The documents' format.")
@click.option(
    "--licences/--no-licences", default=True, help="With the licence rules over the whole store."
)
@click.option(
    "--limit", default=200, show_default=True, help="Print at most so many rows of the table."
)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "turtle", "sarif"]), default="table"
)
@click.pass_obj
def command(
    session: Session,
    paths: tuple[str, ...],
    severity: str,
    document_form: str,
    licences: bool,
    limit: int,
    form: str,
) -> int:
    """Check the store, or the documents at PATH without loading them (for CI).

    Exits 1 when anything as grave as --severity is found.
    """
    from provenance_graph.shapes import reports, validate_store

    least = Severity.named(severity)
    if paths:
        findings = [f for f in _of_documents(paths, document_form) if f.severity >= least]
    else:
        findings = validate_store(session.store(), least)
        if licences and least <= Severity.WARNING and not session.is_remote:
            findings = [*findings, *_licence_findings(session, least)]
    written = {"json": reports.as_json, "turtle": reports.as_turtle, "sarif": reports.as_sarif}
    if form == "table":
        if findings:
            click.echo(reports.table(findings[:limit]), nl=False)
        if len(findings) > limit:
            session.say(f"{limit} of {len(findings):,} findings shown (--limit, or --format json)")
        session.say(reports.summarize(findings))
    else:
        sys.stdout.write(written[form](findings))
    return 1 if findings else 0


def _licence_findings(session: Session, least: Severity) -> Iterator[Finding]:
    """What the licence rules find. They speak of models, not of our data: at most warnings."""
    from provenance_graph.licences.graph import LicenceGraph
    from provenance_graph.licences.store import as_validation, store_findings
    from provenance_graph.lineage.places import index_folder

    graph = LicenceGraph.open(session.store(), index_folder(session.store_path))
    today = datetime.now(UTC).date().isoformat()
    for finding in as_validation(store_findings(graph, today=today).findings):
        held = replace(finding, severity=min(finding.severity, Severity.WARNING))
        if held.severity >= least:
            yield held


def _of_documents(paths: tuple[str, ...], form: str) -> Iterator[Finding]:
    """Problems of reading and findings of the shapes, document by document."""
    from provenance_graph.core.claims import Problem
    from provenance_graph.formats.registry import readers
    from provenance_graph.formats.walk import walk
    from provenance_graph.ingest.intake import Options, read
    from provenance_graph.shapes import validate_record

    seen = 0
    today = datetime.now(UTC).date().isoformat()
    for item in walk(paths, retrieved=today, stdin=sys.stdin.buffer):
        seen += 1
        if isinstance(item, Problem):
            yield problem_finding(item.where, item)
            continue
        name = item.name or item.url
        reading = read(item, readers(), Options(form))
        if reading.failure is not None:
            why = str(reading.failure).removeprefix(f"{item.url}: ")
            yield problem_finding(name, Problem("", why, kind="unreadable"), Severity.VIOLATION)
        for problem in reading.problems:
            yield problem_finding(name, problem)
        for record in reading.records:
            yield from validate_record(record)
    if not seen:
        raise UsageError(f"nothing to read at {', '.join(paths)}")


def problem_finding(name: str, problem: object, severity: Severity = Severity.WARNING) -> Finding:
    """A reader's problem in the form of a finding, so that both go into one report."""
    from provenance_graph.core.claims import Literal, Problem

    assert isinstance(problem, Problem)
    told = problem.what + (f" ({problem.hint})" if problem.hint else "")
    return Finding(
        severity=severity,
        focus=Literal(name),
        path="",
        value=None,
        message=f"{problem.where}: {told}" if problem.where else told,
        shape=f"reader:{problem.kind}",
        record=name,
        component="Reader",
    )
