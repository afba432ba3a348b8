"""Lineage of models and datasets: ancestors, descendants, paths, impact, and evidence of edges."""
