"""Seeded documents from the standards' own schemas, which no reader was written against."""
