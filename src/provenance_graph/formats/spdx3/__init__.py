"""SPDX 3 documents."""
