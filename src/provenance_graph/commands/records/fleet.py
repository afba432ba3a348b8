"""``fleet``: the user's own systems, and findings of the graph that concern them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph.cited import with_receipts
from provenance_graph.core.clock import today
from provenance_graph.core.errors import UsageError
from provenance_graph.options import FilePath, Subcommands, as_of_option, format_option
from provenance_graph.session import Session
from provenance_graph.tables import counted

if TYPE_CHECKING:
    from provenance_graph.acceptance.snapshot import AcceptedSnapshot
    from provenance_graph.core.claims import Record
    from provenance_graph.fleet import FleetFinding, System
    from provenance_graph.formats.document import Document

FORMATS = ("table", "json", "csv", "sarif", "junit")
FAIL_ON = (
    "Exit 1 on findings of that kind (see docs/fleet.md for the kinds; default: any that is a "
    "violation)."
)


@click.group(cls=Subcommands)
def command() -> None:
    """Your systems and the models that they use, from fleet.toml or documents."""


@command.command("import")
@click.argument("paths", nargs=-1, required=True, type=FilePath(path_type=Path), metavar="FILE...")
@click.option(
    "--system",
    default="",
    help="The system's name, where FILE is a document (default: the file's name).",
)
@click.pass_obj
def import_(session: Session, paths: tuple[Path, ...], system: str) -> int:
    """Store the systems of FILE: fleet.toml, or a document that lists the models of one system.

    A bill of materials (CycloneDX, also of a cluster's workload; SPDX), an OpenLineage event and an
    MLflow model file are accepted.
    """
    from provenance_graph.fleet import check_uses, to_record
    from provenance_graph.ingest.update import update
    from provenance_graph.licences.graph import LicenceGraph
    from provenance_graph.store.embedded import EmbeddedStore

    if session.is_remote:
        raise UsageError("a fleet is stored in a local store; name its folder with --store")
    systems = [(path, one) for path in paths for one in _systems(path, system)]
    snapshot = session.snapshot()
    licences = LicenceGraph(snapshot)
    records, unknown = [], 0
    for path, one in systems:
        check_uses(licences, one)
        if one.must:
            session.say(f"{path}: {one.id}.must is not stored; `fleet check {path}` reads it")
        record, problems = to_record(snapshot, one, path.name, today())
        records.append(record)
        unknown += len(problems)
        for line in problems:
            session.say(f"{path}: {one.id}: {line}")
    with EmbeddedStore.open_writer(session.folder) as store:
        update(store, records, derive=session.levels(), day=today())
    tail = (
        f"; {counted(unknown, 'model')} that no record names: `import` a document that describes it"
    )
    session.say(f"{counted(len(records), 'system')} kept{tail if unknown else ''}")
    return 1 if unknown else 0


@command.command("check")
@click.argument("paths", nargs=-1, type=FilePath(path_type=Path), metavar="[FILE...]")
@click.option("--fail-on", multiple=True, metavar="KIND", help=FAIL_ON)
@click.option("--on", "day", default="", metavar="DATE", help="The day to check (default: today).")
@as_of_option
@click.option(
    "--baseline",
    type=FilePath(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Report what is new since FILE was written, and rewrite FILE.",
)
@click.option(
    "--write-baseline",
    "begin",
    is_flag=True,
    help="Create the baseline's FILE where it is missing.",
)
@click.option("--new", "only_new", is_flag=True, help="Only what is new since the baseline.")
@format_option(*FORMATS)
@click.pass_obj
@with_receipts
def check_(
    session: Session,
    paths: tuple[Path, ...],
    fail_on: tuple[str, ...],
    day: str,
    as_of: str,
    baseline: Path | None,
    begin: bool,
    only_new: bool,
    form: str,
) -> int:
    """Findings that concern the systems of FILE (default: fleet.toml, else the stored systems)."""
    from provenance_graph.acceptance.snapshot import day_of
    from provenance_graph.fleet import KINDS, check, systems_of
    from provenance_graph.fleet.since import Baseline, marked, read_baseline, write_baseline

    _known_kinds(fail_on, KINDS)
    if only_new and baseline is None:
        raise UsageError("--new needs --baseline FILE, which lists the earlier findings")
    if begin and baseline is None:
        raise UsageError("--write-baseline needs --baseline FILE, which it creates")
    if baseline is not None and as_of:
        raise UsageError(
            "--baseline compares with today and --as-of asks for another day: give one of them"
        )
    begun = begin and baseline is not None and not baseline.exists()
    before = Baseline() if begun or baseline is None else read_baseline(baseline)
    snapshot = session.whole(as_of)
    if not paths and Path("fleet.toml").is_file():
        paths = (Path("fleet.toml"),)
    systems = [one for path in paths for one in _systems(path, "")] or list(systems_of(snapshot))
    if not systems:
        raise UsageError(
            "no fleet.toml here and no system stored; name a file, or `fleet import` one"
        )
    findings = list(check(snapshot, systems, day_of(day) if day else today()))
    note = f"{baseline} started: what is new is reported from the next run on" if begun else ""
    if baseline is not None:
        findings = marked(findings, before)
        events, cut = _events(session, snapshot, systems, before.version)
        note = note or cut
        write_baseline(baseline, snapshot.version, findings)
        findings += events
    if only_new:
        findings = [one for one in findings if one.new]
    session.cite(snapshot, (one.iri for one in findings))
    _print(session, findings, str(paths[0]) if paths else "fleet.toml", form)
    new = sum(one.new for one in findings)
    tail = f", {new:,} of them new" if baseline is not None and not begun else ""
    session.say(
        f"{counted(len(systems), 'system')}, {counted(len(findings), 'finding')}{tail}"
        + (f"; {note}" if note else "")
    )
    return 1 if _failing(findings, fail_on) else 0


def _known_kinds(wanted: Iterable[str], kinds: Iterable[str]) -> None:
    import difflib

    for kind in wanted:
        if kind not in kinds:
            near = difflib.get_close_matches(kind, list(kinds), 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(kinds)}"
            raise UsageError(f"no kind {kind!r}; {hint}")


def _events(
    session: Session, snapshot: AcceptedSnapshot, systems: list[System], since: str
) -> tuple[list[FleetFinding], str]:
    from provenance_graph.changes.log import ChangeLog
    from provenance_graph.fleet.since import events

    if session.is_remote:
        return [], "a remote store gives no change log here: only findings are compared"
    return events(snapshot, systems, ChangeLog(session.folder), since)


def _failing(findings: list[FleetFinding], fail_on: tuple[str, ...]) -> list[FleetFinding]:
    """The findings that make the command fail: violations, or those of the given kinds."""
    from provenance_graph.fleet.check import NOTES
    from provenance_graph.shapes.findings import Severity

    if not fail_on:
        return [one for one in findings if one.severity >= Severity.VIOLATION]
    return [
        one
        for one in findings
        if one.kind in fail_on and (one.severity >= Severity.WARNING or one.kind in NOTES)
    ]


def _print(session: Session, findings: list[FleetFinding], file: str, form: str) -> None:
    from provenance_graph.checking import WRITERS, Examined

    if form in ("sarif", "junit"):
        listed = tuple(replace(one.as_finding(), file=file, line=1) for one in findings)
        sys.stdout.write(WRITERS[form]([Examined(file, listed)]))
    elif form == "json":
        session.print_json([one.to_json() for one in findings])
    else:
        columns = ("system", "model", "kind", "severity", "finding", "path", "new")
        rows = [
            (
                one.system,
                one.model,
                one.kind,
                one.severity.label,
                one.message,
                " → ".join(one.path) if len(one.path) > 2 else "",
                "new" if one.new else "",
            )
            for one in findings
        ]
        session.print_table(columns, rows, form)


def _systems(path: Path, system: str) -> list[System]:
    """The systems of a file: of fleet.toml, of a cluster's workloads, or of one document."""
    from provenance_graph.fleet import of_document, read_fleet, workload_of
    from provenance_graph.formats.registry import readers
    from provenance_graph.ingest.intake import Options, read

    if path.suffix == ".toml":
        return list(read_fleet(path))
    documents = list(_documents(path))
    workloads = [workload_of(one) for one in documents]
    if workloads and all(one is not None for one in workloads):
        return [_named(one, system) for one in workloads if one is not None]
    records: list[Record] = []
    for document in documents:
        reading = read(document, readers(), Options())
        if reading.failure is not None:
            raise reading.failure
        records += reading.records
    return [of_document(system or path.stem, records)]


def _named(workload: System, name: str) -> System:
    if not workload.models:
        raise UsageError(f"{workload.name}: the workload lists no model")
    return replace(workload, name=name) if name else workload


def _documents(path: Path) -> Iterator[Document]:
    from provenance_graph.core.claims import Problem
    from provenance_graph.formats.walk import discover

    for item in discover([str(path)], retrieved=today()):
        if isinstance(item, Problem):
            raise UsageError(str(item))
        yield item
