"""The labels of the ontology's terms, for modules that read no RDF themselves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import pyoxigraph as ox

from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import SKOS


@cache
def ontology_labels(file: str) -> Mapping[Iri, str]:
    """The preferred label of every term that a file of the ontology labels.

    >>> from provenance_graph.core.terms import PG
    >>> ontology_labels("lineage.ttl")[PG.continuedFrom]
    'further trained from'
    """
    data = (folder("ontology") / file).read_bytes()
    return MappingProxyType(
        {
            Iri(quad.subject.value): quad.object.value
            for quad in ox.parse(data, format=ox.RdfFormat.TURTLE)
            if quad.predicate.value == SKOS.prefLabel
            and isinstance(quad.subject, ox.NamedNode)
            and isinstance(quad.object, ox.Literal)
        }
    )
