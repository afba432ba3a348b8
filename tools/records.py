"""Regenerate the shipped records from a folder of sources: ``python -m tools.records FOLDER``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from provenance_graph.core.claims import Problem
from provenance_graph.core.resources import folder
from provenance_graph.formats.registry import readers
from tools import regenerate
from tools.curated.reader import READER as CURATED

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
    "--problems", "shown", default=0, show_default=True, help="Maximum number of problems printed."
)
def command(sources: Path, data: Path | None, only: tuple[str, ...], shown: int) -> None:
    """Read the folder SOURCES as data/sources.toml describes it and write data/records again.

    The same sources give the same bytes.
    """
    home = data or folder("data")
    kinds: Counter[str] = Counter()

    def tell(name: str, problem: Problem) -> None:
        if kinds.total() < shown:
            click.echo(f"{name}: {problem}", err=True)
        kinds[problem.kind] += 1

    listed = [s for s in regenerate.sources(home / "sources.toml") if not only or s.into in only]
    counts = regenerate.regenerate(
        sources, listed, {**readers(), CURATED.format: CURATED}, home / "records", tell
    )
    if not only:
        counts |= regenerate.stamp_hand_written(
            regenerate.hand_written(home / "sources.toml"), home / "records"
        )
    for name, count in sorted(counts.items()):
        click.echo(f"{name}\t{count}")
    if kinds:
        click.echo(
            "problems: " + ", ".join(f"{n} {kind}" for kind, n in kinds.most_common()), err=True
        )


if __name__ == "__main__":
    command()
