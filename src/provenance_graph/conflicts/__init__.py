"""Conflicts between claims: detection, kinds, counts and storage."""
