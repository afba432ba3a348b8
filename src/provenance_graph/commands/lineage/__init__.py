"""Commands about lineage."""
