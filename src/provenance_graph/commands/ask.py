"""``ask``: a stored question from queries/; without a name, lists them."""

from __future__ import annotations

import click

from provenance_graph.session import Session


@click.command()
@click.argument("question", required=False)
@click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="Set a parameter.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table")
@click.option("--show", is_flag=True, help="Print the question's SPARQL instead of asking it.")
@click.pass_obj
def command(
    session: Session, question: str | None, pairs: tuple[str, ...], form: str, show: bool
) -> None:
    """Ask a stored QUESTION, or list them all."""
    from provenance_graph.model import questions as stored

    if question is None:
        rows = [
            (q.topic, q.name, q.question, " ".join(_parameter(p) for p in q.parameters))
            for q in stored.questions().values()
        ]
        session.print_table(("topic", "name", "question", "parameters"), rows, form)
        return
    if show:
        click.echo(stored.find(question).text, nl=False)
        return
    found = stored.ask(session.snapshot(), question, stored.settings(pairs))
    session.print_table(found.names, found.rows, form)
    session.say(stored.find(question).summed_up(found))
    if found.truncated:
        session.say(f"cut short after {len(found)} rows")


def _parameter(parameter: object) -> str:
    from provenance_graph.model.questions import Parameter

    assert isinstance(parameter, Parameter)
    shown = f"{parameter.name}:{parameter.kind}"
    return shown if parameter.default is None else f"{shown}={parameter.default}"
