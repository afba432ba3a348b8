"""Evidence levels: of one property, and of many models in columns."""
