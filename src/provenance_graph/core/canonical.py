"""Canonical text of quads by RDFC-1.0, which for named nodes is sorted N-Quads.

Records hold no blank nodes, so each graph's part of a canonical text is canonical too, and the
digest of a graph is that of its lines.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from provenance_graph.core import rdf
from provenance_graph.core.claims import Quad
from provenance_graph.core.errors import Unreadable

ALGORITHM = "RDFC-1.0"
_NODE = r'<[^<>"{}|^`\\\x00-\x20]*>'
_LINE = re.compile(
    rf'{_NODE} {_NODE} (?:{_NODE}|"[^"\\\n\r]*(?:\\.[^"\\\n\r]*)*"'
    rf"(?:@[A-Za-z0-9-]+|\^\^{_NODE})?)( {_NODE})? \."
)
_MAX_LINE = 1 << 20


def canonical_text(quads: Iterable[Quad]) -> str:
    """Serialise quads as canonical N-Quads; the same quads give the same text in any order."""
    return _text(map(rdf.engine_quad, quads))


def _text(quads: Iterable[ox.Quad]) -> str:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(f"{line} .\n" for line in sorted(map(str, dataset)))


@dataclass(frozen=True)
class Parsed:
    """The quads of an N-Quads text, its lines by graph IRI, and whether the text is canonical."""

    quads: list[Quad]
    graphs: dict[str, str]
    canonical: bool


def parse(text: str, url: str) -> Parsed:
    """Parse N-Quads of named nodes and literals; ``url`` names the text in errors.

    Raises Unreadable with the number of the first line that is not such a quad. Lines that pass
    this check hold no nested terms, so the engine's parser can be given the text.
    """
    graphs: dict[str, list[str]] = defaultdict(list)
    for number, line in enumerate(text.split("\n")[:-1], 1):
        match = _LINE.fullmatch(line) if len(line) <= _MAX_LINE else None
        if match is None:
            raise Unreadable(url, f"line {number}: no quad of named nodes and literals")
        graphs[_graph(match)].append(line)
    try:
        quads = list(ox.parse(text, format=ox.RdfFormat.N_QUADS))
    except SyntaxError as error:
        raise Unreadable(url, f"line {error.lineno}: {error.msg}") from error
    return Parsed([rdf.our_quad(quad) for quad in quads], _joined(graphs), _text(quads) == text)


def by_graph(text: str) -> dict[str, str]:
    """Split a text of N-Quads into its parts by graph IRI, without parsing the quads.

    The key "" holds the default graph and every line that is not a quad of named nodes and
    literals.
    """
    graphs: dict[str, list[str]] = defaultdict(list)
    for line in text.split("\n")[:-1]:
        graphs[_graph(_LINE.fullmatch(line) if len(line) <= _MAX_LINE else None)].append(line)
    return _joined(graphs)


def _graph(match: re.Match[str] | None) -> str:
    return match[1][2:-1] if match and match[1] else ""


def _joined(graphs: dict[str, list[str]]) -> dict[str, str]:
    return {graph: "\n".join(lines) + "\n" for graph, lines in graphs.items()}


def digest(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
