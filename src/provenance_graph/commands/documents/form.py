"""``form``: fills a regulatory or community form from claims."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from provenance_graph import completion
from provenance_graph.options import as_of_option, output_option, unused
from provenance_graph.session import Session


@click.command()
@click.argument("model", required=False, default="", shell_complete=completion.models)
@click.option(
    "--as",
    "name",
    default="",
    metavar="FORM",
    shell_complete=completion.forms,
    help="Which form, such as eu-gpai-mdf; without it, lists them.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("html", "md", "json")),
    default=None,
    help="How it is written (default: by the name of -o, else md).",
)
@output_option
@as_of_option
@click.pass_obj
def command(
    session: Session, model: str, name: str, form: str | None, output: Path | None, as_of: str
) -> None:
    """Fill a form for MODEL: each field with value, status and footnoted claims.

    Empty fields name whom to ask. The JSON can be filled further and imported again.
    """
    from provenance_graph.core.errors import UsageError
    from provenance_graph.formats.forms.definition import form_named, forms
    from provenance_graph.forms.fill import fill
    from provenance_graph.forms.render import RENDERERS
    from provenance_graph.model.bundles.gather import subject_named

    if not name:
        if model:
            raise UsageError(f"which form? --as {', --as '.join(forms())}")
        unused("needs a MODEL and --as FORM", "form", "output", "as_of")
        rows = [(one.id, one.title, one.edition, len(one.fields)) for one in forms().values()]
        session.print_table(("form", "title", "edition", "fields"), rows)
        return
    if not model:
        raise UsageError(f"which model? provenance-graph form MODEL --as {name}")
    requested = form_named(name)
    snapshot = session.snapshot(as_of)
    subject = subject_named(snapshot, model)
    session.say_unknown(snapshot, subject)
    suffix = output.suffix.lstrip(".").lower() if output else ""
    known = form or {"htm": "html", "markdown": "md"}.get(suffix, suffix)
    text = RENDERERS[known if known in RENDERERS else "md"](fill(snapshot, subject, requested))
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")
