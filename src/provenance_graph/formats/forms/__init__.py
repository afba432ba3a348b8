"""Forms: their definitions as data, and the reader of filled forms."""
