"""SPARQL protocol and graph store routes."""
