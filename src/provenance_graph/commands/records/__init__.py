"""Commands that change what the store holds."""
