"""The names of the graphs that a store has beside those of its records."""

from __future__ import annotations

from provenance_graph.core.iris import mint

IDENTITY = mint("graph", "identity")
"""What people decided on names: the same, different, related."""
IDENTITY_BY_RULE = mint("graph", "identity-by-rule")
"""The names that a rule maps to a model."""
REFERENCE = mint("graph", "reference")
"""The ontology, licences and rubrics: a copy of what the default graph has of them."""
SHIPPED = mint("graph", "shipped")
"""Which records came with a build, and were not imported."""
VIEW = mint("graph", "view")
"""For which day the accepted view was computed, and on a remote service which version it holds."""
NAME_KEYS = mint("graph", "name-keys")
"""The keys of every name that identity compares."""
LABELS = mint("graph", "labels")
"""The label of every subject that is given in graphs of records alone."""
COLLECTIONS = mint("graph", "collections")
"""Which folder a collection took its default name from."""
ASSESSMENT = mint("graph", "assessment")
"""The evidence levels."""
