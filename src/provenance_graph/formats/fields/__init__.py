"""Readers of fields that formats share: named properties, packages, languages, rows, JSON-LD."""
