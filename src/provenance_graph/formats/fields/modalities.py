"""Modalities of content by the names that sources use, from the ontology's code list."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import pyoxigraph as ox

from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import PG, SKOS

_FILES = ("codes-architecture.ttl", "modality-names.ttl")


def modalities() -> Mapping[str, Iri]:
    """Concepts of the code list by their labels and notations in lower case.

    >>> modalities()["pdf"] == PG.Document, modalities()["image"] == PG.Image
    (True, True)
    """
    return _read()[0]


def notations() -> Mapping[Iri, str]:
    """The notation in lower case of every concept of the code list.

    >>> notations()[PG.Image]
    'image'
    """
    return _read()[1]


@cache
def _read() -> tuple[Mapping[str, Iri], Mapping[Iri, str]]:
    named: dict[str, Iri] = {}
    notation: dict[Iri, str] = {}
    listed: set[str] = set()
    for file in _FILES:
        data = (folder("ontology") / file).read_bytes()
        for quad in ox.parse(data, format=ox.RdfFormat.TURTLE):
            if not isinstance(quad.subject, ox.NamedNode):
                continue
            predicate, value = quad.predicate.value, quad.object
            if predicate == SKOS.inScheme and value == ox.NamedNode(PG.ModalityScheme):
                listed.add(quad.subject.value)
            elif predicate in (SKOS.notation, SKOS.hiddenLabel) and isinstance(value, ox.Literal):
                named[value.value.casefold()] = Iri(quad.subject.value)
                if predicate == SKOS.notation:
                    notation[Iri(quad.subject.value)] = value.value.casefold()
    return (
        MappingProxyType({name: kind for name, kind in sorted(named.items()) if kind in listed}),
        MappingProxyType({kind: name for kind, name in sorted(notation.items()) if kind in listed}),
    )


_MEDIA = ("text", "image", "audio", "video")


def of_media_type(stated: str) -> Iri | None:
    """The modality of a media type, by its top-level type; None where that shows none.

    >>> of_media_type("image/png") == PG.Image, of_media_type("application/json")
    (True, None)
    """
    kind, slash, _ = stated.strip().casefold().partition("/")
    return modalities()[kind] if slash and kind in _MEDIA else None
