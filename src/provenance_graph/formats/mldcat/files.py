"""Claims of MLDCAT-AP about one file: digests, addresses, format and size."""

from __future__ import annotations

import re

from provenance_graph.core import literals
from provenance_graph.core.claims import Claim
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.formats import statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields import packages
from provenance_graph.formats.mldcat.nodes import Nodes

_FORMAT = re.compile(r"(?:.*[/#])?([\w.+-]{2,40})$")


def digests_of(nodes: Nodes, node: str) -> tuple[list[str], list[str]]:
    """The digests of a file, and the invalid checksums."""
    digests: list[str] = []
    unusable: list[str] = []
    for checksum in nodes.of(node, "checksum"):
        algorithm = nodes.text(checksum.text, "algorithm").rpartition("_")[2].rpartition("/")[2]
        content = nodes.text(checksum.text, "checksumValue")
        if digest := packages.digest(algorithm, content):
            digests.append(digest)
        else:
            unusable.append(f"{algorithm} {content}"[:120])
    return digests, unusable


def described(nodes: Nodes, artifact: Iri, node: str, where: str) -> ReaderOutput:
    """Yield addresses, format and size of a file."""
    for link in [at for key in ("url", "downloadUrl", "accessUrl") for at in nodes.of(node, key)]:
        yield statements.link(artifact, SCHEMA.url, link.text, where)
    for kind in [each for key in ("format", "mediaType") for each in nodes.of(node, key)]:
        match = _FORMAT.fullmatch(kind.text)
        literal = literals.text((match[1] if match else kind.text)[:100])
        yield Claim(artifact, PG.fileFormat, literal)
    for size in nodes.of(node, "byteSize"):
        yield statements.quantity(artifact, PG.byteSize, size.text, where)
