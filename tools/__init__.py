"""Maintenance tools; not installed with the package."""
