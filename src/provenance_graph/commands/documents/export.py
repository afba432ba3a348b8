"""``export``: writes models as documents in other tools' formats."""

from __future__ import annotations

from pathlib import Path

import click

from provenance_graph import completion
from provenance_graph.exchange.registry import export, exporters
from provenance_graph.options import as_of_option, output_option
from provenance_graph.session import Session


@click.command()
@click.argument(
    "models", nargs=-1, required=True, metavar="MODEL...", shell_complete=completion.described
)
@click.option(
    "--as", "format", type=click.Choice(tuple(exporters())), required=True, help="Which format."
)
@output_option
@as_of_option
@click.option("--no-ancestors", is_flag=True, help="Leave out the ancestors of the models.")
@click.pass_obj
def command(
    session: Session,
    models: tuple[str, ...],
    format: str,
    output: Path | None,
    as_of: str,
    no_ancestors: bool,
) -> None:
    """Write MODELs (or a dataset) in a format; facts that it cannot hold go to standard error."""
    from provenance_graph.model.bundles.gather import bundle, subject_named

    snapshot = session.snapshot(as_of)
    subjects = [subject_named(snapshot, name) for name in models]
    session.say_unknown(snapshot, *subjects)
    made = export(bundle(snapshot, subjects, ancestors=not no_ancestors), format)
    if output is None:
        click.echo(made.text, nl=False)
    else:
        output.write_text(made.text, encoding="utf-8")
    for loss in made.losses:
        session.say(f"not in {format}: {loss}")
