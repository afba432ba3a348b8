"""Where quads are stored and queries are answered within limits."""
