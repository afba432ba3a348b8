"""Licences themselves: the catalogue, clauses explained, labels over time, notices, ODRL."""
