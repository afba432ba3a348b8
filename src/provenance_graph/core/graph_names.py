"""IRIs of the named graphs of a store that are not records."""

from __future__ import annotations

from provenance_graph.core.iris import mint

IDENTITY = mint("graph", "identity")
"""Decisions of people on names: the same entity, different entities, related entities."""
IDENTITY_BY_RULE = mint("graph", "identity-by-rule")
"""Mappings of names to models that a rule made."""
REFERENCE = mint("graph", "reference")
"""A copy of the ontology, licences and rubrics of the default graph."""
SHIPPED = mint("graph", "shipped")
"""The records that came with a build, as opposed to imported ones."""
VIEW = mint("graph", "view")
"""The day for which the accepted view was computed; on a remote service also its version."""
NAME_KEYS = mint("graph", "name-keys")
"""The comparison keys of every name that identity resolution compares."""
LABELS = mint("graph", "labels")
"""The label of every subject that has one only in graphs of records."""
COLLECTIONS = mint("graph", "collections")
"""The folder from which a collection took its default name."""
ASSESSMENT = mint("graph", "assessment")
"""The evidence levels of assessments."""
