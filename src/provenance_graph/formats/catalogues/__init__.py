"""Catalogues and indices of models: one table-like file per source."""
