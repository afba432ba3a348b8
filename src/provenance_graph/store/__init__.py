"""Where quads are kept and queries are answered within limits."""
