"""Routes of what people review: conflicts, pairs of names, flags, and what commits changed."""
