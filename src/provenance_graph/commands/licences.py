"""``provenance-graph licences``: what may be done with a model, and what proves it."""

from __future__ import annotations

import sys
from datetime import date

import click

from provenance_graph.session import Session


@click.command()
@click.argument("model", required=False)
@click.option("--use", "uses", multiple=True, metavar="KEY", help="A planned use: commercial, eu, distribute, users=100000000, revenue=5000000, train-on-outputs …; repeatable.")  # fmt: skip
@click.option("--as-of", default="", metavar="DATE", help="As known on that day.")
@click.option(
    "--on", "--today", "on", default="", metavar="DATE", help="By the texts in force on that day."
)
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True, help="Without MODEL: at most so many findings listed.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)  # fmt: skip
@click.pass_context
def command(
    ctx: click.Context,
    model: str | None,
    uses: tuple[str, ...],
    as_of: str,
    on: str,
    limit: int,
    form: str,
) -> None:
    """Duties, restrictions and conflicts on every path above MODEL, with clause and path.

    Without MODEL, the findings of every model. Exits with 1 where a use is blocked or
    unknown, or a finding is a violation.
    """
    from provenance_graph.licences.graph import LicenceGraph
    from provenance_graph.model.naming import resolve

    session: Session = ctx.obj
    snapshot = session.snapshot(as_of)
    day = _day(on)
    graph = LicenceGraph(snapshot)
    if model is None:
        ctx.exit(_whole_store(session, graph, day, limit, form))
    subject = resolve(snapshot, model)
    session.say_unknown(snapshot, subject)
    report = graph.report(subject, uses=uses, day=day)
    if form == "json":
        session.print_json(report.to_json())
    else:
        from provenance_graph.licences.text import report_rows, report_text

        if form == "csv":
            session.print_table(("about", "what", "answer", "licence", "clause", "path"), report_rows(report), form)  # fmt: skip
        else:
            sys.stdout.write(report_text(report))
    asked = {verdict.answer for verdict in report.today.verdicts} if uses else set()
    worst = {finding.severity for finding in report.findings}
    ctx.exit(1 if asked & {"blocked", "unknown"} or "Violation" in worst else 0)


def _day(text: str) -> str:
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a day such as 2025-10-15", param_hint="--on") from None  # fmt: skip


def _whole_store(session: Session, graph: object, day: str, limit: int, form: str) -> int:
    from provenance_graph.core.iris import said
    from provenance_graph.licences.breaches import store_findings
    from provenance_graph.licences.graph import LicenceGraph
    from provenance_graph.licences.results import NOT_ADVICE, path_text

    assert isinstance(graph, LicenceGraph)
    found = store_findings(graph, day=day, limit=limit)
    if form == "json":
        session.print_json(found.to_json())
    else:
        rows = [
            (
                one.severity,
                one.rule.id,
                said(one.subject),
                one.message,
                one.clause,
                path_text(one.path),
            )
            for one in found.findings
        ]
        session.print_table(("severity", "rule", "model", "finding", "clause", "path"), rows, form)
    session.say(f"{len(found.findings):,} of {found.total:,} findings listed. {NOT_ADVICE}")
    return 1 if any(one.severity == "Violation" for one in found.findings) else 0
