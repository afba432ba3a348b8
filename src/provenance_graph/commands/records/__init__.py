"""Commands that change the contents of a store."""
