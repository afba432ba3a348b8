"""``history``: versions, aliases, retirement, drift of facts, changed claims, ranks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.core.errors import UsageError
from provenance_graph.options import as_of_option, format_option
from provenance_graph.session import Session
from provenance_graph.tables import folded

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
@as_of_option
@format_option()
@click.pass_obj
@with_receipts
def command(session: Session, model: str, start: str, end: str, as_of: str, form: str) -> None:
    """Changes of MODEL: events in the world, and changes in what sources state."""
    from provenance_graph.acceptance.snapshot import day_of, first_day
    from provenance_graph.changes.history.history import history
    from provenance_graph.model.naming.resolve import resolve

    snapshot = session.snapshot(as_of)
    subject = resolve(snapshot, model, "described")
    session.say_unknown(snapshot, subject)
    first, last = first_day(start), day_of(end)
    if first and last and first > last:
        raise UsageError(f"--from {start} is later than --to {end}: nothing between them")
    json = history(snapshot, subject, first, last).to_json()
    if form == "json":
        session.print_json(json)
    elif form == "csv":
        session.print_table(COLUMNS, rows(json), form)
    else:
        click.echo(folded("\n".join(page(json))))
        if start or end:
            session.say(f"only what was {_within(start, end)}; without --from and --to, all of it")


def _within(start: str, end: str) -> str:
    """A period in words.

    >>> _within("2025", ""), _within("2025-01", "2025-03")
    ('from 2025 on', 'from 2025-01 to 2025-03')
    """
    if not start:
        return f"until {end}"
    return f"from {start} to {end}" if end else f"from {start} on"


def rows(history_answer: HistoryAnswer) -> Iterator[tuple[object, ...]]:
    """The rows of the table: events, drift, changed claims, ranks."""
    for event in history_answer["events"]:
        yield (event["date"], event["clock"], event["what"], event["subject"]["id"], *[""] * 4)
    for drift in history_answer["drift"]:
        what = f"{drift['kind']}: {drift['before']['id']} to {drift['after']['id']}"
        was, now = _values(drift["was"]), _values(drift["now"])
        yield ("", "world", what, drift["after"]["id"], drift["property"], was, now, "")
    for change in history_answer["changedClaims"]:
        what = f"stated on {change['earlier'][:10]} and on {change['later'][:10]}"
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
    for movement in history_answer["ranks"]:
        for rank in movement["ranks"]:
            population = rank["population"] or "population not stated"
            what = ", ".join(filter(None, (movement["list"], rank["edition"])))
            location = f"{rank['rank']} of {population}"
            day = rank["date"] or rank["read"]
            yield (day, "world", what, movement["of"]["id"], "rank", "", location, rank["iri"])


def page(history_answer: HistoryAnswer) -> Iterator[str]:
    """The history as lines of text, from its JSON."""
    known = f", as known on {history_answer['asOf']}" if history_answer["asOf"] else ""
    yield f"{history_answer['subject']['name']} ({history_answer['subject']['id']}){known}"
    yield from _life(history_answer["lifecycle"])
    yield from _listed("Versions", _versions(history_answer["versions"]))
    yield from _listed(
        "Aliases: what they pointed to, and when", _aliases(history_answer["aliases"])
    )
    yield from _listed("Time line", (f"{e['date']}  {e['what']}" for e in history_answer["events"]))
    yield from _listed("Drift of facts", _drift(history_answer["drift"]))
    yield from _listed(
        "Changed claims, between retrievals of one document", _changed(history_answer)
    )
    yield from _listed("Ranks (each with its list, date and population)", _ranks(history_answer))
    read = ", ".join(f"{r['date']} ({r['records']})" for r in history_answer["retrievals"])
    yield ""
    yield f"Read on: {read or 'no day'}"


def _listed(title: str, lines: Iterator[str]) -> Iterator[str]:
    reported = list(lines)
    if reported:
        yield ""
        yield title
        yield from (f"  {line}" for line in reported)


def _names(entities: Sequence[Ref]) -> str:
    return ", ".join(f"{entity['label']} ({entity['id']})" for entity in entities)


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


def _versions(version_answers: Sequence[VersionAnswer]) -> Iterator[str]:
    for version in version_answers:
        released = version["released"] or "date not stated"
        replaces = f", replaces {_names(version['replaces'])}" if version["replaces"] else ""
        yield f"{version['version'] or version['id']}  ({released}{replaces}; {version['id']})"


def _aliases(alias_answers: Sequence[AliasAnswer]) -> Iterator[str]:
    for binding in alias_answers:
        span = f"{binding['since'] or 'start not stated'} to {binding['until'] or 'end not stated'}"
        span += f"; read {binding['readFrom']}"
        if binding["readUntil"]:
            span += f", no longer stated on {binding['readUntil']}"
        sources = ", ".join(
            f"{source['document']}, {source['custody'].lower()}" for source in binding["sources"]
        )
        yield f"{binding['alias']} → {binding['target']['id']}  ({span}; {sources})"


def _drift(drift_answers: Sequence[DriftAnswer]) -> Iterator[str]:
    last = ""
    for drift in drift_answers:
        head = f"{drift['kind']}: {drift['before']['label']} → {drift['after']['label']}"
        if head != last:
            yield head
            last = head
        yield f"  {drift['label']}: {_values(drift['was'])} → {_values(drift['now'])}"


def _changed(history_answer: HistoryAnswer) -> Iterator[str]:
    for change in history_answer["changedClaims"]:
        was, now = "; ".join(change["was"]) or "nothing", "; ".join(change["now"]) or "nothing"
        yield (
            f"{change['earlier'][:10]} → {change['later'][:10]}  {change['subject']['label']} "
            f"{change['label']}: {was} → {now}  "
            f"({change['document']}, {change['custody'].lower()})"
        )


def _ranks(history_answer: HistoryAnswer) -> Iterator[str]:
    for movement in history_answer["ranks"]:
        places = ", ".join(map(_position, movement["ranks"]))
        moved = movement["change"]
        reported = ""
        if moved is not None:
            reported = (
                f"  [{abs(moved)} places {'lost' if moved > 0 else 'gained'}]"
                if moved
                else "  [no change]"
            )
        yield f"{movement['list']}: {places}{reported}"


def _position(rank: RankAnswer) -> str:
    day = rank["date"] or f"undated, read {rank['read']}"
    return f"#{rank['rank']} of {rank['population'] or '?'} ({day})"


def _values(values: Sequence[Cell]) -> str:
    from provenance_graph.model.display import value_text

    return ", ".join(map(value_text, values))
