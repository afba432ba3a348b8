"""Routes of entities of every kind: pages, claims, neighbours, systems, reconciliation of names."""
