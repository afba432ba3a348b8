"""``policy``: the acceptance policy in words, and the facts that each rule decided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph.cited import with_receipts
from provenance_graph.options import FilePath, as_of_option, format_option
from provenance_graph.session import Session
from provenance_graph.tables import fitted

if TYPE_CHECKING:
    from provenance_graph.acceptance.policy.report import Difference, Tally
    from provenance_graph.core.iris import Iri

MAX_LISTED = 20
DIFFERENCES = ("subject", "property", "now", "then")


@click.command()
@click.option(
    "--policy",
    "file",
    type=FilePath(exists=True, dir_okay=False, path_type=Path),
    help="A policy in Turtle; what it would change is shown, nothing is changed.",
)
@as_of_option
@format_option("table", "json", "csv")
@click.pass_obj
@with_receipts
def command(session: Session, file: Path | None, as_of: str, form: str) -> None:
    """The policy in words, and the number of facts that each rule decided, with examples."""
    from provenance_graph.acceptance.policy.file import policy_of
    from provenance_graph.acceptance.policy.report import (
        Difference,
        compared,
        examine,
        sentences,
        subjects,
        tallied,
        to_answer,
    )
    from provenance_graph.ingest.shipped import reference_quads

    snapshot = session.whole(as_of)
    policy = snapshot.policy
    other, differences = None, list[Difference]()
    if file is None:
        entities, tallies = tallied(snapshot, lambda total: session.progress("entities", total))
    else:
        other = policy_of(session.store(), reference_quads([file]), policy.day, file.name)
        wanted = subjects(snapshot)
        entities = len(wanted)
        with session.progress("entities", entities) as progress:
            tallies, differences = examine(snapshot, wanted, other, progress)
    if session.citing:
        session.cite(snapshot, _subjects(tallies, differences))
    if form == "json":
        answer = to_answer(policy, entities, tallies)
        session.print_json(answer if other is None else compared(answer, other, differences))
        return
    if form == "csv":
        _print_csv(session, file, tallies, differences)
        return
    for line in sentences(policy):
        click.echo(fitted(line))
    click.echo(f"\nOver {entities:,} models, datasets and families")
    rows = [(rule, t.count, ", ".join(t.in_words())) for rule, t in tallies.items()]
    session.print_table(("decided by", "facts", "examples"), rows)
    if file is not None:
        _print_differences(session, file.name, differences)


def _subjects(tallies: dict[str, Tally], differences: list[Difference]) -> Iterator[Iri]:
    """The entities of the facts shown: those that would change, else the examples."""
    yield from (one.subject for one in differences)
    if not differences:
        yield from (subject for tally in tallies.values() for subject, _ in tally.examples)


def _print_csv(
    session: Session, file: Path | None, tallies: dict[str, Tally], differences: list[Difference]
) -> None:
    """Print one CSV table: the rules with their counts, or the changes of another policy."""
    if file is None:
        rows = [(rule, tally.count, "; ".join(tally.in_words())) for rule, tally in tallies.items()]
        session.print_table(("decided by", "facts", "examples"), rows, "csv")
    else:
        session.print_table(DIFFERENCES, list(_rows(differences)), "csv")


def _rows(differences: list[Difference]) -> Iterator[tuple[str, ...]]:
    from provenance_graph.core.iris import local_name, short_id

    for one in differences:
        property_ = local_name(one.property)
        yield short_id(one.subject), property_, ", ".join(one.now), ", ".join(one.then)


def _print_differences(session: Session, name: str, differences: list[Difference]) -> None:
    """Print the changes of another policy: counts by property, then the first facts."""
    from provenance_graph.acceptance.policy.report import by_property

    click.echo(f"\nUnder {name} {len(differences):,} accepted facts would change")
    session.print_table(("property", "facts"), by_property(differences))
    click.echo("")
    session.print_table(DIFFERENCES, list(_rows(differences[:MAX_LISTED])))
    if len(differences) > MAX_LISTED:
        session.say(f"{MAX_LISTED} of {len(differences):,} shown (--format json has all)")
