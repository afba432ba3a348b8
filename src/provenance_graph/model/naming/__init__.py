"""Resolution of names and identifiers to entities."""
