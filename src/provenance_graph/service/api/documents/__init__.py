"""Routes that check a document without storing it."""
