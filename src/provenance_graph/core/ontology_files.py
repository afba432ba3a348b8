"""Labels and values from files of the ontology, for modules that do not parse RDF themselves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import pyoxigraph as ox

from provenance_graph.core import rdf
from provenance_graph.core.claims import Value
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


@cache
def ontology_values(file: str, subject: Iri) -> Mapping[Iri, Value]:
    """The values that an ontology file states of a subject, by property; one value per property.

    The file must have no blank nodes.

    >>> from provenance_graph.core.terms import PG
    >>> str(ontology_values("plausibility.ttl", PG.DefaultPolicy)[PG.maxDaysFromDateInName])
    '62'
    """
    data = (folder("ontology") / file).read_bytes()
    quads = map(rdf.our_quad, ox.parse(data, format=ox.RdfFormat.TURTLE))
    return MappingProxyType({p: o for s, p, o, _ in quads if s == subject})
