"""Signed bundles: an export with the claims behind it, verifiable offline."""
