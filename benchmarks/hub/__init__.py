"""A generated model hub: its structure, its documents and its planted faults."""
