"""Building a store in parts: claims in columns, stage by stage, on one machine or a cluster."""
