"""Configurations: of models, adapters, weight indexes and merges."""
