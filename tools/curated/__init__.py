"""Conversion of curated facts to records."""
