"""The rules on licences along lineage, findings over a store, and causes of unknown licences."""
