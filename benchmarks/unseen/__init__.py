"""Documents that no reader was written against: made from the standards' own schemas, seeded."""
