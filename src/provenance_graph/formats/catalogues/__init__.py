"""Readers of catalogues and indices of models: one table-like file per source."""
