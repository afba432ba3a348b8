"""``conflicts``: claims that disagree, side by side, worst first."""

from __future__ import annotations

import click

from provenance_graph.session import Session


@click.command()
@click.argument("model", required=False)
@click.option("--kind", "kinds", multiple=True, help="Only this kind (repeat for several).")
@click.option("--as-of", default="", metavar="DATE", help="As known on that day.")
@click.option("--limit", default=0, help="Only the worst N.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table")
@click.option("--identity", is_flag=True, help="List names that may be one thing, for deciding.")
@click.option("--count", is_flag=True, help="Only how many models have values that differ.")
@click.pass_obj
def command(
    session: Session,
    model: str | None,
    kinds: tuple[str, ...],
    as_of: str,
    limit: int,
    form: str,
    identity: bool,
    count: bool,
) -> None:
    """Claims about MODEL (or about anything) that disagree, with the kind of conflict."""
    from provenance_graph.conflicts.detect import KINDS, conflicts
    from provenance_graph.core.errors import UsageError
    from provenance_graph.core.iris import said
    from provenance_graph.model.naming import resolve
    from provenance_graph.session import shown

    snapshot = session.snapshot(as_of)
    if identity:
        from provenance_graph.matching.candidates import candidates
        from provenance_graph.matching.outcome import COLUMNS

        rows = [candidate.row() for candidate in candidates(snapshot)]
        session.print_table(COLUMNS, rows[:limit] if limit else rows, form)
        return
    if count:
        from provenance_graph.conflicts.count import figures

        table = [figure.row() for figure in figures(snapshot)]
        session.print_table(("property", "differ", "of models", "share"), table, form)
        return
    if unknown := set(kinds) - set(KINDS):
        raise UsageError(f"no kind {min(unknown)!r}; there are {', '.join(KINDS)}")
    subjects = [resolve(snapshot, model)] if model else None
    session.say_unknown(snapshot, *(subjects or ()))
    found = [c for c in conflicts(snapshot, subjects) if not kinds or c.kind in kinds]
    chosen = found[:limit] if limit else found
    if form == "json":
        session.print_json([conflict.to_json() for conflict in chosen])
    else:
        rows = []
        for conflict in chosen:
            for position, (value, held) in enumerate(conflict.sides):
                sources = ", ".join(sorted({said(c.header.publisher) for c in held}))
                first = position == 0
                rows.append(
                    (
                        said(conflict.subject) if first or form == "csv" else "",
                        conflict.label if first or form == "csv" else "",
                        conflict.kind if first or form == "csv" else "",
                        shown(value),
                        held[0].standing.label,
                        held[0].basis.label,
                        sources,
                        conflict.explanation if first or form == "csv" else "",
                    )
                )
        columns = (
            "subject",
            "property",
            "kind",
            "value",
            "standing",
            "basis",
            "sources",
            "what is at issue",
        )
        session.print_table(columns, rows, form)
    if len(chosen) < len(found):
        session.say(f"{len(chosen)} of {len(found)} conflicts shown")
