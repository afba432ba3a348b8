"""The audit report on models, and the HTML page of the vocabulary."""
