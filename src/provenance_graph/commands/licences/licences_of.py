"""``licences-of``: one licence explained."""

from __future__ import annotations

import json
import sys

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.options import TABLE_FORMATS, format_option
from provenance_graph.session import Session
from provenance_graph.tables import fitted


@click.command()
@click.argument("text", shell_complete=completion.licences)
@format_option(*TABLE_FORMATS, "odrl")
@click.pass_context
@with_receipts
def command(ctx: click.Context, text: str, form: str) -> None:
    """Explain TEXT as a licence: a name, an SPDX expression, a short id or an address.

    Lists permissions, duties and restrictions, with the place of each clause, and what the licence
    passes on. Exits with 1 where no licence of that name is known.
    """
    from provenance_graph.licences.graph import LicenceGraph
    from provenance_graph.licences.texts.explain import explain_in

    session: Session = ctx.obj
    snapshot = session.snapshot()
    result = explain_in(snapshot, LicenceGraph(snapshot).catalogue, text)
    session.cite(snapshot, (one.licence.iri for one in result.licences))
    if form == "json":
        session.print_json(result.to_json())
    elif form == "odrl":
        policies = [one.odrl for one in result.licences if one.odrl]
        for one in result.licences:
            if not one.odrl:
                session.say(f"{one.licence.name}: its terms are not described, so it has no policy")
        sys.stdout.write(json.dumps(policies, ensure_ascii=False, indent=2) + "\n")
    else:
        if form == "table":
            if result.choice:
                sys.stdout.write(fitted(result.choice) + "\n\n")
            for one in result.licences:
                sys.stdout.write(fitted(one.sentence) + "\n\n")
        rows = [
            (one.licence.name, line.kind, line.label, line.clause, line.qualified)
            for one in result.licences
            for line in one.clauses
        ]
        session.print_table(("licence", "kind", "clause", "place", "qualified"), rows, form)
    if result.problem:
        session.say(f"{text!r}: {result.problem}")
    ctx.exit(0 if not result.problem else 1)
