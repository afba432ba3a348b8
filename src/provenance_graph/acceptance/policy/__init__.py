"""The acceptance policy: read, replaced by a file, applied, explained."""
