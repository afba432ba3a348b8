"""Readers of configurations: of models, adapters, weight indexes and merges."""
