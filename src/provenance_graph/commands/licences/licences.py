"""``provenance-graph licences``: permissions, duties and conflicts of models, with clauses."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.options import as_of_option, format_option, iso_day, limit_option, unused
from provenance_graph.session import Session
from provenance_graph.tables import fitted

if TYPE_CHECKING:
    from provenance_graph.core.iris import Iri
    from provenance_graph.licences.graph import LicenceGraph
    from provenance_graph.licences.portfolio import Unresolved


@click.command()
@click.argument("models", nargs=-1, metavar="[MODEL…]", shell_complete=completion.models)
@click.option(
    "--use",
    "uses",
    multiple=True,
    metavar="KEY",
    help="A planned use: commercial, eu, distribute, users=100000000, revenue=5000000, train-on-outputs …; repeatable.",
)
@as_of_option
@click.option(
    "--on", "--today", "on", default="", metavar="DATE", help="By the texts in force on that day."
)
@click.option(
    "--repair",
    "repairs",
    is_flag=True,
    help="The smallest sets of changes that make the uses allowed.",
)
@limit_option(200, "Without MODEL: maximum number of findings listed.")
@format_option()
@click.pass_context
@with_receipts
def command(
    ctx: click.Context,
    models: tuple[str, ...],
    uses: tuple[str, ...],
    as_of: str,
    on: str,
    repairs: bool,
    limit: int,
    form: str,
) -> None:
    """Whether MODEL may be used: one sentence, then answers on weights, training data, contract.

    Lists duties, restrictions and conflicts along its lineage, with clause and path. Several models
    give a matrix of models and uses; without MODEL, the findings of every model (as ``breaches``).
    Exits with 1 where a requested use is blocked or unknown, or a rule is violated.
    """
    from provenance_graph.licences.graph import LicenceGraph
    from provenance_graph.licences.inheritance.near import index_near
    from provenance_graph.licences.portfolio import subjects_of

    session: Session = ctx.obj
    if not models:
        unused("needs a MODEL", "uses", "repairs")
    snapshot = session.snapshot(as_of)
    day = iso_day(on)
    if not models:
        from provenance_graph.commands.licences.breaches import command as breaches

        ctx.invoke(breaches, on=on, as_of=as_of, limit=limit, form=form)
    subjects, unresolved = subjects_of(snapshot, models)
    graph = LicenceGraph(snapshot, index_near(snapshot, subjects) if as_of else None)
    session.say_unknown(snapshot, *subjects)
    if repairs and unresolved:
        raise click.UsageError(unresolved[0].problem)
    if repairs:
        ctx.exit(_repair(session, graph, subjects, uses, day, form))
    if len(models) > 1:
        ctx.exit(_portfolio(session, graph, subjects, unresolved, uses, day, form))
    report = graph.report(subjects[0], uses=uses, day=day)
    if form == "json":
        session.print_json(report.to_json())
    else:
        from provenance_graph.licences.text import report_rows, report_text

        if form == "csv":
            session.print_table(
                ("about", "what", "answer", "licence", "clause", "path"), report_rows(report), form
            )
        else:
            sys.stdout.write(fitted(report_text(report)))
    answers = {verdict.answer for verdict in report.today.verdicts} if uses else set()
    worst = {finding.severity for finding in report.findings}
    ctx.exit(1 if answers & {"blocked", "unknown"} or "Violation" in worst else 0)


def _portfolio(
    session: Session,
    graph: LicenceGraph,
    subjects: list[Iri],
    unresolved: list[Unresolved],
    uses: tuple[str, ...],
    day: str,
    form: str,
) -> int:
    from provenance_graph.licences.portfolio import COLUMNS, portfolio

    result = portfolio(graph, subjects, uses, day, unresolved)
    if form == "json":
        session.print_json(result.to_json())
    else:
        session.print_table(COLUMNS, result.rows(), form)
    answers = {verdict.answer for report in result.reports for verdict in report.today.verdicts}
    if unresolved:
        answers.add("unknown")
    return 1 if uses and answers & {"blocked", "unknown"} else 0


def _repair(
    session: Session,
    graph: LicenceGraph,
    subjects: list[Iri],
    uses: tuple[str, ...],
    day: str,
    form: str,
) -> int:
    from provenance_graph.core.iris import short_id
    from provenance_graph.licences.repair import repair

    results = [repair(graph, one, uses=uses, day=day) for one in subjects]
    if form == "json":
        reported = [one.to_json() for one in results]
        session.print_json(reported[0] if len(reported) == 1 else reported)
    else:
        rows = [
            (short_id(one.subject), str(number), change.text)
            for one in results
            for number, changes in enumerate(one.solutions, 1)
            for change in changes
        ]
        session.print_table(("model", "set", "change"), rows, form)
        for one in results:
            session.say(one.sentence)
    return 0 if all(one.solutions for one in results) else 1
