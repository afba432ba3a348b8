"""Stores of quads: embedded, remote and in memory; SPARQL queries are answered within limits."""
