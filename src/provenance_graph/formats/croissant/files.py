"""The files and file sets of a Croissant dataset, with digests, sizes and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urljoin

from provenance_graph.core import iris, terms
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats import coverage, statements, table_leaves
from provenance_graph.formats.croissant.keys import KEYS, SOURCE
from provenance_graph.formats.fields import jsonld, packages
from provenance_graph.formats.fields.jsonld import SCHEMA, JsonNode
from provenance_graph.formats.statements import as_list, mapping, scalar_text


def read(it: JsonNode, subject: Iri, base: str) -> Iterator[Claim | Problem]:
    """Yield files with their digests, sizes and addresses, and sets of files."""
    for where, raw in it.all(SCHEMA + "distribution"):
        part = mapping(raw)
        name = jsonld.text_of(part.get("name")) or scalar_text(part.get("@id"))
        digests = []
        for algorithm in ("sha256", "md5"):
            if stated := scalar_text(part.get(algorithm)):
                if digest := packages.digest(algorithm, stated):
                    digests.append(digest)
                else:
                    yield Problem(f"{where}/{algorithm}", f"{stated[:80]!r} is not a digest")
        if not name:
            yield Problem(where, "a file without name and id", "name")
            continue
        claims = list(packages.artifact(SOURCE, subject, name, digests))
        if scalar_text(part.get("@type")).endswith(
            "FileSet"
        ):  # a set of files, whose name is not a file name
            claims = [
                replace(c, predicate=terms.SCHEMA.name) if c.predicate == PG.fileName else c
                for c in claims
            ]
        elif tail := _tail(name, scalar_text(part.get("contentUrl"))):
            yield Claim(claims[0].subject, terms.SCHEMA.name, statements.literal(name))
            claims = [
                replace(c, value=statements.literal(tail)) if c.predicate == PG.fileName else c
                for c in claims
            ]
        yield from claims
        yield from _file(part, claims[0].subject, where, name, base)


def _tail(name: str, url: str) -> str:
    """The file name in an address, where the part's own name is no file name; else empty.

    >>> _tail("Data of March", "https://x.org/d/march.zip?download=true"), _tail("a.csv", "b.csv")
    ('march.zip', '')
    """
    tail = unquote(re.split(r"[?#]", url, maxsplit=1)[0].rpartition("/")[2])
    return tail if re.search(r"\w\.\w{1,8}$", tail) and not re.search(r"\.\w{1,8}$", name) else ""


_PLAIN = jsonld.Context()


def _file(
    part: dict[Any, Any], node: Iri, where: str, name: str, base: str
) -> Iterator[Claim | Problem]:
    url = scalar_text(part.get("contentUrl"))
    if url.startswith(("http://", "https://")):
        yield statements.link(node, terms.SCHEMA.url, url, f"{where}/contentUrl")
    elif url:
        yield coverage.other(node, "contentUrl", url)
        if base.startswith("http") and iris.is_iri(result := urljoin(base, url)):
            yield Claim(
                node, terms.SCHEMA.url, Iri(result), as_stated=url, locator=f"{where}/contentUrl"
            )
    if stated := scalar_text(part.get("contentSize")):
        yield packages.sized(node, stated, f"{where}/contentSize")
    for encoding in map(scalar_text, as_list(part.get("encodingFormat"))):
        if encoding:
            yield Claim(node, PG.fileFormat, statements.literal(encoding))
    for key in ("@id", "@type"):
        stated = scalar_text(part.get(key))
        kind = stated.rsplit(":", 1)[-1].rsplit("/", 1)[-1]
        if stated and stated != name and kind != "FileObject":
            yield coverage.other(node, key.removeprefix("@"), stated)
    below = table_leaves.known_leaves(part, ("file",), where, KEYS, first=_PLAIN.top("file", KEYS))
    yield from coverage.claims(node, below, KEYS)
