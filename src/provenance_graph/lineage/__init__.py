"""Ancestors, descendants, paths, impact, with the evidence of every edge."""
