"""Disclosure of fields: the states, and the matrix of models and fields."""
