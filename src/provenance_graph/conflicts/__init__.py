"""Claims that disagree: detection, kinds, counts."""
