"""A SPARQL service as a store: its capabilities, reading it, writing to it."""
