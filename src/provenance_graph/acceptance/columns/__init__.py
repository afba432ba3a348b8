"""The accepted view of many subjects at once, from claims in columns."""
