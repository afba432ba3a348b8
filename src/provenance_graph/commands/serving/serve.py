"""``provenance-graph serve``: the HTTP service."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from provenance_graph.core.errors import StoreError, UsageError
from provenance_graph.options import ANY_PATH, ANY_TEXT, FilePath
from provenance_graph.service import settings as config
from provenance_graph.service.http import auth
from provenance_graph.session import Session
from provenance_graph.store.opening import open_store


def _settings_as_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for every setting, so that flags, environment and file have the same names."""
    for each in reversed(fields(config.Settings)):
        if each.name in ("token", "writable"):
            continue  # a secret does not belong on a command line; writable has options of its own
        flag = "--" + each.name.replace("_", "-")
        about = f"{each.metadata['about']}  [default: {each.default}]"
        if isinstance(each.default, bool):
            option = click.option(f"{flag}/--no-{flag[2:]}", default=None, help=about)
        else:
            kind = ANY_TEXT if isinstance(each.default, str) else type(each.default)
            option = click.option(flag, type=kind, default=None, help=about)
        command = option(command)
    return command


@click.command()
@click.option(
    "--writable/--read-only",
    default=None,
    help="Take writes from holders of a token (PROVENANCE_GRAPH_TOKEN or --token-file).",
)
@click.option(
    "--config",
    "config_file",
    type=FilePath(dir_okay=False, path_type=Path),
    help="Settings in TOML; the environment and options take precedence.",
)
@click.option(
    "--follow",
    type=ANY_PATH,
    metavar="URL|FOLDER",
    help="Serve a read replica of another store: its folder, or an address that serves its files.",
)
@click.option(
    "--follow-seconds",
    type=click.FloatRange(0.1, 3600),
    default=2.0,
    show_default=True,
    help="How often the followed store is checked.",
)
@click.option(
    "--new-token",
    metavar="NAME",
    help="Print a new token and its line for the token file, and exit.",
)
@_settings_as_options
@click.pass_obj
def command(
    session: Session,
    /,
    config_file: Path | None,
    new_token: str | None,
    follow: str | None,
    follow_seconds: float,
    **flags: Any,
) -> None:
    """Serve the store over HTTP: SPARQL, graphs, linked data, REST API and the page.

    A remote store (--store http://…) is served read-only from a copy on this machine.
    """
    if new_token is not None:
        secret, line = auth.new_token(new_token)
        click.echo(f"token (shown once): {secret}\nline for the token file: {line}")
        return
    settings = config.load(flags, config_file)
    from provenance_graph.core.temporary import private_folder
    from provenance_graph.service.processes.supervise import begin, run_once
    from provenance_graph.store.processes import collect_regularly

    collect_regularly()
    served = session.folder
    if session.is_remote:
        if settings.raw or settings.writable or follow is not None:
            raise UsageError(
                "a remote store is served from a read-only copy: leave --writable, --raw and --follow "
                "out, and write into the remote store itself"
            )
        served = _copied(session, follow_seconds)
    elif follow is not None:
        if settings.raw or settings.writable:
            raise UsageError("a replica is read-only: leave --writable and --raw out with --follow")
        run_once(lambda: _first_copy(session, follow))
        session.closing.callback(_ended, _follower(session, follow, follow_seconds))
    elif not settings.raw and not (session.folder / "CURRENT").exists():
        run_once(lambda: _build(session))
    # checks the store's format version while the rest is loaded
    checked = None if settings.raw else begin(lambda: open_store(str(served)).close())
    folder = session.closing.enter_context(private_folder())
    if settings.processes > 1:
        # The client library reads this only when it is imported.
        (folder / "metrics").mkdir()
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder / "metrics")
    gc.disable()  # loading creates no garbage
    try:
        from provenance_graph.service.processes.run import run  # heavy; not needed for --help
    finally:
        gc.enable()

    if checked is not None:
        checked()
    code = run(settings, served, folder)
    if code:
        raise click.exceptions.Exit(code)


def _copied(session: Session, seconds: float) -> Path:
    """The folder of the served copy of a remote store; starts a process that updates it."""
    from provenance_graph.service.processes.supervise import run_once
    from provenance_graph.store.opening import address_of
    from provenance_graph.store.remote.copy import RemoteCopy, cache_folder

    url = address_of(session.store_path)
    copy = RemoteCopy(cache_folder(url), url)

    def first() -> None:
        try:
            copy.refresh()
        except StoreError as error:
            if copy.current is None:
                raise
            session.say(f"{error}; version {copy.current.version} is served meanwhile")

    session.say(f"copying {url} into {copy.folder}")
    run_once(first)
    if copy.is_versioned():
        line = [sys.executable, "-m", "provenance_graph.store.remote.copy", url]
        session.closing.callback(_ended, _started([*line, str(copy.folder), str(seconds)]))
    else:
        session.say(f"{url} gives no version: what changes there is served after a restart")
    return copy.folder


def _first_copy(session: Session, location: str) -> None:
    """Copy the followed store; where it cannot be read, an existing copy is served."""
    from provenance_graph.store.follow import Replica

    replica = Replica(session.folder, location)
    try:
        replica.refresh()
    except StoreError as error:
        if replica.current is None:
            raise
        session.say(f"{error}; version {replica.current.version} is served meanwhile")


def _follower(session: Session, location: str, seconds: float) -> subprocess.Popen[bytes]:
    """Start a process that copies every further version."""
    line = [sys.executable, "-m", "provenance_graph.store.follow", location]
    return _started([*line, str(session.folder), str(seconds)])


def _started(line: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(line)  # noqa: S603 - our own module


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()


def _build(session: Session) -> None:
    """Build the store from the shipped data where there is none yet."""
    from provenance_graph.assessment.derived import EvidenceLevels
    from provenance_graph.core.resources import folder
    from provenance_graph.ingest.build import build

    session.say(f"no store at {session.folder} yet: building it from the shipped data")
    built = build(folder("data"), session.folder, derive=EvidenceLevels())
    session.say(f"{built.records:,} records, {built.quads:,} quads; version {built.version}")
