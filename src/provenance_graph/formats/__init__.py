"""Readers of document formats: each turns the bytes of a document into claims and problems."""
