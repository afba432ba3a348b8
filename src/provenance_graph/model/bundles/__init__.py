"""Bundles: the data of an export or report, gathered once."""
