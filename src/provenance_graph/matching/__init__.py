"""Entity resolution: which names may mean the same entity."""
