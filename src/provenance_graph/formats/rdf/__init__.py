"""Reader of this program's own RDF: Turtle, TriG and JSON-LD."""
