"""Building a store in stages over columnar files, on one machine or on a cluster."""
