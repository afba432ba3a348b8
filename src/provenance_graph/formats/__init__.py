"""Bytes in, claims and problems out: one reader per format."""
