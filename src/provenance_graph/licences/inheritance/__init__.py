"""Inheritance of licence terms along lineage, and how completely that is recorded."""
