"""Curated facts, expressed as records."""
