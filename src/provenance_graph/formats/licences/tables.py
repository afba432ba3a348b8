"""Tables for licence names: names from the ontology, and words that name no licence.

The names, tokens, keys and addresses of licences stand in ``ontology/licence-names.ttl``. A licence
is an SPDX id (``Apache-2.0``) where SPDX lists it, else an id of this graph. Entries that are
normal forms are written as such (lower case, hyphens, no "license" or "version").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import pyoxigraph as ox

from provenance_graph.core.iris import ID, PREFIXES, Iri
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import PG, SKOS


@dataclass(frozen=True, slots=True)
class Names:
    """Licence names of sources: each table leads to an SPDX id or an id of this graph."""

    hub_tokens: Mapping[str, str]
    scancode_keys: Mapping[str, str]
    labels: Mapping[str, str]
    short_forms: Mapping[str, str]
    addresses: tuple[tuple[str, str], ...]


@cache
def addresses() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns of licence texts' addresses with their licence, compiled on first use."""
    return tuple((re.compile(pattern), known) for pattern, known in names().addresses)


@cache
def names() -> Names:
    """The names of licences, read once from the ontology."""
    result: dict[Iri, dict[str, str]] = defaultdict(dict)
    data = (folder("ontology") / "licence-names.ttl").read_bytes()
    for quad in ox.parse(data, format=ox.RdfFormat.TURTLE):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
            result[Iri(quad.predicate.value)][quad.object.value] = _id(quad.subject.value)
    patterns = sorted(result[PG.textAddress].items())
    return Names(
        hub_tokens=_sorted(result[PG.hubToken]),
        scancode_keys=_sorted(result[PG.scancodeKey]),
        labels=_sorted(result[SKOS.altLabel]),
        short_forms=_sorted(result[SKOS.hiddenLabel]),
        addresses=tuple(patterns),
    )


def _sorted(table: dict[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(sorted(table.items())))


def _id(iri: str) -> str:
    for space in (PREFIXES["licence"], f"{ID}licence/"):
        if iri.startswith(space):
            return iri[len(space) :]
    return iri


FAMILIES = frozenset(
    [
        "apache",
        "bsd",
        "cc",
        "cc-by",
        "cc-by-nc",
        "cc-by-nc-nd",
        "cc-by-nc-sa",
        "cc-by-nd",
        "cc-by-sa",
        "creative-commons",
        "gfdl",
        "gpl",
        "agpl",
        "lgpl",
        "openrail",
        "rail",
        "llama",
        "llama-community",
        "meta-community",
        "meta-llama",
        "llama-3.x",
        "qwen2",
        "cdla",
        "mpl",
        "epl",
        "eupl",
        "mistral",
        "falcon",
        "stability-ai",
    ]
)
"""Normal forms that name several licences, and so no particular one."""

OTHER = frozenset({"other", "others", "other-license", "see-file", "custom"})
UNKNOWN = frozenset({"unknown", "unclear", "not-known", "unkown", "license-unknown"})
UNSTATED = frozenset(
    {
        "",
        "-",
        "license",
        "licence",
        "n-a",
        "na",
        "null",
        "not-specified",
        "unspecified",
        "noassertion",
        "tbd",
    }
)
UNDISCLOSED = frozenset({"undisclosed", "not-disclosed"})
NO_LICENCE = frozenset({"none", "no", "unlicensed", "not-licensed", "without"})
PROPRIETARY = frozenset(
    {"proprietary", "closed", "closed-source", "closed-weights", "commercial-proprietary"}
)


def authority_spellings(where: str) -> tuple[str, ...]:
    """Possible SPDX spellings of a code of the EU's authority table of licences, by its address.

    >>> authority_spellings("publications.europa.eu/resource/authority/licence/cc_byncsa_4_0")[0]
    'cc-by-nc-sa-4.0'
    >>> authority_spellings("publications.europa.eu/resource/authority/licence/cc0")
    ('cc0', 'cc0-1.0')
    """
    match = re.fullmatch(r"publications\.europa\.eu/resource/authority/licence/(\w+)", where)
    if match is None:
        return ()
    dashed = re.sub(r"(?<=\d)_(?=\d)", ".", match[1].casefold()).replace("_", "-")
    dashed = re.sub(r"^cc-by(?=(?:nc|sa|nd))", "cc-by-", dashed)
    dashed = re.sub(r"(?<=-nc)(?=sa|nd)", "-", dashed)
    return dashed, f"{dashed}-1.0"
