"""Routes of the SPARQL protocol and the graph store protocol."""
