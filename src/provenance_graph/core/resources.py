"""Locates ontology/, queries/ and data/, in a checkout or in an installed wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from provenance_graph.core.errors import StoreError

HERE = Path(__file__).resolve().parents[1]


@cache
def folder(name: str) -> Path:
    """The path of a resource folder: ``ontology``, ``queries``, ``data`` or ``static``.

    A wheel carries the folders under ``provenance_graph/_resources``; a checkout has them beside
    ``src``.

    Raises StoreError if the installation lacks the folder.

    >>> folder("ontology").name
    'ontology'
    """
    for candidate in (HERE / "_resources" / name, HERE.parents[1] / name):
        if candidate.is_dir():
            return candidate
    raise StoreError(f"the folder {name!r} was not installed with provenance-graph")


def software() -> str:
    """The name and version of this software, as written into generated documents."""
    from importlib.metadata import version  # loading it takes a moment

    return f"provenance-graph {version('provenance-graph')}"


def ontology_files() -> list[Path]:
    """Paths of the ontology's modules, reference data and alignments, sorted by name.

    SHACL shapes are not included: they check data and are not data.
    """
    root = folder("ontology")
    results = [*root.glob("*.ttl"), *root.glob("alignments/*.ttl"), *root.glob("rubrics/*.ttl")]
    return sorted(results, key=lambda path: path.relative_to(root).as_posix())


def shape_files() -> list[Path]:
    """Paths of the SHACL files, sorted by name, without the one that checks the ontology itself."""
    return sorted(
        path for path in folder("ontology").glob("shapes/*.ttl") if path.stem != "house-style"
    )
