"""``changes``: changes of accepted facts by commit; feeds and webhooks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph.cited import with_receipts
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import local_name, short_id
from provenance_graph.options import FilePath, format_option
from provenance_graph.session import Session
from provenance_graph.tables import counted

if TYPE_CHECKING:
    from provenance_graph.changes.log import ChangeLog, Commit

FORMATS = ("table", "json", "csv", "atom", "jsonfeed")


@click.command()
@click.option(
    "--since",
    default="",
    metavar="VERSION",
    help="List commits after this version (default: the last 50 commits).",
)
@click.option(
    "--of",
    "things",
    multiple=True,
    metavar="THING",
    help="Only facts of that model, dataset or organisation.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=1_000,
    show_default=True,
    help="Maximum number of commits.",
)
@format_option(*FORMATS)
@click.option(
    "--deliver",
    type=FilePath(path_type=Path),
    metavar="HOOKS.TOML",
    help="Send what is new to the webhooks of a file instead of printing.",
)
@click.pass_obj
@with_receipts
def command(
    session: Session,
    since: str,
    things: tuple[str, ...],
    limit: int,
    form: str,
    deliver: Path | None,
) -> int:
    """Changes of accepted facts, commit by commit, oldest first.

    The log goes back 400 days, as far as it has no gap; `stats` names the present version.
    """
    from provenance_graph.changes.log import ChangeLog

    if session.is_remote:
        raise UsageError("ask a remote service at /api/v1/changes?since=VERSION")
    log = ChangeLog(session.folder)
    if deliver is not None:
        return _deliver(session, log, deliver)
    current = session.store().version
    commits = log.since(since, current, limit=limit) if since else log.last(current, min(limit, 50))
    if things:
        commits = _only(session, commits, things)
    if session.citing:
        changed = (fact.subject for commit in commits for fact in commit.facts)
        session.cite(session.snapshot(), changed)
    _print(session, commits, since or log.oldest(current), current, log.oldest(current), form)
    session.say(_summary(commits, since, current, log.oldest(current)))
    return 0


def _only(session: Session, commits: list[Commit], entities: tuple[str, ...]) -> list[Commit]:
    """The commits that changed facts of some entities, with only those facts."""
    from dataclasses import replace

    from provenance_graph.model.naming.entities import find_entity

    wanted = {find_entity(session.snapshot(), name).iri for name in entities}
    retained = []
    for commit in commits:
        facts = tuple(fact for fact in commit.facts if fact.subject in wanted)
        if facts:
            retained.append(replace(commit, facts=facts, fact_count=len(facts)))
    return retained


def _print(
    session: Session, commits: list[Commit], since: str, current: str, oldest: str, form: str
) -> None:
    from provenance_graph.changes import feeds

    if form == "json":
        session.print_json(feeds.page(since, current, oldest, commits))
    elif form == "atom":
        label = session.snapshot().label
        sys.stdout.write(feeds.atom(commits, "urn:provenance-graph:changes", label).decode() + "\n")
    elif form == "jsonfeed":
        label = session.snapshot().label
        session.print_json(feeds.json_feed(commits, "urn:provenance-graph:changes", label))
    else:
        rows = [
            (
                commit.version,
                commit.at,
                short_id(fact.subject),
                local_name(fact.property),
                ", ".join(map(feeds.rendered, fact.was)),
                ", ".join(map(feeds.rendered, fact.now)),
            )
            for commit in commits
            for fact in commit.facts
        ]
        columns = ("version", "at", "subject", "property", "was", "now")
        session.print_table(columns, rows, form)


def _summary(commits: list[Commit], since: str, current: str, oldest: str) -> str:
    facts = sum(commit.fact_count for commit in commits)
    after = f" since {since}" if since else ""
    lines = (
        f"{counted(len(commits), 'commit')}{after}, {counted(facts, 'fact')} changed; now {current}"
    )
    if any(commit.cut for commit in commits):
        lines += "; of larger commits only the number of changed facts is listed"
    return f"{lines}; changes are known since {oldest}"


def _deliver(session: Session, log: ChangeLog, file: Path) -> int:
    import time
    from urllib.request import getproxies

    import httpx2

    from provenance_graph.changes import webhooks
    from provenance_graph.formats.fetch.addresses import resolve

    hooks = webhooks.read_hooks(file)
    current = session.store().version
    with httpx2.Client(timeout=20.0, headers={"user-agent": "provenance-graph"}) as client:
        lines = webhooks.deliver(
            hooks,
            lambda version: log.since(version, current),
            webhooks.Deliveries(session.folder / webhooks.FILE),
            client,
            current=current,
            pause=time.sleep,
            resolve=None if {"http", "https", "all"} & getproxies().keys() else resolve,
            allowed=webhooks.private_hosts(file),
        )
    for one in lines:
        session.say(
            f"{one.url}: {one.sent:,} sent, up to {one.version}"
            + (f"; {one.failure}" if one.failure else "")
        )
    return 1 if any(one.failure for one in lines) else 0
