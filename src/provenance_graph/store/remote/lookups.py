"""Kinds of look-ups on a remote service: their patterns, and which are fetched together."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from provenance_graph.core import graph_names
from provenance_graph.core.claims import Quad, Value
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.rdf import term
from provenance_graph.core.terms import DCTERMS, PG, PROV, SKOS
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.remote.wholes import Wholes

SECONDS = 60.0
MAX_REMEMBERED = 50_000
MAX_AT_ONCE = 600
"""Keys of one kind in one request."""
MAX_TEXT = 40_000
"""Maximum characters of the patterns of one request, which may contain them twice; services
accept some 100,000."""
REFERENCE = graph_names.REFERENCE
IDENTITY = (graph_names.IDENTITY, graph_names.IDENTITY_BY_RULE)
HEADER_NAMES = frozenset({PROV.wasAttributedTo, PG.inCollection})

Key = tuple[Value, ...]
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class LookUp:
    """A kind of look-up: its pattern, the variables of its key, and the keys of one request."""

    pattern: str
    key: tuple[str, ...]
    at_once: int = MAX_AT_ONCE


SAME = f"VALUES ?g {{ <{IDENTITY[0]}> <{IDENTITY[1]}> }} GRAPH ?g {{ ?s <{SKOS.exactMatch}> ?o }}"
ORGANIZATION = mint("organization", "")
ORGANIZATIONS = f'{SAME} FILTER(STRSTARTS(STR(?s), "{ORGANIZATION}"))'
"""Pattern of the canonical IRIs of all organisations."""
FACTS = LookUp("?s ?p ?o", ("s",))
MAPPED = LookUp(SAME, ("s",))
NAMES = LookUp(SAME, ("o",))
HEADER = LookUp("GRAPH ?g { ?g ?p ?o }", ("g",))
NODE = LookUp("GRAPH ?g { ?s ?p ?o }", ("s", "g"))
READINGS = LookUp(f"GRAPH ?g {{ ?s <{PG.ofDocument}> ?o }}", ("o",))
STATED = LookUp("GRAPH ?g { ?s ?p ?o }", ("s",), 200)
ABOUT = LookUp(f"GRAPH ?g {{ ?s <{PG.about}> ?o }}", ("o",), 200)
KEYS = graph_names.NAME_KEYS
SPELLING = "m "
"""Prefix of the keys of models' spellings."""
HOLDERS = LookUp(f"GRAPH ?g {{ ?s <{PG.nameKey}> ?o }}", ("o", "g"))
OFFERS = LookUp(f"?s <{PG.offerOf}> ?o", ("o",))
TOGETHER = (STATED, ABOUT, FACTS, MAPPED, NAMES, HEADER, NODE, READINGS, HOLDERS, OFFERS)
"""Kinds that are fetched together with any other."""
OF_NAME = (NAMES, MAPPED, STATED, ABOUT, OFFERS)
"""Kinds that are fetched for each name of one entity."""
OF_NAMESAKE = (FACTS, MAPPED, NAMES)
"""Kinds that are fetched for each entity that shares a spelling with a model whose conflicts are
counted."""
LEADING = "?s ?p ?o"
ATTRIBUTED = f"GRAPH ?g {{ ?s <{PROV.wasAttributedTo}> ?o }}"
MANY = 1000
"""Links to a name that are fetched together; with more links, each property is fetched alone."""
HEAD = 500
"""Rows of a listing that are fetched first: a test for existence needs no more."""
FEW = 20
"""Names that are looked up separately in one request."""
FOLLOWED = 150
"""Links to a name that are followed in advance."""
MODIFIER = Iri("https://w3id.org/sssom/predicate_modifier")
DECISIONS = (
    *(SKOS.exactMatch, SKOS.broadMatch, SKOS.closeMatch, DCTERMS.hasPart),
    MODIFIER,
)
"""Properties of people's decisions on names, which are fetched whole."""
Listing = tuple[Iri | None, Iri | None]
LISTINGS: Mapping[Listing, int] = MappingProxyType(
    {
        (None, IDENTITY[0]): HEAD,
        (PG.nameKey, KEYS): 1,
        (PG.flagged, None): HEAD,
        **dict.fromkeys(((match, IDENTITY[0]) for match in DECISIONS), 10_000),
    }
)
"""Listings, by property and graph, with the number of first rows fetched with the first look-up."""


@dataclass
class Fetched:
    """Data fetched since ``began`` (monotonic seconds), and the keys that answers have named."""

    began: float
    quads: dict[tuple[LookUp, Key], list[Quad]] = field(default_factory=dict)
    named: dict[LookUp, dict[Key, None]] = field(default_factory=lambda: defaultdict(dict))
    decided: MemoryStore | None = None
    namesakes: set[Iri] = field(default_factory=set)
    leading: dict[str, dict[Iri, list[Quad] | None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    expected: dict[str, dict[Iri, None]] = field(default_factory=lambda: defaultdict(dict))
    heads: dict[Listing, list[Quad]] = field(default_factory=dict)
    wholes: Wholes = field(default_factory=Wholes)

    @property
    def old(self) -> bool:
        """Whether the data is too old or too much to be used further."""
        return time.monotonic() - self.began > SECONDS or len(self.quads) > MAX_REMEMBERED


def in_requests(parts: Iterable[P], length: Callable[[P], int]) -> Iterator[list[P]]:
    """Parts of requests together, as many as one request may hold; one that is longer alone.

    >>> [list(map(len, some)) for some in in_requests(["x" * 30_000, "y" * 9_000, "z" * 9_000], len)]
    [[30000, 9000], [9000]]
    """
    some: list[P] = []
    letters = 0
    for part in parts:
        if some and letters + length(part) > MAX_TEXT:
            yield some
            some, letters = [], 0
        some.append(part)
        letters += length(part)
    if some:
        yield some


def of_keys(kind: LookUp, keys: Sequence[Key], pattern: str) -> Iterator[str]:
    """Patterns that ask for keys, each no longer than one request may be."""
    rows = [f"({' '.join(str(term(part)) for part in one)})" for one in keys]
    variables = " ".join(f"?{name}" for name in kind.key)
    for some in in_requests(rows, len):
        yield f"VALUES ({variables}) {{ {' '.join(some)} }} {pattern}"
