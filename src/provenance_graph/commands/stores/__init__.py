"""Commands on a whole store: build, backup, restore, changes, statistics."""
