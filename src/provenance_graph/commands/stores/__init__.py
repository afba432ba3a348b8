"""Commands on a whole store: build, copy, count, what changed."""
