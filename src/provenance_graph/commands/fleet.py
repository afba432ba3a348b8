"""``fleet``: what we run, and what of the graph concerns it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph.core.errors import UsageError
from provenance_graph.session import Session

if TYPE_CHECKING:
    from provenance_graph.core.claims import Record
    from provenance_graph.fleet import FleetFinding, System


@click.group()
def command() -> None:
    """Systems of ours and the models behind them, from fleet.toml or documents."""


@command.command("import")
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option("--system", default="", help="The system's name, where FILE is a document (default: the file's name).")  # fmt: skip
@click.pass_obj
def import_(session: Session, paths: tuple[Path, ...], system: str) -> int:
    """Keep the systems of FILE: fleet.toml, or a document that lists the models of one system.

    A bill of materials (CycloneDX, SPDX), an OpenLineage event or an MLflow model file will do.
    """
    from provenance_graph.assessment.derived import EvidenceLevels
    from provenance_graph.fleet import to_record
    from provenance_graph.ingest.update import update
    from provenance_graph.store.embedded import EmbeddedStore

    if session.is_remote:
        raise UsageError("a fleet is kept in a store of your own; name its folder with --store")
    results = [(path, one) for path in paths for one in _systems(path, system)]
    snapshot = session.snapshot()
    records, unknown = [], 0
    for path, one in results:
        record, reported = to_record(snapshot, one, path.name, _today())
        records.append(record)
        unknown += len(reported)
        for line in reported:
            session.say(f"{path}: {one.id}: {line}")
    with EmbeddedStore.open_writer(session.folder) as store:
        update(store, records, derive=EvidenceLevels())
    session.say(f"{len(records)} systems kept" + (f"; {unknown} models that nobody knows" if unknown else ""))  # fmt: skip
    return 1 if unknown else 0


@command.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE...]")
@click.option("--fail-on", multiple=True, metavar="KIND", help="Exit 1 on findings of that kind: unknown, licence, breach, retirement, alias, undisclosed or conflict (default: any that is a violation).")  # fmt: skip
@click.option("--on", "day", default="", metavar="DATE", help="The day that counts (default: today).")  # fmt: skip
@click.option("--as-of", default="", metavar="DATE", help="As known on that day.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv", "sarif", "junit"]), default="table")  # fmt: skip
@click.pass_obj
def check_(
    session: Session,
    paths: tuple[Path, ...],
    fail_on: tuple[str, ...],
    day: str,
    as_of: str,
    form: str,
) -> int:
    """What concerns the systems of FILE (default: fleet.toml, else the systems kept here)."""
    from provenance_graph.acceptance.snapshot import day_of
    from provenance_graph.fleet import KINDS, check, systems_of
    from provenance_graph.shapes.findings import Severity

    for kind in fail_on:
        if kind not in KINDS:
            raise UsageError(f"no kind {kind!r}; there are {', '.join(KINDS)}")
    snapshot = session.snapshot(as_of)
    if not paths and Path("fleet.toml").is_file():
        paths = (Path("fleet.toml"),)
    systems = [one for path in paths for one in _systems(path, "")] or list(systems_of(snapshot))
    if not systems:
        raise UsageError(
            "no fleet.toml here and no system kept; name a file, or `fleet import` one"
        )
    on = day_of(day) if day else _today()
    findings = list(check(snapshot, systems, on))
    if form in ("sarif", "junit"):
        _as_report(findings, str(paths[0]) if paths else "fleet.toml", form)
    else:
        rows = [(f.system, f.model, f.kind, f.severity.label, f.message) for f in findings]
        session.print_table(("system", "model", "kind", "severity", "finding"), rows, form)
    session.say(f"{len(systems)} systems, {len(findings)} findings")
    failing = (
        [f for f in findings if f.kind in fail_on and f.severity >= Severity.WARNING]
        if fail_on
        else [f for f in findings if f.severity >= Severity.VIOLATION]
    )
    return 1 if failing else 0


def _as_report(findings: list[FleetFinding], file: str, form: str) -> None:
    from dataclasses import replace

    from provenance_graph.checking import WRITERS, Examined

    reported = tuple(replace(one.as_finding(), file=file, line=1) for one in findings)
    sys.stdout.write(WRITERS[form]([Examined(file, reported)]))


def _systems(path: Path, system: str) -> list[System]:
    from provenance_graph.core.claims import Problem
    from provenance_graph.fleet import of_document, read_fleet
    from provenance_graph.formats.registry import readers
    from provenance_graph.formats.walk import walk
    from provenance_graph.ingest.intake import Options, read

    if path.suffix == ".toml":
        return list(read_fleet(path))
    records: list[Record] = []
    for item in walk([str(path)], retrieved=_today()):
        if isinstance(item, Problem):
            raise UsageError(str(item))
        reading = read(item, readers(), Options())
        if reading.failure is not None:
            raise reading.failure
        records += reading.records
    return [of_document(system or path.stem, records)]


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
