"""Readers of model cards: their metadata, and the sentences that tools write into them."""
