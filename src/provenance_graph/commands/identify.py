"""``identify``: decide by rule which names of sources are one thing, and write the mappings."""

from __future__ import annotations

from pathlib import Path

import click

from provenance_graph.session import Session


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with records/ and identity.sssom.tsv (default: the installed data).",
)
@click.option("--dry-run", is_flag=True, help="Say what would be decided; write nothing.")
@click.pass_obj
def command(session: Session, data: Path | None, dry_run: bool) -> None:
    """Write again the rows of identity.sssom.tsv that the rule decides; rows made by hand stay.

    Names are merged only where developer and full name are the same and nothing contradicts.
    What the rule leaves open is listed by `conflicts --identity`.
    """
    from provenance_graph.core.iris import said
    from provenance_graph.core.resources import folder
    from provenance_graph.ingest.build import IDENTITY
    from provenance_graph.ingest.identify import decide
    from provenance_graph.matching.review_file import rewrite

    home = data or folder("data")
    decided = decide(home)
    if dry_run:
        rows = [(said(r.subject), said(r.object), r.confidence, r.comment) for r in decided]
        session.print_table(("name", "is", "confidence", "why"), rows)
    else:
        path = home / IDENTITY
        path.write_text(rewrite(path.read_text(encoding="utf-8"), decided), encoding="utf-8")
    session.say(f"{len(decided)} names decided by rule")
