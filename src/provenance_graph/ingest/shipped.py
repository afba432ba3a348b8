"""Reads the input of a build: ontology files, shipped records, and mappings made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from provenance_graph import reference as reference_data
from provenance_graph.acceptance.sssom import Mapping, read_sssom
from provenance_graph.core import rdf
from provenance_graph.core.claims import Literal, Quad, Record, Value
from provenance_graph.core.errors import (
    RecordError,
    Unreadable,
)
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.literals import canonical
from provenance_graph.core.resources import ontology_files

IDENTITY = "identity.sssom.tsv"


def reference_quads(files: Iterable[Path] | None = None) -> Iterator[Quad]:
    """Yield the ontology, licences and rubrics, in the default graph and in the REFERENCE graph.

    Blank nodes (lists) get names from their file and position, the same in every run. Raises
    Unreadable, with the line, for a file that is not Turtle.
    """
    for path in ontology_files() if files is None else files:
        try:
            triples = _triples(path.stem, path.read_bytes())
        except SyntaxError as error:
            raise Unreadable(str(path), f"line {error.lineno}: {error.msg}") from error
        for triple in triples:
            yield *triple, None
            yield *triple, reference_data.GRAPH


@lru_cache(maxsize=256)
def _triples(stem: str, content: bytes) -> tuple[tuple[Iri, Iri, Value], ...]:
    """Parse the triples of a reference file; cached for further builds of the same process."""
    named: dict[str, Iri] = {}

    def name(node: ox.BlankNode) -> Iri:
        return named.setdefault(node.value, mint("graph", "reference", f"{stem}-{len(named) + 1}"))

    def triple(stated: ox.Quad) -> tuple[Iri, Iri, Value]:
        one, value = (
            name(term) if isinstance(term, ox.BlankNode) else rdf.value(term)
            for term in (stated.subject, stated.object)
        )
        assert isinstance(one, Iri)
        return (
            one,
            Iri(stated.predicate.value),
            canonical(value) if isinstance(value, Literal) else value,
        )

    return tuple(map(triple, ox.parse(content, format=ox.RdfFormat.TURTLE)))


def reference_text(own: bytes, stamp: Quad) -> bytes:
    """Serialise reference data, in both of its graphs, and its stamp as N-Quads.

    ``own`` is the serialised reference graph, stamp included, as dumped by an engine that holds it:
    this takes a tenth of the time of serializing quads of this software.
    """
    line = ox.serialize([rdf.engine_quad(stamp)], format=ox.RdfFormat.N_QUADS) or b""
    end = f" <{reference_data.GRAPH}> .\n".encode()
    return own + own.replace(line, b"").replace(end, b" .\n")


def shipped_records(data: Path) -> Iterator[Record]:
    """Yield the records of every TriG file below ``data/records``, in file order.

    Raises RecordError, with both files, if two files hold the same record.
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
    """The curated mappings of ``data/identity.sssom.tsv``; empty if the file is missing."""
    path = data / IDENTITY
    return read_sssom(path.read_text(encoding="utf-8"), path.name) if path.is_file() else []
