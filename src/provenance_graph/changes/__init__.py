"""What changed: history of a model, comparison of models."""
