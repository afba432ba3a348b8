"""``breaches``: every licence finding of the store, gravest first."""

from __future__ import annotations

import sys

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.options import (
    TABLE_FORMATS,
    as_of_option,
    format_option,
    iso_day,
    limit_option,
)
from provenance_graph.session import Session


@click.command()
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="LR-NN",
    shell_complete=completion.rules,
    help="Only this rule; repeatable.",
)
@click.option(
    "--licensor",
    default="",
    metavar="NAMESPACE",
    help="Only terms of this licensor, such as meta-llama.",
)
@click.option("--developer", default="", metavar="NAMESPACE", help="Only models of this developer.")
@click.option(
    "--of",
    "of",
    default="",
    metavar="THING",
    shell_complete=completion.described,
    help="Only this model or dataset and what descends from it.",
)
@click.option("--on", default="", metavar="DATE", help="By the texts in force on that day.")
@as_of_option
@limit_option(200, "Maximum number of findings listed.")
@format_option(*TABLE_FORMATS, "sarif")
@click.pass_context
@with_receipts
def command(
    ctx: click.Context,
    rules: tuple[str, ...],
    licensor: str,
    developer: str,
    of: str,
    on: str,
    as_of: str,
    limit: int,
    form: str,
) -> None:
    """Every licence finding in the store, with clause and path, by rule, licensor or developer.

    Unknown licences are counted by their cause; only --rule LR-15 lists them for each model. Exits
    with 1 where a finding is a violation.
    """
    from provenance_graph.licences.graph import LicenceGraph
    from provenance_graph.licences.results import NOT_ADVICE
    from provenance_graph.licences.rules.breaches import (
        Filters,
        as_validation,
        causes_as_validation,
        store_findings,
    )
    from provenance_graph.model.naming.entities import find_entity

    session: Session = ctx.obj
    snapshot = session.whole(as_of)
    entity = find_entity(snapshot, of, ("model", "family", "dataset")).iri if of else None
    filters = Filters(frozenset(one.upper() for one in rules), licensor, developer, entity)
    graph = LicenceGraph(snapshot)
    result = store_findings(graph, day=iso_day(on), limit=limit, filters=filters)
    session.cite(snapshot, (one.subject for one in result.findings))
    if form == "json":
        session.print_json(result.supported(graph).to_json())
    elif form == "sarif":
        from provenance_graph.shapes.reports import as_sarif

        reported = [*as_validation(result.findings), *causes_as_validation(result.causes)]
        sys.stdout.write(as_sarif(reported))
    else:
        session.print_table(COLUMNS, map(row, result.findings), form)
        for cause in result.causes[:10]:
            session.say(cause.sentence)
        if result.causes_total > 10:
            session.say(f"10 of {result.causes_total:,} causes of unknown licences shown")
    cut = "at least " if result.looked_at < result.models else ""
    session.say(f"{len(result.findings):,} of {cut}{result.total:,} findings listed. {NOT_ADVICE}")
    ctx.exit(1 if any(one.severity == "Violation" for one in result.findings) else 0)


COLUMNS = ("severity", "rule", "model", "finding", "licence", "clause", "path")


def row(one: object) -> tuple[str, ...]:
    """A finding as a row of the table."""
    from provenance_graph.core.iris import short_id
    from provenance_graph.licences.paths import path_text
    from provenance_graph.licences.results import LicenceFinding

    assert isinstance(one, LicenceFinding)
    return (
        one.severity,
        one.rule.id,
        short_id(one.subject),
        one.message,
        one.licence.name if one.licence else "",
        one.clause,
        path_text(one.path),
    )
