"""Routes of the stored questions."""
