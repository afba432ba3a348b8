"""RDF of the project's own: Turtle, TriG and JSON-LD."""
