"""The HTTP service: SPARQL protocol, graph store, linked data, REST API and the page."""
