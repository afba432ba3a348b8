"""The rules on licences along lineage, their findings over a store, and why terms are unknown."""
