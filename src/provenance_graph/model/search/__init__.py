"""Search over the models of a store, and over the names of all entities."""
