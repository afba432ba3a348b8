"""Which terms travel along lineage, how far, and what is recorded of the way."""
