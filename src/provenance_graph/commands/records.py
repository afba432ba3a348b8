"""``records``: the shipped records, written again from a folder of sources."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from provenance_graph.claims import Problem
from provenance_graph.session import Session

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("sources", type=FOLDER)
@click.option(
    "--data",
    type=FOLDER,
    help="Folder with sources.toml and records/ (default: the installed data).",
)
@click.option(
    "--only",
    multiple=True,
    metavar="SOURCE",
    help="Only these, by the folder they are written into.",
)
@click.option(
    "--problems", "shown", default=0, show_default=True, help="Print at most so many problems."
)
@click.pass_obj
def command(
    session: Session, sources: Path, data: Path | None, only: tuple[str, ...], shown: int
) -> None:
    """Read the folder SOURCES as data/sources.toml describes it and write data/records again.

    The same sources give the same bytes.
    """
    from provenance_graph.ingest import regenerate
    from provenance_graph.resources import folder
    from provenance_graph.sources import readers

    home = data or folder("data")
    kinds: Counter[str] = Counter()

    def tell(name: str, problem: Problem) -> None:
        if kinds.total() < shown:
            session.say(f"{name}: {problem}")
        kinds[problem.kind] += 1

    listed = [s for s in regenerate.sources(home / "sources.toml") if not only or s.into in only]
    counts = regenerate.regenerate(sources, listed, readers(), home / "records", tell)
    session.print_table(("source", "records"), sorted(counts.items()))
    if kinds:
        session.say("problems: " + ", ".join(f"{n} {kind}" for kind, n in kinds.most_common()))
