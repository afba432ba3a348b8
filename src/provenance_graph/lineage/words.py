"""How the relations of lineage read: the labels that the ontology gives them."""

from __future__ import annotations

from provenance_graph.core.iris import Iri
from provenance_graph.core.ontology_files import ontology_labels
from provenance_graph.core.terms import PROV

_OF_PROV = {PROV.wasDerivedFrom: "derived from", PROV.wasInfluencedBy: "influenced by"}
"""The two relations of no stated kind: PROV-O's own, which the ontology does not define anew."""


def saying(relation: Iri) -> str:
    """How a relation reads between child and parent; raises KeyError where it is none of lineage.

    >>> saying(PROV.wasDerivedFrom)
    'derived from'
    """
    return _OF_PROV.get(relation) or ontology_labels("lineage.ttl")[relation]
