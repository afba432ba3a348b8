"""Licence texts: the catalogue, explanations, labels over time, notices, ODRL."""
