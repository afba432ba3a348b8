"""``link``: propose links to data outside, and keep them."""

from __future__ import annotations

from pathlib import Path

import click

from provenance_graph.session import Session

TARGETS = ("wikidata", "hub", "doi", "spdx")
DEFAULT = "links.sssom.tsv"


@click.command()
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option("--to", "targets", type=click.Choice(TARGETS), multiple=True, help="Which data; all when not given.")  # fmt: skip
@click.option(
    "--keep", "keep", is_flag=False, flag_value="", default=None, metavar="[FILE]",
    help=f"Add the new ones to FILE, or to {DEFAULT} beside the store.",
)  # fmt: skip
@click.pass_obj
def command(
    session: Session, models: tuple[str, ...], targets: tuple[str, ...], keep: str | None
) -> None:
    """Propose links of MODELs, or of everything, to outside data, as SSSOM rows."""
    from provenance_graph.acceptance.sssom import write_sssom
    from provenance_graph.matching import links
    from provenance_graph.model.bundle import subject_named

    snapshot = session.snapshot()
    subjects = [subject_named(snapshot, name) for name in models] or links.everything(snapshot)
    result = links.links(snapshot, subjects, targets)
    click.echo(write_sssom(result, links.HEADER), nl=False)
    if result:
        session.say(f"{len(result):,} links proposed for {len(subjects):,} things")
    else:
        wanted = ", ".join(targets or TARGETS)
        session.say(
            f"0 links proposed: no record of these {len(subjects):,} things holds an address or "
            f"name of {wanted} from which one could be made"
        )
    if keep is None:
        return
    path = Path(keep) if keep else _beside(session)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    text, added = links.kept(before, result, str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    session.say(f"{added:,} new of {len(result):,} links kept in {path}")


def _beside(session: Session) -> Path:
    return Path(DEFAULT) if session.is_remote else session.folder.parent / DEFAULT
