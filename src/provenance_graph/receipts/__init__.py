"""Receipts: what a value rests on, carried along, signed, and recomputed by whoever holds it."""
