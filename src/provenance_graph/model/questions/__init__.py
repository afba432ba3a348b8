"""Stored questions and the values of their parameters."""
