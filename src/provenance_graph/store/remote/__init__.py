"""A SPARQL service as a store: what it can do, reading it, writing to it."""
