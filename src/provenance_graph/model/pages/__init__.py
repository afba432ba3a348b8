"""What the graph says of one entity, of one source, and around them."""
