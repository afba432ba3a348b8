"""``build``: rebuilds the store from the files under data/."""

from __future__ import annotations

import sqlite3
import time
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph.core.errors import StoreError, UsageError
from provenance_graph.options import FilePath
from provenance_graph.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from provenance_graph.shapes import Finding
    from provenance_graph.store.processes import Engine
    from provenance_graph.store.remote.writing import RemoteWriter


@click.command()
@click.option(
    "--data",
    type=FilePath(exists=True, file_okay=False, path_type=Path),
    help="Folder with records/ and identity.sssom.tsv (default: the data that was installed).",
)
@click.option(
    "--engine",
    default="local",
    show_default=True,
    metavar="ENGINE",
    help="Where to build: local, or spark, spark:local[N], spark://HOST:PORT (needs the extra spark).",
)
@click.option("--fresh", is_flag=True, help="Drop records that were imported into the old store.")
@click.option(
    "--indexes/--no-indexes",
    default=True,
    help="Make the indexes that the service and the commands read, or leave them to `serve`.",
)
@click.option(
    "--validate",
    is_flag=True,
    help="Check the shapes over the new store while the indexes are made; exit 1 on a violation.",
)
@click.pass_obj
def command(
    session: Session, data: Path | None, engine: str, fresh: bool, indexes: bool, validate: bool
) -> int:
    """Rebuild the store from records, identity, licences and rubrics.

    The new store is made aside and replaces the old one at the end. If the command is interrupted,
    the old store stays in use, and the same command continues where it stopped. Imported records
    are kept unless --fresh.
    """
    from provenance_graph.assessment.derived import EvidenceLevels
    from provenance_graph.core.resources import folder
    from provenance_graph.ingest.build import build
    from provenance_graph.shapes import Severity, reports
    from provenance_graph.store.embedded.merging import advice
    from provenance_graph.store.processes import LocalEngine

    start = time.monotonic()
    with ExitStack() as watched:
        remote, stages = None, None
        if session.is_remote:
            remote = watched.enter_context(_remote(session.store_path, fresh=fresh))
            stages = _stages(session.store_path)
        built = build(
            data or folder("data"),
            stages or session.folder,
            fresh=fresh,
            derive=EvidenceLevels(),
            watch=lambda what: watched.enter_context(session.progress(what)),
            engine=_engine(engine),
            remote=remote,
        )
        if stages is not None:
            with suppress(OSError):  # another build may have begun
                stages.rmdir()
        findings: list[Finding] = []
        check = partial(_validate, session, findings) if validate else None
        if indexes and remote is None:
            _index(session, built.version, check)
        elif check is not None:
            with LocalEngine() as processes:
                check(processes)
    retained = f", {built.carried_over} imported ones retained" if built.carried_over else ""
    session.say(
        f"{built.records:,} records{retained}; {built.subjects:,} subjects, {built.quads:,} quads "
        f"in {time.monotonic() - start:.1f} s; version {built.version} at {session.store_path}"
    )
    if not session.is_remote and (hint := advice(session.folder)):
        session.say(hint)
    if not validate:
        return 0
    session.say(
        f"shapes: {reports.summarize(findings)}" + ("; `validate` lists them" * bool(findings))
    )
    return int(any(finding.severity is Severity.VIOLATION for finding in findings))


def _index(session: Session, version: str, check: Callable[[Engine], None] | None) -> None:
    """Make the indexes of the store, and run a check meanwhile; raises StoreError."""
    from provenance_graph.service.processes.indexer import index_all

    try:
        with session.progress("groups of indexes made") as step:
            index_all(session.folder, seldom=False, step=step, meanwhile=check)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"{session.store_path}: version {version} is built and in use, its indexes "
            f"are not made: {error}; `serve` makes them when there is room"
        ) from error


def _validate(session: Session, findings: list[Finding], engine: Engine) -> None:
    """Append the shape findings on the new store, warnings and violations."""
    from provenance_graph.shapes import Severity, validate_store

    table = None if session.is_remote else session.claim_table()
    findings += validate_store(session.store(), Severity.WARNING, table=table, engine=engine)


def _engine(name: str) -> Engine:
    if name == "local":
        from provenance_graph.store.processes import LocalEngine

        return LocalEngine()
    from provenance_graph.ingest.bulk.spark import SparkEngine

    return SparkEngine(name)


def _remote(address: str, *, fresh: bool) -> RemoteWriter:
    from provenance_graph.store.opening import address_of
    from provenance_graph.store.remote.writing import RemoteWriter

    store = RemoteWriter.open(address_of(address))
    if store.capabilities.holds_store and not fresh:
        store.close()
        raise UsageError(
            f"{address} holds a store; a build there discards what was imported: give --fresh"
        )
    return store


def _stages(address: str) -> Path:
    """The local folder for the stages of a build into a remote store, until it is done."""
    from provenance_graph.store.opening import address_of
    from provenance_graph.store.remote.copy import cache_folder

    return cache_folder(address_of(address), "build")
