"""FAIR4ML descriptions of models."""
