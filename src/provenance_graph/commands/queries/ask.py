"""``ask``: a stored question from queries/; without a name, lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.model.questions.reach import REACHED
from provenance_graph.options import as_of_option, format_option, limit_option, unused
from provenance_graph.session import Session

if TYPE_CHECKING:
    from provenance_graph.core.claims import Value
    from provenance_graph.model.questions.stored import Question


@click.command(context_settings={"allow_extra_args": True})
@click.argument("question", required=False, shell_complete=completion.questions)
@click.option(
    "--set",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=completion.settings,
    help="Set a parameter.",
)
@format_option()
@as_of_option
@limit_option(
    REACHED,
    "Of an answer on all that lineage leads to, show so many entities; 0 shows all.",
    least=0,
)
@click.option("--show", is_flag=True, help="Print the question's SPARQL instead of asking it.")
@click.pass_obj
@with_receipts
def command(
    session: Session,
    question: str | None,
    pairs: tuple[str, ...],
    form: str,
    as_of: str,
    limit: int,
    show: bool,
) -> None:
    """Ask a stored QUESTION, or list them all."""
    from provenance_graph import asking
    from provenance_graph.ingest.day import at_hand, dataset
    from provenance_graph.model.questions import stored

    if further := click.get_current_context().args:
        raise UsageError(
            f"{further[0]!r} is an unexpected argument; a parameter is --set NAME=VALUE"
        )
    if question is None:
        unused("needs a QUESTION", "pairs", "as_of", "limit", "show")
        rows = [
            (q.topic, q.name, q.question, " ".join(_parameter(p) for p in q.parameters))
            for q in stored.questions().values()
        ]
        session.print_table(("topic", "name", "question", "parameters"), rows, form, head="name")
        return
    if show:
        unused("is not read with --show", "pairs", "as_of", "limit", "form")
        click.echo(stored.find(question).text, nl=False)
        return
    snapshot = session.snapshot(as_of)
    given = stored.settings(pairs)
    bound = stored.bind(
        snapshot, stored.find(question), given
    )  # a slip is reported before the work
    unknown = False
    if snapshot.as_of:
        entities = (one for one in bound.values() if isinstance(one, Iri))
        unknown = session.say_unknown(snapshot, *filter(snapshot.present.knows, entities))
        if not unknown and (nothing := snapshot.nothing_known()):
            session.say(f"{nothing[0].upper()}{nothing[1:]}.")
            unknown = True
        data = session.closing.enter_context(dataset(snapshot))
        result = asking.ask(at_hand(snapshot) or snapshot, question, given, data=data, limit=limit)
    else:
        if stored.find(question).counted:
            session.claim_table()  # updates the table where commits followed a build
        result = asking.ask(snapshot, question, given, limit=limit)
    session.cite(snapshot, (cell for row in result.rows for cell in row if isinstance(cell, Iri)))
    session.print_table(result.names, result.rows, form)
    chosen = stored.find(question)
    if len(result) or not unknown:  # an empty answer has a meaning only where anything is known
        session.say(chosen.summed_up(result))
    if assumed := _assumed(chosen, given):
        session.say(f"asked with {assumed}; --set NAME=VALUE asks with another")
    if meant := _meant(given, bound):
        session.say(f"asked of {meant}")
    if result.share is not None:
        session.say("--limit N shows more, --limit 0 all")
    if result.truncated:
        session.say(f"cut short after {len(result)} rows")


def _assumed(question: Question, given: Mapping[str, str]) -> str:
    """A note on parameters that were not given, with their defaults."""
    return ", ".join(
        f"{one.name}={one.default}"
        for one in question.parameters
        if one.default is not None and one.name not in given
    )


def _meant(given: Mapping[str, str], bound: Mapping[str, Value]) -> str:
    """A note on names that were resolved to another id, each with the entity."""
    taken = ((name, bound[name]) for name in given)
    return ", ".join(
        f"{name}={short_id(value)}"
        for name, value in taken
        if isinstance(value, Iri)
        and short_id(value).lower() != given[name].lower() != value.lower()
    )


def _parameter(parameter: object) -> str:
    from provenance_graph.model.questions.stored import Parameter

    assert isinstance(parameter, Parameter)
    text = f"{parameter.name}:{parameter.kind}"
    return text if parameter.default is None else f"{text}={parameter.default}"
