"""Ingestion: reads documents, stores records, decides identity, and computes the accepted view."""
