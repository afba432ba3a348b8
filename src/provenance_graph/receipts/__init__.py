"""Receipts: signed bundles of values with their evidence, from which anyone can recompute them."""
