"""The history of a model."""
