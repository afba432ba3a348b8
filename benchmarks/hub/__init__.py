"""A generated model hub: its structure, its documents and the faults planted in it."""
