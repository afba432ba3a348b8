"""What a build reads: the ontology's files, the shipped records, identity decided by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from provenance_graph import reference as reference_data
from provenance_graph.acceptance.sssom import Mapping, read_sssom
from provenance_graph.core import rdf
from provenance_graph.core.claims import Literal, Quad, Record
from provenance_graph.core.errors import (
    RecordError,
    Unreadable,
)
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.literals import canonical
from provenance_graph.core.resources import ontology_files

IDENTITY = "identity.sssom.tsv"


def reference_quads(files: Iterable[Path] | None = None) -> Iterator[Quad]:
    """The ontology, licences and rubrics, in the default graph and in REFERENCE.

    Blank nodes (lists) get names from their file and place, the same in every run.
    Raises Unreadable, with the line, for a file that is not Turtle.
    """
    for path in ontology_files() if files is None else files:
        named: dict[str, Iri] = {}

        def name(node: ox.BlankNode, stem: str = path.stem, named: dict[str, Iri] = named) -> Iri:
            return named.setdefault(
                node.value, mint("graph", "reference", f"{stem}-{len(named) + 1}")
            )

        try:
            triples = list(ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE))
        except SyntaxError as error:
            raise Unreadable(str(path), f"line {error.lineno}: {error.msg}") from error
        for subject, predicate, object_, _ in triples:
            one, value = (
                name(term) if isinstance(term, ox.BlankNode) else rdf.value(term)
                for term in (subject, object_)
            )
            assert isinstance(one, Iri)
            value = canonical(value) if isinstance(value, Literal) else value
            triple = one, Iri(predicate.value), value
            yield *triple, None
            yield *triple, reference_data.GRAPH


def shipped_records(data: Path) -> Iterator[Record]:
    """The records of every TriG file below ``data/records``, in file order.

    Raises RecordError, with both files, where one record stands in two.
    """
    seen: dict[Iri, Path] = {}
    for path in sorted((data / "records").rglob("*.trig")):
        where = path.relative_to(data).as_posix()
        for record in rdf.read_trig(path.read_bytes(), where):
            first = seen.setdefault(record.header.record, path)
            if first != path:
                raise RecordError(f"{where}: {record.header.record} occurs also in {first.name}")
            yield record


def mappings(data: Path) -> list[Mapping]:
    """The curated mappings of ``data/identity.sssom.tsv``; none where there is no such file."""
    path = data / IDENTITY
    return read_sssom(path.read_text(encoding="utf-8"), path.name) if path.is_file() else []
