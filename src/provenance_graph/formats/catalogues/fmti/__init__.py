"""The Foundation Model Transparency Index."""
