"""``history``: versions, aliases, retirement, drift of facts, changed claims, ranks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from provenance_graph import completion
from provenance_graph.session import Session

if TYPE_CHECKING:
    from provenance_graph.changes.answers import (
        AliasAnswer,
        DriftAnswer,
        HistoryAnswer,
        LifecycleAnswer,
        VersionAnswer,
    )
    from provenance_graph.core.results import Cell, Ref
    from provenance_graph.model.answers import RankAnswer

COLUMNS = ("date", "clock", "what", "subject", "property", "was", "now", "source")


@click.command()
@click.argument("model", shell_complete=completion.models)
@click.option("--from", "start", default="", metavar="DATE", help="Leave out what came before.")
@click.option("--to", "end", default="", metavar="DATE", help="Leave out what came after.")
@click.option("--as-of", default="", metavar="DATE", help="As known on that day.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table")
@click.pass_obj
def command(session: Session, model: str, start: str, end: str, as_of: str, form: str) -> None:
    """What changed about MODEL: in the world, and in what sources say."""
    from provenance_graph.acceptance.snapshot import day_of
    from provenance_graph.changes.history import history
    from provenance_graph.model.naming import resolve

    snapshot = session.snapshot(as_of)
    subject = resolve(snapshot, model)
    session.say_unknown(snapshot, subject)
    found = history(snapshot, subject, first_day(start), day_of(end)).to_json()
    if form == "json":
        session.print_json(found)
    elif form == "csv":
        session.print_table(COLUMNS, rows(found), form)
    else:
        click.echo("\n".join(page(found)))


def first_day(text: str) -> str:
    """The first day of a period as people write it; empty stays empty.

    >>> first_day("Oct 2025"), first_day("2025")
    ('2025-10-01', '2025-01-01')
    """
    from provenance_graph.acceptance.snapshot import day_of
    from provenance_graph.core.literals import day, period

    dated = day(text) if text else None
    return period(dated.literal, dated.precision)[0].isoformat() if dated else day_of(text)


def rows(found: HistoryAnswer) -> Iterator[tuple[object, ...]]:
    """Everything that changed, one row each: events, drift, changed claims, ranks."""
    for event in found["events"]:
        yield (event["date"], event["clock"], event["what"], event["subject"]["id"], *[""] * 4)
    for drift in found["drift"]:
        what = f"{drift['kind']}: {drift['before']['id']} to {drift['after']['id']}"
        was, now = _values(drift["was"]), _values(drift["now"])
        yield ("", "world", what, drift["after"]["id"], drift["property"], was, now, "")
    for change in found["changedClaims"]:
        what = f"said on {change['earlier'][:10]} and on {change['later'][:10]}"
        yield (
            change["later"][:10],
            "knowledge",
            what,
            change["subject"]["id"],
            change["property"],
            "; ".join(change["was"]),
            "; ".join(change["now"]),
            change["document"],
        )
    for movement in found["ranks"]:
        for rank in movement["ranks"]:
            population = rank["population"] or "population not stated"
            what = ", ".join(filter(None, (movement["list"], rank["edition"])))
            place = f"{rank['rank']} of {population}"
            day = rank["date"] or rank["read"]
            yield (day, "world", what, movement["of"]["id"], "rank", "", place, rank["iri"])


def page(found: HistoryAnswer) -> Iterator[str]:
    """The history, line by line, from its JSON."""
    known = f", as known on {found['asOf']}" if found["asOf"] else ""
    yield f"{found['subject']['name']} ({found['subject']['id']}){known}"
    yield from _life(found["lifecycle"])
    yield from _listed("Versions", _versions(found["versions"]))
    yield from _listed("Aliases: what they pointed to, and when", _aliases(found["aliases"]))
    yield from _listed("Time line", (f"{e['date']}  {e['what']}" for e in found["events"]))
    yield from _listed("Drift of facts", _drift(found["drift"]))
    yield from _listed("Changed claims, between retrievals of one document", _changed(found))
    yield from _listed("Ranks (list, date and population, or they mean nothing)", _ranks(found))
    read = ", ".join(f"{r['date']} ({r['records']})" for r in found["retrievals"])
    yield ""
    yield f"Read on: {read or 'never'}"


def _listed(title: str, lines: Iterator[str]) -> Iterator[str]:
    told = list(lines)
    if told:
        yield ""
        yield title
        yield from (f"  {line}" for line in told)


def _names(things: Sequence[Ref]) -> str:
    return ", ".join(f"{thing['label']} ({thing['id']})" for thing in things)


def _life(life: LifecycleAnswer) -> Iterator[str]:
    for words, day in (
        ("state", life["state"]),
        ("released", life["released"]),
        ("deprecated", life["deprecated"]),
        ("retired", life["retired"]),
    ):
        if day:
            yield f"  {words}: {day}"
    if life["retired"] and life["deprecated"]:
        yield f"  notice: {life['noticeDays']} days"
    elif life["retired"]:
        yield "  notice: no record says when the end was announced"
    for words, models in (("replaces", life["replaces"]), ("replaced by", life["replacedBy"])):
        if models:
            yield f"  {words}: {_names(models)}"


def _versions(found: Sequence[VersionAnswer]) -> Iterator[str]:
    for version in found:
        released = version["released"] or "date not stated"
        replaces = f", replaces {_names(version['replaces'])}" if version["replaces"] else ""
        yield f"{version['version'] or version['id']}  ({released}{replaces}; {version['id']})"


def _aliases(found: Sequence[AliasAnswer]) -> Iterator[str]:
    for binding in found:
        span = f"{binding['since'] or 'start not stated'} to {binding['until'] or 'end not stated'}"
        sources = ", ".join(source["document"] for source in binding["sources"])
        yield f"{binding['alias']} → {binding['target']['id']}  ({span}; {sources})"


def _drift(found: Sequence[DriftAnswer]) -> Iterator[str]:
    last = ""
    for drift in found:
        head = f"{drift['kind']}: {drift['before']['label']} → {drift['after']['label']}"
        if head != last:
            yield head
            last = head
        yield f"  {drift['label']}: {_values(drift['was'])} → {_values(drift['now'])}"


def _changed(found: HistoryAnswer) -> Iterator[str]:
    for change in found["changedClaims"]:
        was, now = "; ".join(change["was"]) or "nothing", "; ".join(change["now"]) or "nothing"
        yield (
            f"{change['earlier'][:10]} → {change['later'][:10]}  {change['subject']['label']} "
            f"{change['label']}: {was} → {now}  ({change['document']})"
        )


def _ranks(found: HistoryAnswer) -> Iterator[str]:
    for movement in found["ranks"]:
        places = ", ".join(map(_place, movement["ranks"]))
        moved = movement["change"]
        told = ""
        if moved is not None:
            told = (
                f"  [{abs(moved)} places {'lost' if moved > 0 else 'gained'}]"
                if moved
                else "  [no change]"
            )
        yield f"{movement['list']}: {places}{told}"


def _place(rank: RankAnswer) -> str:
    day = rank["date"] or f"undated, read {rank['read']}"
    return f"#{rank['rank']} of {rank['population'] or '?'} ({day})"


def _values(values: Sequence[Cell]) -> str:
    from provenance_graph.commands.show import plain

    return ", ".join(map(plain, values))
