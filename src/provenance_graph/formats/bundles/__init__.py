"""Signed bundles: an export with the claims it rests on, which anybody can verify offline."""
