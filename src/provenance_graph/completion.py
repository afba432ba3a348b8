"""Names for the shell's completion: models and questions. It never fails and never builds anything."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import click

MAX_NAMES = 40


def models(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Ids of models that begin so, or hold it after their slash, from the kept list of models."""
    root = ctx.find_root().params.get("store_path")
    place = Path(str(root or os.environ.get("PROVENANCE_GRAPH_STORE") or "var/graph"))
    escaped = incomplete.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    for path in sorted((place / "derived").glob("catalogue-*.sqlite"), reverse=True)[:1]:
        with contextlib.suppress(sqlite3.Error, OSError):
            uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            database = sqlite3.connect(uri, uri=True)
            try:
                rows = database.execute(
                    r"SELECT id FROM model WHERE id LIKE ? ESCAPE '\' OR id LIKE ? ESCAPE '\' "
                    "ORDER BY sources DESC, id LIMIT ?",
                    (f"{escaped}%", f"%/{escaped}%", MAX_NAMES),
                )
                return [name for (name,) in rows]
            finally:
                database.close()
    return []


def questions(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Names of stored questions that begin so."""
    from provenance_graph.model.questions import stored

    return [name for name in stored.questions() if name.startswith(incomplete)]
