"""Bounded worker processes that evaluate queries."""
