"""Labels of the lineage relations, from the ontology."""

from __future__ import annotations

from provenance_graph.core.iris import Iri
from provenance_graph.core.ontology_files import ontology_labels
from provenance_graph.core.terms import PROV

_OF_PROV = {PROV.wasDerivedFrom: "derived from", PROV.wasInfluencedBy: "influenced by"}
"""Labels of the two relations of unstated kind, which PROV-O defines and not the ontology."""


def saying(relation: Iri) -> str:
    """The label of a relation, read from child to parent; KeyError if it is not a lineage relation.

    >>> saying(PROV.wasDerivedFrom)
    'derived from'
    """
    return _OF_PROV.get(relation) or ontology_labels("lineage.ttl")[relation]
