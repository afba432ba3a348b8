"""Content negotiation (RFC 9110 §12): the representation that a client prefers.

All functions are pure functions of header texts, in time linear in their length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from provenance_graph.service.http.problems import not_acceptable
from provenance_graph.store.sparql.answers import JSON_RESULTS

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - a grammar rule, not a secret
_RANGE = re.compile(rf"({_TOKEN})/({_TOKEN})")
_PARAMETER = re.compile(rf'[ \t]*;[ \t]*(?:({_TOKEN})=({_TOKEN}|"(?:[^"\\]|\\.)*"))?')
QVALUE = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_IGNORED = frozenset({"profile", "version"})


@dataclass(frozen=True, slots=True)
class Offer:
    """A representation that can be sent: its media type, and the engine's media type for it."""

    media_type: str
    engine: str = ""

    @property
    def written(self) -> str:
        """The media type that the engine writes: for an alias, the type that it stands for."""
        return self.engine or self.media_type

    @property
    def content_type(self) -> str:
        """The Content-Type header; textual types name their charset.

        >>> Offer("text/csv").content_type
        'text/csv; charset=utf-8'
        """
        textual = self.media_type.startswith("text/")
        return f"{self.media_type}; charset=utf-8" if textual else self.media_type


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One element of an Accept header."""

    kind: str
    subtype: str
    quality: float
    charset: str = ""
    foreign: bool = False

    def specificity(self, kind: str, subtype: str) -> int:
        """How exactly this range names the media type; 0 when it does not match."""
        if self.foreign or self.charset not in ("", "utf-8", "utf8", "*"):
            return 0
        if self.kind == "*":
            return 1 if self.subtype == "*" else 0
        if self.kind != kind:
            return 0
        if self.subtype == "*":
            return 2
        if self.subtype != subtype:
            return 0
        return 4 if self.charset else 3


_XML: Final = "application/sparql-results+xml"
_BOTH: Final = (
    Offer("application/json", JSON_RESULTS),
    Offer("application/xml", _XML),
    Offer("text/xml", _XML),
)
ASK_OFFERS: Final = (Offer(JSON_RESULTS), Offer(_XML), *_BOTH)
SELECT_OFFERS: Final = (
    Offer(JSON_RESULTS),
    Offer(_XML),
    Offer("text/csv"),
    Offer("text/tab-separated-values"),
    *_BOTH,
)
GRAPH_OFFERS: Final = (
    Offer("text/turtle"),
    Offer("application/n-triples"),
    Offer("application/rdf+xml"),
    Offer("application/ld+json"),
    Offer("application/trig"),
    Offer("application/n-quads"),
    Offer("text/plain", "application/n-triples"),
    Offer("text/n3", "text/turtle"),
    Offer("application/turtle", "text/turtle"),
    Offer("application/x-turtle", "text/turtle"),
    Offer("application/json", "application/ld+json"),
    Offer("application/xml", "application/rdf+xml"),
    Offer("text/xml", "application/rdf+xml"),
)
OFFERS: Final = {
    "select": SELECT_OFFERS,
    "ask": ASK_OFFERS,
    "construct": GRAPH_OFFERS,
    "describe": GRAPH_OFFERS,
}
HTML: Final = Offer("text/html")

SHORT_NAMES: Final = {
    "json": f"{JSON_RESULTS}, application/ld+json",
    "xml": f"{_XML}, application/rdf+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "ttl": "text/turtle",
    "ntriples": "application/n-triples",
    "nt": "application/n-triples",
    "nquads": "application/n-quads",
    "nq": "application/n-quads",
    "trig": "application/trig",
    "rdfxml": "application/rdf+xml",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "json-ld": "application/ld+json",
    "rdf+xml": "application/rdf+xml",
    "n3": "text/n3",
    "html": "text/html",
}
"""Short names for media types in a ``format=`` parameter; the form of the query decides between
several."""


def accept_of(format: str) -> str:
    """The media types of a ``format=`` parameter; raises RequestRefused (406) for an unknown one.

    >>> accept_of("ttl")
    'text/turtle'
    """
    accept = SHORT_NAMES.get(format, format)
    if "*" in accept or "/" not in accept:
        raise not_acceptable(", ".join(sorted(SHORT_NAMES)) + " as format=")
    return accept


def media_types(format: str) -> frozenset[str]:
    """The media types that a ``format=`` parameter names, by short name or directly."""
    return frozenset(part.strip() for part in SHORT_NAMES.get(format, format).split(","))


def parse_accept(header: str) -> list[MediaRange]:
    """The media ranges of an Accept header; malformed elements are ignored.

    >>> [(r.subtype, r.quality) for r in parse_accept("text/csv;q=0.5, text/*, nonsense")]
    [('csv', 0.5), ('*', 1.0)]
    """
    return [result for part in _split(header) if (result := _range(part)) is not None]


def _split(header: str) -> Iterator[str]:
    """Yield the elements between commas; commas in quoted strings do not separate."""
    start, quoted, escaped = 0, False, False
    for at, char in enumerate(header):
        if escaped:
            escaped = False
        elif char == "\\" and quoted:
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == "," and not quoted:
            yield header[start:at]
            start = at + 1
    yield header[start:]


def _range(text: str) -> MediaRange | None:
    text = text.strip(" \t")
    match = _RANGE.match(text)
    if match is None or (match[1] == "*" and match[2] != "*"):
        return None
    quality, charset, foreign = 1.0, "", False
    at = match.end()
    while at < len(text):
        parameter = _PARAMETER.match(text, at)
        if parameter is None:
            return None
        at = parameter.end()
        name, value = (parameter[1] or "").lower(), (parameter[2] or "").strip('"')
        if name == "q":
            if not QVALUE.fullmatch(value):
                return None
            quality = float(value)
            break  # extension parameters follow q; none is defined
        if name == "charset":
            charset = value.lower()
        elif name and name not in _IGNORED:
            foreign = True
    return MediaRange(match[1].lower(), match[2].lower(), quality, charset, foreign)


Offers = tuple[Offer, ...]
_REMEMBERED: Final = 300  # length of the longest header whose result is cached


def choose(accept: str | None, offers: Offers) -> Offer | None:
    """The offer that a client prefers, or None when it accepts none of them (406).

    The most specific range that matches an offer gives its quality; among equals the earlier offer
    wins. No Accept header, or an empty one, accepts everything.

    >>> choose("text/csv;q=0.1, application/sparql-results+xml;q=0.9", SELECT_OFFERS).media_type
    'application/sparql-results+xml'
    >>> choose("image/png", SELECT_OFFERS) is None
    True
    """
    if accept is not None and len(accept) > _REMEMBERED:
        return _choose(accept, offers)
    return _choose_remembered(accept, offers)


def _choose(accept: str | None, offers: Offers) -> Offer | None:
    ranges = parse_accept(accept) if accept else []
    if not ranges:
        return offers[0]
    best: Offer | None = None
    best_quality = 0.0
    for offer in offers:
        quality = quality_of(offer.media_type, ranges)
        if quality > best_quality:
            best, best_quality = offer, quality
    return best


_choose_remembered = lru_cache(maxsize=512)(_choose)


def quality_of(media_type: str, ranges: Iterable[MediaRange]) -> float:
    """The quality (0 to 1) that media ranges give a media type; 0 means not acceptable."""
    kind, _, subtype = media_type.partition("/")
    level, quality = 0, 0.0
    for result in ranges:
        fit = result.specificity(kind, subtype)
        if fit > level or (fit and fit == level and result.quality > quality):
            level, quality = fit, result.quality
    return quality


def prefers_html(accept: str | None, offers: Offers) -> bool:
    """Whether the client is a browser: HTML is named, and preferred at least as much as any offer.

    >>> prefers_html("text/html,application/xml;q=0.9,*/*;q=0.8", SELECT_OFFERS)
    True
    >>> prefers_html("*/*", SELECT_OFFERS)
    False
    """
    if accept is None or "html" not in accept.lower():
        return False
    ranges = parse_accept(accept)
    if not any(r.subtype == "html" and r.quality > 0 for r in ranges):
        return False
    html = quality_of("text/html", ranges)
    return all(quality_of(offer.media_type, ranges) <= html for offer in offers)
