"""From what a user types to the entity meant."""
