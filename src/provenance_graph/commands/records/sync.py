"""``sync``: re-reads sources of the store or ``sync.toml``, asking only for changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph.core import clock
from provenance_graph.core.errors import UsageError
from provenance_graph.options import FilePath, format_option
from provenance_graph.session import Session
from provenance_graph.tables import counted

if TYPE_CHECKING:
    from provenance_graph.core.claims import Problem
    from provenance_graph.formats.document import Document
    from provenance_graph.formats.fetch.fetcher import Fetcher
    from provenance_graph.ingest.run import ImportReport
    from provenance_graph.store.base import WritableStore
    from provenance_graph.sync import SourceOutcome, Synced, SyncSource


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE...]")
@click.option(
    "--config",
    "config",
    type=FilePath(path_type=Path),
    default=None,
    metavar="FILE",
    help="The file of sources (default: sync.toml, where there is one).",
)
@click.option("--dry-run", is_flag=True, help="Report what changed; import nothing.")
@click.option("--force", is_flag=True, help="Also request sources that were requested recently.")
@format_option()
@click.pass_obj
def command(
    session: Session,
    sources: tuple[str, ...],
    config: Path | None,
    dry_run: bool,
    force: bool,
    form: str,
) -> int:
    """Read documents again that changed at their source.

    SOURCE is a table of sync.toml, a collection of the store, or a place (hf:org/name, https://…).
    Without one, all of sync.toml is read, else all that was imported from the web. An interrupted
    run continues where it stopped: a place is requested again only when it is due.
    """
    from provenance_graph.sync.run import BAD, Synced

    if session.is_remote:
        raise UsageError("sync writes into a local store; name its folder with --store")
    chosen = _sources(session, sources, config)
    done = Synced()
    with ExitStack() as stack:
        fetcher, counted = _fetcher(stack, done)
        for outcome in _run(session, stack, chosen, fetcher, dry_run, force):
            done.outcomes.append(outcome)
            counted()
    outcomes = [o for o in done.outcomes if o.status != "fresh"]
    rows = [(o.source, o.location, o.status, o.documents or None, o.detail) for o in outcomes]
    session.print_table(("source", "place", "status", "documents", "detail"), rows, form)
    session.say(_summary(done, dry_run))
    if not done.outcomes:
        return 2
    return 1 if any(o.status in BAD for o in done.outcomes) else 0


def _summary(done: Synced, dry: bool) -> str:
    from provenance_graph.sync.run import STATUSES

    counts = done.counts
    parts = [f"{counts[name]:,} {name}" for name in STATUSES if counts[name]]
    what = ", ".join(parts) or "nothing to ask"
    requests = f"{done.requests:,} requests, {done.not_modified:,} answered 304 (not modified)"
    return f"{counted(len(done.outcomes), 'place')}: {what}; {requests}" + (
        "; nothing was stored" if dry else ""
    )


def _sources(session: Session, wanted: tuple[str, ...], config: Path | None) -> list[SyncSource]:
    """The sources to read; raises UsageError for an unknown one."""
    import difflib

    from provenance_graph.sync import SyncSource, read_sync, stored_sources
    from provenance_graph.sync.config import source_problem

    file = config or Path("sync.toml")
    configured = read_sync(file) if config or file.is_file() else []
    if not wanted and configured:
        return configured
    named = {source.name: source for source in configured}
    if not wanted:
        stored = stored_sources(session.store())
        if not stored:
            raise UsageError(
                "no sync.toml here, and nothing in the store was imported from the web; name a "
                "source such as hf:org/name, or write a sync.toml"
            )
        return [SyncSource(name, tuple(places)) for name, places in stored.items()]
    chosen = []
    for name in wanted:
        if name in named:
            chosen.append(named[name])
        elif not source_problem(name):
            chosen.append(SyncSource("asked for", (name,), every=0))
        elif stored := stored_sources(session.store(), [name]):
            chosen += [
                SyncSource(one, tuple(places), collection=one) for one, places in stored.items()
            ]
        else:
            near = difflib.get_close_matches(name, [*named, *stored_sources(session.store())], 3)
            hint = f"did you mean {', '.join(near)}?" if near else f"{source_problem(name)}"
            raise UsageError(f"no source {name[:80]!r}; {hint}")
    return chosen


def _fetcher(stack: ExitStack, done: Synced) -> tuple[Fetcher, Callable[[], None]]:
    """A fetcher whose requests are counted, and a function that advances the progress line."""
    import os
    from urllib.request import getproxies

    import httpx2

    from provenance_graph.formats.fetch.addresses import resolve
    from provenance_graph.formats.fetch.cache import Cache
    from provenance_graph.formats.fetch.fetcher import HUB, Fetcher, FetchSettings
    from provenance_graph.session import Progress

    def count(response: httpx2.Response) -> None:
        done.requests += 1
        done.not_modified += response.status_code == 304

    standard = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = os.environ.get("PROVENANCE_GRAPH_CACHE", str(standard / "provenance-graph"))
    client = stack.enter_context(
        httpx2.Client(
            timeout=httpx2.Timeout(20.0, connect=10.0),
            headers={"user-agent": "provenance-graph", "accept-encoding": "gzip"},
            event_hooks={"response": [count]},
        )
    )
    settings = replace(FetchSettings(), hub=os.environ.get("PROVENANCE_GRAPH_HUB", HUB).rstrip("/"))
    proxied = {"http", "https", "all"} & getproxies().keys()
    fetcher = Fetcher(
        client,
        settings,
        cache=Cache(Path(folder)) if folder else None,
        resolve=None if proxied else resolve,
    )
    return fetcher, stack.enter_context(Progress("sources requested"))


def _run(
    session: Session,
    stack: ExitStack,
    sources: list[SyncSource],
    fetcher: Fetcher,
    dry: bool,
    force: bool,
) -> Iterator[SourceOutcome]:
    from provenance_graph.store.embedded import EmbeddedStore
    from provenance_graph.store.opening import require_current
    from provenance_graph.sync import SyncState, stored_sources, synchronise
    from provenance_graph.sync.state import FILE

    stored = {
        location for places in stored_sources(session.store()).values() for location in places
    }
    take = None
    if not dry:
        writer = stack.enter_context(EmbeddedStore.open_writer(session.folder))
        require_current(writer, session.folder)
        take = _importer(session, writer)
    yield from synchronise(
        sources,
        fetcher,
        SyncState(session.folder / FILE),
        take,
        now=time.time,
        today=clock.today(),
        known=stored.__contains__,
        everything=force,
    )


def _importer(
    session: Session, store: WritableStore
) -> Callable[[SyncSource, Iterator[Document | Problem]], int]:
    """A function that imports documents, as ``import`` does, into their source's collection."""
    from provenance_graph.formats.registry import format_names, reader_named, readers
    from provenance_graph.ingest.intake import Options
    from provenance_graph.ingest.run import import_documents

    known, now = readers(), datetime.now(UTC)

    def tell(name: str, problem: Problem) -> None:
        session.say(f"{name}: {problem}")

    def take(source: SyncSource, documents: Iterator[Document | Problem]) -> int:
        if source.format and reader_named(known, source.format) is None:
            names = ", ".join(format_names(known))
            raise UsageError(f"{source.name}: no format {source.format!r}; there are {names}")
        options = Options(
            source.format,
            source.publisher,
            collection=source.collection,
            now=clock.written(now),
        )
        report: ImportReport = import_documents(
            store, documents, known, options, tell, session.levels(), day=now.date().isoformat()
        )
        return report.records

    return take
