"""Pages of entities and sources: facts, relations, neighbours and paths."""
