"""Model pages of APX."""
