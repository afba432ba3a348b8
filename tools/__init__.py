"""Tools of the maintainers; not installed."""
